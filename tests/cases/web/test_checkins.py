"""Check-ins: arranged in words, recorded on one page, corrected, moved, called off."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from cases.access.services import acting
from cases.casefiles.models import Casefile
from cases.checkins.models import CheckIn, Rhythm
from cases.checkins.selectors import checkin_for, checkins_for, rhythms_of
from cases.plans.models import FollowUpPlan
from cities.ledger.models import LedgerEntry
from cities.staff.models import User
from tests.cases.web.conftest import ClientOf
from tests.factories import Cast
from tests.factories.checkins import a_checkin, a_rhythm, an_agreed_plan


@pytest.fixture
def plan(cast: Cast, case: Casefile) -> FollowUpPlan:
    day = timezone.localdate() - timedelta(days=60)
    return an_agreed_plan(case, by=cast.alice, starts_on=day, at=timezone.now())


@pytest.fixture
def checkin(cast: Cast, case: Casefile, plan: FollowUpPlan) -> CheckIn:
    return a_checkin(case, plan, by=cast.alice, due_on=timezone.localdate(), at=timezone.now())


def path(case: Casefile, rest: str = "check-ins/") -> str:
    return f"/cases/{case.reference}/{rest}"


def as_it_stands(user: User, case: Casefile, pk: int) -> CheckIn:
    with acting(user):
        return checkin_for(user, case, pk, at=timezone.now())


def outcome(checkin: CheckIn, **changed: Any) -> dict[str, Any]:
    return {"version": checkin.version, "outcome": "HELD", "note": "We spoke about work.", **changed}


def a_rhythm_typed(cast: Cast, **changed: Any) -> dict[str, Any]:
    typed = {
        "kind": "HOME", "caseworker": cast.alice.pk, "duration": 45, "tolerance_days": 0, "every": 2,
        "frequency": "WEEKS", "weekdays": [1], "policy": "NEXT", "starts_on": "2027-01-04",
    }  # fmt: skip
    return {**typed, **changed}


def rhythms(cast: Cast, case: Casefile) -> list[Rhythm]:
    with acting(cast.alice):
        return list(rhythms_of(case, cast.alice, at=timezone.now()))


def test_list__shows_what_is_planned_and_what_was(
    cast: Cast, case: Casefile, checkin: CheckIn, client_of: ClientOf
) -> None:
    page = client_of(cast.alice).get(path(case)).content.decode()
    assert "By telephone" in page
    assert path(case, f"check-ins/{checkin.pk}/record/") in page
    assert "No rhythm is agreed yet" in page


def test_list__says_late_in_words(cast: Cast, case: Casefile, plan: FollowUpPlan, client_of: ClientOf) -> None:
    a_checkin(case, plan, by=cast.alice, due_on=timezone.localdate() - timedelta(days=30), at=timezone.now())
    assert "working days late" in client_of(cast.alice).get(path(case)).content.decode()


@pytest.mark.parametrize("who", ["bob", "charlie", "liaison"])
def test_checkin__does_not_exist_for_others(
    cast: Cast, case: Casefile, checkin: CheckIn, client_of: ClientOf, who: str
) -> None:
    for rest in ("", f"{checkin.pk}/", f"{checkin.pk}/record/"):
        assert client_of(getattr(cast, who)).get(path(case) + rest).status_code == 404


def test_checkin__of_another_case_does_not_exist(cast: Cast, case: Casefile, client_of: ClientOf) -> None:
    assert client_of(cast.alice).get(path(case, "check-ins/999999/")).status_code == 404


def test_record__once(cast: Cast, case: Casefile, checkin: CheckIn, client_of: ClientOf) -> None:
    alice, here = client_of(cast.alice), path(case, f"check-ins/{checkin.pk}/")
    answer = alice.post(here + "record/", outcome(checkin, agreed="To call the school"))
    assert answer.headers["Location"] == here
    page = alice.get(here).content.decode()
    assert "We spoke about work." in page
    assert "To call the school" in page
    again = client_of(cast.carla).post(here + "record/", outcome(checkin, note="Typed by Carla"))
    assert again.status_code == 422
    assert "recorded this check-in" in again.content.decode()
    assert "Typed by Carla" in again.content.decode()


def test_record__from_my_day_leads_back_there(
    cast: Cast, case: Casefile, checkin: CheckIn, client_of: ClientOf
) -> None:
    here = path(case, f"check-ins/{checkin.pk}/record/?from=my_day")
    assert client_of(cast.alice).post(here, outcome(checkin)).headers["Location"] == "/"


def test_record__is_in_the_ledger_before_it_is_shown(
    cast: Cast, case: Casefile, checkin: CheckIn, client_of: ClientOf
) -> None:
    client_of(cast.alice).get(path(case, f"check-ins/{checkin.pk}/record/"), headers={"Referer": "http://testserver/"})
    entry = LedgerEntry.objects.filter(object_type="checkin", operation="CONSULT").latest("at")
    assert (entry.object_ids, entry.act) == ([checkin.pk], "CHECKIN_RECORD")
    assert entry.purpose == f"cases:my_day task:checkin {checkin.pk}"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"outcome": ""}, "outcome"),
        ({"outcome": "VANISHED"}, "outcome"),
        ({"outcome": "MISSED", "reason": "x" * 30_000}, "reason"),
        ({"note": "x" * 1_000_000}, "note"),
        ({"note": "a\x00b"}, "note"),
        ({"held_on": "2999-01-01"}, "held_on"),
        ({"next_on": "2001-01-01"}, "next_on"),
        ({"next_on": "yesterday"}, "next_on"),
    ],
)
def test_record__says_beside_the_field_what_is_wrong(
    cast: Cast, case: Casefile, checkin: CheckIn, client_of: ClientOf, changed: dict[str, str], field: str
) -> None:
    answer = client_of(cast.alice).post(path(case, f"check-ins/{checkin.pk}/record/"), outcome(checkin, **changed))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in page
    assert as_it_stands(cast.alice, case, checkin.pk).state == "PLANNED"


def test_record__shows_what_was_missed_before(
    cast: Cast, case: Casefile, plan: FollowUpPlan, checkin: CheckIn, client_of: ClientOf
) -> None:
    alice = client_of(cast.alice)
    missed = a_checkin(case, plan, by=cast.alice, due_on=timezone.localdate() - timedelta(days=7), at=timezone.now())
    alice.post(path(case, f"check-ins/{missed.pk}/record/"), outcome(missed, outcome="MISSED", note="Nobody was in."))
    page = alice.get(path(case, f"check-ins/{checkin.pk}/record/")).content.decode()
    assert "Missed before" in page
    assert "missed, no reason" in page


def test_record__makes_the_next_contact(cast: Cast, case: Casefile, checkin: CheckIn, client_of: ClientOf) -> None:
    day = timezone.localdate() + timedelta(days=10)
    typed = outcome(checkin, next_on=str(day), next_time="14:30")
    client_of(cast.alice).post(path(case, f"check-ins/{checkin.pk}/record/"), typed)
    with acting(cast.alice):
        assert checkins_for(cast.alice, at=timezone.now()).filter(due_on=day, state="PLANNED").exists()


def test_record__the_mayor_may_not(cast: Cast, case: Casefile, checkin: CheckIn, client_of: ClientOf) -> None:
    mayor, here = client_of(cast.mayor), path(case, f"check-ins/{checkin.pk}/")
    assert mayor.get(here).status_code == 200
    assert mayor.get(here + "record/").status_code == 403
    assert mayor.post(here + "record/", outcome(checkin)).status_code == 403
    assert mayor.post(here + "record/", {}).status_code == 403


def test_correct__keeps_what_was_written(cast: Cast, case: Casefile, checkin: CheckIn, client_of: ClientOf) -> None:
    alice, here = client_of(cast.alice), path(case, f"check-ins/{checkin.pk}/")
    alice.post(here + "record/", outcome(checkin))
    recorded = as_it_stands(cast.alice, case, checkin.pk)
    form = alice.get(here + "correct/").content.decode()
    assert "We spoke about work." in form
    alice.post(here + "correct/", outcome(recorded, outcome="PARTLY", reason="She left early", note="About school."))
    page = alice.get(here).content.decode()
    assert "About school." in page
    assert "We spoke about work." in page
    assert "corrected since" in page
    assert "We spoke" not in client_of(cast.mayor).get(here).content.decode()


def test_reschedule__the_old_one_stays(cast: Cast, case: Casefile, checkin: CheckIn, client_of: ClientOf) -> None:
    alice, here = client_of(cast.alice), path(case, f"check-ins/{checkin.pk}/")
    day = timezone.localdate() + timedelta(days=1)
    typed = {"version": checkin.version, "due_on": str(day), "asked_by": "PERSON", "reason": "Works that day"}
    answer = alice.post(here + "reschedule/", typed)
    assert answer.status_code == 302
    assert answer.headers["Location"] != here
    assert "the earlier entry" in alice.get(answer.headers["Location"]).content.decode()
    page = alice.get(here).content.decode()
    assert "rescheduled" in page
    assert "Works that day" in page


def test_cancel_and_reinstate(cast: Cast, case: Casefile, checkin: CheckIn, client_of: ClientOf) -> None:
    alice, here = client_of(cast.alice), path(case, f"check-ins/{checkin.pk}/")
    nothing = alice.post(here + "cancel/", {"version": checkin.version, "asked_by": "US", "reason": ""})
    assert nothing.status_code == 422
    alice.post(here + "cancel/", {"version": checkin.version, "asked_by": "US", "reason": "Training day"})
    cancelled = as_it_stands(cast.alice, case, checkin.pk)
    assert cancelled.state == "CANCELLED"
    stale = alice.post(here + "reinstate/", {"version": checkin.version})
    assert stale.status_code == 422
    alice.post(here + "reinstate/", {"version": cancelled.version})
    assert as_it_stands(cast.alice, case, checkin.pk).state == "PLANNED"


def test_arrange__one(cast: Cast, case: Casefile, plan: FollowUpPlan, client_of: ClientOf) -> None:
    alice, here = client_of(cast.alice), path(case, "check-ins/new/")
    day = timezone.localdate() + timedelta(days=3)
    typed = {"kind": "HOME", "caseworker": cast.alice.pk, "duration": 30, "tolerance_days": 0, "due_on": str(day)}
    assert alice.post(here, {**typed, "due_on": "1999-01-01"}).status_code == 422
    assert alice.post(here, {**typed, "caseworker": cast.bob.pk}).status_code == 422
    answer = alice.post(here, typed)
    assert "Home visit" in alice.get(answer.headers["Location"]).content.decode()


def test_arrange__needs_a_plan(cast: Cast, case: Casefile, client_of: ClientOf) -> None:
    for rest in ("check-ins/new/", "rhythms/new/"):
        page = client_of(cast.alice).get(path(case, rest)).content.decode()
        assert "a plan that is agreed" in page
        assert client_of(cast.mayor).get(path(case, rest)).status_code == 403


def test_rhythm__its_check_ins_are_there(cast: Cast, case: Casefile, plan: FollowUpPlan, client_of: ClientOf) -> None:
    alice = client_of(cast.alice)
    typed = a_rhythm_typed(cast, starts_on=str(timezone.localdate()))
    answer = alice.post(path(case, "rhythms/new/"), typed)
    assert answer.headers["Location"] == path(case)
    page = alice.get(path(case)).content.decode()
    assert "every two weeks on Tuesday" in page.replace("Every", "every")
    assert page.count("Home visit") >= 3


def test_rhythm__previews_what_moves_and_why(
    cast: Cast, case: Casefile, plan: FollowUpPlan, client_of: ClientOf
) -> None:
    typed = a_rhythm_typed(cast, every=1, weekdays=[4], starts_on="2026-12-14", preview="1")
    answer = client_of(cast.alice).post(path(case, "rhythms/new/"), typed, headers={"HX-Request": "true"})
    page = answer.content.decode()
    assert "<html" not in page
    assert "Monday 28 December 2026" in page
    assert "moved from Friday 25 December 2026: a public holiday" in page
    assert rhythms(cast, case) == []


def test_rhythm__previews_without_javascript_too(
    cast: Cast, case: Casefile, plan: FollowUpPlan, client_of: ClientOf
) -> None:
    typed = a_rhythm_typed(cast, frequency="MONTHS", monthly="NTH", nth=-1, nth_weekday=4, preview="1", every=1)
    page = client_of(cast.alice).post(path(case, "rhythms/new/"), typed).content.decode()
    assert "<html" in page
    assert "Friday 29 January 2027" in page
    assert rhythms(cast, case) == []


@pytest.mark.parametrize(
    "changed",
    [
        {"weekdays": []},
        {"weekdays": [9]},
        {"every": 0},
        {"every": "9" * 40},
        {"starts_on": ""},
        {"starts_on": "1999-01-01"},
        {"ends_on": "2026-01-01"},
        {"frequency": "YEARS"},
        {"frequency": "MONTHS", "monthly": "NTH"},
        {"frequency": "MONTHS", "monthly": "DAY", "month_day": "40"},
        {"duration": 0},
        {"caseworker": "999999"},
        {"place": "x" * 399},
    ],
)
@pytest.mark.parametrize("preview", [False, True])
def test_rhythm__impossible(
    cast: Cast, case: Casefile, plan: FollowUpPlan, client_of: ClientOf, changed: dict[str, Any], preview: bool
) -> None:
    typed = a_rhythm_typed(cast, **changed) | ({"preview": "1"} if preview else {})
    answer = client_of(cast.alice).post(path(case, "rhythms/new/"), typed)
    assert answer.status_code in ((200, 422) if preview else (422,))
    assert rhythms(cast, case) == []


def test_rhythm__pauses_resumes_ends(cast: Cast, case: Casefile, plan: FollowUpPlan, client_of: ClientOf) -> None:
    alice, today = client_of(cast.alice), timezone.localdate()
    rhythm = a_rhythm(case, plan, by=cast.alice, starts_on=today, at=timezone.now())
    here = path(case, f"rhythms/{rhythm.pk}/")
    alice.post(here + "pause/", {"version": 1, "reason": "HOSPITAL", "starts_on": str(today + timedelta(days=1))})
    assert "Will pause" in alice.get(path(case)).content.decode()
    assert alice.post(here + "pause/", {"version": 1, "reason": "X", "starts_on": str(today)}).status_code == 422
    alice.post(here + "resume/", {"version": 2, "on": str(today + timedelta(days=20))})
    answer = alice.post(here + "end/", {"version": 3, "ends_on": str(today + timedelta(days=30))}, follow=True)
    assert "The rhythm ends." in answer.content.decode()
    assert alice.get(path(case, "rhythms/999999/end/")).status_code == 404
    taken_up = alice.post(here + "take-up/", {"version": 4})
    assert taken_up.status_code == 422
    assert "not set aside" in taken_up.content.decode()
