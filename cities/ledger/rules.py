"""What can be written in the ledger, and who can have done it."""

from __future__ import annotations

from enum import Enum

from django.db import models
from django.utils.translation import gettext_lazy as _

#: The purpose of what is read and done by REST in a session; by a token it is what the token is for.
REST = "api"

#: The purpose of what is read in the administration, where nobody is asked.
ADMINISTRATION = "admin"


def as_asked(reference: object) -> str:
    """What somebody asked for in an address, as it is kept beside a refusal: it may be no reference at all."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in str(reference)[:20])


class Clock(Enum):
    """The actor of what no known person did: the beat of the clock, a set-up command, or somebody at the entrance
    whom nobody knows yet."""

    CLOCK = "clock"
    SETUP = "set-up"
    ENTRANCE = "entrance"


class Operation(models.TextChoices):
    """The kinds of processing that must leave a trace (Directive (EU) 2016/680, article 25, and a little more)."""

    COLLECT = "COLLECT", _("collected")
    ALTER = "ALTER", _("changed")
    CONSULT = "CONSULT", _("opened")
    DISCLOSE = "DISCLOSE", _("disclosed")
    COMBINE = "COMBINE", _("combined")
    ERASE = "ERASE", _("erased")
    SIGN_IN = "SIGN_IN", _("signed in or out")
    DENIED = "DENIED", _("was refused")
    EMERGENCY = "EMERGENCY", _("opened in an emergency")
    EXPORT = "EXPORT", _("exported")
    ADMINISTER = "ADMINISTER", _("administered")


class DispatchState(models.TextChoices):
    """Where something that leaves the house stands."""

    WAITING = "WAITING", _("waiting")
    SENT = "SENT", _("sent")
    DEAD = "DEAD", _("could not be sent")


class Wrong(models.TextChoices):
    """What can be wrong with a row of the ledger; in words, for who has to find out why."""

    CHANGED = "CHANGED", _("the entry is not what was sealed")
    DELETED = "DELETED", _("the entry is gone")
    INSERTED = "INSERTED", _("an entry stands in no seal, though it says that it is older than the last one")
    BACKDATED = "BACKDATED", _("the entry says that it is older than its place among the seals allows")
    MOVED = "MOVED", _("the place of the entry does not follow from the one before it")
    UNPLACED = "UNPLACED", _("a place is gone")
    SEAL = "SEAL", _("the seal is not what it was when it was made")
    UNSEALED = "UNSEALED", _("places stand in no seal")
    CUT = "CUT", _("the ledger ends before what was sealed")
    RECHAINED = "RECHAINED", _("the seals are not those of a checkpoint that left: they were made anew")
