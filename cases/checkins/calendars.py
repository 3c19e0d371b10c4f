"""Which days are off for a contact, and why: what is asked of a day before anybody is expected on it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache, lru_cache

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.checkins.recurrence import Recurring
from cities.places.rules import is_public_holiday, is_weekend, regional_feasts


class MoveReason(models.TextChoices):
    """Why an occurrence isn't held on the day its rhythm gives, or isn't held at all.

    A day to avoid was agreed with the person. Why is not asked and not kept: an observance, a shift, a custody week.
    """

    WEEKEND = "WEEKEND", _("a weekend")
    HOLIDAY = "HOLIDAY", _("a public holiday")
    REGIONAL = "REGIONAL", _("a regional holiday")
    SCHOOL = "SCHOOL", _("school holidays")
    CLOSED = "CLOSED", _("a day on which the office is closed")
    ABSENCE = "ABSENCE", _("the caseworker's absence")
    AVOIDED = "AVOIDED", _("a day to avoid, as agreed")
    BY_HAND = "BY_HAND", _("a contact arranged by hand")
    CHANGED = "CHANGED", _("a change of the rhythm")
    PAUSE = "PAUSE", _("a pause")
    ENDED = "ENDED", _("the end of the follow-up")


#: Says why a day is off, or nothing when it is worked.
Calendar = Callable[[date], MoveReason | None]

#: From, until (half-open); an open end is not known yet.
Period = tuple[date, date | None]


@dataclass(frozen=True)
class Away:
    """A time in which the caseworker is away (half-open), and who stands in: nobody, when that is empty.

    A deputy who can't take over, being away herself or not on the case, is none: leave her out, and cut an absence in
    pieces where she can for a part of it only.
    """

    starts_on: date
    ends_on: date | None
    deputy_id: int | None = None


@lru_cache(maxsize=16384)
def why_off(day: date) -> MoveReason | None:
    """Why nobody works on `day`; a holiday in a weekend is a weekend."""
    if is_weekend(day):
        return MoveReason.WEEKEND
    return MoveReason.HOLIDAY if is_public_holiday(day) else None


@dataclass(frozen=True, kw_only=True)
class DaysOff:
    """The days off of one rhythm, each with the reason that is said: a `Calendar`.

    Where a day is off for several reasons the first of these is said: a day to avoid by agreement (it is the only one
    that holds whatever the policy is) · a weekend · a public holiday · a regional one · school holidays · the office
    is closed · the caseworker is away and nobody stands in.
    """

    feasts: frozenset[tuple[int, int]] = frozenset()
    school: tuple[Period, ...] = ()
    closed: tuple[Period, ...] = ()
    away: tuple[Away, ...] = ()
    avoided: tuple[Period, ...] = ()
    _known: dict[date, MoveReason | None] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __call__(self, day: date) -> MoveReason | None:
        if day not in self._known:
            self._known[day] = self._why_off(day)
        return self._known[day]

    def _why_off(self, day: date) -> MoveReason | None:
        if within(day, self.avoided):
            return MoveReason.AVOIDED
        if because := why_off(day):
            return because
        if (day.month, day.day) in self.feasts:
            return MoveReason.REGIONAL
        if within(day, self.school):
            return MoveReason.SCHOOL
        if within(day, self.closed):
            return MoveReason.CLOSED
        return MoveReason.ABSENCE if nobody_stands_in(day, self.away) else None


def days_off(
    pattern: Recurring, *, region: str = "", languages: str = "", school: Sequence[Period] = (),
    closed: Sequence[Period] = (), away: Sequence[Away] = (), avoided: Sequence[Period] = (),
) -> DaysOff:  # fmt: skip
    """The calendar of a rhythm, from all that is known where it is held: regional and school holidays if it was
    agreed to avoid them."""
    return DaysOff(
        feasts=regional_feasts(region, languages) if pattern.avoids_regional else frozenset(),
        school=tuple(school) if pattern.avoids_school else (),
        closed=tuple(closed), away=tuple(away), avoided=tuple(avoided),
    )  # fmt: skip


def with_absences(calendar: Calendar, away: Sequence[Away]) -> Calendar:
    """A calendar with the days on which the caseworker is away and nobody stands in."""
    if all(absence.deputy_id is not None for absence in away):
        return calendar

    @cache
    def also_absences(day: date) -> MoveReason | None:
        return calendar(day) or (MoveReason.ABSENCE if nobody_stands_in(day, away) else None)

    return also_absences


def deputy_on(day: date, away: Iterable[Away]) -> int | None:
    """Who stands in on that day: the first deputy named by an absence that has it. Nobody, when the caseworker is
    there or nobody can."""
    named = (one.deputy_id for one in away if _has(one, day) and one.deputy_id is not None)
    return next(named, None)


def nobody_stands_in(day: date, away: Sequence[Away]) -> bool:
    """Whether the caseworker is away on that day without a deputy."""
    return any(_has(one, day) for one in away) and deputy_on(day, away) is None


def _has(absence: Away, day: date) -> bool:
    return within(day, ((absence.starts_on, absence.ends_on),))


def within(day: date, periods: Iterable[Period]) -> bool:
    """Whether `day` lies in one of the periods."""
    return any(start <= day and (end is None or day < end) for start, end in periods)


def overlaps(one: Period, other: Period) -> bool:
    """Whether two half-open periods have a day in common."""
    return (one[1] is None or other[0] < one[1]) and (other[1] is None or one[0] < other[1])
