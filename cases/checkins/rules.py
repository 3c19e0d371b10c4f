"""The words of check-ins, and what is done about days off, pauses and lateness. Which days: see `recurrence`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.checkins.recurrence import (
    Frequency,
    Pattern,
    Recurring,
    fault_of,
    in_words,
    occurrences,
    occurrences_from,
)
from cities.places.rules import (
    BRUSSELS,
    is_public_holiday,
    is_weekend,
    moment_of,
    working_days_after,
    working_days_between,
)

__all__ = ["Frequency", "Pattern", "Recurring", "fault_of", "occurrences", "occurrences_from"]


class CheckInKind(models.TextChoices):
    """How the contact is held."""

    HOME = "HOME", _("home visit")
    OFFICE = "OFFICE", _("at the office")
    PHONE = "PHONE", _("by telephone")
    VIDEO = "VIDEO", _("by video")
    SCHOOL = "SCHOOL", _("with the school")
    EMPLOYER = "EMPLOYER", _("with the employer")


class MovePolicy(models.TextChoices):
    """What happens to an occurrence that falls on a weekend or a public holiday."""

    KEEP = "KEEP", _("keep the day")
    NEXT = "NEXT", _("the next working day")
    PREVIOUS = "PREVIOUS", _("the working day before")
    NEAREST = "NEAREST", _("the nearest working day")
    SKIP = "SKIP", _("skip it")


class MoveReason(models.TextChoices):
    """Why an occurrence isn't held on the day its rhythm gives, or isn't held at all."""

    WEEKEND = "WEEKEND", _("a weekend")
    HOLIDAY = "HOLIDAY", _("a public holiday")
    REGIONAL = "REGIONAL", _("a regional holiday")
    SCHOOL = "SCHOOL", _("a school holiday")
    CLOSED = "CLOSED", _("a day on which the agency is closed")
    ABSENCE = "ABSENCE", _("the caseworker's absence")
    AVOIDED = "AVOIDED", _("a day to avoid, as agreed")
    BY_HAND = "BY_HAND", _("a contact arranged by hand")
    CHANGED = "CHANGED", _("a change of the rhythm")
    PAUSE = "PAUSE", _("a pause")
    ENDED = "ENDED", _("the end of the follow-up")


class RhythmState(models.TextChoices):
    """Whether a rhythm makes check-ins."""

    ACTIVE = "ACTIVE", _("active")
    ENDED = "ENDED", _("ended")


class PauseReason(models.TextChoices):
    """Why a rhythm pauses."""

    DETENTION = "DETENTION", _("detention")
    HOSPITAL = "HOSPITAL", _("hospital")
    ABROAD = "ABROAD", _("abroad")
    AGREED = "AGREED", _("agreed break")


class CheckInState(models.TextChoices):
    """Where a check-in stands."""

    PLANNED = "PLANNED", _("planned")
    RECORDED = "RECORDED", _("recorded")
    RESCHEDULED = "RESCHEDULED", _("rescheduled")
    CANCELLED = "CANCELLED", _("cancelled")


class Outcome(models.TextChoices):
    """What came of a check-in."""

    HELD = "HELD", _("held")
    PARTLY = "PARTLY", _("partly held")
    MISSED_ACCEPTABLE = "MISSED_ACCEPTABLE", _("missed, acceptable reason")
    MISSED = "MISSED", _("missed, no reason")
    CANCELLED_BY_US = "CANCELLED_BY_US", _("cancelled by us")
    NOT_NEEDED = "NOT_NEEDED", _("no longer needed")


class MissCause(models.TextChoices):
    """Why a contact counts as missed."""

    NOT_RECORDED = "NOT_RECORDED", _("nothing was recorded")
    MISSED = "MISSED", _("the person was not met")


class MissStep(models.TextChoices):
    """The steps of the ladder, lowest first."""

    CASEWORKER = "CASEWORKER", _("with the caseworker")
    COORDINATOR = "COORDINATOR", _("with the coordinator")
    CONFERENCE = "CONFERENCE", _("on the agenda of the next case conference")


class MissAnswer(models.TextChoices):
    """How a missed contact was answered; each stops the climb."""

    RECORDED = "RECORDED", _("its outcome was recorded")
    ARRANGED = "ARRANGED", _("arranged anew")
    EXPLAINED = "EXPLAINED", _("explained")
    CLOSED = "CLOSED", _("closed")


class AskedBy(models.TextChoices):
    """Who asked for a check-in to be moved or cancelled."""

    PERSON = "PERSON", _("the person")
    US = "US", _("us")
    PARTNER = "PARTNER", _("a partner")


#: Check-ins of a rhythm exist this long before they are due.
HORIZON = timedelta(weeks=8)

#: Nothing is arranged further ahead than this: a later year is a slip of the keyboard.
FURTHEST = timedelta(days=731)

#: When the reminder of a check-in is sent, on the day itself. The evening before would be a Sunday for a Monday, and
#: would announce what is still cancelled overnight; at seven it is the first thing read, and before any visit.
REMINDED_AT = time(7, 0)
REMINDED_THE_EVENING_BEFORE, EARLY = time(18, 0), time(8, 0)

#: After days without a clock reminders are still left for contacts this long ago, while nothing has come of them. What
#: is older speaks for itself: it is late, and on the coordinator's board.
REMINDED_STILL = timedelta(days=14)

#: What closed or ended this long ago is looked at by every tick, what is older once a night.
SETTLED_STILL = timedelta(days=14)
THE_NIGHT_ROUND = (time(3, 0), time(3, 10))

#: The person was not met; and: the person was.
MISSES = frozenset({Outcome.MISSED, Outcome.MISSED_ACCEPTABLE})
CONTACTS = frozenset({Outcome.HELD, Outcome.PARTLY})

#: Says why a day is off, or nothing when it is worked.
Calendar = Callable[[date], MoveReason | None]

#: From, until (half-open); an open end is not known yet.
Period = tuple[date, date | None]


@dataclass(frozen=True)
class Planned:
    """One occurrence and what becomes of it: held on `due_on`, or not held when that is empty; `because` says why."""

    occurs_on: date
    due_on: date | None
    because: MoveReason | None = None

    @property
    def is_moved(self) -> bool:
        return self.due_on is not None and self.due_on != self.occurs_on


def why_off(day: date) -> MoveReason | None:
    """Why nobody works on `day`; a holiday in a weekend is a weekend."""
    if is_weekend(day):
        return MoveReason.WEEKEND
    return MoveReason.HOLIDAY if is_public_holiday(day) else None


def moved(day: date, policy: str, *, calendar: Calendar = why_off) -> date | None:
    """The day on which an occurrence of `day` is held under a policy, or None when it is skipped.

    The nearest of two days equally near is the later one: nobody is expected sooner than was agreed.
    """
    if policy == MovePolicy.KEEP or calendar(day) is None:
        return day
    if policy == MovePolicy.SKIP:
        return None
    after = before = day
    while calendar(after) is not None:
        after += timedelta(days=1)
    while calendar(before) is not None:
        before -= timedelta(days=1)
    if policy == MovePolicy.NEAREST:
        return after if after - day <= day - before else before
    return after if policy == MovePolicy.NEXT else before


def planned(
    pattern: Recurring, first: date, until: date, *, pauses: Sequence[Period] = (), calendar: Calendar = why_off
) -> list[Planned]:
    """What becomes of each occurrence from `first` until `until` (half-open), paused ones left out.

    One that would be moved out of the rhythm's own period is not held, nor is one that would land on a day that
    another occurrence has: two contacts on one day were never agreed. A pause takes what would be held within it.
    """
    return list(_planned(pattern, occurrences(pattern, first, until), pauses, calendar))


def next_days(
    pattern: Recurring, *, first: date, count: int = 10, pauses: Sequence[Period] = (), calendar: Calendar = why_off
) -> list[Planned]:
    """The next occurrences from `first` on, with what moves and why: the preview while a rhythm is being arranged."""
    within_two_lives = islice(occurrences_from(pattern, first), 20 * count)  # a pause may have no end
    return list(islice(_planned(pattern, within_two_lives, pauses, calendar), count))


def _planned(
    pattern: Recurring, days: Iterable[date], pauses: Sequence[Period], calendar: Calendar
) -> Iterator[Planned]:
    for day in days:
        because = calendar(day)
        due = moved(day, pattern.policy, calendar=calendar)
        if due is not None and due != day and (_outside(pattern, due) or _is_taken(pattern, day, due, calendar)):
            due = None
        if not in_a_pause(due or day, pauses):
            yield Planned(day, due, None if due == day else because)


def _outside(pattern: Recurring, day: date) -> bool:
    return day < pattern.starts_on or (pattern.ends_on is not None and day >= pattern.ends_on)


def _is_taken(pattern: Recurring, day: date, due: date, calendar: Calendar) -> bool:
    """Whether `due` is another occurrence's own day, or an earlier occurrence is moved to it too."""
    first = due
    while calendar(first - timedelta(days=1)) is not None:
        first -= timedelta(days=1)
    rivals = occurrences(pattern, first, max(day, due) + timedelta(days=1))
    return any(
        rival == due or (rival < day and moved(rival, pattern.policy, calendar=calendar) == due)
        for rival in rivals
        if rival != day
    )


