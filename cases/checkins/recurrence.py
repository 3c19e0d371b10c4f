"""On which days a rhythm falls. Days off are not looked at here: see `planning`; how it is said: `wording`."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice, takewhile
from typing import Protocol

from django.db import models
from django.utils.translation import gettext_lazy

LAST = -1

#: A rhythm may be agreed for so many contacts, and one a week is the most that a quarter is divided into.
MOST_TIMES, MOST_A_QUARTER = 500, 13

ONE_DAY = timedelta(days=1)


class Frequency(models.TextChoices):
    """The unit of a rhythm: every so many days, weeks or months; or so many times in each quarter of the year."""

    DAYS = "DAYS", gettext_lazy("days")
    WEEKS = "WEEKS", gettext_lazy("weeks")
    MONTHS = "MONTHS", gettext_lazy("months")
    QUARTER = "QUARTER", gettext_lazy("times a quarter")


#: By name, since a million rhythms are asked what they are.
DAYS, WEEKS, MONTHS, QUARTER = Frequency


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
    @property
    def times(self) -> int | None: ...
    @property
    def within_week(self) -> bool: ...
    @property
    def avoids_regional(self) -> bool: ...
    @property
    def avoids_school(self) -> bool: ...


@dataclass(frozen=True, kw_only=True)
class Pattern:
    """How often, from when, until when (half-open), and what happens on a day off.

    Weekdays: 0 is Monday. `month_day`: 1 to 31, or -1 for the last day. `nth`: 1 to 4, or -1 for the last. Of a
    quarter `every` is how many times. `times`: the first so many by the rule, and no more; `ends_on` is then the day
    after the last of them (`ends_with_count`), once that is known. Whoever ends such a rhythm sooner takes `times`
    away. `within_week`: the day stands for its week, and any day from its Monday to its Friday will do.
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
    times: int | None = None
    within_week: bool = False
    avoids_regional: bool = False
    avoids_school: bool = False


def fault_of(pattern: Recurring) -> str:
    """The name of the first field that makes no sense in this pattern, or nothing when it does."""
    if not 1 <= pattern.every <= 366:
        return "every"
    if pattern.ends_on is not None and pattern.ends_on <= pattern.starts_on:
        return "ends_on"
    if (times := pattern.times) is not None and not 1 <= times <= MOST_TIMES:
        return "times"
    frequency = pattern.frequency
    if frequency == WEEKS:
        return "" if pattern.weekdays and 0 <= min(pattern.weekdays) <= max(pattern.weekdays) <= 6 else "weekdays"
    if frequency == DAYS:
        return ""
    if frequency == QUARTER:
        return "" if pattern.every <= MOST_A_QUARTER else "every"
    return _fault_of_month(pattern) if frequency == MONTHS else "frequency"


def _fault_of_month(pattern: Recurring) -> str:
    if pattern.month_day is not None:
        return "" if 1 <= pattern.month_day <= 31 or pattern.month_day == LAST else "month_day"
    if pattern.nth is None or not (1 <= pattern.nth <= 4 or pattern.nth == LAST):
        return "nth"
    return "" if pattern.nth_weekday is not None and 0 <= pattern.nth_weekday <= 6 else "nth_weekday"


def occurrences(pattern: Recurring, first: date, until: date) -> list[date]:
    """The days of the pattern from `first` until `until` (half-open), within its own period, in order.

    It costs as much as there is in the window, however long ago the rhythm started.
    """
    return list(takewhile(lambda day: day < until, occurrences_from(pattern, first)))


def occurrences_from(pattern: Recurring, first: date) -> Iterator[date]:
    """The days of the pattern from `first` on, without end unless the pattern has one, in order.

    Weeks are counted from the Monday of the week it starts in, months from the month it starts in. A day of the
    month that a month doesn't have is that month's last day: "day 31" is 30 April and 28 or 29 February, so that no
    month goes without. A number of times is counted from the start only as long as nobody has said which day that
    ends on: with `ends_on` it costs nothing. Raises ValueError, with the name of the field, for a pattern that makes
    no sense.
    """
    if fault := fault_of(pattern):
        raise ValueError(fault)
    if pattern.ends_on is None and (times := pattern.times) is not None:
        counted = islice(_all_from(pattern, pattern.starts_on), times)
        yield from (day for day in counted if day >= first)
        return
    yield from takewhile(lambda day: pattern.ends_on is None or day < pattern.ends_on, _all_from(pattern, first))


def ends_with_count(pattern: Recurring) -> date:
    """The first day after the last of a number of times: what `ends_on` of such a rhythm is."""
    times = pattern.times
    if fault := fault_of(pattern) or ("times" if times is None else ""):
        raise ValueError(fault)
    counted = list(islice(_all_from(pattern, pattern.starts_on), times))
    return counted[-1] + ONE_DAY if len(counted) == times and counted[-1] < date.max else date.max


def _all_from(pattern: Recurring, first: date) -> Iterator[date]:
    """The days from `first` on, and from the start of the pattern, whenever it ends."""
    first = max(first, pattern.starts_on)
    return (day for day in _days_from(pattern, first) if day >= first)


def _days_from(pattern: Recurring, first: date) -> Iterator[date]:
    """The days of the pattern from the day, week, month or quarter in which `first` lies, some perhaps before it."""
    start, every = pattern.starts_on, pattern.every
    try:
        if pattern.frequency == DAYS:
            day = start + timedelta(days=-(-(first - start).days // every) * every)
            while True:
                yield day
                day += timedelta(days=every)
        elif pattern.frequency == WEEKS:
            monday = start - timedelta(days=start.weekday())
            monday += timedelta(weeks=(first - monday).days // 7 // every * every)
            while True:
                yield from (monday + timedelta(days=weekday) for weekday in sorted(set(pattern.weekdays)))
                monday += timedelta(weeks=every)
        elif pattern.frequency == QUARTER:
            quarter = first.year * 4 + (first.month - 1) // 3
            while True:
                yield from _days_in_quarter(quarter // 4, quarter % 4 * 3 + 1, every)
                quarter += 1
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


def _days_in_quarter(year: int, month: int, times: int) -> Iterator[date]:
    """So many days of the quarter that begins with `month`, each the middle day of its part of it.

    The quarter of L days is cut into n equal parts, wherever that falls in a day; the middle of the part k, counted
    from 0, lies (2k + 1) × L / 2n days after the quarter begins, and the day that this falls in is the one. Once a
    quarter is 15 February, 16 May, 16 August and 16 November.
    """
    begins = date(year, month, 1)
    length = sum(monthrange(year, month + passed)[1] for passed in range(3))
    for part in range(times):
        yield begins + timedelta(days=(2 * part + 1) * length // (2 * times))
