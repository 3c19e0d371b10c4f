"""What was said at a check-in, or why it was moved: the one place from which notes are written, into care."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import gettext as _

from cases.access.rules import Refused, clean_text
from cases.access.selectors import compartments_open_to
from cases.access.services import write_ledger
from cases.checkins.models import CheckIn, CheckInNote
from cases.checkins.services.checks import file_of
from cities.ledger.rules import Operation
from cities.roles.permissions import Permission
from cities.roles.rules import Compartment
from cities.staff.models import User
from cities.staff.selectors import Standing

TEXTS = ("reason", "note", "agreed", "concerns")


def write_note(
    *,
    checkin: CheckIn,
    by: User,
    at: datetime,
    found: Standing,
    act: Permission,
    outcome: str = "",
    held_on: date | None = None,
    supersedes: CheckInNote | None = None,
    **texts: str,
) -> None:
    """What was said, in care; nobody writes there who may not read it, and no text is dropped in silence."""
    case = file_of(checkin)
    kept = {name: clean_text(text, field=name) for name, text in texts.items()}
    if Compartment.CARE not in compartments_open_to(by, case, at=at):
        if written := [name for name in TEXTS if kept.get(name)]:
            raise Refused(_("You cannot write care notes in this case."), field=written[0], code="care")
        return
    note = CheckInNote.objects.create(
        recorded_at=at, recorded_by=by, casefile=case, city_id=case.city_id, checkin=checkin, written_at=at,
        outcome=outcome, held_on=held_on, supersedes=supersedes, **kept,
    )  # fmt: skip
    write_ledger(
        operation=Operation.COLLECT, by=by, act=act, case=case, record=note, compartment=Compartment.CARE,
        standing=found, fields=[name for name in TEXTS if kept.get(name)],
    )  # fmt: skip
