"""A rhythm steps around the days that a case avoids."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from cases.access.rules import OutOfSight
from cases.access.services import acting
from cases.checkins.models import AvoidedDays, Rhythm
from cases.checkins.selectors import avoided_days_for, avoided_days_of
from cases.checkins.services import avoid_days, leave_digests, leave_reminders, materialise, withdraw_avoided_days
from cities.ledger.rules import Clock
from tests.cases.checkins.conftest import DAY, WEEK, Followed, after
from tests.factories import AT, TODAY
from tests.factories.checkins import a_checkin, a_rhythm
from tests.refusals import refusal


def avoided(followed: Followed, first: date, until: date) -> AvoidedDays:
    with acting(followed.alice):
        return avoid_days(case=followed.case, by=followed.alice, at=AT, starts_on=first, ends_on=until)


def test_avoid_days__what_is_planned_there_moves_and_goes_back(followed: Followed, rhythm: Rhythm) -> None:
    keeps = a_rhythm(followed.case, followed.plan, by=followed.alice, policy="KEEP", weekdays=[2])
    before = followed.days(rhythm), followed.days(keeps)
    days = avoided(followed, TODAY + WEEK, TODAY + WEEK + 2 * DAY)
    moved = followed.checkins(occurs_on=TODAY + WEEK)[0]
    assert (moved.due_on, moved.moved_because, moved.version) == (TODAY + WEEK + 2 * DAY, "AVOIDED", 2)
    assert (TODAY + WEEK + DAY).isoformat() not in followed.days(keeps)
    with acting(followed.alice):
        assert list(avoided_days_of(followed.case, followed.alice, at=AT)) == [days]
        withdraw_avoided_days(days=days, by=followed.alice, at=AT)
        withdraw_avoided_days(days=days, by=followed.alice, at=AT)  # twice is once
        assert not avoided_days_of(followed.case, followed.alice, at=AT)
    assert (followed.days(rhythm), followed.days(keeps)) == before
    assert followed.fresh(moved).moved_because == ""


def test_avoid_days__are_known_when_check_ins_are_made_later(followed: Followed, rhythm: Rhythm) -> None:
    far = TODAY + 8 * WEEK
    avoided(followed, far, far + DAY)
    materialise(by=Clock.CLOCK, at=after(7))
    made = followed.checkins(occurs_on=far)[0]
    assert (made.due_on, made.moved_because) == (far + 2 * DAY, "AVOIDED")  # past New Year's Day


def test_avoid_days__leaves_what_was_arranged_by_hand(followed: Followed, rhythm: Rhythm) -> None:
    single = a_checkin(followed.case, followed.plan, by=followed.alice, due_on=TODAY + WEEK)
    avoided(followed, TODAY + WEEK, TODAY + WEEK + DAY)
    assert followed.fresh(single).due_on == TODAY + WEEK


def test_avoid_days__refuses_the_impossible(followed: Followed) -> None:
    for first, until, expected in (
        (TODAY - DAY, TODAY, ("starts_on", "too_early")),
        (TODAY, TODAY, ("ends_on", "too_early")),
        (TODAY, TODAY + 61 * DAY, ("ends_on", "too_far")),
    ):
        assert refusal(lambda first=first, until=until: avoided(followed, first, until)) == expected
    days = avoided(followed, TODAY, TODAY + DAY)
    for nobody in (followed.cast.bob, followed.cast.carlo):
        with acting(nobody):
            assert not avoided_days_of(followed.case, nobody, at=AT)
            with pytest.raises(OutOfSight):
                avoided_days_for(nobody, followed.case, days.pk, at=AT)
            with pytest.raises(OutOfSight):
                withdraw_avoided_days(days=days, by=nobody, at=AT)


def test_avoid_days__what_was_announced_for_the_old_day_is_not_sent(followed: Followed, rhythm: Rhythm) -> None:
    leave_reminders(by=Clock.CLOCK, at=AT)
    leave_digests(by=Clock.CLOCK, at=AT)
    assert [message.state for message in followed.messages()] == ["WAITING"]
    avoided(followed, TODAY, TODAY + DAY)
    assert [message.state for message in followed.messages()] == ["DROPPED"]


def test_avoid_days__the_same_days_again_are_the_same(followed: Followed) -> None:
    said: dict[str, Any] = {
        "case": followed.case,
        "by": followed.alice,
        "at": AT,
        "starts_on": TODAY + DAY,
        "ends_on": TODAY + 3 * DAY,
    }
    with acting(followed.alice):
        first, again = avoid_days(**said), avoid_days(**said)
        other = avoid_days(**{**said, "ends_on": TODAY + 4 * DAY})
        assert (first.pk, AvoidedDays.objects.count()) == (again.pk, 2)
        withdraw_avoided_days(days=first, by=followed.alice, at=AT)
        assert avoid_days(**said).pk not in (first.pk, other.pk)
