"""The days of check-ins, against an oracle that shares no line with them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.checkins import rules
from cases.checkins.rules import MovePolicy, MoveReason, Pattern, Planned
from tests.cases.checkins import oracle

ONE = timedelta(days=1)
THOUSANDS = settings(max_examples=2500, deadline=None)

day = st.dates(date(2014, 1, 1), date(2032, 12, 31))
policy = st.sampled_from(MovePolicy.values)


@st.composite
def patterns(draw: st.DrawFn) -> Pattern:
    starts_on = draw(day)
    ends_on = draw(st.none() | st.integers(1, 900).map(lambda days: starts_on + timedelta(days=days)))
    kind = draw(st.sampled_from(["DAYS", "WEEKS", "MONTH_DAY", "NTH"]))
    every = draw(st.integers(1, 40 if kind == "DAYS" else 9))
    plain = Pattern(frequency="DAYS", starts_on=starts_on, ends_on=ends_on, every=every, policy=draw(policy))
    weekday = st.integers(0, 6)
    if kind == "WEEKS":
        weekdays = draw(st.lists(weekday, min_size=1, max_size=7, unique=True))
        return replace(plain, frequency="WEEKS", weekdays=tuple(weekdays))
    if kind == "MONTH_DAY":
        return replace(plain, frequency="MONTHS", month_day=draw(st.sampled_from([*range(1, 32), -1])))
    if kind == "NTH":
        return replace(
            plain, frequency="MONTHS", nth=draw(st.sampled_from([1, 2, 3, 4, -1])), nth_weekday=draw(weekday)
        )
    return plain


@st.composite
def windows(draw: st.DrawFn, pattern: Pattern) -> tuple[date, date]:
    """From a little before the pattern starts to three years after, up to half a year long."""
    first = pattern.starts_on + timedelta(days=draw(st.integers(-40, 1100)))
    return first, first + timedelta(days=draw(st.integers(0, 180)))


@THOUSANDS
@given(st.data(), patterns())
def test_occurrences__as_rrule_gives_them(data: st.DataObject, pattern: Pattern) -> None:
    first, until = data.draw(windows(pattern))
    assert rules.occurrences(pattern, first, until) == oracle.days(pattern, first, until)


@settings(max_examples=500, deadline=None)
@given(st.data(), patterns())
def test_occurrences__two_windows_give_what_one_does(data: st.DataObject, pattern: Pattern) -> None:
    first, until = data.draw(windows(pattern))
    middle = data.draw(st.dates(first, until))
    parts = rules.occurrences(pattern, first, middle) + rules.occurrences(pattern, middle, until)
    assert parts == rules.occurrences(pattern, first, until)


@THOUSANDS
@given(st.data(), patterns())
def test_planned__same_days_each_with_its_reason(data: st.DataObject, pattern: Pattern) -> None:
    first, until = data.draw(windows(pattern))
    starts = data.draw(st.lists(st.dates(first - 30 * ONE, until + 30 * ONE), max_size=2))
    lengths = data.draw(st.lists(st.none() | st.integers(1, 60), min_size=2, max_size=2))
    pauses = [(start, start + days * ONE if days else None) for start, days in zip(starts, lengths, strict=False)]
    found = rules.planned(pattern, first, until, pauses=pauses)
    as_plain = [(one.occurs_on, one.due_on, one.because or "") for one in found]
    assert as_plain == oracle.planned(pattern, first, until, pauses)
    due = [one.due_on for one in found if one.due_on]
    assert len(due) == len(set(due))  # never two contacts on one day


@THOUSANDS
@given(day, policy)
def test_moved__to_a_working_day_or_not_at_all(one: date, how: str) -> None:
    assert rules.moved(one, how) == oracle.moved(one, how)


@THOUSANDS
@given(day, st.integers(0, 15))
def test_late_from__the_working_day_after_the_days_of_grace(due_on: date, tolerance: int) -> None:
    late = rules.late_from(due_on, tolerance)
    following = oracle.working_days(due_on + ONE, due_on + 60 * ONE)
    assert late == following[tolerance]


@settings(max_examples=500, deadline=None)
@given(day, st.integers(-20, 80))
def test_working_days_late__counts_as_the_calendar_does(late: date, passed: int) -> None:
    on = late + timedelta(days=passed)
    assert rules.working_days_late(late, on) == len(oracle.working_days(late, on))


@pytest.mark.parametrize(
    ("month_day", "days"),
    [
        (31, ["2028-01-31", "2028-02-29", "2028-03-31", "2028-04-30"]),
        (30, ["2028-01-30", "2028-02-29", "2028-03-30", "2028-04-30"]),
        (-1, ["2028-01-31", "2028-02-29", "2028-03-31", "2028-04-30"]),
    ],
)
def test_occurrences__a_short_month_gives_its_last_day(month_day: int, days: list[str]) -> None:
    pattern = Pattern(frequency="MONTHS", month_day=month_day, starts_on=date(2028, 1, 1))
    found = rules.occurrences(pattern, date(2028, 1, 1), date(2028, 5, 1))
    assert [one.isoformat() for one in found] == days


def test_occurrences__stop_with_the_calendar_itself() -> None:
    pattern = Pattern(frequency="WEEKS", weekdays=(4,), starts_on=date(9999, 12, 20))
    assert list(rules.occurrences_from(pattern, date(9999, 12, 1))) == [date(9999, 12, 24), date(9999, 12, 31)]
    monthly = Pattern(frequency="MONTHS", month_day=1, starts_on=date(9999, 11, 20))
    assert list(rules.occurrences_from(monthly, date(9999, 12, 1))) == [date(9999, 12, 1)]


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("every", {"frequency": "DAYS", "every": 0}),
        ("every", {"frequency": "DAYS", "every": 367}),
        ("ends_on", {"frequency": "DAYS", "ends_on": date(2026, 1, 1)}),
        ("weekdays", {"frequency": "WEEKS"}),
        ("weekdays", {"frequency": "WEEKS", "weekdays": (0, 7)}),
        ("month_day", {"frequency": "MONTHS", "month_day": 0}),
        ("month_day", {"frequency": "MONTHS", "month_day": 32}),
        ("nth", {"frequency": "MONTHS"}),
        ("nth", {"frequency": "MONTHS", "nth": 5, "nth_weekday": 0}),
        ("nth_weekday", {"frequency": "MONTHS", "nth": 1}),
        ("nth_weekday", {"frequency": "MONTHS", "nth": 1, "nth_weekday": 9}),
        ("frequency", {"frequency": "YEARS"}),
    ],
)
def test_fault_of__names_the_field_that_makes_no_sense(field: str, said: dict[str, object]) -> None:
    pattern = Pattern(starts_on=date(2026, 1, 1), **said)  # type: ignore[arg-type]
    assert rules.fault_of(pattern) == field
    with pytest.raises(ValueError, match=field):
        rules.occurrences(pattern, date(2026, 1, 1), date(2026, 2, 1))


def test_moved__nearest_prefers_the_later_of_two() -> None:
    wednesday = date(2026, 11, 11)  # Armistice
    assert rules.moved(wednesday, MovePolicy.NEAREST) == wednesday + ONE


def test_why_off__a_holiday_in_a_weekend_is_a_weekend() -> None:
    assert rules.why_off(date(2026, 11, 1)) == MoveReason.WEEKEND
    assert rules.why_off(date(2026, 12, 25)) == MoveReason.HOLIDAY
    assert rules.why_off(date(2026, 12, 24)) is None


def test_planned__every_day_on_working_days_is_once_a_day() -> None:
    pattern = Pattern(frequency="DAYS", starts_on=date(2026, 11, 23), policy=MovePolicy.NEXT)
    found = rules.planned(pattern, date(2026, 11, 27), date(2026, 12, 1))
    assert found == [
        Planned(date(2026, 11, 27), date(2026, 11, 27)),
        Planned(date(2026, 11, 28), None, MoveReason.WEEKEND),
        Planned(date(2026, 11, 29), None, MoveReason.WEEKEND),
        Planned(date(2026, 11, 30), date(2026, 11, 30)),
    ]
    assert not any(one.is_moved for one in found)


def test_planned__nothing_is_moved_before_the_rhythm_starts() -> None:
    sunday = date(2026, 11, 1)
    pattern = Pattern(frequency="DAYS", every=30, starts_on=sunday, policy=MovePolicy.PREVIOUS)
    assert rules.planned(pattern, sunday, sunday + ONE) == [Planned(sunday, None, MoveReason.WEEKEND)]


def test_next_days__shows_what_moves_and_why() -> None:
    fridays = Pattern(frequency="WEEKS", weekdays=(4,), starts_on=date(2026, 12, 1), policy=MovePolicy.NEXT)
    found = rules.next_days(fridays, first=date(2026, 12, 14), count=3)
    assert found == [
        Planned(date(2026, 12, 18), date(2026, 12, 18)),
        Planned(date(2026, 12, 25), date(2026, 12, 28), MoveReason.HOLIDAY),
        Planned(date(2027, 1, 1), date(2027, 1, 4), MoveReason.HOLIDAY),
    ]
    assert found[1].is_moved


def test_next_days__a_pause_without_end_ends_the_preview() -> None:
    daily = Pattern(frequency="DAYS", starts_on=date(2026, 12, 1))
    pauses = [(date(2026, 12, 3), None)]
    assert [one.occurs_on.day for one in rules.next_days(daily, first=date(2026, 12, 1), pauses=pauses)] == [1, 2]


@pytest.mark.parametrize(
    ("one", "other", "answer"),
    [
        ((1, 5), (5, 9), False),
        ((1, 5), (4, 9), True),
        ((1, None), (9, None), True),
        ((5, None), (1, 5), False),
        ((5, 6), (1, None), True),
    ],
)
def test_overlaps__half_open(one: tuple[int, int | None], other: tuple[int, int | None], answer: bool) -> None:
    def period(days: tuple[int, int | None]) -> rules.Period:
        return date(2026, 1, days[0]), date(2026, 1, days[1]) if days[1] else None

    assert rules.overlaps(period(one), period(other)) is answer


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


STARTS = date(2026, 12, 1)


@pytest.mark.parametrize(
    ("words", "pattern"),
    [
        ("every day", Pattern(frequency="DAYS", starts_on=STARTS)),
        ("every ten days", Pattern(frequency="DAYS", every=10, starts_on=STARTS)),
        ("every 21 days", Pattern(frequency="DAYS", every=21, starts_on=STARTS)),
        ("every week on Tuesday", Pattern(frequency="WEEKS", weekdays=(1,), starts_on=STARTS)),
        ("every two weeks on Tuesday", Pattern(frequency="WEEKS", every=2, weekdays=(1,), starts_on=STARTS)),
        ("every week on Monday, Tuesday and Friday", Pattern(frequency="WEEKS", weekdays=(4, 0, 1), starts_on=STARTS)),
        ("every month on day 15", Pattern(frequency="MONTHS", month_day=15, starts_on=STARTS)),
        (
            "every three months on day 31, or on the last day of a shorter month",
            Pattern(frequency="MONTHS", every=3, month_day=31, starts_on=STARTS),
        ),
        ("every month on the last day", Pattern(frequency="MONTHS", month_day=-1, starts_on=STARTS)),
        ("every month on the first Tuesday", Pattern(frequency="MONTHS", nth=1, nth_weekday=1, starts_on=STARTS)),
        (
            "every two months on the last Friday",
            Pattern(frequency="MONTHS", every=2, nth=-1, nth_weekday=4, starts_on=STARTS),
        ),
    ],
)
def test_rhythm_in_words__as_it_is_said(words: str, pattern: Pattern) -> None:
    with translation.override("en"):
        assert rules.rhythm_in_words(pattern) == words
