"""Checkpoints: signed, sent to every place, once, tried again; and the alarm when they stop."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.utils import timezone

from bench.tampering import A_KEY
from cases.access.rules import NotAllowed, Refused
from cases.access.services import as_clock
from cases.audit.places import to_place
from cases.audit.rules import Alarm, LedgerStanding, alarms_of, try_again_after
from cases.audit.selectors import ledger_alarms, verification_keys
from cases.audit.services import leave_alarms, make_checkpoint, seal, send_dispatches
from cities.ledger import services as ledger
from cities.ledger.checkpoints import (
    WrongCheckpoint,
    WrongKey,
    document,
    read_document,
    read_private,
    read_public,
    signed,
)
from cities.ledger.models import Checkpoint, Dispatch, LedgerEntry
from cities.ledger.rules import Clock, DispatchState, Operation
from tests.factories import Cast

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def outside(settings: Any, tmp_path: Path) -> Path:
    settings.LEDGER_KEY = A_KEY
    settings.LEDGER_CHECKPOINTS = {"file:place": f"file://{tmp_path}/outside"}
    return tmp_path / "outside"


def a_sealed_entry() -> None:
    ledger.write(operation=Operation.CONSULT, by=Clock.SETUP, act="TEST")
    seal(by=Clock.CLOCK, at=timezone.now())


def made(*, at: Any = NOW, now: bool = False) -> Checkpoint | None:
    with as_clock():
        return make_checkpoint(by=Clock.CLOCK, at=at, now=now)


def sent(at: Any = NOW) -> int:
    return send_dispatches(by=Clock.CLOCK, at=at).sent


def test_checkpoint__leaves_signed_and_says_what_it_is_about(outside: Path) -> None:
    a_sealed_entry()
    checkpoint = made()
    assert checkpoint is not None
    assert sent() == 1
    text = (outside / "checkpoint-00000001.json").read_text()
    said = read_document(text, verification_keys())
    assert (said.number, said.seal.number, said.seal.position) == (1, 1, 1)
    assert said.seals == (said.seal,)
    entry = LedgerEntry.objects.get(act="LEDGER_CHECKPOINT")
    assert (entry.initiator, entry.object_ids) == ("clock", [1])
    for wrong in (text.replace('"checkpoint":1', '"checkpoint":2'), text[:-9], "", "{}\n", text.splitlines()[0]):
        with pytest.raises(WrongCheckpoint):
            read_document(wrong, verification_keys())
    with pytest.raises(WrongCheckpoint):
        read_document(text, [])


def test_checkpoint__comes_once_an_hour_whether_or_not_anything_happened(outside: Path) -> None:
    assert made() is None
    a_sealed_entry()
    assert made() is not None
    assert made(at=NOW + timedelta(minutes=59)) is None
    again = made(at=NOW + timedelta(minutes=60))
    assert again is not None
    assert json.loads(again.line)["seals"] == []
    a_sealed_entry()
    third = made(now=True)
    assert third is not None
    assert [number for number, _position, _digest in json.loads(third.line)["seals"]] == [2]


def test_checkpoint__needs_a_key_and_the_clock(outside: Path, settings: Any, cast: Cast) -> None:
    a_sealed_entry()
    settings.LEDGER_KEY = ""
    with pytest.raises(Refused, match="LEDGER_KEY is not set"):
        made()
    with pytest.raises(NotAllowed):
        make_checkpoint(by=cast.carla, at=NOW)  # type: ignore[arg-type]
    settings.LEDGER_CHECKPOINTS = {}
    assert made() is None


def test_dispatch__is_tried_again_and_sent_once(outside: Path) -> None:
    a_sealed_entry()
    outside.write_text("a file where the folder should be")
    made()
    assert send_dispatches(by=Clock.CLOCK, at=NOW).failed == 1
    row = Dispatch.objects.get()
    assert (row.state, row.attempts, row.last_error) == ("WAITING", 1, "FileExistsError")
    assert row.due_at == NOW + timedelta(minutes=1)
    assert send_dispatches(by=Clock.CLOCK, at=NOW).claimed == 0
    outside.unlink()
    assert sent(NOW + timedelta(minutes=1)) == 1
    assert sent(NOW + timedelta(minutes=9)) == 0
    assert [file.name for file in outside.iterdir()] == ["checkpoint-00000001.json"]


def test_dispatch__of_a_sender_that_died_is_taken_up_again(outside: Path) -> None:
    a_sealed_entry()
    made()
    with as_clock():
        Dispatch.objects.update(leased_until=NOW + timedelta(minutes=5), attempts=1)
    assert sent(NOW + timedelta(minutes=4)) == 0
    assert sent(NOW + timedelta(minutes=5)) == 1


def test_dispatch__is_given_up_in_the_end_and_when_its_place_is_no_longer_named(outside: Path, settings: Any) -> None:
    a_sealed_entry()
    outside.write_text("a file where the folder should be")
    made()
    with as_clock():
        Dispatch.objects.update(attempts=39)
    assert send_dispatches(by=Clock.CLOCK, at=NOW).dead == 1
    made(now=True)
    settings.LEDGER_CHECKPOINTS = {}
    assert send_dispatches(by=Clock.CLOCK, at=NOW).dead == 1
    assert set(Dispatch.objects.values_list("state", flat=True)) == {DispatchState.DEAD}


def test_folder__keeps_what_it_has(tmp_path: Path) -> None:
    address = f"file://{tmp_path}/a%20folder"
    for _ in range(2):
        to_place(address, name="checkpoint-1", text="one")
    with pytest.raises(FileExistsError):
        to_place(address, name="checkpoint-1", text="another")
    assert (tmp_path / "a folder" / "checkpoint-1.json").read_text() == "one"
    assert len(list((tmp_path / "a folder").iterdir())) == 1


def test_mailbox__has_it_in_the_text_and_attached(outside: Path) -> None:
    to_place("mailto:dpo@example.org", name="checkpoint-1", text="what it says")
    message = mail.outbox[0]
    assert message.to == ["dpo@example.org"]
    assert message.body == "what it says"
    assert message.extra_headers["Message-ID"].startswith("<checkpoint-1@")


@pytest.fixture
def receiver() -> Iterator[tuple[str, list[dict[str, Any]], list[int]]]:
    got: list[dict[str, Any]] = []
    answers = [200]

    class Takes(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            got.append({"path": self.path, "body": body, **dict(self.headers)})
            self.send_response(answers[0])
            self.send_header("Location", "http://localhost:1/elsewhere")
            self.end_headers()

        def log_message(self, *args: Any) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Takes)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"127.0.0.1:{server.server_port}", got, answers
    server.shutdown()
    thread.join()
    server.server_close()


def test_web__is_posted_to_with_its_name(receiver: tuple[str, list[dict[str, Any]], list[int]]) -> None:
    host, got, answers = receiver
    to_place(f"http://some%20body:secret@{host}/in?x=1", name="checkpoint-1", text="what it says")
    assert (got[0]["path"], got[0]["body"], got[0]["Idempotency-Key"]) == ("/in?x=1", "what it says", "checkpoint-1")
    assert got[0]["Authorization"] == "Basic c29tZSBib2R5OnNlY3JldA=="
    for refused in (302, 500):
        answers[0] = refused
        with pytest.raises(Exception, match=str(refused)):
            to_place(f"http://{host}", name="checkpoint-1", text="what it says")
    assert len(got) == 3


def test_alarms__of_what_stands() -> None:
    hour = timedelta(hours=1)
    well = LedgerStanding(None, NOW - 9 * hour, {"a": NOW - hour, "b": NOW - 2 * hour})
    assert alarms_of(well, at=NOW) == []
    assert alarms_of(LedgerStanding(NOW - hour, NOW, {"a": NOW}), at=NOW) == [Alarm.UNSEALED]
    assert alarms_of(LedgerStanding(NOW, NOW, {"a": None}), at=NOW) == []
    assert alarms_of(LedgerStanding(None, NOW - 3 * hour, {"a": None}), at=NOW) == [Alarm.STOPPED]
    assert alarms_of(LedgerStanding(None, NOW - 9 * hour, {"a": NOW, "b": NOW - 3 * hour}), at=NOW) == [Alarm.STOPPED]
    assert alarms_of(LedgerStanding(), at=NOW) == [Alarm.NOWHERE]


def test_wait__is_doubled_to_six_hours() -> None:
    assert [try_again_after(n).total_seconds() / 60 for n in (1, 2, 5, 9, 10, 40)] == [1, 2, 16, 256, 360, 360]


def test_alarm__tells_who_looks_after_the_ledger_once_a_day(outside: Path, cast: Cast) -> None:
    a_sealed_entry()
    later = timezone.now() + timedelta(hours=4)
    assert ledger_alarms(at=later) == [Alarm.STOPPED]
    with as_clock():
        assert leave_alarms(by=Clock.CLOCK, at=later) == 2
    seal(by=Clock.CLOCK, at=timezone.now())
    with as_clock():
        assert leave_alarms(by=Clock.CLOCK, at=later + timedelta(minutes=5)) == 0
    assert set(Dispatch.objects.values_list("recipient", flat=True)) == {cast.dana.pk, cast.administrator.pk}
    assert sent(later) == 2
    assert {message.to[0] for message in mail.outbox} == {cast.dana.email, cast.administrator.email}
    assert "No checkpoint of the ledger has reached" in str(mail.outbox[0].body)
    made(at=later)
    sent(later)
    seal(by=Clock.CLOCK, at=timezone.now())
    assert ledger_alarms(at=later) == []


def test_alarm__sounds_when_nothing_is_sealed(outside: Path, cast: Cast) -> None:
    ledger.write(operation=Operation.CONSULT, by=Clock.SETUP, act="TEST")
    assert ledger_alarms(at=timezone.now() + timedelta(minutes=9)) == []
    assert ledger_alarms(at=timezone.now() + timedelta(minutes=11)) == [Alarm.UNSEALED]
    assert ledger_alarms(at=timezone.now() + timedelta(days=11)) == [Alarm.UNSEALED]
    seal(by=Clock.CLOCK, at=timezone.now())
    assert ledger_alarms(at=timezone.now() + timedelta(minutes=11)) == []


def said(*words: str) -> str:
    out = StringIO()
    call_command("ledger", *words, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_command__seals_signs_and_verifies(outside: Path, tmp_path: Path) -> None:
    ledger.write(operation=Operation.CONSULT, by=Clock.SETUP, act="TEST")
    assert "1 entries sealed" in said("seal")
    assert "Checkpoint 1" in said("checkpoint")
    assert "The ledger is whole." in said("verify")
    told = json.loads(said("verify", "--json"))
    assert (told["whole"], told["rows"], told["checkpoints"]) == (True, 1, 1)
    said("checkpoint")
    since = json.loads(said("verify", "--json", "--since-checkpoint"))
    assert (since["whole"], since["first"], since["rows"]) == (True, 4, 0)
    key = said("key").strip()
    folder = str(outside)
    assert json.loads(said("verify", "--json", "--checkpoints", folder, "--key", key))["checkpoints"] == 2
    other = tmp_path / "other.json"
    other.write_text((outside / "checkpoint-00000001.json").read_text().replace('"position', '"posItion'))
    other.write_text(other.read_text().replace("made_at", "made_At"))
    with pytest.raises(CommandError, match="is no checkpoint"):
        said("verify", "--checkpoints", str(other))
    with pytest.raises(CommandError, match="There is nothing at"):
        said("verify", "--checkpoints", str(tmp_path / "none"))


def test_command__says_what_it_lacks(settings: Any) -> None:
    settings.LEDGER_KEY = ""
    with pytest.raises(CommandError, match=r"no entry|LEDGER_KEY is not set"):
        said("checkpoint")
    with pytest.raises(CommandError, match="LEDGER_KEY is not set"):
        said("key")
    with pytest.raises(CommandError, match="no checkpoint to begin from"):
        said("verify", "--since-checkpoint")
    with pytest.raises(CommandError, match="32 bytes"):
        said("verify", "--key", "short")
    assert "Without a checkpoint" in said("verify")


def test_command__ends_with_1_and_names_the_row(outside: Path) -> None:
    a_sealed_entry()
    said("checkpoint")
    (outside / "checkpoint-00000002.json").write_text((outside / "checkpoint-00000001.json").read_text())
    checkpoint = Checkpoint.objects.get()
    line = checkpoint.line.replace('"checkpoint":1', '"checkpoint":9').replace('"seal":[1,', '"seal":[7,')
    (outside / "checkpoint-00000009.json").write_text(document(line, signed(line, read_private(A_KEY))))
    with pytest.raises(SystemExit) as ended:
        said("verify", "--json")
    assert ended.value.code == 1


def test_keys__that_are_none_are_refused() -> None:
    for text in ("", "short", "é", A_KEY[:-4]):
        with pytest.raises(WrongKey):
            read_private(text)
        with pytest.raises(WrongKey):
            read_public(text)
