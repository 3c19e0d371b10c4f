"""Messages: what kinds there are, when nobody is disturbed, how long to wait before trying again, when to give up."""

from __future__ import annotations

import uuid
from datetime import date, datetime, time, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from cities.places.rules import BRUSSELS, moment_of


class MessageKind(models.TextChoices):
    """What a message is about, in the order in which a message of several tells them. No kind has room for a name."""

    EMERGENCY = "EMERGENCY", _("emergency opening to review")
    UNREVIEWED = "UNREVIEWED", _("emergency opening that nobody reviewed in time")
    BEFORE = "BEFORE", _("contact about to begin")
    STEP = "STEP", _("missed contact that waits for an answer")
    LATE = "LATE", _("late check-in")
    TO_RECORD = "TO_RECORD", _("outcome to record")
    CHECKIN_REMINDER = "CHECKIN_REMINDER", _("reminder of a check-in")
    CONFIRM = "CONFIRM", _("grants to confirm")
    OPENED = "OPENED", _("case opened without a task")
    DEAD_LETTER = "DEAD_LETTER", _("message that could not be sent")
    TO_PERSON = "TO_PERSON", _("reminder of an appointment")


class Channel(models.TextChoices):
    """How a message goes. What goes to staff can be read in the application too, whichever way it goes."""

    EMAIL = "EMAIL", _("by e-mail")
    IN_APP = "IN_APP", _("in the application")
    SMS = "SMS", _("by SMS")
    LETTER = "LETTER", _("by letter")


class MessageState(models.TextChoices):
    """Where a message stands."""

    WAITING = "WAITING", _("waiting")
    SENT = "SENT", _("sent")
    DROPPED = "DROPPED", _("no longer needed")
    DEAD = "DEAD", _("could not be sent")


#: What the sender sends; a letter is printed and posted by people.
SENT_BY_THE_CLOCK = (Channel.EMAIL, Channel.IN_APP, Channel.SMS)

#: What announces a contact: of no use once it is over or late, and never in one breath with "late".
ANNOUNCES = frozenset({MessageKind.CHECKIN_REMINDER, MessageKind.BEFORE, MessageKind.TO_PERSON})

#: What goes to whoever answers for who sees what: wherever she is, and also where she may know of no case.
TO_REVIEWERS = frozenset({MessageKind.EMERGENCY, MessageKind.UNREVIEWED, MessageKind.CONFIRM})

#: What also goes to whoever reads the ledger of a city, when nobody nearer to the case can be told.
TO_REVIEWERS_TOO = frozenset({MessageKind.OPENED})

#: A sender holds a message this long; after that another may take it.
LEASE = timedelta(minutes=5)

#: After so many failed attempts a message is dead and the coordinator's board says so.
MOST_ATTEMPTS = 8

#: Monitoring is told when what waits is this late.
TOO_LATE = timedelta(minutes=30)

#: From, until: the hours in which nobody is disturbed, by the clocks of Brussels. Equal ones: none.
Quiet = tuple[time, time]

#: Where a city has no settings.
QUIET: Quiet = (time(20, 0), time(7, 0))

_A_DAY, _A_MINUTE = timedelta(days=1), timedelta(minutes=1)


def last_day_of(day: date) -> date:
    """The last day on which a contact of any day of its week is held: the Friday, or its own day in a weekend."""
    return max(day, day + timedelta(days=4 - day.weekday()))


def wait_after(attempts: int) -> timedelta:
    """How long to wait after the given number of failed attempts (1 or more): a minute, doubled, a day at most."""
    return min(timedelta(minutes=2 ** (attempts - 1)), timedelta(days=1))


def message_id(delivery: uuid.UUID, *, domain: str) -> str:
    """The Message-ID of a delivery: always the same for the same one, so that a second copy shows itself as one."""
    return f"<{delivery}@{domain}>"


def quiet_time(at: datetime, quiet: Quiet) -> tuple[datetime, datetime] | None:
    """The quiet hours that the moment `at` lies in, half-open; None when it may be disturbed.

    In the night in which an hour comes twice, quiet hours begin at the first of the two and end at the second; in the
    one in which an hour is skipped they end an hour later by the new time.
    """
    begins, ends = quiet
    if begins == ends:
        return None
    today = at.astimezone(BRUSSELS).date()
    for day in (today - _A_DAY, today):
        last = day if begins < ends else day + _A_DAY
        period = (moment_of(day, begins), max(moment_of(last, ends.replace(fold=fold)) for fold in (0, 1)))
        if period[0] <= at < period[1]:
            return period
    return None


def after_quiet(at: datetime, quiet: Quiet) -> datetime:
    """The first moment from `at` on that isn't quiet: when what can wait is sent."""
    while (period := quiet_time(at, quiet)) is not None:
        at = period[1]
    return at


def before_quiet(at: datetime, quiet: Quiet) -> datetime:
    """The last minute up to `at` that isn't quiet: when what must not come after it is sent."""
    while (period := quiet_time(at, quiet)) is not None:
        at = period[0] - _A_MINUTE
    return at


def held_until(at: datetime, *, kind: str, quiet: Quiet, happens_at: datetime | None) -> datetime:
    """When a message that is due at `at` is sent: at once, or when the quiet hours end.

    What was asked for just before a contact comes when it was asked for, and an emergency waits for nothing; what
    would come after the contact it announces is sent rather than nothing, but never to the person.
    """
    if kind in (MessageKind.BEFORE, MessageKind.EMERGENCY):
        return at
    ends = after_quiet(at, quiet)
    too_late = kind == MessageKind.CHECKIN_REMINDER and happens_at is not None and at < happens_at <= ends
    return at if too_late else ends


def key_of(kind: str, cause: str, to: int | str) -> str:
    """What makes a message the same as another: the same kind, the same cause, to the same recipient."""
    return f"{kind} {cause} to {to}"


def is_still_so(kind: str, *, planned: bool, late: bool, over: bool, unanswered: bool) -> bool:
    """Whether what a message says is still true when it is about to be sent.

    What announces a contact is silent once that is recorded, called off, over or late: then "late" is told instead.
    """
    if kind in ANNOUNCES:
        return planned and not late and not over
    if kind == MessageKind.TO_RECORD:
        return planned and not late
    if kind == MessageKind.LATE:
        return planned
    return unanswered if kind == MessageKind.STEP else True
