"""Who may do what with the ledger and what is made of it. Nobody changes an entry, a place, a seal, a checkpoint."""

from __future__ import annotations

from collections.abc import Iterator

#: Seals the ledger, by `SET LOCAL ROLE`: reads it, adds seals and places, and no more.
SEALER = "apparatus_sealer"

#: Says whether the ledger is whole, by `SET LOCAL ROLE`: reads it, its seals and its checkpoints, and nothing else.
AUDITOR = "apparatus_auditor"

#: table -> what people may do with it, besides reading.
PEOPLE_MAY = {
    "cities_ledgerentry": "INSERT",
    "cities_seal": "SELECT",
    "cities_sealedentry": "SELECT",
    "cities_checkpoint": "SELECT",
    "cities_dispatch": "SELECT",
    "cities_readmark": "SELECT",
    "cities_verification": "SELECT",
}


def rights(*, clock: str) -> Iterator[str]:
    """Of sealer, auditor and clock: that one writes entries too, signs checkpoints, sends them out, and verifies."""
    yield f"GRANT SELECT ON cities_ledgerentry TO {SEALER}"
    yield f"GRANT INSERT, SELECT ON cities_seal, cities_sealedentry TO {SEALER}"
    yield f"GRANT SELECT ON cities_ledgerentry, cities_seal, cities_sealedentry, cities_checkpoint TO {AUDITOR}"
    yield f"GRANT SELECT ON cities_seal, cities_sealedentry TO {clock}"
    yield f"GRANT INSERT, SELECT ON cities_verification TO {clock}"
    yield f"GRANT INSERT, SELECT, UPDATE (up_to) ON cities_readmark TO {clock}"
    yield f"GRANT INSERT, SELECT ON cities_ledgerentry, cities_checkpoint, cities_dispatch TO {clock}"
    yield f"GRANT UPDATE (due_at, state, attempts, leased_until, sent_at, last_error) ON cities_dispatch TO {clock}"
