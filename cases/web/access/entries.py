"""Entries of the ledger, told in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from cases.web import purposes
from cities.agencies.selectors import agencies
from cities.ledger.models import LedgerEntry
from cities.roles.permissions import Permission
from cities.roles.rules import Role


@dataclass(frozen=True)
class Told:
    """One entry: when, who, as what, did what with what, and why."""

    at: datetime
    who: str
    role: str
    agency: str
    operation: str
    act: str
    reference: str
    compartment: str
    fields: str
    purpose: str
    justification: str
    outcome: str
    request: str
    rows: int


def told(entries: Sequence[LedgerEntry]) -> list[Told]:
    """The entries in words. One query for the names of agencies."""
    names = {agency.pk: agency.name for agency in agencies().filter(pk__in={entry.agency_id for entry in entries})}
    return [
        Told(
            at=entry.at,
            who=str(entry.actor) if entry.actor else _("the clock"),
            role=str(Role(entry.role).label) if entry.role in Role.values else "",
            agency=names.get(entry.agency_id, "") if entry.agency_id else "",
            operation=entry.get_operation_display(),
            act=_act(entry.act),
            reference=entry.case_reference,
            compartment=entry.compartment,
            fields=", ".join(entry.fields),
            purpose=purposes.in_words(entry.purpose),
            justification=entry.justification,
            outcome="" if entry.outcome == "DONE" else entry.outcome,
            request=entry.request_id,
            rows=entry.rows,
        )
        for entry in entries
    ]


def _act(name: str) -> str:
    """The act in words: most are permissions; a few have a name of their own, which is shown as it is."""
    return _(Permission[name].value) if name in Permission.__members__ else name.lower().replace("_", " ")
