"""A case that Alice leads, and what the ledger says of the last act."""

from __future__ import annotations

import pytest

from cases.casefiles.models import Casefile
from cities.ledger.models import LedgerEntry
from tests.factories import Cast, a_case


@pytest.fixture
def case(cast: Cast) -> Casefile:
    """A case led by Alice."""
    return a_case(by=cast.carla, lead=cast.alice)


def last_entry() -> LedgerEntry:
    return LedgerEntry.objects.order_by("id").reverse()[0]
