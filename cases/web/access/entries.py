"""Entries of the ledger, told in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from cases.access.selectors import fields_in_words
from cases.web import acts, purposes
from cities.agencies.selectors import agencies
from cities.ledger.models import LedgerEntry
from cities.ledger.rules import Clock
from cities.roles.rules import Compartment, Role

#: Who it was when it was no person.
NOBODY = {
    Clock.CLOCK.value: _("the clock"),
    Clock.SETUP.value: _("a set-up command"),
    Clock.ENTRANCE.value: _("somebody at the entrance"),
}


@dataclass(frozen=True)
class Told:
    """One entry: when, who, as what, did what with what, and why. `number`: of the fields that it names."""

    at: datetime
    who: str
    role: str
    agency: str
    operation: str
    act: str
    reference: str
    compartment: str
    fields: str
    number: int
    purpose: str
    justification: str
    outcome: str
    request: str
    rows: int

    @property
    def has_more(self) -> bool:
        """Whether there is more to say than who did what when."""
        return bool(self.purpose or self.justification or self.role or self.compartment or self.fields)


def told(entries: Sequence[LedgerEntry]) -> list[Told]:
    """The entries in words. One query for the names of agencies."""
    names = {agency.pk: agency.name for agency in agencies().filter(pk__in={entry.agency_id for entry in entries})}
    return [
        Told(
            at=entry.at,
            who=str(entry.actor) if entry.actor else str(NOBODY.get(entry.initiator, entry.initiator)),
            role=str(Role(entry.role).label) if entry.role in Role.values else "",
            agency=names.get(entry.agency_id, "") if entry.agency_id else "",
            operation=entry.get_operation_display(),
            act=acts.in_words(entry.act),
            reference=entry.case_reference,
            compartment=_part(entry.compartment),
            fields=fields_in_words(entry.fields, kind=entry.object_type),
            number=len(entry.fields),
            purpose=purposes.in_words(entry.purpose),
            justification=entry.justification,
            outcome=acts.outcome_in_words(entry.outcome),
            request=entry.request_id,
            rows=entry.rows,
        )
        for entry in entries
    ]


def _part(compartment: str) -> str:
    """The name of a compartment, without what lies in it."""
    return str(Compartment(compartment).label).partition(":")[0] if compartment in Compartment.values else compartment
