"""What the ledger has of an act."""

from __future__ import annotations

from cities.ledger.models import LedgerEntry


def entries(act: str) -> list[LedgerEntry]:
    return list(LedgerEntry.objects.filter(act=act))
