"""The kinds of things that happen in a case; why somebody opens one; and when somebody must be told that the ledger is
not looked after."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases.access.rules import Refused, clean_text
from cases.outbox.rules import Quiet, before_quiet
from cities.ledger.rules import ADMINISTRATION, REST
from cities.places.rules import day_of, moment_of


class Kind(models.TextChoices):
    """What a line of the timeline is about."""

    STAGE = "STAGE", _("stage")
    CHECKIN = "CHECKIN", _("check-ins")
    PLAN = "PLAN", _("plan")
    TRAVEL = "TRAVEL", _("travel status")
    TEAM = "TEAM", _("team")
    REFERRAL = "REFERRAL", _("prosecution referrals")
    MESSAGE = "MESSAGE", _("messages")


class Finding(models.TextChoices):
    """What whoever looks after the looking found of an opening that was drawn by chance."""

    IN_ORDER = "IN_ORDER", _("in order")
    ASKED = "ASKED", _("the opener was asked")
    FOLLOW_UP = "FOLLOW_UP", _("to be followed up")


class Why(models.TextChoices):
    """What somebody can answer who opens a case that nothing led her to. What she says is kept; it is not judged."""

    CONTACT = "CONTACT", _("somebody called, wrote or came about this case")
    COLLEAGUE = "COLLEAGUE", _("a colleague asked me about it")
    PREPARE = "PREPARE", _("to prepare a contact, a meeting or a decision")
    WRITE = "WRITE", _("to add or correct something in the file")
    OVERSEE = "OVERSEE", _("to supervise, to review, or to answer a complaint")
    OTHER = "OTHER", _("something else")


#: So long an answer serves the case for which it was given, in the session in which it was given.
WHY_LASTS = timedelta(hours=8)

#: So long after one page of a case the next one is opened from there, and not anew.
STAYS_OPEN = timedelta(hours=8)

#: A contact is prepared: so many days before it she has a task in its case.
PREPARED_WITHIN = timedelta(days=7)

#: A message about a case leads there: so many days after it was due.
FOLLOWED_UP_WITHIN = timedelta(days=7)

#: A goal is worked on: so many days before its day, as actions are.
REACHED_WITHIN = timedelta(days=14)

#: What stands in the purpose of an opening: `task:checkin 31`, a task of hers that day; `why:CONTACT`, her answer.
TASK, WHY = "task:", "why:"

#: What is shown of an entry of the ledger, by name.
ENTRY = [
    "act", "actor", "agency_id", "at", "case_reference", "compartment", "fields", "justification", "operation",
    "outcome", "purpose", "request_id", "role",
]  # fmt: skip
LOOKED = [f"ledgerentry.{name}" for name in ENTRY]

#: Every page that is not of one case, and the doors where nobody is asked. That she comes from one of them is what her
#: browser says: who has no task in the case beside it is only looking around, as far as the house can tell.
AROUND = frozenset({
    REST, ADMINISTRATION, "cases:absence", "cases:absences", "cases:board", "cases:calendar", "cases:calendar_day",
    "cases:case_list", "cases:colleague_contacts", "cases:colleague_sights", "cases:confirm_list",
    "cases:emergency_list", "cases:emergency_review", "cases:ledger", "cases:messages", "cases:my_day",
    "cases:own_looks", "cases:referral_list", "cases:sample", "cases:samples", "cases:search",
})  # fmt: skip


def purpose_of(came_from: str, task: str) -> str:
    """The purpose of an opening as the ledger has it: where from, and which task of hers led there."""
    return f"{came_from} {TASK}{task}".strip() if task else came_from


def why_of(answer: str, words: str, *, names: Iterable[str]) -> tuple[str, str]:
    """The answer as the ledger has it, and its words. Raises `Refused`, also for words that hold one of the names.

    What stands in the ledger is never taken out again, so whoever is to be forgotten must not be named there.
    """
    if answer not in Why.values:
        raise Refused(gettext("Choose why."), field="why", code="required")
    said = clean_text(words, field="words", most=150, needed=answer == Why.OTHER, one_line=True)
    if _parts([said]) & _parts(names):
        raise Refused(
            gettext("Leave the name out: what is written here is never erased."), field="words", code="a_name"
        )  # fmt: skip
    return f"{WHY}{answer}", said


def _parts(texts: Iterable[str]) -> set[str]:
    """The words of three letters or more, without case and accents."""
    found = set()
    for text in texts:
        letters = (one for one in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(one))
        found |= {word for word in re.split(r"[\W_]+", "".join(letters)) if len(word) > 2}
    return found


#: Openings without a task are told at this hour of the same day, all together.
TOLD_AT = time(16, 30)


def told_at(opened_at: datetime, quiet: Quiet) -> datetime:
    """When an opening without a task is told: in the afternoon; what comes later, before the quiet hours begin.

    What falls into the quiet hours is due at once, and waits for their end as every message does.
    """
    day = day_of(opened_at)
    afternoon, evening = moment_of(day, TOLD_AT), before_quiet(moment_of(day, time(23, 59)), quiet)
    if opened_at < afternoon:
        return before_quiet(afternoon, quiet)
    return max(opened_at, evening)


#: So many openings of a city are drawn a week.
A_WEEK = 5

#: How often a checkpoint leaves.
CHECKPOINTS = timedelta(hours=1)

#: What is written is sealed within a minute. After so long somebody is told that it isn't.
UNSEALED_FOR = timedelta(minutes=10)

#: So long after the last checkpoint reached a place, somebody is told.
SILENT_FOR = timedelta(hours=3)

#: Every night, from this hour on, the clock verifies what was sealed since it did so last; after so many days all of
#: it, from the beginning. A night that was missed is made up for by day.
VERIFIED_FROM, ALL_AFTER = time(3), timedelta(days=7)

#: So many entries are verified in one go, about a minute.
A_PIECE = 1_000_000

#: So long after the last verification somebody is told.
UNVERIFIED_FOR = timedelta(days=2)

#: A dispatch that could not be sent is tried again after a minute, doubled, six hours at most; so often, about a week.
MOST_TRIES, LONGEST_WAIT = 40, timedelta(hours=6)


class Alarm(models.TextChoices):
    """What is wrong with the looking after; for the data-protection officer and the administrators."""

    UNSEALED = "UNSEALED", _("The ledger is not being sealed.")
    STOPPED = "STOPPED", _("No checkpoint of the ledger has reached one of its places outside for hours.")
    NOT_WHOLE = "NOT_WHOLE", _("The ledger is not whole: verifying it found something that is not as it was sealed.")
    UNVERIFIED = "UNVERIFIED", _("The ledger has not been verified for days.")
    NOWHERE = "NOWHERE", _("No place outside is named to which checkpoints of the ledger are sent.")


@dataclass(frozen=True)
class LedgerStanding:
    """How the ledger is looked after: what waits for its seal, since when there are seals, what left when, and when it
    was last verified, with what result."""

    waiting_since: datetime | None = None
    first_sealed_at: datetime | None = None
    left_at: Mapping[str, datetime | None] = field(default_factory=dict)
    verified_at: datetime | None = None
    is_whole: bool = True


def alarms_of(standing: LedgerStanding, *, at: datetime) -> list[Alarm]:
    """What somebody must be told of. A place that nothing has reached yet counts from the first seal, and so does a
    ledger that was never verified."""
    found = []
    if standing.waiting_since is not None and standing.waiting_since <= at - UNSEALED_FOR:
        found.append(Alarm.UNSEALED)
    since = standing.first_sealed_at
    if since is not None and any((left or since) <= at - SILENT_FOR for left in standing.left_at.values()):
        found.append(Alarm.STOPPED)
    if not standing.is_whole:
        found.append(Alarm.NOT_WHOLE)
    if since is not None and (standing.verified_at or since) <= at - UNVERIFIED_FOR:
        found.append(Alarm.UNVERIFIED)
    if not standing.left_at:
        found.append(Alarm.NOWHERE)
    return found


def verification_is_due(*, last_at: datetime, was_through: bool, at: datetime) -> bool:
    """Whether the ledger is to be verified again: once a night; at once when a piece is left to do."""
    return not was_through or last_at < moment_of(day_of(at), VERIFIED_FROM) <= at


def begins_anew(*, begun_on: date, on: date) -> bool:
    """Whether all of it is walked through, and not only what came since the last time."""
    return on - begun_on >= ALL_AFTER


def try_again_after(attempts: int) -> timedelta:
    """How long to wait after so many failed attempts (1 or more)."""
    return min(timedelta(minutes=2 ** min(attempts - 1, 10)), LONGEST_WAIT)
