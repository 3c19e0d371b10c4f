"""Standing at the door of a case: requiring a permission, taking a row up, opening a file, writing it all down."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from django.db import transaction
from django.db.models import Model

from cases.access.models import CaseAccess, cities_open_to
from cases.access.rules import NotAllowed, OutOfSight
from cases.access.selectors import by_compartment, fields_of, standing
from cities.ledger import services as ledger
from cities.ledger.rules import Clock, Operation
from cities.records import require_as_read
from cities.roles.permissions import Permission
from cities.roles.rules import Compartment
from cities.staff.models import User
from cities.staff.selectors import Standing

if TYPE_CHECKING:
    from cases.casefiles.models import Casefile

RowT = TypeVar("RowT", bound=Model)


def require(
    by: User, permission: Permission, *, case: Casefile | None = None, city_id: int | None = None, at: datetime
) -> Standing:
    """The first line of every service: may `by` do this act, on this case, now? Without a case: in this city.

    Raises `OutOfSight` when `by` may not know of the case, `NotAllowed` when no posting of hers has the act there.
    """
    if case is not None and not knows_of(by, case, at=at):
        raise OutOfSight
    found = standing(by, permission, city_id=case.city_id if case else city_id, at=at)
    if found is None:
        raise NotAllowed(permission.value)
    return found


def require_clock(by: Clock) -> None:
    """The first line of what only the clock does."""
    if not isinstance(by, Clock):
        raise NotAllowed(Permission.CLOCK_TICK.value)


def locked(row: RowT, *, version: int | None = None) -> RowT:
    """The row as it stands now, locked to the end of the transaction: what a service compares and changes.

    Raises `OutOfSight` when it isn't there for the user of the transaction, `Stale` when `version`, the one that was
    read, is no longer the newest. A row that only refers to this one waits for nobody: whoever leaves a message about
    a contact, and whoever records it and takes back its messages, would else wait for each other.
    """
    found = type(row)._base_manager.select_for_update(no_key=True).filter(pk=row.pk).first()
    if found is None:
        raise OutOfSight
    if version is not None:
        require_as_read(found, version)
    return found


def knows_of(user: User, case: Casefile, *, at: datetime) -> bool:
    """Whether `user` may see any compartment of the case at the moment `at`: by her posting, or by a grant."""
    if cities_open_to(user, Compartment.CORE, at=at).includes(case.city_id):
        return True
    return CaseAccess.grants.of(user, at=at).filter(casefile_id=case.pk).exists()


def write_ledger(
    *,
    operation: Operation,
    by: User | Clock,
    act: Permission | str,
    case: Casefile | None = None,
    city_id: int | None = None,
    record: Model | None = None,
    ids: Sequence[int] | None = None,
    compartment: str = "",
    fields: Iterable[str] = (),
    standing: Standing | None = None,
    purpose: str = "",
    ground: str = "",
    recipient: str = "",
    justification: str = "",
) -> None:
    """One ledger entry about a record of `cases`, in the transaction of the act. `city_id`: where there is no case."""
    ledger.write(
        operation=operation,
        by=by,
        act=act.name if isinstance(act, Permission) else act,
        object_type=record._meta.model_name or "" if record is not None else "",
        object_ids=ids if ids is not None else ([record.pk] if record is not None else []),
        fields=sorted(fields),
        case_id=case.pk if case else None,
        case_reference=case.reference if case else "",
        city_id=case.city_id if case else city_id,
        compartment=compartment,
        role=standing.role if standing else "",
        agency_id=standing.agency_id if standing else None,
        purpose=purpose,
        justification=justification,
        ground=ground,
        recipient=recipient,
    )


@transaction.atomic
def open_file(
    *,
    by: User,
    at: datetime,
    case: Casefile,
    permission: Permission,
    compartment: Compartment,
    record: Model,
    fields: Iterable[str] | None = None,
    beside: Iterable[str] = (),
    purpose: str = "",
    justification: str = "",
) -> Standing:
    """Opening a record is an act: it stands in the ledger before the page is shown, or the page is not shown.

    `fields`: the names of what is shown of it, where the door knows exactly; else those of its `need_to_know`.
    `beside`: those of other records on the same page. What lies in another compartment has an entry of its own there.
    """
    found = require(by, permission, case=case, at=at)
    names = [*(fields_of(record) if fields is None else fields), *beside]
    shown = by_compartment(names, kind=record._meta.model_name or "", compartment=compartment.value)
    for part, within in shown.items():
        write_ledger(
            operation=Operation.CONSULT, by=by, act=permission, case=case, record=record, compartment=part,
            fields=within, standing=found, purpose=purpose, justification=justification,
        )  # fmt: skip
    return found


@transaction.atomic
def open_list(
    *,
    by: User,
    at: datetime,
    permission: Permission,
    compartment: Compartment,
    kind: str,
    rows: Sequence[Model],
    fields: Iterable[str],
    case: Casefile | None = None,
    purpose: str = "",
) -> None:
    """A list that was shown: one entry with the ids on the page, and the names of what its columns show; of one that is
    empty none. `case`: when all of it lies in one case.

    Of a list over several cities each has an entry of its own, with what is hers, by the posting there: so the ledger
    of each has it. One that is empty stands where the posting is by which it was read.
    """
    found = require(by, permission, case=case, at=at)
    shown = by_compartment(fields if rows else (), kind=kind, compartment=compartment.value)
    here = case.city_id if case else found.posting.city_id if found.posting else None
    for city_id, ids in _by_city(rows, here, is_one=case is not None).items():
        by_what = found if city_id == here else standing(by, permission, city_id=city_id, at=at) or found
        for part, names in shown.items():
            ledger.write(
                operation=Operation.CONSULT, by=by, act=permission.name, object_type=kind, object_ids=ids, fields=names,
                case_id=case.pk if case else None, case_reference=case.reference if case else "", city_id=city_id,
                compartment=part, role=by_what.role, agency_id=by_what.agency_id, purpose=purpose,
            )  # fmt: skip


def _by_city(rows: Sequence[Model], here: int | None, *, is_one: bool) -> dict[int | None, list[int]]:
    """The numbers of the rows by the city they lie in; of what lies in none, and when there are none, `here`."""
    found: dict[int | None, list[int]] = {} if rows else {here: []}
    for row in rows:
        city_id = here if is_one else getattr(row, "city_id", None) or here
        found.setdefault(city_id, []).append(row.pk)
    return found
