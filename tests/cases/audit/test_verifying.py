"""The clock verifies the ledger: each night what is new, once a week all of it; what it finds is told once."""

from __future__ import annotations

import threading
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from bench.tampering import A_KEY
from bench.tampering.asking import as_superuser
from cases import tasks
from cases.access.rules import NotAllowed
from cases.access.services import as_clock
from cases.audit.rules import Alarm, LedgerStanding, alarms_of, begins_anew, verification_is_due
from cases.audit.selectors import known_faults, ledger_alarms, verify_ledger, verifying
from cases.audit.services import as_auditor, leave_alarms, make_checkpoint, seal, send_dispatches, verify_sealed
from cities.ledger import services as ledger
from cities.ledger.checkpoints import WrongCheckpoint
from cities.ledger.models import Dispatch, LedgerEntry, Verification
from cities.ledger.rules import Clock, Operation, Wrong
from cities.places.rules import day_of, moment_of
from tests.databases import OwnDatabase
from tests.factories import Cast, a_cast

NOW = timezone.now()


def night(number: int) -> datetime:
    """Three o'clock of the night after so many days."""
    return moment_of(day_of(NOW) + timedelta(days=number), time(3))


def sealed(number: int = 1) -> None:
    """So many seals of two entries each."""
    for _ in range(number):
        for _ in range(2):
            ledger.write(operation=Operation.CONSULT, by=Clock.SETUP, act="TEST")
        seal(by=Clock.CLOCK, at=timezone.now(), everything=True)


def verified(at: datetime, **told: Any) -> Verification | None:
    with as_clock():
        return verify_sealed(by=Clock.CLOCK, at=at, **told)


def walked(at: datetime, **told: Any) -> Verification:
    found = verified(at, **told)
    assert found is not None
    return found


def tamper(database: OwnDatabase, sql: str, *values: Any) -> None:
    with as_superuser(database.name) as hostile:
        hostile.execute(sql, values)


ENTRY_AT = "id = (SELECT entry_id FROM cities_sealedentry WHERE position = %s)"
ANOTHER_ACT = f"UPDATE cities_ledgerentry SET act = 'NOTHING' WHERE {ENTRY_AT}"  # noqa: S608


def test_verification__is_due_once_a_night_and_at_once_when_one_is_missing() -> None:
    last = night(1)
    assert verification_is_due(last_at=last, was_through=False, at=last + timedelta(minutes=1))
    for hours, due in ((0, False), (23, False), (24, True), (30, True)):
        assert verification_is_due(last_at=last, was_through=True, at=last + timedelta(hours=hours)) is due
    assert not verification_is_due(last_at=last + timedelta(hours=6), was_through=True, at=last + timedelta(hours=23))
    assert verification_is_due(last_at=last - timedelta(hours=6), was_through=True, at=last)


def test_verification__begins_anew_after_a_week() -> None:
    today = day_of(NOW)
    assert not begins_anew(begun_on=today - timedelta(days=6), on=today)
    assert begins_anew(begun_on=today - timedelta(days=7), on=today)


def test_alarms__of_a_ledger_that_is_not_whole_or_was_not_looked_at() -> None:
    day = timedelta(days=1)
    places = {"a": NOW}
    assert alarms_of(LedgerStanding(None, NOW - day, places), at=NOW) == []
    assert alarms_of(LedgerStanding(None, NOW - 2 * day, places), at=NOW) == [Alarm.UNVERIFIED]
    assert alarms_of(LedgerStanding(None, NOW - 9 * day, places, NOW - day), at=NOW) == []
    assert alarms_of(LedgerStanding(None, NOW - 9 * day, places, NOW - 2 * day), at=NOW) == [Alarm.UNVERIFIED]
    assert alarms_of(LedgerStanding(None, NOW - day, places, NOW, False), at=NOW) == [Alarm.NOT_WHOLE]


