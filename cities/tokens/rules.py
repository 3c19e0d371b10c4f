"""Tokens for programs and calendar feeds: how long one holds, how one looks, and what of it is kept."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

#: No token holds longer; a program's token is renewed by a person.
LONGEST = timedelta(days=90)

#: Last use is written down at most this often: often enough to see what is idle, seldom enough to cost nothing.
USE_NOTED_EVERY = timedelta(minutes=1)


class Purpose(models.TextChoices):
    """What a token is for. It opens the resources of that purpose and no others (`cases/api/scopes.py`), and each entry
    in the ledger says it."""

    CASEWORK = "CASEWORK", _("Casework: whatever its user does in cases")
    PLANNING = "PLANNING", _("Planning: contacts, rhythms, absences and missed contacts")
    REFERRALS = "REFERRALS", _("Referrals to and from the prosecution")
    FIGURES = "FIGURES", _("Figures: the national picture, and no case")


#: So that a token left in a file is recognised for what it is, by people and by programs that look for secrets.
PREFIX = "apparatus_"

#: How much of a token is shown afterwards, to tell it from others.
SHOWN = 6

#: A calendar program asks by itself, day and night: that it did is written down at most this often.
FEED_USE_NOTED_EVERY = timedelta(hours=1)

_SECRET = re.compile(re.escape(PREFIX) + r"[A-Za-z0-9_-]{43}")


def is_token(text: str) -> bool:
    """Whether the text looks like a token at all."""
    return _SECRET.fullmatch(text) is not None


def is_feed_secret(text: str) -> bool:
    """Whether the text looks like what stands in the address of a calendar feed."""
    return is_token(PREFIX + text)


def digest(secret: str) -> str:
    """What is kept of a token. Its 256 bits of chance need no slow hash: there is nothing to guess."""
    return hashlib.sha256(secret.encode()).hexdigest()


def start_of(secret: str) -> str:
    """The beginning that is kept readable."""
    return secret.removeprefix(PREFIX)[:SHOWN]


def holds(*, at: datetime, expires_at: datetime, revoked_at: datetime | None) -> bool:
    """Whether a token signs somebody in at the moment `at`."""
    return revoked_at is None and at < expires_at
