"""Emergency openings: how long one lasts, what has to be said, when it is reviewed, and what may come of that."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from cases.access.rules import Refused, clean_text

#: Somebody other than the opener says within so long what is to be thought of it.
REVIEWED_WITHIN = timedelta(hours=72)

#: A reason has so many words at least: "urgent" says nothing to whoever reviews it.
FEWEST_WORDS = 4


class ReviewOutcome(models.TextChoices):
    """What the reviewer says of an emergency opening."""

    JUSTIFIED = "JUSTIFIED", _("justified")
    AVOIDABLE = "AVOIDABLE", _("justified, but to be avoided")
    UNJUSTIFIED = "UNJUSTIFIED", _("not justified")


def needs_consequence(outcome: str) -> bool:
    """Whether the reviewer has to say what follows: unless all was as it should be."""
    return outcome != ReviewOutcome.JUSTIFIED


def reason_of(typed: str) -> str:
    """The reason as it is kept. Raises `Refused` when it is too short to be one."""
    reason = clean_text(typed, field="reason", most=2_000, needed=True)
    if sum(any(letter.isalnum() for letter in word) for word in reason.split()) < FEWEST_WORDS:
        told = ngettext("Say in %(number)s word or more why.", "Say in %(number)s words or more why.", FEWEST_WORDS)
        raise Refused(told % {"number": FEWEST_WORDS}, field="reason", code="too_short")
    return reason


def not_there() -> Refused:
    """What is said of a reference that leads nowhere: the same for none at all and for one in another city."""
    return Refused(
        gettext("There is no such case in a city where you may do this. Look at the reference again."),
        field="reference", code="not_there",
    )  # fmt: skip


def lasts_until(ends_at: datetime, ended_at: datetime | None) -> datetime:
    """When an opening is over: after its hour, or when she said that she was done."""
    return ends_at if ended_at is None else min(ends_at, ended_at)
