"""On which days a rhythm falls, against dateutil; a number of times; quarters; and the chain of a taper."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from random import Random

import pytest

from cases.checkins import rules
from cases.checkins.rules import Lasting, Pattern, Step
from tests.cases.checkins import oracle
from tests.cases.checkins.invention import a_pattern, a_window

ONE = oracle.ONE
STARTS = date(2026, 12, 1)  # a Tuesday
TUESDAYS = Pattern(frequency="WEEKS", weekdays=(1,), starts_on=STARTS)


@pytest.mark.parametrize("part", range(2))
def test_occurrences__as_rrule_gives_them(part: int) -> None:
    for number in range(part * 1500, (part + 1) * 1500):
        dice = Random(number)
        pattern = a_pattern(dice)
        first, until = a_window(dice, pattern)
        found = rules.occurrences(pattern, first, until)
        assert found == oracle.days(pattern, first, until), f"rhythm {number}"
        middle = first + dice.randint(0, (until - first).days) * ONE
        parts = rules.occurrences(pattern, first, middle) + rules.occurrences(pattern, middle, until)
        assert parts == found, f"rhythm {number}"


def test_ends_with_count__says_the_same_without_counting() -> None:
    for number in range(400):
        dice = Random(number)
        counted = a_pattern(dice, ends_on=None, times=dice.randint(1, 40))
        ends_on = rules.ends_with_count(counted)
        assert rules.occurrences(counted, ends_on - ONE, ends_on) == [ends_on - ONE]
        assert not rules.occurrences(counted, ends_on, ends_on + 4000 * ONE)
        told = replace(counted, ends_on=ends_on)
        everything = rules.occurrences(told, told.starts_on, date(2200, 1, 1))
        assert everything == rules.occurrences(counted, told.starts_on, date(2200, 1, 1))
        assert len(everything) == counted.times


def test_ends_with_count__not_before_the_calendar_itself() -> None:
    century = Pattern(frequency="MONTHS", every=366, month_day=1, starts_on=STARTS, times=500)
    assert rules.ends_with_count(century) == date.max
    last = Pattern(frequency="DAYS", starts_on=date.max, times=1)
    assert rules.ends_with_count(last) == date.max


@pytest.mark.parametrize(("field", "times"), [("times", None), ("times", 0), ("weekdays", 1)])
def test_ends_with_count__of_a_number_of_times_only(field: str, times: int | None) -> None:
    days = () if field == "weekdays" else (1,)
    with pytest.raises(ValueError, match=field):
        rules.ends_with_count(replace(TUESDAYS, times=times, weekdays=days))


@pytest.mark.parametrize(
    ("times", "days"),
    [
        (1, ["2027-02-15", "2027-05-16", "2027-08-16", "2027-11-16"]),
        (2, ["2027-01-23", "2027-03-09", "2027-04-23", "2027-06-08", "2027-07-24", "2027-09-08"]),
        (3, ["2027-01-16", "2027-02-15", "2027-03-17", "2027-04-16", "2027-05-16", "2027-06-15"]),
    ],
)
def test_occurrences__in_the_middle_of_each_part_of_a_quarter(times: int, days: list[str]) -> None:
    pattern = Pattern(frequency="QUARTER", every=times, starts_on=date(2020, 5, 5))
    found = rules.occurrences(pattern, date(2027, 1, 1), date(2028, 1, 1))
    assert [one.isoformat() for one in found[: len(days)]] == days
    assert len(found) == 4 * times


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
    quarterly = Pattern(frequency="QUARTER", starts_on=date(9999, 8, 20))
    assert list(rules.occurrences_from(quarterly, date(9999, 1, 1))) == [date(9999, 11, 16)]


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
        ("every", {"frequency": "QUARTER", "every": 14}),
        ("times", {"frequency": "DAYS", "times": 0}),
        ("times", {"frequency": "DAYS", "times": 501}),
    ],
)
def test_fault_of__names_the_field_that_makes_no_sense(field: str, said: dict[str, object]) -> None:
    pattern = Pattern(starts_on=date(2026, 1, 1), **said)  # type: ignore[arg-type]
    assert rules.fault_of(pattern) == field
    with pytest.raises(ValueError, match=field):
        rules.occurrences(pattern, date(2026, 1, 1), date(2026, 2, 1))


# --- A taper ---

WEEKLY = Step(TUESDAYS, 8, Lasting.WEEKS)
TWO_WEEKLY = Step(replace(TUESDAYS, every=2), 3, Lasting.MONTHS)
MONTHLY = Step(Pattern(frequency="MONTHS", nth=1, nth_weekday=1, starts_on=date(1999, 1, 1)))


def test_taper__each_ends_where_the_next_one_starts() -> None:
    chain = rules.taper([WEEKLY, TWO_WEEKLY, MONTHLY], STARTS)
    assert [(one.starts_on, one.ends_on) for one in chain] == [
        (STARTS, date(2027, 1, 26)),
        (date(2027, 1, 26), date(2027, 4, 26)),
        (date(2027, 4, 26), None),
    ]
    days = [day for one in chain for day in rules.occurrences(one, STARTS, date(2027, 7, 1))]
    assert [len(rules.occurrences(one, STARTS, date(2027, 7, 1))) for one in chain] == [8, 7, 2]
    assert days == sorted(set(days))


def test_taper__after_so_many_times_the_next_one_starts_where_the_one_too_many_would_be() -> None:
    every_ten_days = Step(Pattern(frequency="DAYS", every=10, starts_on=STARTS), 2, Lasting.TIMES)
    chain = rules.taper([Step(TUESDAYS, 3, Lasting.TIMES), every_ten_days], STARTS)
    assert [(one.starts_on, one.ends_on, one.times) for one in chain] == [
        (STARTS, date(2026, 12, 22), 3),
        (date(2026, 12, 22), date(2027, 1, 2), 2),
    ]
    days = [day.isoformat() for one in chain for day in rules.occurrences(one, STARTS, date(2028, 1, 1))]
    assert days == ["2026-12-01", "2026-12-08", "2026-12-15", "2026-12-22", "2027-01-01"]


def test_taper__a_month_that_is_shorter_ends_on_its_last_day() -> None:
    chain = rules.taper([replace(TWO_WEEKLY, lasts=1), MONTHLY], date(2027, 12, 31))
    assert chain[0].ends_on == date(2028, 1, 31)
    assert rules.taper([replace(TWO_WEEKLY, lasts=2), MONTHLY], date(2027, 12, 31))[0].ends_on == date(2028, 2, 29)


@pytest.mark.parametrize(
    ("field", "steps"),
    [
        ("lasts", [MONTHLY, WEEKLY]),
        ("lasts", [replace(WEEKLY, lasts=0)]),
        ("lasts", [replace(WEEKLY, lasts=501), MONTHLY]),
        ("unit", [replace(WEEKLY, unit="DAYS")]),
        ("weekdays", [Step(replace(TUESDAYS, weekdays=()))]),
    ],
)
def test_taper__refuses_what_has_no_end_or_no_sense(field: str, steps: list[Step]) -> None:
    with pytest.raises(ValueError, match=field):
        rules.taper(steps, STARTS)


@pytest.mark.parametrize(
    ("first", "every", "frequency", "words"),
    [
        (TUESDAYS, 2, "WEEKS", "every two weeks on Tuesday"),
        (replace(TUESDAYS, weekdays=(4, 1)), 3, "WEEKS", "every three weeks on Tuesday and Friday"),
        (replace(TUESDAYS, weekdays=(4, 1)), 1, "MONTHS", "every month on the first Tuesday"),
        (Pattern(frequency="DAYS", every=3, starts_on=STARTS + ONE), 2, "WEEKS", "every two weeks on Wednesday"),
        (Pattern(frequency="MONTHS", month_day=15, starts_on=STARTS), 2, "MONTHS", "every two months on day 15"),
        (
            Pattern(frequency="MONTHS", nth=-1, nth_weekday=4, starts_on=STARTS), 3, "MONTHS",
            "every three months on the last Friday",
        ),
    ],
)  # fmt: skip
def test_thinner__on_the_days_of_the_one_before(first: Pattern, every: int, frequency: str, words: str) -> None:
    assert rules.in_words(rules.thinner(first, every, frequency)) == words


def test_taper__of_too_many_steps_or_beyond_the_calendar() -> None:
    with pytest.raises(ValueError, match="then"):
        rules.taper([replace(WEEKLY, lasts=1)] * (rules.MOST_STEPS + 1), STARTS)
    for unit in (Lasting.WEEKS, Lasting.MONTHS):
        with pytest.raises(ValueError, match="lasts"):
            rules.taper([replace(WEEKLY, lasts=5, unit=unit), MONTHLY], date(9999, 12, 20))
