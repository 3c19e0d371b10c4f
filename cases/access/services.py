"""Standing at the door of a case: acting on somebody's behalf, requiring a permission, opening a file, granting."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

from django.db import connection, transaction
from django.db.models import Model, Q
from django.utils.translation import gettext as _

from cases.access.models import CaseAccess
from cases.access.policies import CLOCK
from cases.access.rules import Ending, Ground, NotAllowed, OutOfSight, Refused, Stale
from cases.access.selectors import standing
from cities.ledger import services as ledger
from cities.ledger.rules import Clock, Operation
from cities.roles.permissions import Permission
from cities.roles.rules import COMPARTMENTS, Compartment, Role
from cities.staff.models import Posting, User
from cities.staff.selectors import Standing

if TYPE_CHECKING:
    from cases.casefiles.models import Casefile
    from cities.agencies.models import Agency

RowT = TypeVar("RowT", bound=Model)


def act_as(user: User) -> None:
    """From here to the end of the transaction the database shows what `user` may see. Nothing set, nothing seen.

    Whoever has no posting that can be given care acts, in the same statement, as a role without a right on its tables.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("Somebody acts within a transaction: open one first.")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('app.user_id', %s, true), set_config('role', apparatus_role_of(%s), true)",
            [str(user.pk), user.pk],
        )


@contextmanager
def acting(user: User) -> Iterator[None]:
    """A transaction on behalf of `user`, for commands and tests; pages and the API have theirs from the middleware."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT coalesce(current_setting('app.user_id', true), ''), current_setting('role'), "
                "set_config('role', 'none', true)"
            )
            user_id, role, _none = cursor.fetchone()
        act_as(user)
        yield
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('app.user_id', %s, true), set_config('role', %s, true)", [user_id, role])


@contextmanager
def as_clock() -> Iterator[None]:
    """A transaction in which the database allows what the clock may do: dates and messages of every city, no more."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('role'), set_config('role', %s, true)", [CLOCK])
            before, _clock = cursor.fetchone()
        yield
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('role', %s, true)", [before])


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
    if version is not None and version != found.version:  # type: ignore[attr-defined]
        raise Stale(_("Somebody else changed this since you opened it."))
    return found


def knows_of(user: User, case: Casefile, *, at: datetime) -> bool:
    """Whether `user` may see any compartment of the case at the moment `at`."""
    if CaseAccess.grants.of(user, at=at).filter(casefile_id=case.pk).exists():
        return True
    return type(case).objects.visible_to(user, at=at).filter(pk=case.pk).exists()


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
    purpose: str = "",
) -> Standing:
    """Opening a record is an act: it stands in the ledger before the page is shown, or the page is not shown."""
    found = require(by, permission, case=case, at=at)
    write_ledger(
        operation=Operation.CONSULT, by=by, act=permission, case=case, record=record,
        compartment=compartment.value, standing=found, purpose=purpose,
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
    ids: Sequence[int],
    city_id: int | None = None,
    case: Casefile | None = None,
) -> None:
    """A list that was shown: one entry with the ids on the page. `case`: when all of it lies in one case.

    Where no city is named it is that of the posting by which it was read: the ledger of that city has it.
    """
    found = require(by, permission, case=case, at=at)
    ledger.write(
        operation=Operation.CONSULT, by=by, act=permission.name, object_type=kind, object_ids=ids,
        case_id=case.pk if case else None, case_reference=case.reference if case else "",
        city_id=case.city_id if case else city_id or (found.posting.city_id if found.posting else None),
        compartment=compartment.value, role=found.role, agency_id=found.agency_id,
    )  # fmt: skip


