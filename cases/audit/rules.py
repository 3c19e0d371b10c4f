"""The kinds of things that happen in a case; and when somebody must be told that the ledger is not looked after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _


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


#: So many openings of a city are drawn a week.
A_WEEK = 5

#: How often a checkpoint leaves.
CHECKPOINTS = timedelta(hours=1)

#: What is written is sealed within a minute. After so long somebody is told that it isn't.
UNSEALED_FOR = timedelta(minutes=10)

#: So long after the last checkpoint reached a place, somebody is told.
SILENT_FOR = timedelta(hours=3)

#: A dispatch that could not be sent is tried again after a minute, doubled, six hours at most; so often, about a week.
MOST_TRIES, LONGEST_WAIT = 40, timedelta(hours=6)


class Alarm(models.TextChoices):
    """What is wrong with the looking after; for the data-protection officer and the administrators."""

    UNSEALED = "UNSEALED", _("The ledger is not being sealed.")
    STOPPED = "STOPPED", _("No checkpoint of the ledger has reached one of its places outside for hours.")
    NOWHERE = "NOWHERE", _("No place outside is named to which checkpoints of the ledger are sent.")


@dataclass(frozen=True)
class LedgerStanding:
    """How the ledger is looked after: what waits for its seal, since when there are seals, and what left when."""

    waiting_since: datetime | None = None
    first_sealed_at: datetime | None = None
    left_at: Mapping[str, datetime | None] = field(default_factory=dict)


def alarms_of(standing: LedgerStanding, *, at: datetime) -> list[Alarm]:
    """What somebody must be told of. A place that nothing has reached yet counts from the first seal."""
    found = []
    if standing.waiting_since is not None and standing.waiting_since <= at - UNSEALED_FOR:
        found.append(Alarm.UNSEALED)
    since = standing.first_sealed_at
    if since is not None and any((left or since) <= at - SILENT_FOR for left in standing.left_at.values()):
        found.append(Alarm.STOPPED)
    if not standing.left_at:
        found.append(Alarm.NOWHERE)
    return found


def try_again_after(attempts: int) -> timedelta:
    """How long to wait after so many failed attempts (1 or more)."""
    return min(timedelta(minutes=2 ** min(attempts - 1, 10)), LONGEST_WAIT)
