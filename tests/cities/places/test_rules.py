"""The calendar of Belgium, against one written down plainly; and what the clocks of Brussels show."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cities.places import rules
from tests.cases.checkins import oracle

day = st.dates(date(2014, 1, 1), date(2040, 12, 31))


@settings(max_examples=3000)
@given(day)
def test_is_working_day__neither_weekend_nor_feast(one: date) -> None:
    assert rules.is_working_day(one) == (not oracle.why_off(one))


@settings(max_examples=500)
@given(day, st.integers(0, 40))
def test_working_days_after__counts_forward(one: date, count: int) -> None:
    found = rules.working_days_after(one, count)
    assert rules.working_days_between(one + timedelta(days=1), found) == count
    assert count == 0 or rules.is_working_day(found)


@settings(max_examples=500)
@given(day, st.integers(0, 40))
def test_working_days_before__counts_back(one: date, count: int) -> None:
    found = rules.working_days_before(one, count)
    assert rules.working_days_between(found, one - timedelta(days=1)) == count
    assert count == 0 or rules.is_working_day(found)


@pytest.mark.parametrize(
    ("region", "languages", "schools", "feasts"),
    [
        ("FLANDERS", "nl", {"FLEMISH"}, {(7, 11)}),
        ("FLANDERS", "nl fr", {"FLEMISH"}, {(7, 11)}),
        ("WALLONIA", "fr", {"FRENCH"}, {(9, 27)}),
        ("WALLONIA", "fr de", {"FRENCH"}, {(9, 27)}),
        ("WALLONIA", "de fr", {"GERMAN"}, {(11, 15)}),
        ("WALLONIA", "", {"FRENCH"}, {(9, 27)}),
        ("BRUSSELS", "fr nl", {"FLEMISH", "FRENCH"}, {(5, 8)}),
        ("BRUSSELS", "", {"FLEMISH", "FRENCH"}, {(5, 8)}),
        ("BRUSSELS", "fr", {"FRENCH"}, {(5, 8)}),
        ("", "fr nl", set(), set()),
    ],
)
def test_communities_of__by_region_and_languages(
    region: str, languages: str, schools: set[str], feasts: set[tuple[int, int]]
) -> None:
    assert rules.communities_of(region, languages) == schools
    assert rules.regional_feasts(region, languages) == feasts


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


def _plain_clock(utc: datetime) -> datetime:
    """What the clocks of Belgium show: two hours ahead from the last Sunday of March, one in the morning UTC, until
    that of October; one hour ahead otherwise."""

    def changes(month: int) -> datetime:
        last = datetime(utc.year, month, 31, 1, tzinfo=UTC)
        return last - timedelta(days=(last.weekday() + 1) % 7)

    ahead = 2 if changes(3) <= utc < changes(10) else 1
    return (utc + timedelta(hours=ahead)).replace(tzinfo=None)


@settings(max_examples=500)
@given(st.datetimes(datetime(2015, 1, 1), datetime(2040, 12, 30)))  # noqa: DTZ001 -- a clock on the wall has no zone
def test_day_of__by_a_clock_written_down_plainly(shown: datetime) -> None:
    utc = shown.replace(tzinfo=UTC)
    assert rules.day_of(utc) == _plain_clock(utc).date()


@pytest.mark.parametrize("year", range(2024, 2036))
@pytest.mark.parametrize("month", [3, 10])
def test_moment_of__each_quarter_of_an_hour_around_both_nights(year: int, month: int) -> None:
    sunday = date(year, month, 31) - timedelta(days=(date(year, month, 31).weekday() + 1) % 7)
    midnight = datetime(sunday.year, sunday.month, sunday.day, tzinfo=UTC) - timedelta(hours=26)
    first_shown: dict[datetime, datetime] = {}
    for passed in range(4 * 76):
        utc = midnight + passed * timedelta(minutes=15)
        first_shown.setdefault(_plain_clock(utc), utc)
    for passed in range(4 * 72):
        shown = datetime(sunday.year, sunday.month, sunday.day - 1) + passed * timedelta(minutes=15)  # noqa: DTZ001
        # In the hour that is skipped: an hour later by the new time. In the one that comes twice: the first of the two.
        expected = first_shown.get(shown) or first_shown[shown + timedelta(hours=1)]
        assert rules.moment_of(shown.date(), shown.time()) == expected
        assert rules.day_of(expected) == shown.date()
    assert len(first_shown) == 4 * (75 if month == 10 else 76)
