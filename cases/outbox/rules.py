"""Messages: what kinds there are, how long to wait before trying again, when to give up."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _


class MessageKind(models.TextChoices):
    """What a message is about. No kind has room for a name."""

    CHECKIN_REMINDER = "CHECKIN_REMINDER", _("reminder of a check-in")


class MessageState(models.TextChoices):
    """Where a message stands."""

    WAITING = "WAITING", _("waiting")
    SENT = "SENT", _("sent")
    DROPPED = "DROPPED", _("no longer needed")
    DEAD = "DEAD", _("could not be sent")


#: A sender holds a message this long; after that another may take it.
LEASE = timedelta(minutes=5)

#: After so many failed attempts a message is dead and the coordinator's board says so.
MOST_ATTEMPTS = 8


def wait_after(attempts: int) -> timedelta:
    """How long to wait after the given number of failed attempts (1 or more): a minute, doubled, a day at most."""
    return min(timedelta(minutes=2 ** (attempts - 1)), timedelta(days=1))


def message_id(number: int, left_at: datetime, *, domain: str) -> str:
    """The Message-ID of a message: always the same for the same message, so that a second copy shows itself as one.

    The moment it was left is part of it: a database that was made anew counts from one again.
    """
    return f"<message-{number}.{left_at.timestamp():.0f}@{domain}>"
