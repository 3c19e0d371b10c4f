"""A rhythm that is changed from a day on."""

from __future__ import annotations

from datetime import time
from typing import Any

import pytest

from cases.access.rules import NotAllowed, OutOfSight, Stale
from cases.access.services import acting
from cases.checkins.models import Rhythm
from cases.checkins.services import (
    avoid_days,
    change_checkin,
    change_rhythm,
    end_rhythm,
    materialise,
    pause_rhythm,
    record_checkin,
    reschedule_checkin,
    resume_rhythm,
)
from cases.plans.services import end_plan
from cities.ledger.rules import Clock
from tests.cases.checkins.conftest import DAY, WEEK, Followed, after, last_entry
from tests.cases.checkins.rhythms.conftest import changed
from tests.factories import AT, TODAY
from tests.refusals import refusal


def test_change_rhythm__from_that_day_on_it_is_another_one(followed: Followed, rhythm: Rhythm) -> None:
    new = changed(followed, rhythm, TODAY + WEEK)
    assert followed.days(rhythm) == [TODAY.isoformat()]
    assert followed.days(new)[0] == (TODAY + WEEK + 2 * DAY).isoformat()
    assert len(followed.days(new)) == 7
    old = followed.fresh(rhythm)
    assert (old.ends_on, old.state, new.follows_id, new.starts_on) == (TODAY + WEEK, "ACTIVE", old.pk, TODAY + WEEK)
    called_off = followed.checkins(rhythm=rhythm, state="CANCELLED")
    assert {row.moved_because for row in called_off} == {"CHANGED"}
    entry = last_entry()[0]
    assert (entry.act, entry.object_ids) == ("CHECKIN_ARRANGE", [old.pk, new.pk])
    assert materialise(by=Clock.CLOCK, at=after(7)) == 1  # of the new one alone


def test_change_rhythm__what_was_recorded_or_moved_by_hand_stays(followed: Followed, rhythm: Rhythm) -> None:
    first, second, third = followed.checkins(rhythm=rhythm)[:3]
    with acting(followed.alice):
        record_checkin(checkin=first, by=followed.alice, at=AT, version=1, outcome="HELD")
        moved = reschedule_checkin(
            checkin=second, by=followed.alice, at=AT, version=1, due_on=second.due_on + DAY, asked_by="PERSON",
            reason="Works that day",
        )  # fmt: skip
        change_checkin(
            checkin=third, by=followed.alice, at=AT, version=1, kind="VIDEO", due_time=time(9), duration=30, place="",
            caseworker=followed.alice,
        )  # fmt: skip
    new = changed(followed, rhythm, TODAY)
    assert followed.fresh(first).state == "RECORDED"
    for kept in (moved, third):
        assert (followed.fresh(kept).state, followed.fresh(kept).by_hand) == ("PLANNED", True)
    stands_for = followed.checkins(rhythm=new, state="CANCELLED")
    assert [row.moved_because for row in stands_for] == ["BY_HAND", "BY_HAND"]
    assert [row.occurs_on for row in stands_for] == [TODAY + WEEK + 2 * DAY, TODAY + 2 * WEEK + 2 * DAY]
    weeks = [row.due_on.isocalendar().week for row in followed.checkins(state="PLANNED")]
    assert len(weeks) == len(set(weeks))  # never two contacts in a week that one was agreed for
    materialise(by=Clock.CLOCK, at=after(21))
    assert followed.fresh(stands_for[0]).state == "CANCELLED"


def test_change_rhythm__a_pause_goes_on(followed: Followed, rhythm: Rhythm) -> None:
    with acting(followed.alice):
        pause_rhythm(
            rhythm=rhythm, by=followed.alice, at=AT, version=1, reason="HOSPITAL", starts_on=TODAY + WEEK,
            ends_on=TODAY + 4 * WEEK,
        )  # fmt: skip
    new = changed(followed, rhythm, TODAY + 2 * WEEK)
    assert followed.days(new)[0] == (TODAY + 4 * WEEK + 2 * DAY).isoformat()
    with acting(followed.alice):
        resume_rhythm(rhythm=new, by=followed.alice, at=AT, version=1, on=TODAY + 3 * WEEK)
    assert followed.days(new)[0] == (TODAY + 3 * WEEK + 2 * DAY).isoformat()


