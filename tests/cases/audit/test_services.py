"""Opening what the ledger says about a case."""

from __future__ import annotations

import pytest

from cases.access.rules import NotAllowed, OutOfSight
from cases.access.services import acting
from cases.audit.services import open_case_ledger
from cities.ledger.models import LedgerEntry
from tests.factories import AT, Cast, a_case


def test_open_case_ledger__is_itself_written_down(cast: Cast) -> None:
    case = a_case(by=cast.carla, lead=cast.alice)
    with acting(cast.dana):
        found = open_case_ledger(by=cast.dana, at=AT, reference=case.reference, purpose="a complaint")
    entry = LedgerEntry.objects.filter(actor=cast.dana).latest("at")
    assert (found.pk, entry.case_id, entry.act, entry.purpose) == (case.pk, case.pk, "LEDGER_READ", "a complaint")
    assert entry.role == "DATA_PROTECTION_OFFICER"


def test_open_case_ledger__not_in_another_city(cast: Cast) -> None:
    case = a_case(by=cast.carlo)
    with acting(cast.dana), pytest.raises(OutOfSight):
        open_case_ledger(by=cast.dana, at=AT, reference=case.reference)


@pytest.mark.parametrize("who", ["alice", "carla", "administrator", "analyst"])
def test_open_case_ledger__is_for_whoever_reads_the_ledger(cast: Cast, who: str) -> None:
    case = a_case(by=cast.carla, lead=cast.alice)
    user = getattr(cast, who)
    with acting(user), pytest.raises(NotAllowed):
        open_case_ledger(by=user, at=AT, reference=case.reference)
