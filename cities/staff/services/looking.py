"""Looking at those who work here, as an administrator: their accounts and postings. It is written down like any act."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction

from cities.ledger import services as ledger
from cities.ledger.rules import Operation
from cities.staff.models import User
from cities.staff.selectors import Standing
from cities.staff.services.accounts import any_administrator, require_over


@transaction.atomic
def open_staff(
    *, by: User, at: datetime, kind: str, ids: Sequence[int], fields: Iterable[str], city_id: int | None = None,
    purpose: str = "",
) -> None:  # fmt: skip
    """Users or postings were shown, in a list or by themselves; where nobody stood in it, nothing was.

    `city_id`: that of a posting. What is of no city is read where the people work whom it names, and who looked.
    """
    found = any_administrator(by, at=at)
    if ids:
        _write(by=by, kind=kind, ids=ids, fields=fields, standing=found, city_id=city_id, purpose=purpose)


@transaction.atomic
def open_account(*, user: User, by: User, at: datetime, fields: Iterable[str], purpose: str = "") -> None:
    """How somebody signs in was shown, to an administrator who may change something about it."""
    found = require_over(user, by=by, at=at)
    _write(by=by, kind="user", ids=[user.pk], fields=fields, standing=found, purpose=purpose)


def _write(
    *, by: User, kind: str, ids: Sequence[int], fields: Iterable[str], standing: Standing, purpose: str,
    city_id: int | None = None,
) -> None:  # fmt: skip
    ledger.write(
        operation=Operation.CONSULT, by=by, act="STAFF_READ", object_type=kind, object_ids=ids, fields=sorted(fields),
        city_id=city_id, role=standing.role, agency_id=standing.agency_id, purpose=purpose,
    )  # fmt: skip
