"""A rhythm as RFC 5545 text and back, held against dateutil's own reading of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from itertools import islice
from random import Random

import pytest
from dateutil.rrule import rrulestr

from cases.checkins import rules
from cases.checkins.rules import Pattern, Unreadable, from_rrule, to_rrule
from tests.cases.checkins.invention import a_pattern

STARTS = date(2026, 12, 1)  # a Tuesday
TUESDAYS = Pattern(frequency="WEEKS", every=2, weekdays=(1,), starts_on=STARTS)


def read_by_dateutil(text: str, starts_on: date) -> list[date]:
    """The days of a rule, as others read it: the first thirty."""
    moments = rrulestr(text, dtstart=datetime.combine(starts_on, datetime.min.time()))
    return [moment.date() for moment in islice(moments, 30)]


def days_of(pattern: Pattern) -> list[date]:
    return list(islice(rules.occurrences_from(pattern, pattern.starts_on), 30))


def test_to_rrule__the_same_rhythm_there_and_back_and_the_same_days_for_others() -> None:
    for number in range(1500):
        dice = Random(number)
        pattern = a_pattern(dice, within_week=False)
        if pattern.frequency == "QUARTER":
            continue
        text = to_rrule(pattern)
        back = from_rrule(text, pattern.starts_on)
        assert replace(back, policy=pattern.policy) == replace(pattern, weekdays=tuple(sorted(pattern.weekdays))), text
        assert read_by_dateutil(text, pattern.starts_on) == days_of(pattern), text


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=TU;WKST=MO", TUESDAYS),
        ("RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=TU;UNTIL=20270131;WKST=MO", replace(TUESDAYS, ends_on=date(2027, 2, 1))),
        ("RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=TU;COUNT=8;WKST=MO", replace(TUESDAYS, times=8)),
        ("RRULE:FREQ=DAILY;INTERVAL=10;WKST=MO", Pattern(frequency="DAYS", every=10, starts_on=STARTS)),
        (
            "RRULE:FREQ=MONTHLY;INTERVAL=1;BYMONTHDAY=28,29,30;BYSETPOS=-1;WKST=MO",
            Pattern(frequency="MONTHS", month_day=30, starts_on=STARTS),
        ),
        (
            "RRULE:FREQ=MONTHLY;INTERVAL=1;BYMONTHDAY=-1;WKST=MO",
            Pattern(frequency="MONTHS", month_day=-1, starts_on=STARTS),
        ),
        (
            "RRULE:FREQ=MONTHLY;INTERVAL=1;BYDAY=-1FR;WKST=MO",
            Pattern(frequency="MONTHS", nth=-1, nth_weekday=4, starts_on=STARTS),
        ),
    ],
)
def test_to_rrule__to_the_letter(text: str, pattern: Pattern) -> None:
    assert to_rrule(pattern) == text
    assert from_rrule(text, STARTS) == pattern


def test_to_rrule__has_no_word_for_a_quarter_nor_for_nonsense() -> None:
    assert to_rrule(Pattern(frequency="QUARTER", starts_on=STARTS)) == ""
    with pytest.raises(ValueError, match="weekdays"):
        to_rrule(replace(TUESDAYS, weekdays=()))


def test_to_rrule__a_count_says_the_end_though_the_day_is_known() -> None:
    counted = replace(TUESDAYS, times=3)
    assert to_rrule(replace(counted, ends_on=rules.ends_with_count(counted))) == to_rrule(counted)


@pytest.mark.parametrize(
    "text",
    [
        "freq=weekly",
        " FREQ=WEEKLY;BYDAY=FR,MO ",
        "FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR",
        "FREQ=WEEKLY;INTERVAL=3;WKST=SU",
        "FREQ=WEEKLY;INTERVAL=1;BYDAY=SU,MO;WKST=SU",
        "FREQ=MONTHLY",
        "FREQ=MONTHLY;BYDAY=+2WE",
        "FREQ=MONTHLY;BYDAY=TU;BYSETPOS=3",
        "FREQ=MONTHLY;BYMONTHDAY=15;BYSETPOS=1",
        "FREQ=MONTHLY;BYMONTHDAY=28;BYSETPOS=-1",
        "FREQ=MONTHLY;BYMONTHDAY=31,30,29,28;BYSETPOS=-1;INTERVAL=5",
        "FREQ=DAILY;INTERVAL=3;UNTIL=20270301T235959",
    ],
)
def test_from_rrule__reads_what_others_write(text: str) -> None:
    assert days_of(from_rrule(text, STARTS)) == read_by_dateutil(text.strip().upper(), STARTS)


def test_from_rrule__until_a_moment_is_read_by_the_clocks_of_brussels() -> None:
    assert from_rrule("FREQ=DAILY;UNTIL=20261231T225959Z", STARTS).ends_on == date(2027, 1, 1)
    assert from_rrule("FREQ=DAILY;UNTIL=20261231T230000Z", STARTS).ends_on == date(2027, 1, 2)


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("rrule", ""),
        ("rrule", "every week"),
        ("rrule", "INTERVAL=2"),
        ("rrule", "FREQ=DAILY;FREQ=WEEKLY"),
        ("rrule", "FREQ=DAILY;"),
        ("rrule", "DTSTART:20261201\nRRULE:FREQ=DAILY"),
        ("rrule", "FREQ=WEEKLY;BYDAY=" + ",".join(["MO"] * 200)),
        ("part", "FREQ=DAILY;BYHOUR=9"),
        ("part", "FREQ=DAILY;BYMONTHDAY=1"),
        ("part", "FREQ=WEEKLY;BYDAY=MO,TU;BYSETPOS=1"),
        ("part", "FREQ=MONTHLY;BYDAY=1MO;BYMONTHDAY=1"),
        ("part", "FREQ=MONTHLY;BYSETPOS=1"),
        ("part", "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=1,2"),
        ("frequency", "FREQ=YEARLY"),
        ("every", "FREQ=DAILY;INTERVAL=0"),
        ("every", "FREQ=DAILY;INTERVAL=367"),
        ("every", "FREQ=DAILY;INTERVAL=X"),
        ("weekdays", "FREQ=DAILY;INTERVAL=2;BYDAY=MO"),
        ("weekdays", "FREQ=WEEKLY;BYDAY=1MO"),
        ("weekdays", "FREQ=MONTHLY;BYDAY=MO"),
        ("weekdays", "FREQ=MONTHLY;BYDAY=1MO;BYSETPOS=1"),
        ("weekdays", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1"),
        ("weekdays", "FREQ=MONTHLY;BYDAY=1XX"),
        ("nth", "FREQ=MONTHLY;BYDAY=5MO"),
        ("month_day", "FREQ=MONTHLY;BYMONTHDAY=1,15"),
        ("month_day", "FREQ=MONTHLY;BYMONTHDAY=-2"),
        ("month_day", "FREQ=MONTHLY;BYMONTHDAY=32"),
        ("month_day", "FREQ=MONTHLY;BYMONTHDAY=15;BYSETPOS=2"),
        ("short_months", "FREQ=MONTHLY;BYMONTHDAY=31"),
        ("week_start", "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO;WKST=SU"),
        ("week_start", "FREQ=WEEKLY;WKST=XX"),
        ("times", "FREQ=DAILY;COUNT=0"),
        ("times", "FREQ=DAILY;COUNT=501"),
        ("ends_on", "FREQ=DAILY;COUNT=2;UNTIL=20270101"),
        ("ends_on", "FREQ=DAILY;UNTIL=20261130"),
        ("ends_on", "FREQ=DAILY;UNTIL=20261341"),
        ("ends_on", "FREQ=DAILY;UNTIL=99991231"),
    ],
)
def test_from_rrule__refuses_what_no_rhythm_could_be_and_says_why(code: str, text: str) -> None:
    with pytest.raises(Unreadable) as refused:
        from_rrule(text, STARTS)
    assert refused.value.code == code
    assert str(refused.value)


def test_from_rrule__a_start_that_short_months_lack_does_not_fit() -> None:
    with pytest.raises(Unreadable, match="last day"):
        from_rrule("FREQ=MONTHLY", date(2026, 12, 31))


def test_from_rrule__whatever_is_typed_is_read_or_refused() -> None:
    pieces = ["FREQ=", "DAILY", "WEEKLY", "MONTHLY", ";", "INTERVAL=", "BYDAY=", "MO", "-1FR", "COUNT=", "UNTIL=", "-",
              "20270101", "T", "Z", "9", ",", "BYSETPOS=", "BYMONTHDAY=", "RRULE:", "²", "\n"]  # fmt: skip
    for number in range(3000):
        dice = Random(number)
        text = "".join(["FREQ=", *dice.choices(pieces, k=dice.randint(1, 9))])
        try:
            assert not rules.fault_of(from_rrule(text, STARTS))
        except Unreadable:
            continue
