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
    """The three communities of Belgium. Schools are theirs, not the regions'."""

    FLEMISH = "FLEMISH", _("Flemish Community")
    FRENCH = "FRENCH", _("French Community")
    GERMAN = "GERMAN", _("German-speaking Community")


#: Whose schools there are in a region, by the language they are spoken of in: the first when nothing else is said.
_SCHOOLS = {
    Region.FLANDERS: {"nl": Community.FLEMISH},
    Region.WALLONIA: {"fr": Community.FRENCH, "de": Community.GERMAN},
    Region.BRUSSELS: {"nl": Community.FLEMISH, "fr": Community.FRENCH},
}

#: Month and day of the feast of a community. Its own schools and offices are closed; it is no legal public holiday,
#: though the federal agreement of 2025 would let a region that asks for it make one of it. Sources: Le Vif, February
#: 2025 (11 July, 27 September); ostbelgiendirekt.be, "Feiertage und Schulferien 2025" (15 November).
_FEASTS = {Community.FLEMISH: (7, 11), Community.FRENCH: (9, 27), Community.GERMAN: (11, 15)}

#: Brussels has one of its own, the Feast of the Iris on 8 May, that belongs to both its communities alike: chosen in
#: 2003, and a day off of the region's staff by article 186 of their statute (its government, 21 March 2018; the list of
#: talent.brussels for 2025). That it were a holiday for all since 2024 was not found anywhere.
_FEAST_OF_BRUSSELS = (5, 8)


def communities_of(region: str, languages: str = "") -> frozenset[Community]:
    """Whose schools the children of a city go to, by its region and the languages of its administration ("fr nl").

    In Brussels there are two kinds of school side by side, with other holidays: both count, so that a day off in
    either is one. In Wallonia a city is of the French Community, or of the German-speaking one where German comes
    first; Flanders has the schools of the Flemish Community, also where an office serves in French. No region: none.
    """
    if region not in _SCHOOLS:
        return frozenset()
    schools = _SCHOOLS[Region(region)]
    spoken = [schools[language] for language in languages.split() if language in schools]
    if region == Region.BRUSSELS:
        return frozenset(spoken or schools.values())
    return frozenset(spoken[:1] or list(schools.values())[:1])


def regional_feasts(region: str, languages: str = "") -> frozenset[tuple[int, int]]:
    """Month and day of the regional holidays of a city: the feast of its community, or of Brussels-Capital."""
    if region == Region.BRUSSELS:
        return frozenset({_FEAST_OF_BRUSSELS})
    return frozenset(_FEASTS[community] for community in communities_of(region, languages))


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


@lru_cache(maxsize=16384)
def is_working_day(day: date) -> bool:
    """Whether offices are open on `day`: neither a weekend nor a public holiday."""
    return not is_weekend(day) and not is_public_holiday(day)


def working_days_after(day: date, count: int) -> date:
    """The `count`-th working day after `day`. `day` itself, worked or not, does not count."""
    while count > 0:
        day += timedelta(days=1)
        count -= is_working_day(day)
    return day


def working_days_before(day: date, count: int) -> date:
    """The `count`-th working day before `day`. `day` itself, worked or not, does not count."""
    while count > 0:
        day -= timedelta(days=1)
        count -= is_working_day(day)
    return day


def working_days_between(first: date, last: date) -> int:
    """How many working days there are from `first` to `last`, both included; none when `last` comes before."""
    days = max((last - first).days + 1, 0)
    return sum(is_working_day(first + timedelta(days=passed)) for passed in range(days))
