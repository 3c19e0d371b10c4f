"""Acts of whoever looks after the looking: opening what the ledger says about a case, without opening the case."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from cases.access.rules import NotAllowed
from cases.access.selectors import standing
from cases.access.services import write_ledger
from cases.audit.selectors import filed_case
from cases.casefiles.models import Casefile
from cities.ledger.rules import Operation
from cities.roles.permissions import Permission
from cities.staff.models import User


@transaction.atomic
def open_case_ledger(*, by: User, at: datetime, reference: str, purpose: str = "") -> Casefile:
    """Look at who could see a case and who did, as whoever reads the ledger of its city. The look is written down too.

    What comes back is the case as the ledger knows it; nothing of its content can be reached from there.
    """
    if standing(by, Permission.LEDGER_READ, city_id=None, at=at) is None:
        raise NotAllowed(Permission.LEDGER_READ.value)
    case = filed_case(by, reference, at=at)
    write_ledger(
        operation=Operation.CONSULT, by=by, act=Permission.LEDGER_READ, case=case, record=case,
        standing=standing(by, Permission.LEDGER_READ, city_id=case.city_id, at=at), purpose=purpose,
    )  # fmt: skip
    return case
