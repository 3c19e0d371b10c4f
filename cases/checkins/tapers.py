"""A taper: contact that thins out, as a chain of plain rhythms, each ending where the next one starts."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.checkins.recurrence import MOST_TIMES, Frequency, Pattern, ends_with_count, fault_of, occurrences_from

#: A rhythm and what follows it. Contact that thins out in more steps than these was never agreed with anybody.
MOST_STEPS = 6


class Lasting(models.TextChoices):
    """What the length of a step is counted in."""

    WEEKS = "WEEKS", _("weeks")
    MONTHS = "MONTHS", _("months")
    TIMES = "TIMES", _("times")


@dataclass(frozen=True)
class Step:
    """One rhythm of a taper and how long it lasts. Only the last one may go on for as long as the plan does."""

    pattern: Pattern
    lasts: int | None = None
    unit: str = Lasting.WEEKS


def taper(steps: Sequence[Step], starts_on: date) -> list[Pattern]:
    """The rhythms that a taper is kept as: the first from `starts_on`, each of the others from where one ends.

    Where a step ends after so many times the next one starts on the day on which the one time too many would have
    been: thinning out never brings two contacts together. Raises ValueError with the name of the field: `then` for too
    many steps, `lasts` for a step before the last that has no end or a length that is none, `unit`, or what the pattern
    itself lacks.
    """
    if len(steps) > MOST_STEPS:
        raise ValueError("then")
    chain = []
    for number, step in enumerate(steps, start=1):
        is_last = number == len(steps)
        if (step.lasts is None and not is_last) or (step.lasts is not None and not 1 <= step.lasts <= MOST_TIMES):
            raise ValueError("lasts")
        if step.unit not in Lasting.values:
            raise ValueError("unit")
        one = replace(step.pattern, starts_on=starts_on, ends_on=None, times=None)
        if fault := fault_of(one):
            raise ValueError(fault)
        if step.lasts is not None:
            one = _ended(one, step.lasts, step.unit, is_last=is_last)
            starts_on = one.ends_on or date.max
        chain.append(one)
    return chain


def thinner(first: Pattern, every: int, frequency: str) -> Pattern:
    """A thinner rhythm on the days of the one before: its weekdays, or in months its day or weekday of the month.

    Of a rhythm in weeks, the first such weekday of the month; of one without any, that of its first day.
    """
    weekdays = sorted(set(first.weekdays)) or [first.starts_on.weekday()]
    if frequency != Frequency.MONTHS:
        return Pattern(frequency=frequency, every=every, weekdays=weekdays, starts_on=first.starts_on)
    if first.month_day is not None:
        return Pattern(frequency=frequency, every=every, month_day=first.month_day, starts_on=first.starts_on)
    on = weekdays[0] if first.nth_weekday is None else first.nth_weekday
    return Pattern(
        frequency=frequency, every=every, nth=first.nth or 1, nth_weekday=on, starts_on=first.starts_on
    )  # fmt: skip


def _ended(pattern: Pattern, lasts: int, unit: str, *, is_last: bool) -> Pattern:
    """The pattern with the day it ends on."""
    try:
        if unit == Lasting.WEEKS:
            return replace(pattern, ends_on=pattern.starts_on + timedelta(weeks=lasts))
        if unit == Lasting.MONTHS:
            return replace(pattern, ends_on=_months_after(pattern.starts_on, lasts))
    except (OverflowError, ValueError):  # the calendar itself ends, on 31 December 9999
        raise ValueError("lasts") from None
    counted = replace(pattern, times=lasts)
    after = ends_with_count(counted)
    return replace(counted, ends_on=after if is_last else next(occurrences_from(pattern, after), date.max))


def _months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last day of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