def test_change_rhythm__refuses_the_impossible(followed: Followed, rhythm: Rhythm) -> None:
    cases: list[tuple[dict[str, Any], tuple[str, str]]] = [
        ({"from_on": TODAY - DAY}, ("from_on", "too_early")),
        ({"from_on": TODAY, "weekdays": []}, ("weekdays", "pattern")),
        ({"from_on": TODAY, "policy": "SOMEHOW"}, ("policy", "unknown_code")),
        ({"from_on": TODAY, "kind": "DRONE"}, ("kind", "unknown_code")),
        ({"from_on": TODAY, "times": 3, "ends_on": TODAY + WEEK}, ("times", "both")),
        ({"from_on": TODAY, "early_days": 61}, ("early_days", "range")),
        ({"from_on": TODAY, "second": followed.alice}, ("second", "same")),
        ({"from_on": TODAY, "second": followed.cast.bob}, ("second", "caseworker")),
        ({"from_on": TODAY, "ends_on": TODAY + DAY}, ("ends_on", "empty")),
    ]
    for said, expected in cases:
        assert refusal(lambda said=said: changed(followed, rhythm, **said)) == expected
    assert followed.fresh(rhythm).version == 1
    with acting(followed.alice):
        end_rhythm(rhythm=rhythm, by=followed.alice, at=AT, version=1, ends_on=TODAY + WEEK)
    assert refusal(lambda: changed(followed, rhythm, TODAY + WEEK)) == ("from_on", "too_far")
    said = {"rhythm": rhythm, "at": AT, "from_on": TODAY, "kind": "HOME", "frequency": "DAYS", "every": 7}
    with acting(followed.alice), pytest.raises(Stale):
        change_rhythm(**said, by=followed.alice, version=1, caseworker=followed.alice)
    with acting(followed.cast.bob), pytest.raises(OutOfSight):
        change_rhythm(**said, by=followed.cast.bob, version=2, caseworker=followed.alice)
    with acting(followed.cast.mayor), pytest.raises(NotAllowed):
        change_rhythm(**said, by=followed.cast.mayor, version=2, caseworker=followed.alice)


def test_change_rhythm__needs_a_plan_in_force(followed: Followed, rhythm: Rhythm) -> None:
    with acting(followed.alice):
        followed.plan.refresh_from_db()
        version = followed.plan.version
        end_plan(plan=followed.plan, by=followed.alice, at=AT, version=version, ended_on=TODAY, reason="Moved")
    assert refusal(lambda: changed(followed, rhythm, TODAY + WEEK))[1] == "plan"


def test_change_rhythm__what_was_moved_by_hand_outlives_later_acts(followed: Followed, rhythm: Rhythm) -> None:
    third = followed.checkins(rhythm=rhythm)[2]
    with acting(followed.alice):
        moved = reschedule_checkin(
            checkin=third, by=followed.alice, at=AT, version=1, due_on=third.due_on + DAY, asked_by="PERSON",
            reason="Exam",
        )  # fmt: skip
    changed(followed, rhythm, TODAY + WEEK)
    with acting(followed.alice):
        avoid_days(case=followed.case, by=followed.alice, at=AT, starts_on=TODAY + 5 * WEEK, ends_on=TODAY + 6 * WEEK)
    assert followed.fresh(moved).state == "PLANNED"
    with acting(followed.alice):
        pause_rhythm(
            rhythm=rhythm, by=followed.alice, at=AT, version=followed.fresh(rhythm).version, starts_on=TODAY,
            reason="HOSPITAL", all_of_case=True,
        )  # fmt: skip
    assert (followed.fresh(moved).state, followed.fresh(moved).moved_because) == ("CANCELLED", "PAUSE")