@transaction.atomic
def grant(
    *,
    by: User,
    at: datetime,
    case: Casefile,
    to: Posting,
    ground: Ground,
    compartments: Iterable[Compartment],
    reason: str = "",
    until: datetime | None = None,
    permission: Permission = Permission.CASE_CHANGE,
) -> list[CaseAccess]:
    """Let somebody, by a posting of hers, see compartments of a case from `at`. Never more than her role may open.

    `until`: it ends by itself then. Granting again what is open, and for as long, changes nothing. Raises `Refused`
    when the role can't be granted a compartment, or the posting is in another city.
    """
    found = require(by, permission, case=case, at=at)
    wanted = list(compartments)
    if not set(wanted) <= COMPARTMENTS[Role(to.role)]:
        raise Refused(_("This role cannot be given that part of a case."), field="user", code="role")
    if to.city_id not in (None, case.city_id):
        raise Refused(_("This colleague is not posted in the city of the case."), field="user", code="other_city")
    rows = CaseAccess.grants.select_for_update(of=("self",)).filter(
        Q(ends_at__isnull=True) | Q(ends_at__gt=at), casefile=case, user=to.user, ground=ground
    )
    holding = set(rows.in_force(at=at).values_list("pk", flat=True))
    open_already = set()
    for row in rows:
        lasts = row.ends_at is None or (until is not None and row.ends_at >= until)
        if row.pk in holding and lasts:
            open_already.add(row.compartment)
        elif row.compartment in wanted:  # for less long, or by a posting that has ended: it makes room
            row.ends_at, row.ended_by, row.ended_because = max(at, row.starts_at), by, Ending.REPLACED
            row.save(update_fields=["ends_at", "ended_by", "ended_because"])
    made = [
        CaseAccess.grants.create(
            recorded_at=at, recorded_by=by, casefile=case, city_id=case.city_id, user=to.user, posting=to,
            reference=case.reference, compartment=compartment, ground=ground, reason=reason, starts_at=at,
            ends_at=until,
        )
        for compartment in wanted
        if compartment not in open_already
    ]  # fmt: skip
    if made:
        write_ledger(
            operation=Operation.ALTER, by=by, act="GRANT", case=case, record=made[0], ids=[row.pk for row in made],
            standing=found, ground=ground, recipient=f"user {to.user_id}", fields=[row.compartment for row in made],
        )  # fmt: skip
    return made


@transaction.atomic
def grant_office(*, by: User, at: datetime, case: Casefile, office: Agency, permission: Permission) -> CaseAccess:
    """Let an office see, of this case, what is addressed to it: whoever is its liaison, as long as she is.

    Granting again what is open changes nothing.
    """
    found = require(by, permission, case=case, at=at)
    held = {"casefile": case, "agency": office, "compartment": Compartment.JUSTICE, "ground": Ground.REFERRAL}
    row = CaseAccess.grants.select_for_update(of=("self",)).filter(**held, ends_at__isnull=True).first()
    if row is None:
        row = CaseAccess.grants.create(
            **held, recorded_at=at, recorded_by=by, city_id=case.city_id, reference=case.reference, starts_at=at
        )
        write_ledger(
            operation=Operation.ALTER, by=by, act="GRANT_OFFICE", case=case, record=row, standing=found,
            compartment=Compartment.JUSTICE, ground=Ground.REFERRAL, recipient=f"agency {office.pk}",
            fields=[Compartment.JUSTICE],
        )  # fmt: skip
    return row


@transaction.atomic
def end_grants(
    *, by: User, at: datetime, case: Casefile, user: User, ground: Ground, because: Ending = Ending.LEFT,
    after: timedelta = timedelta(0),
) -> int:  # fmt: skip
    """End what `user` can see of the case on this ground, from `at` on or so long `after`. Returns how many ended.

    One that was to end later ends now; none ends later than it was to.
    """
    found = require(by, Permission.CASE_CHANGE, case=case, at=at)
    end = at + after
    rows = list(
        CaseAccess.grants.select_for_update(of=("self",)).filter(
            Q(ends_at__isnull=True) | Q(ends_at__gt=end), casefile=case, user=user, ground=ground
        )
    )
    for row in rows:
        row.ends_at, row.ended_by, row.ended_because = max(end, row.starts_at), by, because
        row.save(update_fields=["ends_at", "ended_by", "ended_because"])
    if rows:
        write_ledger(
            operation=Operation.ALTER, by=by, act="END_GRANT", case=case, record=rows[0], ids=[row.pk for row in rows],
            standing=found, ground=ground, recipient=f"user {user.pk}",
        )  # fmt: skip
    return len(rows)
