"""Letting somebody see parts of a case, from when to when, and ending it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from cases.access.models import CaseAccess
from cases.access.rules import ENDED, GIVEN, Ending, Ground, Refused
from cases.access.services.standing import require, write_ledger
from cities.ledger.rules import Operation
from cities.roles.permissions import Permission
from cities.roles.rules import COMPARTMENTS, Compartment, Role
from cities.staff.models import Posting, User

if TYPE_CHECKING:
    from cases.casefiles.models import Casefile
    from cities.agencies.models import Agency


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
            row.save(update_fields=ENDED)
    made = [
        CaseAccess.grants.create(
            recorded_at=at, recorded_by=by, casefile=case, city_id=case.city_id, user=to.user, posting=to,
            reference=case.reference, compartment=compartment, ground=ground, reason=reason, starts_at=at,
            ends_at=until,
        )
        for compartment in wanted
        if compartment not in open_already
    ]  # fmt: skip
    for row in made:
        write_ledger(
            operation=Operation.ALTER, by=by, act="GRANT", case=case, record=row, compartment=row.compartment,
            standing=found, ground=ground, recipient=f"user {to.user_id}",
            fields=[*GIVEN, "reason"] if reason else GIVEN,
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
            compartment=Compartment.JUSTICE, ground=Ground.REFERRAL, recipient=f"agency {office.pk}", fields=GIVEN,
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
        row.save(update_fields=ENDED)
        write_ledger(
            operation=Operation.ALTER, by=by, act="END_GRANT", case=case, record=row, compartment=row.compartment,
            standing=found, ground=ground, recipient=f"user {user.pk}", fields=ENDED,
        )  # fmt: skip
    return len(rows)