def in_a_pause(day: date, pauses: Iterable[Period]) -> bool:
    """Whether `day` lies in one of the pauses."""
    return any(start <= day and (end is None or day < end) for start, end in pauses)


def overlaps(one: Period, other: Period) -> bool:
    """Whether two half-open periods have a day in common."""
    return (one[1] is None or other[0] < one[1]) and (other[1] is None or one[0] < other[1])


def late_from(due_on: date, tolerance_days: int) -> date:
    """The first day on which a check-in without an outcome is late: the working day after the days of grace."""
    return working_days_after(due_on, tolerance_days + 1)


def working_days_late(late: date, day: date) -> int:
    """For how many working days a check-in has been late on `day`; one on the first day it is late, none before."""
    return working_days_between(late, day)


def remind_at(due_on: date, due_time: time | None) -> datetime:
    """When the reminder of a check-in is sent: that morning, or the evening before when the contact is that early."""
    if due_time is not None and due_time < EARLY:
        return moment_of(due_on - timedelta(days=1), REMINDED_THE_EVENING_BEFORE)
    return moment_of(due_on, REMINDED_AT)


def looks_at_all(at: datetime) -> bool:
    """Whether it is the hour of the night at which the clock looks at everything, in case it stood still for weeks."""
    return THE_NIGHT_ROUND[0] <= at.astimezone(BRUSSELS).time() < THE_NIGHT_ROUND[1]


def rhythm_in_words(rhythm: Recurring) -> str:
    """A rhythm in the reader's language: "every two weeks on Tuesday"."""
    return in_words(rhythm)
