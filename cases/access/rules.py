"""Need-to-know in words: on what ground somebody may know, and what each kind of row is."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from cities.refusals import LONGEST_TEXT, NotAllowed, OutOfSight, Refused, Stale, clean_text
from cities.roles.rules import Compartment

__all__ = [
    "EMERGENCY_LASTS",
    "ENDED",
    "GIVEN",
    "LONGEST_TEXT",
    "Ending",
    "Ground",
    "NeedToKnow",
    "NotAllowed",
    "OutOfSight",
    "Refused",
    "Stale",
    "clean_text",
    "known",
    "need_of",
    "read_reference",
]


class Ground(models.TextChoices):
    """Why somebody may see one case. A posting that covers a whole city is its own ground and needs no row."""

    TEAM = "TEAM", _("on the case team")
    REFERRAL = "REFERRAL", _("a prosecution referral is addressed to her office")
    EMERGENCY = "EMERGENCY", _("emergency opening")
    DEPUTY = "DEPUTY", _("stands in for an absent colleague")


class Ending(models.TextChoices):
    """Why a grant ended. Empty: on the day it was given for, or before this was kept."""

    LEFT = "LEFT", _("left the team")
    LEAD = "LEAD", _("somebody else leads the case now")
    CLOSED = "CLOSED", _("the case was closed, or reopened")
    POSTING = "POSTING", _("her posting ended")
    ABSENCE = "ABSENCE", _("the absence is over, or was withdrawn")
    ANSWERED = "ANSWERED", _("the referral was answered")
    REPLACED = "REPLACED", _("given anew")
    DONE = "DONE", _("she said that she was done")
    NOT_NEEDED = "NOT_NEEDED", _("no longer needed")
    LAPSED = "LAPSED", _("nobody confirmed it in time")


#: What is written of a grant when it is given, and when it ends: each compartment has an entry of its own.
GIVEN = ["compartment", "ends_at", "ground", "starts_at"]
ENDED = ["ended_because", "ended_by", "ends_at"]

#: An emergency opening lasts no longer. PostgreSQL keeps to it too.
EMERGENCY_LASTS = timedelta(minutes=60)


def read_reference(text: str) -> str | None:
    """The case reference somebody typed, written as it is kept: "vil 2026 42" is VIL-2026-0042. None: it is none."""
    found = re.fullmatch(r"\s*([A-Za-z]{3})[\s/-]*([0-9]{4})[\s/-]+([0-9]{1,9})\s*", text)
    return f"{found[1].upper()}-{found[2]}-{int(found[3]):04d}" if found else None


@dataclass(frozen=True)
class NeedToKnow:
    """What a kind of row is to need-to-know.

    `compartment`: the part of the case it lies in. `path`: how it hangs on a case: "casefile" (a foreign key to
    the case), "self" (it is the case), "person" (it is, or belongs to, a person), "city" (to a city as a whole),
    "review" (to a city, for whoever reads its ledger), "code" (a code list, readable by whoever signs in), "row" (to
    the row of another table, whose history it is; PostgreSQL writes it, and nobody else may).
    `append_only`: rows are added, never changed.
    `personal`, `sensitive`, `public`: each field in one of them; the laws of the house check that none is missing.
    `bookkeeping`: those of them that are no news when they change, because the machine keeps them for itself (what
    the clock has seen to, a version, what is worked out of another field). All others have a history.
    """

    compartment: Compartment
    path: str = "casefile"
    append_only: bool = False
    public: frozenset[str] = field(default_factory=frozenset)
    personal: frozenset[str] = field(default_factory=frozenset)
    sensitive: frozenset[str] = field(default_factory=frozenset)
    bookkeeping: frozenset[str] = field(default_factory=frozenset)


def need_of(model: models.Model | type[models.Model]) -> NeedToKnow:
    """What the model declares itself to be; an undeclared model is an error, never an open table."""
    need = getattr(model, "need_to_know", None)
    if not isinstance(need, NeedToKnow):
        raise TypeError(f"{model._meta.object_name} doesn't say what it is to need-to-know.")
    return need


def known(
    compartment: Compartment,
    *,
    path: str = "casefile",
    append_only: bool = False,
    public: str = "",
    personal: str = "",
    sensitive: str = "",
    bookkeeping: str = "",
) -> NeedToKnow:
    """A `NeedToKnow` from field names in one string a class, separated by spaces."""
    return NeedToKnow(
        compartment=compartment,
        path=path,
        append_only=append_only,
        public=frozenset(public.split()),
        personal=frozenset(personal.split()),
        sensitive=frozenset(sensitive.split()),
        bookkeeping=frozenset(bookkeeping.split()),
    )
