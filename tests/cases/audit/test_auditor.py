"""Whoever says that the ledger is whole does so under a role that reads it, and could have written none of it."""

from __future__ import annotations

from io import StringIO
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from django.db import ProgrammingError, connection
from django.utils import timezone

from bench.tampering import A_KEY
from cases.access.services import as_clock
from cases.audit.selectors import kept_checkpoints, verify_ledger
from cases.audit.services import as_auditor, make_checkpoint, seal, verify_sealed
from cities.ledger import services as ledger
from cities.ledger.models import Verification
from cities.ledger.rules import Clock, Operation
from tests.databases import OwnDatabase

READ = ("cities_ledgerentry", "cities_seal", "cities_sealedentry", "cities_checkpoint")
REFUSED = pytest.raises(ProgrammingError, match="permission denied")


def _by_command() -> None:
    call_command("ledger", "verify", "--json", stdout=StringIO())


def _by_the_clock() -> None:
    with as_clock():
        assert verify_sealed(by=Clock.CLOCK, at=timezone.now()) is not None


@pytest.fixture
def sealed(own_database: OwnDatabase, settings: Any) -> None:
    settings.LEDGER_KEY = A_KEY
    ledger.write(operation=Operation.CONSULT, by=Clock.SETUP, act="TEST")
    seal(by=Clock.CLOCK, at=timezone.now())
    with as_clock():
        assert make_checkpoint(by=Clock.CLOCK, at=timezone.now(), now=True) is not None


@pytest.mark.parametrize("verify", [_by_command, _by_the_clock])
def test_verifying__is_the_auditors(
    sealed: None, owner_connection: psycopg.Connection[tuple[Any, ...]], verify: Any
) -> None:
    """All that it takes, and nothing that another role would have to lend."""
    for table in READ:
        owner_connection.execute(f"REVOKE SELECT ON {table} FROM apparatus_auditor")  # noqa: S608
        with REFUSED:
            verify()
        owner_connection.execute(f"GRANT SELECT ON {table} TO apparatus_auditor")
    assert not Verification.objects.exists()
    verify()


def test_auditor__verifies_by_itself_and_writes_nothing(sealed: None) -> None:
    with as_auditor():
        assert verify_ledger([]).fault is None
        assert len(kept_checkpoints()) == 1
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user")
            assert cursor.fetchone() == ("apparatus_auditor",)
    with REFUSED, as_auditor():
        ledger.write(operation=Operation.CONSULT, by=Clock.SETUP, act="TEST")
    with REFUSED, as_auditor():
        verify_sealed(by=Clock.CLOCK, at=timezone.now())
