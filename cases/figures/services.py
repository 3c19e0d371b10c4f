"""Opening the national picture, and taking a copy of it away: both stand in the ledger before anything is shown."""

from __future__ import annotations

import dataclasses
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from cases.access.services import require
from cases.figures.rules import Picture, check_days
from cases.figures.selectors import national_picture
from cities.ledger import services as ledger
from cities.ledger.rules import Clock, Operation
from cities.roles.permissions import Permission
from cities.staff.models import User

#: The tables of the picture, by name.
SHOWN = sorted({table.name for table in dataclasses.fields(Picture)} - {"as_of", "known_on", "columns"})


@transaction.atomic
def open_picture(*, by: User | Clock, at: datetime, as_of: date, known_on: date, take_away: bool = False) -> Picture:
    """The national picture as of a day, as known on a day; `take_away` when a copy of it leaves (a file)."""
    found = None if isinstance(by, Clock) else require(by, Permission.PICTURE_READ, at=at)
    check_days(as_of=as_of, known_on=known_on, today=timezone.localdate(at))
    picture = national_picture(by, at=at, as_of=as_of, known_on=known_on)
    ledger.write(
        operation=Operation.EXPORT if take_away else Operation.CONSULT, by=by, act=Permission.PICTURE_READ.name,
        object_type="picture", rows=1, fields=SHOWN, role=found.role if found else "",
        agency_id=found.agency_id if found else None, purpose=f"as of {as_of}, as known on {known_on}",
    )  # fmt: skip
    return picture