@pytest.mark.django_db
def test_verify_sealed__looks_each_night_at_what_is_new_and_once_a_week_at_everything() -> None:
    assert verified(NOW) is None
    sealed(2)
    first = walked(NOW)
    assert (first.first, first.last, first.seal) == (1, 4, 2)
    assert (first.of_all, first.is_through, first.is_whole, first.wrong) == (True, True, True, "")
    entry = LedgerEntry.objects.get(act="LEDGER_VERIFY")
    assert (entry.initiator, entry.object_ids, entry.outcome) == ("clock", [first.pk], "DONE")
    assert verified(night(1) - timedelta(seconds=1)) is None
    sealed()
    second = walked(night(1))
    assert (second.first, second.last, second.of_all, second.is_whole) == (5, 7, False, True)
    assert verified(night(1) + timedelta(hours=1)) is None
    nothing_new = walked(night(2))
    assert (nothing_new.first, nothing_new.last, nothing_new.is_whole) == (8, 7, True)
    assert not walked(night(6)).of_all
    again = walked(night(7))
    assert (again.first, again.of_all, again.begun_on) == (1, True, day_of(night(7)))
    assert walked(night(8)).begun_on == day_of(night(7))


@pytest.mark.django_db
def test_verify_sealed__is_the_clocks(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        verify_sealed(by=cast.carla, at=NOW)  # type: ignore[arg-type]


@pytest.mark.django_db
def test_verify_sealed__goes_on_at_the_end_of_a_seal_where_a_piece_ended() -> None:
    sealed(3)
    pieces = [walked(NOW, most=3), walked(NOW, most=3)]
    assert [(one.first, one.last, one.of_all, one.is_through) for one in pieces] == [
        (1, 4, True, False), (5, 6, True, True),
    ]  # fmt: skip
    assert verified(NOW, most=3) is None
    sealed(2)
    pieces = [walked(night(1), most=1), walked(night(1), most=1)]
    assert [(one.of_all, one.is_through, one.begun_on) for one in pieces] == [
        (False, False, day_of(NOW)), (False, True, day_of(NOW)),
    ]  # fmt: skip


@pytest.mark.django_db
def test_task__verifies_as_the_clock() -> None:
    tasks.verify_ledger()
    assert not Verification.objects.exists()
    sealed()
    tasks.verify_ledger()
    tasks.verify_ledger()
    assert Verification.objects.get().last == 2


@pytest.fixture
def outside(settings: Any, tmp_path: Path) -> Path:
    settings.LEDGER_KEY = A_KEY
    settings.LEDGER_CHECKPOINTS = {"file:place": f"file://{tmp_path}/outside"}
    return tmp_path / "outside"


def told(at: datetime) -> int:
    """How many alarms that the ledger is not whole were left to be sent now; a checkpoint leaves too."""
    alarms = Dispatch.objects.filter(alarm=Alarm.NOT_WHOLE)
    before = alarms.count()
    with as_clock():
        make_checkpoint(by=Clock.CLOCK, at=at)
    with as_clock():
        leave_alarms(by=Clock.CLOCK, at=at)
    send_dispatches(by=Clock.CLOCK, at=at)
    return alarms.count() - before


def test_tampered_row__is_found_by_night_and_told_once(own_database: OwnDatabase, outside: Path) -> None:
    cast = a_cast()
    sealed(3)
    assert walked(NOW).is_whole
    sealed(2)
    tamper(own_database, ANOTHER_ACT, 8)
    found = walked(night(1))
    assert (found.wrong, found.fault_position, found.fault_until) == (Wrong.CHANGED, 8, 8)
    assert (found.is_whole, found.is_through) == (False, True)
    assert LedgerEntry.objects.filter(act="LEDGER_VERIFY", outcome="not whole").count() == 1
    assert ledger_alarms(at=NOW) == [Alarm.NOT_WHOLE]
    assert told(night(1)) == 2
    told_of = [message.to[0] for message in mail.outbox if "The ledger is not whole" in str(message.body)]
    assert sorted(told_of) == sorted([cast.dana.email, cast.administrator.email])

    sealed()  # what comes after it is looked at all the same
    later = walked(night(2))
    assert (later.wrong, later.is_whole) == ("", False)
    assert later.first > 8
    whole = walked(night(7))  # all of it: it is found once more, and told to nobody
    assert (whole.first, whole.wrong, whole.fault_position) == (1, Wrong.CHANGED, 8)
    assert [told(night(n)) for n in (2, 7)] == [0, 0]
    assert [fault.pk for fault in known_faults()] == [found.pk]

    client = Client()
    client.force_login(cast.dana)
    page = client.get("/ledger/").content.decode()
    assert "at position 8, seal 4: the entry is not what was sealed." in page
    assert str(found.fault_entry) in page


def test_second_fault__is_told_by_itself(own_database: OwnDatabase, outside: Path) -> None:
    a_cast()
    sealed(2)
    tamper(own_database, ANOTHER_ACT, 3)
    assert walked(NOW).fault_position == 3
    assert told(NOW) == 2
    sealed()
    last = walked(night(1)).last
    sealed()
    tamper(own_database, f"DELETE FROM cities_ledgerentry WHERE {ENTRY_AT}", last + 1)  # noqa: S608
    assert walked(night(2)).wrong == Wrong.DELETED
    assert told(night(2)) == 2
    assert told(night(2) + timedelta(minutes=5)) == 0


def test_ledger__that_was_mended_is_whole_when_all_of_it_was_found_well(own_database: OwnDatabase) -> None:
    sealed(2)
    tamper(own_database, ANOTHER_ACT, 3)
    walked(NOW)
    tamper(own_database, ANOTHER_ACT.replace("NOTHING", "TEST"), 3)
    assert not walked(night(1)).is_whole
    assert walked(night(7)).is_whole
    assert known_faults() == []
    assert Alarm.NOT_WHOLE not in ledger_alarms(at=NOW)


def test_verify_sealed__remembers_the_seal_that_it_found_right(own_database: OwnDatabase) -> None:
    """No checkpoint is kept anywhere: a seal that was made anew since shows all the same."""
    sealed(2)
    walked(NOW)
    tamper(own_database, "UPDATE cities_seal SET digest = sha256('another') WHERE number = 2")
    assert walked(night(1)).wrong == Wrong.RECHAINED


def test_verify_sealed__finds_that_all_is_gone(own_database: OwnDatabase) -> None:
    sealed(2)
    walked(NOW)
    tamper(own_database, "DELETE FROM cities_sealedentry")
    tamper(own_database, "DELETE FROM cities_seal")
    found = walked(night(1))
    assert (found.wrong, found.fault_position, found.last) == (Wrong.CUT, 1, 4)


def test_verify_sealed__holds_it_against_checkpoints_in_a_folder(own_database: OwnDatabase, outside: Path) -> None:
    sealed(2)
    told(NOW)
    for table in ("dispatch", "checkpoint"):
        tamper(own_database, f"DELETE FROM cities_{table}")  # noqa: S608
    second = "SELECT entry_id FROM cities_sealedentry WHERE seal_id = 2"
    tamper(own_database, f"DELETE FROM cities_ledgerentry WHERE id IN ({second})")  # noqa: S608
    tamper(own_database, "DELETE FROM cities_sealedentry WHERE seal_id = 2")
    tamper(own_database, "DELETE FROM cities_seal WHERE number = 2")
    found = walked(NOW)
    assert (found.wrong, found.fault_position, found.fault_seal) == (Wrong.CUT, 3, 2)
    (outside / "checkpoint-00000002.json").write_text("{}\n")
    with pytest.raises(WrongCheckpoint, match=r"00000002\.json is no checkpoint"):
        verified(night(1))
    (outside / "checkpoint-00000002.json").write_bytes(b"\xff")
    with pytest.raises(WrongCheckpoint, match="cannot be read"):
        verified(night(1))
    assert Verification.objects.count() == 1


def test_two_clocks__verify_once(own_database: OwnDatabase) -> None:
    sealed(2)
    found: list[Verification | None] = []

    def other() -> None:
        found.append(verified(NOW))
        connection.close()

    with transaction.atomic():
        walked(NOW)
        second = threading.Thread(target=other)
        second.start()
        second.join()
    other_again = verified(NOW)
    assert (found, other_again) == ([None], None)
    assert Verification.objects.count() == 1


def test_verify_ledger__is_not_misled_by_what_is_sealed_meanwhile(
    own_database: OwnDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seals are read a few at a time: those that are made during the walk are for the next one."""
    monkeypatch.setattr(verifying, "SEALS", 1)
    monkeypatch.setattr(verifying, "CHUNK", 2)
    sealed(3)

    def other() -> None:
        sealed()
        connection.close()

    def meanwhile(done: int, of: int) -> None:
        sealer = threading.Thread(target=other)
        sealer.start()
        sealer.join()

    with as_auditor():
        found = verify_ledger([], progress=meanwhile)
    assert (found.fault, found.rows, found.seals) == (None, 6, 3)
