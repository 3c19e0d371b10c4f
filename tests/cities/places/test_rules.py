"""The calendar of Belgium, against one written down plainly; and what the clocks of Brussels show."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cities.places import rules
from tests.cases.checkins import oracle

day = st.dates(date(2014, 1, 1), date(2040, 12, 31))


@settings(max_examples=3000, deadline=None)
@given(day)
def test_is_working_day__neither_weekend_nor_feast(one: date) -> None:
    assert rules.is_working_day(one) == (not oracle.why_off(one))


@settings(max_examples=500, deadline=None)
@given(day, st.integers(0, 40))
def test_working_days_after__counts_forward(one: date, count: int) -> None:
    found = rules.working_days_after(one, count)
    assert rules.working_days_between(one + timedelta(days=1), found) == count
    assert count == 0 or rules.is_working_day(found)


def test_public_holidays__have_names_in_the_readers_language() -> None:
    feast = date(2026, 7, 21)
    assert rules.public_holidays(2026)[feast] == "National Day"
    assert rules.public_holidays(2026, "fr")[feast] == "Fête nationale"
    assert rules.public_holidays(2026, "nl-be")[feast] == "Nationale feestdag"


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (datetime(2026, 11, 23, 22, 59, tzinfo=UTC), date(2026, 11, 23)),
        (datetime(2026, 11, 23, 23, 0, tzinfo=UTC), date(2026, 11, 24)),
        (datetime(2026, 7, 20, 22, 0, tzinfo=UTC), date(2026, 7, 21)),
    ],
)
def test_day_of__by_the_wall_clock_of_brussels(at: datetime, day: date) -> None:
    assert rules.day_of(at) == day


@pytest.mark.parametrize(
    ("day", "shown", "utc"),
    [
        (date(2026, 3, 29), time(1, 59), datetime(2026, 3, 29, 0, 59, tzinfo=UTC)),
        (date(2026, 3, 29), time(2, 30), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),  # never shown that night
        (date(2026, 3, 29), time(3, 0), datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
        (date(2026, 10, 25), time(2, 30), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),  # shown twice
        (date(2026, 10, 25), time(3, 0), datetime(2026, 10, 25, 2, 0, tzinfo=UTC)),
    ],
)
def test_moment_of__over_both_clock_changes(day: date, shown: time, utc: datetime) -> None:
    assert rules.moment_of(day, shown) == utc
