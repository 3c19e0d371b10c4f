"""Opening what the ledger says: about a case, of a city, of oneself. Each look at the looking is written down too."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from cases.access.models import CaseAccess, postings_in_force
from cases.access.rules import NotAllowed, read_reference
from cases.access.selectors import beside, standing
from cases.access.services import write_ledger
from cases.audit.rules import ENTRY, LOOKED
from cases.audit.selectors import colleague_of_a_city, filed_case
from cases.casefiles.models import Casefile
from cities.ledger import services as ledger
from cities.ledger.models import LedgerEntry
from cities.ledger.rules import Operation, as_asked
from cities.places.selectors import city_by_code
from cities.roles.permissions import Permission
from cities.roles.rules import Compartment
from cities.staff.models import User
from cities.staff.selectors import Standing


@transaction.atomic
def open_case_ledger(*, by: User, at: datetime, reference: str, purpose: str = "", justification: str = "") -> Casefile:
    """Look at who could see a case and who did, as whoever reads the ledger of its city. The look is written down too.

    What comes back is the case as the ledger knows it; nothing of its content can be reached from there.
    """
    if standing(by, Permission.LEDGER_READ, city_id=None, at=at) is None:
        raise NotAllowed(Permission.LEDGER_READ.value)
    case = filed_case(by, reference, at=at)
    write_ledger(
        operation=Operation.CONSULT, by=by, act=Permission.LEDGER_READ, case=case, record=case,
        fields=[*beside(CaseAccess), *LOOKED],
        standing=standing(by, Permission.LEDGER_READ, city_id=case.city_id, at=at), purpose=purpose,
        justification=justification,
    )  # fmt: skip
    return case


@transaction.atomic
def open_colleague_sights(*, by: User, at: datetime, user_id: int, purpose: str = "") -> User:
    """Look at what somebody could see in a city, as whoever reads its ledger. The look is written down too."""
    if standing(by, Permission.LEDGER_READ, city_id=None, at=at) is None:
        raise NotAllowed(Permission.LEDGER_READ.value)
    colleague, city_id = colleague_of_a_city(by, user_id, at=at)
    write_ledger(
        operation=Operation.CONSULT, by=by, act=Permission.LEDGER_READ, city_id=city_id, record=colleague,
        fields=beside(CaseAccess), standing=standing(by, Permission.LEDGER_READ, city_id=city_id, at=at),
        purpose=purpose,
    )  # fmt: skip
    return colleague


@transaction.atomic
def open_ledger(
    *, by: User, at: datetime, entries: Sequence[LedgerEntry], asked: Sequence[str] = (), purpose: str = ""
) -> None:
    """Look at entries of the ledger of one's cities. Written down: how many they were, and by what one asked."""
    found = standing(by, Permission.LEDGER_READ, city_id=None, at=at)
    if found is None:
        raise NotAllowed(Permission.LEDGER_READ.value)
    why = " ".join([purpose or ledger.purpose_now(), *sorted(asked)])
    _opened(by=by, act=Permission.LEDGER_READ.name, entries=entries, purpose=why, found=found)


@transaction.atomic
def open_own_looks(*, by: User, at: datetime, entries: Sequence[LedgerEntry], purpose: str = "") -> None:
    """Look at what one opened oneself: whoever has signed in may, by whatever posting she has."""
    found = standing(by, Permission.CITY_READ, city_id=None, at=at) or Standing(None)
    _opened(by=by, act="OWN_LOOKS", entries=entries, purpose=purpose, found=found)


def _opened(*, by: User, act: str, entries: Sequence[LedgerEntry], purpose: str, found: Standing) -> None:
    cases = {entry.case_id: entry.case_reference for entry in entries}
    (case_id, reference), *others = [*cases.items(), (None, "")]
    ledger.write(
        operation=Operation.CONSULT, by=by, act=act, object_type="ledgerentry", rows=len(entries), fields=ENTRY,
        case_id=case_id if len(others) == 1 else None, case_reference=reference if len(others) == 1 else "",
        city_id=found.posting.city_id if found.posting else None, role=found.role, agency_id=found.agency_id,
        compartment=Compartment.CORE, purpose=purpose,
    )  # fmt: skip


@transaction.atomic
def write_refusal(*, by: User, at: datetime, act: str, reference: str, outcome: str) -> None:
    """That somebody asked for what she may not have. The reference is what was asked for, whether it exists or not.

    It stands in the ledger of the city that the reference names, whose case it would be; and, when she isn't posted
    there, in that of the city where she works, which answers for her. Neither says whether there is such a case.
    """
    wanted = read_reference(reference)
    asked = city_by_code(wanted[:3]) if wanted else None
    asked_id = asked.pk if asked else None
    postings = list(postings_in_force(by, at=at).order_by("starts_on", "pk"))
    postings.sort(key=lambda posting: (posting.city_id != asked_id, posting.city_id is None))
    found = Standing(postings[0] if postings else None)
    hers = found.posting.city_id if found.posting else None
    cities: list[int | None] = [pk for pk in dict.fromkeys((hers, asked_id)) if pk is not None]
    for city_id in cities or [None]:
        ledger.write(
            operation=Operation.DENIED, by=by, act=act[:60], case_reference=as_asked(reference), outcome=outcome,
            rows=0, city_id=city_id, role=found.role, agency_id=found.agency_id,
        )  # fmt: skip
