"""A rhythm is paused, and resumed; and taken up again after it was set aside."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from cases.access.rules import Refused
from cases.access.services import acting
from cases.checkins.models import Rhythm
from cases.checkins.services import end_rhythm, pause_rhythm, reschedule_checkin, resume_rhythm, take_up_rhythm
from tests.cases.checkins.conftest import DAY, WEEK, Followed, after
from tests.factories import AT, TODAY, a_case
from tests.factories.checkins import a_rhythm
from tests.factories.plans import a_plan


def paused(followed: Followed, rhythm: Rhythm, starts: int, ends: int | None = None) -> Rhythm:
    """The rhythm paused from one day until another, counted from today."""
    with acting(followed.alice):
        return pause_rhythm(
            rhythm=rhythm, by=followed.alice, at=AT, version=followed.fresh(rhythm).version, reason="HOSPITAL",
            starts_on=TODAY + starts * DAY, ends_on=None if ends is None else TODAY + ends * DAY,
        )  # fmt: skip


def resumed(followed: Followed, rhythm: Rhythm, on: int, *, today: int = 0) -> Rhythm:
    with acting(followed.alice):
        return resume_rhythm(
            rhythm=rhythm, by=followed.alice, at=after(today), version=followed.fresh(rhythm).version,
            on=TODAY + on * DAY,
        )  # fmt: skip


def test_pause_rhythm__half_open(followed: Followed) -> None:
    rhythm = a_rhythm(followed.case, followed.plan, by=followed.alice)
    paused(followed, rhythm, 7, 21)
    assert followed.days(rhythm, "CANCELLED") == ["2024-11-12", "2024-11-19"]
    assert {row.moved_because for row in followed.checkins(rhythm=rhythm, state="CANCELLED")} == {"PAUSE"}
    assert followed.days(rhythm)[:2] == ["2024-11-05", "2024-11-26"]


def test_pause_rhythm__refuses_the_impossible(followed: Followed) -> None:
    rhythm = a_rhythm(followed.case, followed.plan, by=followed.alice)
    paused(followed, rhythm, 7, 14)
    for starts, ends, code in (
        (-1, None, "too_early"),
        (20, 20, "too_early"),
        (13, None, "overlap"),
        (0, 8, "overlap"),
    ):
        with pytest.raises(Refused) as refused:
            paused(followed, rhythm, starts, ends)
        assert refused.value.code == code
    paused(followed, rhythm, 14, 15)
    with acting(followed.alice), pytest.raises(Refused) as refused:
        pause_rhythm(rhythm=rhythm, by=followed.alice, at=AT, version=3, starts_on=TODAY, reason="BORED")
    assert (refused.value.field, refused.value.code) == ("reason", "unknown_code")


def test_resume_rhythm__plans_again_what_the_pause_had_called_off(followed: Followed) -> None:
    mondays = a_rhythm(followed.case, followed.plan, by=followed.alice, weekdays=[0])
    by_hand = followed.checkins(rhythm=mondays)[2]
    with acting(followed.alice):
        moved = reschedule_checkin(
            checkin=by_hand, by=followed.alice, at=AT, version=1, due_on=date(2024, 11, 27), asked_by="PERSON",
            reason="Works that day",
        )  # fmt: skip
    paused(followed, mondays, 3)
    assert followed.days(mondays) == []
    back = resumed(followed, mondays, 5)
    assert followed.days(mondays)[:3] == ["2024-11-12", "2024-11-18", "2024-11-27"]
    armistice = followed.checkins(rhythm=mondays)[0]
    assert (armistice.occurs_on, armistice.moved_because) == (date(2024, 11, 11), "HOLIDAY")
    assert (followed.fresh(moved).moved_because, followed.fresh(moved).state) == ("", "PLANNED")
    assert followed.fresh(by_hand).state == "RESCHEDULED"
    assert back.materialised_until == date(2024, 12, 31) + 6 * DAY


def test_resume_rhythm__nothing_for_days_gone_by_nor_for_another_pause(followed: Followed) -> None:
    rhythm = a_rhythm(followed.case, followed.plan, by=followed.alice)
    paused(followed, rhythm, 21, 29)
    paused(followed, rhythm, 1, 20)
    resumed(followed, rhythm, 2, today=10)
    assert followed.days(rhythm)[:3] == ["2024-11-05", "2024-11-19", "2024-12-10"]


def test_resume_rhythm__makes_what_was_never_made(followed: Followed) -> None:
    case = a_case(by=followed.carla, lead=followed.alice)
    plan = a_plan(case, by=followed.alice)
    rhythm = a_rhythm(case, plan, by=followed.alice, starts_on=TODAY + 70 * DAY)
    paused(followed, rhythm, 70)
    resumed(followed, rhythm, 77, today=70)
    assert followed.days(rhythm)[:2] == ["2025-01-21", "2025-01-28"]


def test_resume_rhythm__what_ended_stays_ended(followed: Followed) -> None:
    rhythm = a_rhythm(followed.case, followed.plan, by=followed.alice)
    paused(followed, rhythm, 7)
    with acting(followed.alice):
        end_rhythm(rhythm=rhythm, by=followed.alice, at=AT, version=2, ends_on=TODAY + 20 * DAY)
    resumed(followed, rhythm, 8)
    assert followed.days(rhythm) == ["2024-11-05", "2024-11-19"]


def test_resume_rhythm__refuses_what_is_not_paused(followed: Followed) -> None:
    rhythm = a_rhythm(followed.case, followed.plan, by=followed.alice)
    paused(followed, rhythm, 7, 14)
    for on in (7, 14):
        with pytest.raises(Refused) as refused:
            resumed(followed, rhythm, on)
        assert refused.value.code == "not_paused"


def test_take_up_rhythm__lets_the_clock_try_again(followed: Followed) -> None:
    rhythm = a_rhythm(followed.case, followed.plan, by=followed.alice)
    with acting(followed.alice):
        with pytest.raises(Refused) as refused:
            take_up_rhythm(rhythm=rhythm, by=followed.alice, at=AT, version=1)
        assert refused.value.code == "not_set_aside"
        Rhythm.objects.filter(pk=rhythm.pk).update(set_aside_at=AT, set_aside_error="ValueError: weekdays")
        taken_up = take_up_rhythm(rhythm=rhythm, by=followed.alice, at=AT, version=1)
    assert (taken_up.set_aside_at, taken_up.set_aside_error, taken_up.version) == (None, "", 2)


def test_pause_rhythm__the_others_of_the_case_too(followed: Followed, rhythm: Rhythm) -> None:
    other = a_rhythm(followed.case, followed.plan, by=followed.alice, weekdays=[4])
    with acting(followed.alice):
        said: dict[str, Any] = {"by": followed.alice, "at": AT, "reason": "DETENTION"}
        pause_rhythm(rhythm=other, **said, version=1, starts_on=TODAY, ends_on=TODAY + WEEK)
        pause_rhythm(rhythm=rhythm, **said, version=1, starts_on=TODAY + DAY, all_of_case=True)
    assert followed.days(rhythm) == [TODAY.isoformat()]
    assert len(followed.days(other)) == 7  # it was paused in that time already
    third = a_rhythm(followed.case, followed.plan, by=followed.alice, weekdays=[0])
    with acting(followed.alice):
        pause_rhythm(rhythm=third, **said, version=1, starts_on=TODAY + 10 * DAY, all_of_case=True)
    assert followed.days(other) == []


def test_pause_rhythm__from_a_day_before_it_begins(followed: Followed) -> None:
    later = a_rhythm(followed.case, followed.plan, by=followed.alice, starts_on=TODAY + WEEK)
    with acting(followed.alice):
        pause_rhythm(
            rhythm=later,
            by=followed.alice,
            at=AT,
            version=1,
            starts_on=TODAY,
            ends_on=TODAY + 2 * WEEK,
            reason="ABROAD",
        )
    assert followed.days(later)[0] == (TODAY + 2 * WEEK).isoformat()
