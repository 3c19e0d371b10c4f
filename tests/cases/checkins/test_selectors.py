"""What is due, late and done, for whoever asks."""

from __future__ import annotations

from datetime import time
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.access.rules import OutOfSight
from cases.access.services import acting
from cases.checkins.models import CheckIn
from cases.checkins.selectors import (
    checkin_for,
    checkins_for,
    due_today,
    earlier_misses,
    following,
    last_recorded,
    late_in_city,
    next_checkin,
    overdue,
    to_record,
)
from cases.checkins.services import cancel_checkin, record_checkin
from tests.cases.checkins.conftest import DAY, Followed, after
from tests.factories import AT, TODAY, a_case
from tests.factories.checkins import a_checkin
from tests.factories.plans import a_plan

OUTCOMES = ("MISSED", "HELD", "MISSED", "MISSED_ACCEPTABLE", "MISSED")


def a_contact(followed: Followed, days: int, at: time | None = None, **fields: Any) -> CheckIn:
    due_on = TODAY + days * DAY
    return a_checkin(followed.case, followed.plan, by=followed.alice, due_on=due_on, due_time=at, **fields)


def test_due_today__ones_own_in_time_order(followed: Followed) -> None:
    some_time, later, sooner = a_contact(followed, 0), a_contact(followed, 0, time(15)), a_contact(followed, 0, time(9))
    a_contact(followed, 1)
    a_contact(followed, 0, caseworker=followed.carla)
    with acting(followed.alice):
        assert list(due_today(followed.alice, at=AT)) == [sooner, later, some_time]


def test_to_record__before_today_and_not_late_yet(followed: Followed) -> None:
    patient, _late = a_contact(followed, 0, tolerance_days=1), a_contact(followed, 0)
    a_contact(followed, 1)
    with acting(followed.alice):
        assert list(to_record(followed.alice, at=AT)) == []
        assert list(to_record(followed.alice, at=after(1))) == [patient]
        assert list(to_record(followed.alice, at=after(2))) == []


def test_overdue__by_its_dates_whether_the_clock_ticked_or_not(followed: Followed) -> None:
    second, first = a_contact(followed, 1), a_contact(followed, 0)
    with acting(followed.alice):
        assert list(overdue(followed.alice, at=AT)) == []
        assert list(overdue(followed.alice, at=after(2))) == [first, second]
        cancel_checkin(checkin=first, by=followed.alice, at=AT, version=1, asked_by="US", reason="Training day")
        assert list(overdue(followed.alice, at=after(2))) == [second]


def test_late_in_city__for_who_covers_the_city(followed: Followed) -> None:
    checkin = a_contact(followed, 0)
    for user in (followed.carla, followed.cast.mayor):
        with acting(user):
            assert list(late_in_city(user, at=after(1))) == [checkin]
    for user in (followed.alice, followed.cast.bob, followed.cast.carlo, followed.cast.dana):
        with acting(user):
            assert list(late_in_city(user, at=after(1))) == []


def test_checkins_of_a_case__next_last_and_missed(followed: Followed) -> None:
    contacts = [a_contact(followed, days) for days in range(6)]
    with acting(followed.alice):
        for contact, outcome in zip(
            contacts, ("MISSED", "HELD", "MISSED", "MISSED_ACCEPTABLE", "MISSED"), strict=False
        ):
            record_checkin(
                checkin=contact, by=followed.alice, at=after(5), version=1, outcome=outcome, reason="Had the flu"
            )
        assert next_checkin(followed.case, followed.alice, at=after(5)) == contacts[5]
        assert next_checkin(followed.case, followed.alice, at=after(6)) is None
        assert last_recorded(followed.case, followed.alice, at=after(5)) == contacts[4]
        misses = list(earlier_misses(followed.case, followed.alice, at=after(5)))
        assert misses == [contacts[4], contacts[3], contacts[2]]
        assert list(checkins_for(followed.alice, at=after(5))) == contacts[::-1]
    with acting(followed.cast.bob):
        assert next_checkin(followed.case, followed.cast.bob, at=after(5)) is None
        assert not checkins_for(followed.cast.bob, at=after(5)).exists()


def test_following__what_comes_after_the_contact_that_is_being_recorded(followed: Followed) -> None:
    yesterday, today, tomorrow = (a_contact(followed, days) for days in range(3))
    with acting(followed.alice):
        assert following(yesterday, followed.alice, at=after(1)) == today
        assert following(today, followed.alice, at=after(1)) == tomorrow
        assert following(tomorrow, followed.alice, at=after(1)) is None
        assert following(yesterday, followed.alice, at=after(2)) == tomorrow
    with acting(followed.cast.bob):
        assert following(yesterday, followed.cast.bob, at=after(1)) is None


def test_checkin_for__of_that_case_alone(followed: Followed) -> None:
    checkin = a_contact(followed, 0)
    other = a_case(by=followed.carla, lead=followed.alice)
    a_plan(other, by=followed.alice)
    with acting(followed.alice):
        assert checkin_for(followed.alice, followed.case, checkin.pk, at=AT) == checkin
        for case, pk in ((other, checkin.pk), (followed.case, 0)):
            with pytest.raises(OutOfSight):
                checkin_for(followed.alice, case, pk, at=AT)
    with acting(followed.cast.bob), pytest.raises(OutOfSight):
        checkin_for(followed.cast.bob, followed.case, checkin.pk, at=AT)


def test_lists__ask_the_database_once(followed: Followed) -> None:
    for _ in range(3):
        a_contact(followed, 0)
    with acting(followed.carla), CaptureQueriesContext(connection) as asked:
        for row in late_in_city(followed.carla, at=after(1)):
            assert row.casefile.person.official_name
            assert row.casefile.reference
            assert str(row.caseworker)
    assert len(asked) == 1
