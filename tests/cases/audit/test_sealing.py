"""Sealing: everything that is committed, once, each upon the one before; and what came late is sealed late."""

from __future__ import annotations

import hashlib
import threading
import time
import uuid
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from cases.access.rules import NotAllowed
from cases.audit.selectors import Verified, verify_ledger
from cases.audit.services import as_sealer, seal, sealing
from cities.ledger import services as ledger
from cities.ledger.models import LedgerEntry, Seal, SealedEntry
from cities.ledger.rules import Clock, Operation
from cities.ledger.sealing import COLUMNS, VERSION, digest_of, first_id_of, link_of
from tests.databases import OwnDatabase
from tests.factories import Cast


def written(number: int = 1) -> list[LedgerEntry]:
    return [
        ledger.write(operation=Operation.CONSULT, by=Clock.SETUP, act=f"TEST {n}", fields=["a", 'b "c"'])
        for n in range(number)
    ]


def sealed_now(*, everything: bool = False) -> int:
    return seal(by=Clock.CLOCK, at=timezone.now(), everything=everything)


def verified() -> Verified:
    with as_sealer():
        return verify_ledger([])


@pytest.mark.django_db
def test_seal__puts_each_entry_in_its_place_once() -> None:
    entries = written(3)
    assert sealed_now() == 3
    assert sealed_now() == 0
    entries += written(2)
    assert sealed_now() == 2
    assert list(SealedEntry.objects.order_by("position").values_list("position", "entry_id", "seal")) == [
        (1, entries[0].pk, 1), (2, entries[1].pk, 1), (3, entries[2].pk, 1), (4, entries[3].pk, 2),
        (5, entries[4].pk, 2),
    ]  # fmt: skip
    first, second = Seal.objects.order_by("number")
    assert bytes(second.previous) == bytes(first.digest)
    assert (first.first, first.last, second.first, second.last) == (1, 3, 4, 5)
    found = verified()
    assert (found.fault, found.rows, found.seals, found.waiting) == (None, 5, 2, 0)


@pytest.mark.django_db
def test_seal__closes_many_in_several_seals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "BATCH", 2)
    written(5)
    assert sealed_now() == 5
    assert list(Seal.objects.order_by("number").values_list("first", "last")) == [(1, 2), (3, 4), (5, 5)]
    assert verified().fault is None


@pytest.mark.django_db
def test_seal__is_the_clocks(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        seal(by=cast.alice, at=timezone.now())  # type: ignore[arg-type]


@pytest.mark.django_db
def test_seal__finds_what_is_numbered_long_ago_when_it_looks_through_everything() -> None:
    entry = ledger.write(operation=Operation.CONSULT, by=Clock.SETUP, act="TEST")
    old = LedgerEntry(**{f.attname: getattr(entry, f.attname) for f in LedgerEntry._meta.concrete_fields})
    old.pk = first_id_of(timezone.now() - timedelta(hours=3))
    old.at = timezone.now()
    old.save(force_insert=True)
    assert sealed_now() == 1
    assert sealed_now(everything=True) == 1


def test_seal__an_entry_that_commits_late_is_sealed_late_and_never_missed(own_database: OwnDatabase) -> None:
    """Its number is lower than one that was sealed before it was to be seen."""
    opened, go_on = threading.Event(), threading.Event()
    late: list[uuid.UUID] = []

    def slowly() -> None:
        with transaction.atomic():
            late.append(written()[0].pk)
            opened.set()
            assert go_on.wait(30)
        connection.close()

    other = threading.Thread(target=slowly)
    other.start()
    assert opened.wait(30)
    early = written()[0]
    assert early.pk > late[0]
    assert sealed_now() == 1
    go_on.set()
    other.join()
    assert sealed_now() == 1
    assert list(SealedEntry.objects.order_by("position").values_list("entry_id", flat=True)) == [early.pk, late[0]]
    assert verified().fault is None


def test_seal__two_sealers_at_once_seal_each_entry_once(own_database: OwnDatabase) -> None:
    written(40)
    done: list[int] = []

    def work() -> None:
        done.extend(sealed_now() for _ in range(5))
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    written(20)
    for worker in workers:
        worker.join()
    sealed_now()
    assert SealedEntry.objects.count() == 60
    found = verified()
    assert (found.fault, found.rows, found.waiting) == (None, 60, 0)


def test_columns__are_all_of_an_entry() -> None:
    """A new column needs a new version of the form, in which it is sealed too."""
    assert set(COLUMNS[VERSION]) == {field.attname for field in LedgerEntry._meta.concrete_fields}
    assert set(COLUMNS[VERSION]) == {field.column for field in LedgerEntry._meta.concrete_fields}


def test_digest__is_as_it_was_written_down() -> None:
    """Known by heart: whoever changes the form without a new version finds it here."""
    values = ["01890a5d", "1700000000.000001", "CONSULT", None, "clock", "é\n\"'", 7, "{1,2}"]
    digest = digest_of(1, values)
    text = '[1,"01890a5d","1700000000.000001","CONSULT",null,"clock","é\\n\\"\'",7,"{1,2}"]'
    assert digest == hashlib.sha256(text.encode()).digest()
    assert link_of(bytes(32), 1, digest) != link_of(bytes(32), 2, digest)


def test_uuid7__sorts_as_it_was_made_in_every_thread() -> None:
    made: list[uuid.UUID] = []
    lock = threading.Lock()

    def make() -> None:
        for _ in range(2000):
            with lock:
                made.append(ledger.uuid7())

    workers = [threading.Thread(target=make) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert made == sorted(made)
    assert len(set(made)) == 8000
    assert {(one.version, one.variant) for one in made} == {(7, uuid.RFC_4122)}


def test_uuid7__goes_on_when_the_clock_is_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    before, now = ledger.uuid7(), time.time_ns()
    monkeypatch.setattr("cities.ledger.services.time.time_ns", lambda: now - 30 * 10**9)
    assert ledger.uuid7() > before


def test_uuid7__begins_anew_when_a_clock_that_was_far_ahead_is_put_right(monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time_ns()
    monkeypatch.setattr("cities.ledger.services.time.time_ns", lambda: now + 86_400 * 10**9)
    ahead = ledger.uuid7()
    monkeypatch.setattr("cities.ledger.services.time.time_ns", lambda: now)
    assert ledger.uuid7() < ahead


def test_uuid7__goes_on_when_a_millisecond_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = ledger._Numbers()
    monkeypatch.setattr("cities.ledger.services.time.time_ns", lambda: 1_000_000_000)
    numbers.milliseconds, numbers.tail = 1000, 2**74 - 1
    assert numbers.next()[0] == 1001


@pytest.mark.django_db
def test_entries__of_one_millisecond_are_in_the_order_in_which_they_were_written() -> None:
    entries = written(50)
    assert list(LedgerEntry.objects.order_by("at", "pk")) == entries
