"""Absences on the pages: recorded, handed over in one confirmed act, withdrawn; and several contacts at once."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from cases.access.services import acting
from cases.casefiles.models import Casefile
from cases.checkins.models import CheckIn, Rhythm
from cases.plans.models import FollowUpPlan
from cities.staff.models import Absence, User
from tests.cases.web.conftest import ClientOf
from tests.factories import Cast
from tests.factories.absences import an_absence
from tests.factories.checkins import a_checkin, a_rhythm, an_agreed_plan

DAY = timedelta(days=1)


@pytest.fixture
def checkin(cast: Cast, case: Casefile) -> CheckIn:
    at = timezone.now()
    plan = an_agreed_plan(case, by=cast.alice, starts_on=timezone.localdate(), at=at)
    return a_checkin(case, plan, by=cast.alice, at=at, due_on=timezone.localdate() + DAY)


def now_as(user: User, row: CheckIn) -> CheckIn:
    with acting(user):
        return CheckIn.objects.select_related("caseworker", "stands_in_for").get(pk=row.pk)


def _plan_of(row: CheckIn, cast: Cast) -> FollowUpPlan:
    with acting(cast.alice):
        return FollowUpPlan.objects.get(pk=row.plan_id)


def days(first: int, until: int) -> dict[str, Any]:
    today = timezone.localdate()
    return {"starts_on": (today + first * DAY).isoformat(), "ends_on": (today + until * DAY).isoformat()}


def test_absence__recorded_handed_over_and_withdrawn(
    cast: Cast, case: Casefile, checkin: CheckIn, client_of: ClientOf
) -> None:
    alice, bob = client_of(cast.alice), client_of(cast.bob)
    assert "No absence of yours" in alice.get("/absences/").content.decode()
    page = f"/cases/{case.reference}/check-ins/{checkin.pk}/"
    assert bob.get(page).status_code == 404
    told = {"user": cast.alice.pk, "deputy": cast.bob.pk, **days(0, 7)}
    answer = alice.post("/absences/new/", told, follow=True)
    absence = Absence.objects.get()
    assert answer.redirect_chain == [(f"/absences/{absence.pk}/", 302)]
    asked = answer.content.decode()
    assert "Nemo Voorbeeld" in asked
    assert "is let into the case for that time" in asked
    confirmed = {"version": 1, "chosen": f"{checkin.pk}:1", f"what_{checkin.pk}": "DEPUTY"}
    done = alice.post(f"/absences/{absence.pk}/", confirmed).content.decode()
    assert "What became of each contact" in done
    assert f"with {cast.bob}" in done
    assert "Handed over already" in done
    assert now_as(cast.alice, checkin).caseworker == cast.bob
    seen = bob.get(page)
    assert seen.status_code == 200
    assert "Instead of" in seen.content.decode()
    again = alice.post(f"/absences/{absence.pk}/", confirmed).content.decode()
    assert "nothing was done" in again
    assert (
        "The absence is withdrawn; 1 contact came back."
        in alice.post(f"/absences/{absence.pk}/withdraw/", {"version": 1}, follow=True).content.decode()
    )
    assert now_as(cast.alice, checkin).caseworker == cast.alice
    assert bob.get(page).status_code == 404


def test_absence__says_what_is_wrong_beside_the_field(cast: Cast, client_of: ClientOf) -> None:
    alice = client_of(cast.alice)
    told = {"user": cast.alice.pk, "deputy": cast.bob.pk, **days(3, 3)}
    answer = alice.post("/absences/new/", told)
    assert answer.status_code == 422
    assert "An absence ends after it starts." in answer.content.decode()
    an_absence(cast.bob, at=timezone.now())
    answer = alice.post("/absences/new/", told | days(0, 3))
    assert answer.status_code == 422
    assert "This colleague is absent in that time herself." in answer.content.decode()
    assert alice.post("/absences/new/", told | {"user": cast.carla.pk}).status_code == 422
    assert client_of(cast.mayor).post("/absences/new/", {"user": cast.mayor.pk, **days(0, 3)}).status_code == 302


def test_absence__changed_by_the_coordinator(cast: Cast, client_of: ClientOf) -> None:
    row, carla = an_absence(cast.alice, at=timezone.now()), client_of(cast.carla)
    assert str(cast.alice) in carla.get("/absences/").content.decode()
    told = {"version": 1, "deputy": cast.bob.pk, **days(0, 9)}
    assert carla.post(f"/absences/{row.pk}/change/", told).headers["Location"] == f"/absences/{row.pk}/"
    stale = carla.post(f"/absences/{row.pk}/change/", told | days(0, 5))
    assert stale.status_code == 422
    assert "Somebody else changed this" in stale.content.decode()
    assert carla.post(f"/absences/{row.pk}/", {"version": 1}).status_code == 422
    assert carla.post(f"/absences/{row.pk}/withdraw/", {"version": 1}).status_code == 422


@pytest.mark.parametrize("who", ["bob", "charlie", "carlo", "dana", "analyst", "mayor"])
def test_absence__of_a_colleague_is_not_there_for_others(cast: Cast, client_of: ClientOf, who: str) -> None:
    row, client = an_absence(cast.alice, at=timezone.now()), client_of(getattr(cast, who))
    for way in ("", "change/", "withdraw/"):
        assert client.get(f"/absences/{row.pk}/{way}").status_code == 404
    assert str(cast.alice) not in client.get("/absences/").content.decode()


def test_colleague__several_handed_over_with_a_line_for_each(cast: Cast, checkin: CheckIn, client_of: ClientOf) -> None:
    carla, where = client_of(cast.carla), f"/colleagues/contacts/?of={cast.alice.pk}"
    assert "Nemo Voorbeeld" in carla.get(where).content.decode()
    told: dict[str, Any] = {"act": "reassign", "reassign-to": cast.bob.pk, "reassign-reason": "Is ill"}
    nothing = carla.post(where, told)
    assert nothing.status_code == 422
    assert "Tick the contacts" in nothing.content.decode()
    told["chosen"] = f"{checkin.pk}:1"
    left = carla.post(where, told).content.decode()
    assert "not on the case" in left
    assert now_as(cast.carla, checkin).caseworker == cast.alice
    done = carla.post(where, told | {"reassign-lets_in": "on"}).content.decode()
    assert "nothing was done" not in done
    assert now_as(cast.carla, checkin).caseworker == cast.bob
    stale = carla.post(
        f"/colleagues/contacts/?of={cast.bob.pk}", told | {"reassign-to": cast.carla.pk}
    ).content.decode()
    assert "Somebody else changed this" in stale


def test_colleague__all_to_another_day(cast: Cast, checkin: CheckIn, client_of: ClientOf) -> None:
    alice, day = client_of(cast.alice), timezone.localdate() + 3 * DAY
    told: dict[str, Any] = {
        "act": "reschedule", "reschedule-due_on": day.isoformat(), "reschedule-asked_by": "US",
        "chosen": [f"{checkin.pk}:1", "x", "1:"],
    }  # fmt: skip
    refused = alice.post("/colleagues/contacts/", told)
    assert refused.status_code == 422
    assert f'value="{checkin.pk}:1" checked' in refused.content.decode()
    alice.post("/colleagues/contacts/", told | {"reschedule-reason": "Training day"})
    with acting(cast.alice):
        moved: date = CheckIn.objects.get(replaces=checkin).due_on
    assert moved == day


def test_colleague__of_another_city_is_nobody(cast: Cast, checkin: CheckIn, client_of: ClientOf) -> None:
    for of in (cast.charlie.pk, 0, "x", 99999999):
        assert client_of(cast.carla).get(f"/colleagues/contacts/?of={of}").status_code == 404
    page = client_of(cast.bob).get(f"/colleagues/contacts/?of={cast.alice.pk}").content.decode()
    assert "Nemo" not in page
    assert client_of(cast.charlie).get(f"/colleagues/contacts/?of={cast.alice.pk}").status_code == 404
    told = {"act": "reassign", "reassign-to": cast.carla.pk, "reassign-reason": "x", "chosen": f"{checkin.pk}:1"}
    stranger = client_of(cast.bob).post("/colleagues/contacts/", told)
    assert stranger.status_code == 404


def test_checkin__and_rhythm_to_a_colleague(cast: Cast, case: Casefile, checkin: CheckIn, client_of: ClientOf) -> None:
    alice = client_of(cast.alice)
    here = f"/cases/{case.reference}/check-ins/{checkin.pk}/hand-over/"
    assert alice.get(here).status_code == 200
    told = {"version": 1, "caseworker": cast.carla.pk, "reason": "Knows him better"}
    assert alice.post(here, told | {"caseworker": cast.alice.pk}).status_code == 422
    assert alice.post(here, told).status_code == 302
    assert now_as(cast.alice, checkin).caseworker == cast.carla
    rhythm = a_rhythm(case, _plan_of(checkin, cast), by=cast.alice, starts_on=timezone.localdate(), at=timezone.now())
    there = f"/cases/{case.reference}/rhythms/{rhythm.pk}/hand-over/"
    assert alice.post(there, {"version": 1, "caseworker": cast.carla.pk}).status_code == 302
    with acting(cast.alice):
        assert Rhythm.objects.get(pk=rhythm.pk).caseworker == cast.carla
