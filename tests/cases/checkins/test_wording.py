"""How a rhythm is said."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from django.utils import translation

from cases.checkins import rules
from cases.checkins.rules import Pattern

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
        ("once a quarter", Pattern(frequency="QUARTER", starts_on=STARTS)),
        ("twice a quarter", Pattern(frequency="QUARTER", every=2, starts_on=STARTS)),
        ("five times a quarter", Pattern(frequency="QUARTER", every=5, starts_on=STARTS)),
        (
            "every week, some time in the week",
            Pattern(frequency="WEEKS", weekdays=(1,), within_week=True, starts_on=STARTS),
        ),
        (
            "every two weeks, some time in the week",
            Pattern(frequency="WEEKS", every=2, weekdays=(1,), within_week=True, starts_on=STARTS),
        ),
        (
            "every month on the last day, some time in that week",
            Pattern(frequency="MONTHS", month_day=-1, within_week=True, starts_on=STARTS),
        ),
    ],
)
def test_in_words__as_it_is_said(words: str, pattern: Pattern) -> None:
    with translation.override("en"):
        assert rules.in_words(pattern) == words


TUESDAYS = Pattern(frequency="WEEKS", weekdays=(1,), starts_on=STARTS)


@pytest.mark.parametrize(
    ("words", "pattern"),
    [
        ("every week on Tuesday", TUESDAYS),
        ("every week on Tuesday, 8 times", replace(TUESDAYS, times=8, ends_on=date(2027, 1, 20))),
        ("every week on Tuesday, once", replace(TUESDAYS, times=1)),
        ("every week on Tuesday, until 31 December 2026", replace(TUESDAYS, ends_on=date(2027, 1, 1))),
    ],
)
def test_in_words_to_the_end__how_many_times_or_until_when(words: str, pattern: Pattern) -> None:
    with translation.override("en"):
        assert rules.in_words_to_the_end(pattern) == words


def test_chain_in_words__one_after_the_other() -> None:
    weekly = replace(TUESDAYS, ends_on=date(2027, 1, 26))
    monthly = Pattern(frequency="MONTHS", nth=1, nth_weekday=1, starts_on=STARTS)
    with translation.override("en"):
        assert rules.chain_in_words([weekly, replace(TUESDAYS, every=2, times=6), monthly]) == (
            "every week on Tuesday, until 25 January 2027, then every two weeks on Tuesday, 6 times, "
            "then every month on the first Tuesday"
        )
        assert rules.chain_in_words([weekly]) == rules.in_words_to_the_end(weekly)
