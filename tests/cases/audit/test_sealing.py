"""Sealing: everything that is committed, once, each upon the one before; and what came late is sealed late."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from cases.access.rules import NotAllowed
from cases.audit.selectors.verifying import Wrong, verify_ledger
from cases.audit.services import sealing
from cases.audit.services.sealing import as_sealer, seal
from cities.ledger import services as ledger
from cities.ledger.models import LedgerEntry, Seal, SealedEntry
from cities.ledger.rules import Clock, Operation
from tests.databases import OwnDatabase


def written(number: int = 1) -> list[LedgerEntry]:
    return [ledger.write(operation=Operation.CONSULT, by=Clock.SETUP, act=f"TEST {n}", fields=["a", 'b "c"']) for n in range(number)]


def sealed_now(**told: bool) -> int:
    return seal(by=Clock.CLOCK, at=timezone.now(), **told)


@pytest.mark.django_db
def test_seal__puts_each_entry_in_its_place_once() -> None:
    entries = written(3)
    assert sealed_now() == 3
    assert sealed_now() == 0
    entries += written(2)
    assert sealed_now() == 2
    assert list(SealedEntry.objects.order_by("position").values_list("position", "entry_id", "seal")) == [
        (1, entries[0].pk, 1), (2, entries[1].pk, 1), (3, entries[2].pk, 1), (4, entries[3].pk, 2), (5, entries[4].pk, 2),
    ]  # fmt: skip
    first, second = Seal.objects.order_by("number")
    assert bytes(second.previous) == bytes(first.digest)
    assert (first.first, first.last, second.first, second.last) == (1, 3, 4, 5)
    with as_sealer():
        found = verify_ledger([])
    assert (found.fault, found.rows, found.seals, found.waiting) == (None, 5, 2, 0)


@pytest.mark.django_db
def test_seal__is_the_clocks(cast: object) -> None:
    with pytest.raises(NotAllowed):
        seal(by=cast.alice, at=timezone.now())  # type: ignore[attr-defined]
