"""On which days a rhythm falls, and how that is said. Days off are not looked at here: see `rules`."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import takewhile
from typing import Protocol

from django.db import models
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

LAST = -1


class Frequency(models.TextChoices):
    """The unit of a rhythm."""

    DAYS = "DAYS", gettext_lazy("days")
    WEEKS = "WEEKS", gettext_lazy("weeks")
    MONTHS = "MONTHS", gettext_lazy("months")
    QUARTER = "QUARTER", gettext_lazy("times a quarter")


class Recurring(Protocol):
    """What says when: a rhythm as it stands in the database, or a `Pattern` that is still being typed."""

    @property
    def frequency(self) -> str: ...
    @property
    def every(self) -> int: ...
    @property
    def weekdays(self) -> Sequence[int]: ...
    @property
    def month_day(self) -> int | None: ...
    @property
    def nth(self) -> int | None: ...
    @property
    def nth_weekday(self) -> int | None: ...
    @property
    def starts_on(self) -> date: ...
    @property
    def ends_on(self) -> date | None: ...
    @property
    def policy(self) -> str: ...


@dataclass(frozen=True, kw_only=True)
class Pattern:
    """How often, from when, until when (half-open), and what happens on a day off.

    Weekdays: 0 is Monday. `month_day`: 1 to 31, or -1 for the last day. `nth`: 1 to 4, or -1 for the last.
    """

    frequency: str
    every: int = 1
    weekdays: Sequence[int] = ()
    month_day: int | None = None
    nth: int | None = None
    nth_weekday: int | None = None
    starts_on: date
    ends_on: date | None = None
    policy: str = "NEXT"


def fault_of(pattern: Recurring) -> str:
    """The name of the first field that makes no sense in this pattern, or nothing when it does."""
    if not 1 <= pattern.every <= 366:
        return "every"
    if pattern.ends_on is not None and pattern.ends_on <= pattern.starts_on:
        return "ends_on"
    match pattern.frequency:
        case Frequency.DAYS:
            return ""
        case Frequency.WEEKS:
            return "" if pattern.weekdays and all(0 <= day <= 6 for day in pattern.weekdays) else "weekdays"
        case Frequency.MONTHS if pattern.month_day is not None:
            return "" if 1 <= pattern.month_day <= 31 or pattern.month_day == LAST else "month_day"
        case Frequency.MONTHS:
            if pattern.nth is None or not (1 <= pattern.nth <= 4 or pattern.nth == LAST):
                return "nth"
            return "" if pattern.nth_weekday is not None and 0 <= pattern.nth_weekday <= 6 else "nth_weekday"
    return "frequency"


def occurrences(pattern: Recurring, first: date, until: date) -> list[date]:
    """The days of the pattern from `first` until `until` (half-open), within its own period, in order.

    It costs as much as there is in the window, however long ago the rhythm started.
    """
    return list(takewhile(lambda day: day < until, occurrences_from(pattern, first)))


def occurrences_from(pattern: Recurring, first: date) -> Iterator[date]:
    """The days of the pattern from `first` on, without end unless the pattern has one, in order.

    Weeks are counted from the Monday of the week it starts in, months from the month it starts in. A day of the
    month that a month doesn't have is that month's last day: "day 31" is 30 April and 28 or 29 February, so that no
    month goes without. Raises ValueError, with the name of the field, for a pattern that makes no sense.
    """
    if fault := fault_of(pattern):
        raise ValueError(fault)
    first = max(first, pattern.starts_on)
    for day in _days_from(pattern, first):
        if pattern.ends_on is not None and day >= pattern.ends_on:
            return
        if day >= first:
            yield day


def _days_from(pattern: Recurring, first: date) -> Iterator[date]:
    """The days of the pattern from the stretch (day, week, month) in which `first` lies, some perhaps before it."""
    start, every = pattern.starts_on, pattern.every
    try:
        if pattern.frequency == Frequency.DAYS:
            day = start + timedelta(days=-(-(first - start).days // every) * every)
            while True:
                yield day
                day += timedelta(days=every)
        elif pattern.frequency == Frequency.WEEKS:
            monday = start - timedelta(days=start.weekday())
            monday += timedelta(weeks=(first - monday).days // 7 // every * every)
            while True:
                yield from (monday + timedelta(days=weekday) for weekday in sorted(set(pattern.weekdays)))
                monday += timedelta(weeks=every)
        else:
            passed = (first.year - start.year) * 12 + first.month - start.month
            month = start.year * 12 + start.month - 1 + passed // every * every
            while True:
                yield _day_in_month(pattern, month // 12, month % 12 + 1)
                month += every
    except (OverflowError, ValueError):
        return  # the calendar itself ends, on 31 December 9999


def _day_in_month(pattern: Recurring, year: int, month: int) -> date:
    starts_with, length = monthrange(year, month)
    if pattern.month_day is not None:
        return date(year, month, length if pattern.month_day == LAST else min(pattern.month_day, length))
    first = (int(pattern.nth_weekday or 0) - starts_with) % 7 + 1
    in_the_month = range(first, length + 1, 7)
    return date(year, month, in_the_month[LAST if pattern.nth == LAST else int(pattern.nth or 1) - 1])


def in_words(pattern: Recurring) -> str:
    """The pattern in the reader's language: "every two weeks on Tuesday"."""
    every, number = pattern.every, _number(pattern.every)
    match pattern.frequency:
        case Frequency.DAYS:
            return ngettext("every day", "every %(number)s days", every) % {"number": number}
        case Frequency.WEEKS:
            days = _listed([str(WEEKDAYS[day]) for day in sorted(set(pattern.weekdays))])
            said = ngettext("every week on %(days)s", "every %(number)s weeks on %(days)s", every)
            return said % {"number": number, "days": days}
    said = ngettext("every month %(on)s", "every %(number)s months %(on)s", every)
    return said % {"number": number, "on": _on(pattern)}


def _on(pattern: Recurring) -> str:
    """On which day of the month, in words."""
    if pattern.month_day == LAST:
        return pgettext("of the month", "on the last day")
    if pattern.month_day is not None:
        said = pgettext("of the month", "on day %(day)s")
        if pattern.month_day > 28:
            said = pgettext("of the month", "on day %(day)s, or on the last day of a shorter month")
        return said % {"day": pattern.month_day}
    said = {
        1: pgettext("of the month", "on the first %(weekday)s"),
        2: pgettext("of the month", "on the second %(weekday)s"),
        3: pgettext("of the month", "on the third %(weekday)s"),
        4: pgettext("of the month", "on the fourth %(weekday)s"),
        LAST: pgettext("of the month", "on the last %(weekday)s"),
    }[int(pattern.nth or 1)]
    return said % {"weekday": WEEKDAYS[int(pattern.nth_weekday or 0)]}


def _number(number: int) -> str:
    """A small number as people write it, a large one in digits."""
    words = {
        2: pgettext("a number", "two"), 3: pgettext("a number", "three"), 4: pgettext("a number", "four"),
        5: pgettext("a number", "five"), 6: pgettext("a number", "six"), 7: pgettext("a number", "seven"),
        8: pgettext("a number", "eight"), 9: pgettext("a number", "nine"), 10: pgettext("a number", "ten"),
        11: pgettext("a number", "eleven"), 12: pgettext("a number", "twelve"),
    }  # fmt: skip
    return words.get(number, str(number))


def _listed(words: list[str]) -> str:
    """Words one after another: "Monday, Tuesday and Friday"."""
    if len(words) == 1:
        return words[0]
    return _("%(several)s and %(last)s") % {"several": ", ".join(words[:-1]), "last": words[-1]}
