"""Regions, and the calendar of Belgium: what day it is, which days are worked, and how deadlines are counted."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays
from django.db import models
from django.utils.translation import gettext_lazy as _

#: Everything the apparatus calls a day or a time of day is read off this wall.
BRUSSELS = ZoneInfo("Europe/Brussels")

_SATURDAY = 5
_SPOKEN = {"nl": "nl", "fr": "fr", "de": "de"}


class Region(models.TextChoices):
    """The three regions of Belgium, each with its own prevention policy."""

    FLANDERS = "FLANDERS", _("Flanders")
    WALLONIA = "WALLONIA", _("Wallonia")
    BRUSSELS = "BRUSSELS", _("Brussels-Capital")


class Community(models.TextChoices):
    """The three communities of Belgium, each with its own schools."""

    FLEMISH = "FLEMISH", _("Flemish Community")
    FRENCH = "FRENCH", _("French Community")
    GERMAN = "GERMAN", _("German-speaking Community")


def day_of(at: datetime) -> date:
    """The day it is in Belgium at the moment `at`."""
    return at.astimezone(BRUSSELS).date()


def moment_of(day: date, wall_clock: time) -> datetime:
    """The moment at which the clocks of Belgium show `wall_clock` on `day`.

    In the night in which an hour is skipped, a time in that hour is an hour later by the new time; in the night in
    which an hour comes twice, the first of the two is meant. In UTC, where no moment is ambiguous.
    """
    return datetime.combine(day, wall_clock, tzinfo=BRUSSELS).astimezone(UTC)


def is_weekend(day: date) -> bool:
    """Whether `day` is a Saturday or a Sunday."""
    return day.weekday() >= _SATURDAY


@lru_cache(maxsize=256)
def public_holidays(year: int, language: str = "en") -> dict[date, str]:
    """The legal public holidays of a year, with their names in a language of the apparatus."""
    return dict(holidays.country_holidays("BE", years=year, language=_SPOKEN.get(language[:2], "en_US")))


def is_public_holiday(day: date) -> bool:
    """Whether `day` is one of Belgium's legal public holidays."""
    return day in public_holidays(day.year)


def is_working_day(day: date) -> bool:
    """Whether offices are open on `day`: neither a weekend nor a public holiday."""
    return not is_weekend(day) and not is_public_holiday(day)


def working_days_after(day: date, count: int) -> date:
    """The `count`-th working day after `day`. `day` itself, worked or not, does not count."""
    while count > 0:
        day += timedelta(days=1)
        count -= is_working_day(day)
    return day


def working_days_between(first: date, last: date) -> int:
    """How many working days there are from `first` to `last`, both included; none when `last` comes before."""
    days = max((last - first).days + 1, 0)
    return sum(is_working_day(first + timedelta(days=passed)) for passed in range(days))
