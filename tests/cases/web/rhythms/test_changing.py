"""Rhythms in the browser: changed from a day on, paused, ended."""

from __future__ import annotations

import re

import pytest
from django.utils import timezone

from cases.casefiles.models import Casefile
from cases.plans.models import FollowUpPlan
from tests.cases.web.conftest import ClientOf, words
from tests.cases.web.rhythms.conftest import DAY, HTMX, WEEK, contacts, in_words, monday, path, rhythms, typed
from tests.factories import Cast
from tests.factories.checkins import a_rhythm

# --- Change from a day on ---


def test_change__is_filled_in_and_goes_on_from_that_day(
    cast: Cast, case: Casefile, plan: FollowUpPlan, client_of: ClientOf
) -> None:
    alice = client_of(cast.alice)
    alice.post(path(case), typed(cast, place="At the library", who_else="The coach", time="09:15", tolerance_days=2))
    [rhythm] = rhythms(cast, case)
    here = path(case, f"rhythms/{rhythm.pk}/change/")
    form = alice.get(here).content.decode()
    for value in ("At the library", "The coach", "09:15", monday().isoformat()):
        assert f'value="{value}"' in form
    assert re.search(r'name="weekdays" value="1"[^>]* checked', form)
    by_hand = contacts(cast, case)[2]
    moved = {"version": by_hand.version, "due_on": str(by_hand.due_on + DAY), "asked_by": "PERSON", "reason": "Exam"}
    alice.post(path(case, f"check-ins/{by_hand.pk}/reschedule/"), moved)
    on = monday() + WEEK
    said = typed(cast, weekdays=[3], starts_on=None, from_on=str(on), version=rhythm.version)
    answer = alice.post(here, said, follow=True)
    assert "What was moved or changed by hand stays as it was." in answer.content.decode()
    days = [row.due_on for row in contacts(cast, case, state="PLANNED")]
    assert days[:3] == [monday() + DAY, on + 3 * DAY, by_hand.due_on + DAY]
    page = words(answer.content.decode())
    assert "then every week on Thursday" in page.replace("Change: ", "").replace("  ", " ")


def test_change__of_a_stale_version_keeps_what_was_typed(
    cast: Cast, case: Casefile, plan: FollowUpPlan, client_of: ClientOf
) -> None:
    alice = client_of(cast.alice)
    rhythm = a_rhythm(case, plan, by=cast.alice, starts_on=monday(), at=timezone.now())
    here = path(case, f"rhythms/{rhythm.pk}/change/")
    pause = {"version": 1, "reason": "HOSPITAL", "starts_on": str(monday() + 3 * WEEK)}
    alice.post(path(case, f"rhythms/{rhythm.pk}/pause/"), pause)
    said = typed(cast, starts_on=None, from_on=str(monday()), version=1, place="Typed by Alice")
    stale = alice.post(here, said)
    assert stale.status_code == 422
    assert 'value="Typed by Alice"' in stale.content.decode()
    assert 'name="version" value="2"' in stale.content.decode()
    assert alice.post(here, said | {"version": 2}).status_code == 302


@pytest.mark.parametrize("from_on", ["", "0", "2001-01-01", "9999-12-31", "31/31/2026"])
def test_change__from_a_day_that_cannot_be(
    cast: Cast, case: Casefile, plan: FollowUpPlan, client_of: ClientOf, from_on: str
) -> None:
    rhythm = a_rhythm(
        case, plan, by=cast.alice, starts_on=monday(), ends_on=monday() + 20 * WEEK, at=timezone.now()
    )  # fmt: skip
    said = typed(cast, starts_on=None, from_on=from_on, version=1)
    answer = client_of(cast.alice).post(path(case, f"rhythms/{rhythm.pk}/change/"), said)
    assert answer.status_code == 422
    assert 'id="id_from_on_error"' in answer.content.decode()


def test_change__its_preview_leaves_out_what_is_paused(
    cast: Cast, case: Casefile, plan: FollowUpPlan, client_of: ClientOf
) -> None:
    alice = client_of(cast.alice)
    rhythm = a_rhythm(case, plan, by=cast.alice, starts_on=monday(), at=timezone.now())
    pause = {"version": 1, "reason": "ABROAD", "starts_on": str(monday()), "ends_on": str(monday() + 2 * WEEK)}
    alice.post(path(case, f"rhythms/{rhythm.pk}/pause/"), pause)
    said = typed(cast, starts_on=None, from_on=str(monday()), version=2, preview="1")
    told = alice.post(path(case, f"rhythms/{rhythm.pk}/change/"), said, headers=HTMX).content.decode()
    assert in_words(monday() + DAY) not in told
    assert in_words(monday() + 2 * WEEK + DAY) in told


# --- Pause and end ---


def test_pause__of_all_rhythms_and_resume(cast: Cast, case: Casefile, plan: FollowUpPlan, client_of: ClientOf) -> None:
    alice, today, now = client_of(cast.alice), timezone.localdate(), timezone.now()
    first = a_rhythm(case, plan, by=cast.alice, starts_on=today, at=now)
    second = a_rhythm(case, plan, by=cast.alice, starts_on=today, weekdays=[3], at=now)
    here = path(case, f"rhythms/{first.pk}/")
    assert 'name="all_of_case" id="id_all_of_case" checked' in alice.get(here + "pause/").content.decode()
    said = {"version": 1, "reason": "DETENTION", "starts_on": str(today), "all_of_case": "on"}
    assert alice.post(here + "pause/", said).status_code == 302
    assert alice.post(here + "pause/", said).status_code == 422  # the second click
    assert contacts(cast, case, state="PLANNED") == []
    page = words(alice.get(path(case, "check-ins/")).content.decode())
    assert page.count("Paused since") == page.count("(detention)") == page.count("Resume") == 2
    on = today + 2 * WEEK
    assert alice.post(here + "resume/", {"version": 2, "on": str(on)}).status_code == 302
    assert {row.rhythm_id for row in contacts(cast, case, state="PLANNED")} == {first.pk}
    assert alice.post(path(case, f"rhythms/{second.pk}/resume/"), {"version": 2, "on": "nonsense"}).status_code == 422


def test_end__is_put_off_and_taken_back(cast: Cast, case: Casefile, plan: FollowUpPlan, client_of: ClientOf) -> None:
    alice = client_of(cast.alice)
    rhythm = a_rhythm(case, plan, by=cast.alice, starts_on=monday(), at=timezone.now())
    here = path(case, f"rhythms/{rhythm.pk}/end/")

    def ended(version: int, on: str) -> int:
        page = alice.post(here, {"version": version, "ends_on": on}, follow=True)
        assert page.status_code == 200, words(page.content.decode())
        return len(contacts(cast, case, state="PLANNED"))

    assert ended(1, str(monday() + WEEK)) == 1
    assert f'value="{monday() + WEEK}"' in alice.get(here).content.decode()
    assert ended(2, str(monday() + 3 * WEEK)) == 3
    assert ended(3, "") >= 7
    assert "The rhythm goes on." in alice.post(here, {"version": 4, "ends_on": ""}, follow=True).content.decode()
    stale = alice.post(here, {"version": 4, "ends_on": "2030-01-01"})
    assert (stale.status_code, 'value="2030-01-01"' in stale.content.decode()) == (422, True)
