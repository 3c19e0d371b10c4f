"""The words of check-ins, and what is done about lateness and reminders. This page also hands on what others need of
the pages beneath it: which days (`recurrence`, `tapers`), why one is off (`calendars`), what becomes of each
(`planning`), how that is said (`wording`) and written to RFC 5545 (`rfc5545`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.checkins.calendars import (
    Away,
    Calendar,
    DaysOff,
    MoveReason,
    Period,
    days_off,
    deputy_on,
    overlaps,
    why_off,
    within,
)
from cases.checkins.planning import MovePolicy, Planned, moved, next_days, planned, shape_of
from cases.checkins.recurrence import (
    ONE_DAY,
    Frequency,
    Pattern,
    Recurring,
    ends_with_count,
    fault_of,
    occurrences,
    occurrences_from,
)
from cases.checkins.replacing import taken_by_hand
from cases.checkins.rfc5545 import Unreadable, from_rrule, to_rrule
from cases.checkins.tapers import MOST_STEPS, Lasting, Step, taper, thinner
from cases.checkins.wording import chain_in_words, in_words, in_words_to_the_end
from cities.places.rules import (
    BRUSSELS,
    moment_of,
    working_days_after,
    working_days_before,
    working_days_between,
)

__all__ = [
    "MOST_STEPS",
    "ONE_DAY",
    "Away",
    "Calendar",
    "DaysOff",
    "Frequency",
    "Lasting",
    "MovePolicy",
    "MoveReason",
    "Pattern",
    "Period",
    "Planned",
    "Recurring",
    "Step",
    "Unreadable",
    "chain_in_words",
    "days_off",
    "deputy_on",
    "ends_with_count",
    "fault_of",
    "from_rrule",
    "in_words",
    "in_words_to_the_end",
    "moved",
    "next_days",
    "occurrences",
    "occurrences_from",
    "overlaps",
    "planned",
    "shape_of",
    "taken_by_hand",
    "taper",
    "thinner",
    "to_rrule",
    "why_off",
]

#: Whether a day lies in one of the pauses.
in_a_pause = within


class CheckInKind(models.TextChoices):
    """How the contact is held."""

    HOME = "HOME", _("home visit")
    OFFICE = "OFFICE", _("at the office")
    PHONE = "PHONE", _("by telephone")
    VIDEO = "VIDEO", _("by video")
    SCHOOL = "SCHOOL", _("with the school")
    EMPLOYER = "EMPLOYER", _("with the employer")


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


class Whose(models.TextChoices):
    """Whose contacts stand in a calendar, as it is written in an address."""

    OWN = "own", _("my own")
    TEAM = "team", _("the team's")
    DEPUTISED = "deputised", _("for colleagues who are away")


@dataclass(frozen=True)
class Told:
    """All that a calendar feed is told of a contact: which case, what kind, when. No name, no place, no outcome.

    `number` is the check-in's own, `first` that of the one it took the place of in the end: one appointment, however
    often it is moved. `sequence` grows with each change of any of them.
    """

    reference: str
    kind: str
    number: int
    first: int
    sequence: int
    due_on: date
    due_time: time | None
    within_week: bool
    minutes: int
    is_cancelled: bool
    changed_at: datetime


#: A calendar feed looks so far back and so far ahead, and tells of so many contacts at most.
FEED_BACK, FEED_AHEAD, FEED_MOST = timedelta(weeks=4), timedelta(weeks=8), 2000

#: Check-ins of a rhythm exist this long before they are due.
HORIZON = timedelta(weeks=8)

#: Nothing is arranged further ahead than this: a later year is a slip of the keyboard.
FURTHEST = timedelta(days=731)

#: When the reminder of a check-in is sent, on the day itself. The evening before would be a Sunday for a Monday, and
#: would announce what is still cancelled overnight; at seven it is the first thing read, and before any visit.
REMINDED_AT = time(7, 0)
REMINDED_THE_EVENING_BEFORE, EARLY = time(18, 0), time(8, 0)

#: What closed or ended this long ago is looked at by every tick, what is older once a night.
SETTLED_STILL = timedelta(days=14)
THE_NIGHT_ROUND = (time(3, 0), time(3, 10))

#: The person was not met; and: the person was.
MISSES = frozenset({Outcome.MISSED, Outcome.MISSED_ACCEPTABLE})
CONTACTS = frozenset({Outcome.HELD, Outcome.PARTLY})


@lru_cache(maxsize=65536)
def late_from(due_on: date, tolerance_days: int, within_week: bool = False) -> date:
    """The first day on which a check-in without an outcome is late: the working day after the days of grace.

    When any day of the week will do, the days of grace are counted from that week's Friday.
    """
    return working_days_after(monday_of(due_on) + 4 * ONE_DAY if within_week else due_on, tolerance_days + 1)


@lru_cache(maxsize=65536)
def early_from(due_on: date, early_days: int, within_week: bool = False) -> date:
    """The first day on which a check-in may be recorded: so many working days before it.

    When any day of the week will do, from that week's Monday, or from so many working days before if that is sooner.
    """
    early = working_days_before(due_on, early_days)
    return min(early, monday_of(due_on)) if within_week else early


def clash(day: date, one: tuple[time, int], other: tuple[time, int]) -> bool:
    """Whether two contacts of a day overlap: each by its hour and its minutes. One that ends when the next begins
    does not."""
    (start, minutes), (starts, lasts) = one, other
    begins, began = datetime.combine(day, start), datetime.combine(day, starts)
    return begins < began + timedelta(minutes=lasts) and began < begins + timedelta(minutes=minutes)


def monday_of(day: date) -> date:
    """The first day of its week."""
    return day - day.weekday() * ONE_DAY


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
