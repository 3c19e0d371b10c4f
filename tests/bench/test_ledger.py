"""Every way of tampering with the ledger, once: what `bench.ledger` does five hundred times."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from bench import ledger, tampering
from cases.audit.services import sealing
from tests.databases import OwnDatabase


def test_tampering__is_found_where_it_was_done(
    own_database: OwnDatabase, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.LEDGER_KEY, settings.LEDGER_CHECKPOINTS = tampering.A_KEY, {"outside": f"file://{tmp_path}"}
    monkeypatch.setattr(ledger, "SMALL", 400)
    monkeypatch.setattr(ledger, "A_SEAL", 20)
    monkeypatch.setattr(sealing, "BATCH", sealing.BATCH)  # put back afterwards
    found = ledger.tamper(len(tampering.KINDS), random.Random(7))
    assert found["undetected"] == []
    assert found["detected"] == found["tamperings"] == len(tampering.KINDS)
