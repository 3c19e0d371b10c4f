"""Lateness and reminders, counted by a calendar that is written down plainly."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.checkins import rules
from cities.places.rules import moment_of
from tests.cases.checkins import oracle

ONE = timedelta(days=1)
HUNDREDS = settings(max_examples=500)

day = st.dates(date(2014, 1, 1), date(2032, 12, 31))


@HUNDREDS
@given(day, st.integers(0, 15))
def test_late_from__the_working_day_after_the_days_of_grace(due_on: date, tolerance: int) -> None:
    late = rules.late_from(due_on, tolerance)
    following = oracle.working_days(due_on + ONE, due_on + 60 * ONE)
    assert late == following[tolerance]


@HUNDREDS
@given(day, st.integers(0, 15))
def test_late_from__some_time_in_the_week_counts_from_its_friday(due_on: date, tolerance: int) -> None:
    year, week, _weekday = due_on.isocalendar()
    friday = date.fromisocalendar(year, week, 5)
    assert rules.late_from(due_on, tolerance, within_week=True) == rules.late_from(friday, tolerance)


@HUNDREDS
@given(day, st.integers(0, 15))
def test_early_from__so_many_working_days_before(due_on: date, early: int) -> None:
    before = oracle.working_days(due_on - 60 * ONE, due_on - ONE)
    first = before[-early] if early else due_on
    assert rules.early_from(due_on, early) == first
    year, week, _weekday = due_on.isocalendar()
    monday = date.fromisocalendar(year, week, 1)
    assert rules.early_from(due_on, early, within_week=True) == min(first, monday)


@HUNDREDS
@given(day, st.integers(-20, 80))
def test_working_days_late__counts_as_the_calendar_does(late: date, passed: int) -> None:
    on = late + timedelta(days=passed)
    assert rules.working_days_late(late, on) == len(oracle.working_days(late, on))


@pytest.mark.parametrize(
    ("due_on", "utc"),
    [
        (date(2026, 3, 28), datetime(2026, 3, 28, 6, tzinfo=UTC)),  # winter time
        (date(2026, 3, 29), datetime(2026, 3, 29, 5, tzinfo=UTC)),  # that night an hour was skipped
        (date(2026, 10, 24), datetime(2026, 10, 24, 5, tzinfo=UTC)),
        (date(2026, 10, 25), datetime(2026, 10, 25, 6, tzinfo=UTC)),  # that night an hour came twice
    ],
)
def test_remind_at__seven_by_the_clocks_of_brussels(due_on: date, utc: datetime) -> None:
    assert rules.remind_at(due_on, None) == rules.remind_at(due_on, time(8)) == utc


def test_remind_at__the_evening_before_an_early_contact() -> None:
    assert rules.remind_at(date(2026, 3, 29), time(7, 59)) == datetime(2026, 3, 28, 17, tzinfo=UTC)


@pytest.mark.parametrize(("hour", "answer"), [(time(2, 59), False), (time(3, 0), True), (time(3, 10), False)])
def test_looks_at_all__once_a_night_by_the_clocks_of_brussels(hour: time, answer: bool) -> None:
    assert rules.looks_at_all(moment_of(date(2026, 7, 1), hour)) is answer
