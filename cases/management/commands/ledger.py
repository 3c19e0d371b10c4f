"""`manage.py ledger`: is it whole; seal it now; sign a checkpoint now; the key that checkpoints are held against."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from cases.access.rules import Refused
from cases.access.services import as_clock
from cases.audit.places import documents_at, kept_in_folders
from cases.audit.selectors import Verified, kept_checkpoints, verification_keys, verify_ledger
from cases.audit.services import as_auditor, make_checkpoint, seal, send_dispatches
from cities.ledger.checkpoints import (
    CheckpointText,
    WrongCheckpoint,
    WrongKey,
    public_text,
    read_documents,
    read_private,
    read_public,
)
from cities.ledger.rules import Clock

#: What `verify` ends with: the ledger is not whole; it could not be said.
NOT_WHOLE, NOT_SAID = 1, 2


class Command(BaseCommand):
    """Four words: verify, seal, checkpoint, key."""

    help = "Verifies the ledger, or seals it, or signs and sends a checkpoint of it, or shows the verification key."

    def add_arguments(self, parser: CommandParser) -> None:
        words = parser.add_subparsers(dest="word", required=True, metavar="{verify,seal,checkpoint,key}")
        verify = words.add_parser("verify", help="name the first row that is not as it was sealed; ends with 1 then")
        verify.add_argument(
            "--checkpoints", nargs="+", default=[], metavar="PATH",
            help="checkpoints that left, as files or folders; those that a file: place was sent are read anyway",
        )  # fmt: skip
        verify.add_argument("--key", action="append", default=[], help="a verification key; else those of the settings")
        verify.add_argument("--since-checkpoint", action="store_true", help="only what came after the last checkpoint")
        verify.add_argument("--json", action="store_true", help="one line of JSON, and nothing else on the output")
        words.add_parser("seal", help="seal now what stands in no seal yet, however old it is")
        words.add_parser("checkpoint", help="sign a checkpoint now and send it to every place that is named")
        words.add_parser("key", help="show the key that the signature of a checkpoint is held against")

    def handle(self, *args: Any, **options: Any) -> None:
        getattr(self, f"do_{options['word']}")(options)

    def do_seal(self, options: dict[str, Any]) -> None:
        self.stdout.write(f"{seal(by=Clock.CLOCK, at=timezone.now(), everything=True):>8,} entries sealed")

    def do_checkpoint(self, options: dict[str, Any]) -> None:
        at = timezone.now()
        seal(by=Clock.CLOCK, at=at, everything=True)
        try:
            with as_clock():
                made = make_checkpoint(by=Clock.CLOCK, at=at, now=True)
        except Refused as refused:
            raise CommandError(refused.message) from refused
        if made is None:
            raise CommandError("The ledger has no entry yet.")
        sent = failed = 0
        while (done := send_dispatches(by=Clock.CLOCK, at=at)).claimed:
            sent, failed = sent + done.sent, failed + done.failed + done.dead
        self.stdout.write(f"Checkpoint {made.number}: seal {made.seal_id}, {made.position:,} entries")
        self.stdout.write(f"{sent:>8,} sent")
        self.stdout.write(f"{failed:>8,} failed, to be tried again")
        if failed:
            sys.exit(1)

    def do_key(self, options: dict[str, Any]) -> None:
        if not settings.LEDGER_KEY:
            raise CommandError("LEDGER_KEY is not set. Make one with: openssl rand -base64 32")
        self.stdout.write(public_text(read_private(settings.LEDGER_KEY)))

    def do_verify(self, options: dict[str, Any]) -> None:
        try:
            keys = [read_public(text) for text in options["key"]] or verification_keys()
        except WrongKey as wrong:
            raise CommandError(str(wrong), returncode=NOT_SAID) from wrong
        checkpoints = self._checkpoints([Path(name) for name in options["checkpoints"]], keys)
        since = checkpoints[-1] if options["since_checkpoint"] and checkpoints else None
        if options["since_checkpoint"] and since is None:
            raise CommandError("There is no checkpoint to begin from.", returncode=NOT_SAID)
        started = timezone.now()
        with as_auditor():
            found = verify_ledger(checkpoints, since=since, progress=None if options["json"] else self._progress)
        seconds = (timezone.now() - started).total_seconds()
        if options["json"]:
            self.stdout.write(json.dumps(_as_data(found, len(checkpoints), seconds)))
        else:
            self._tell(found, len(checkpoints), seconds)
        if found.fault:
            sys.exit(NOT_WHOLE)

    def _checkpoints(self, paths: list[Path], keys: list[Ed25519PublicKey]) -> list[CheckpointText]:
        """Every checkpoint that can be had, in their order. One that isn't signed is a reason to stop."""
        try:
            with as_auditor():
                documents = kept_checkpoints()
            documents += [*kept_in_folders(settings.LEDGER_CHECKPOINTS.values()), *self._files(paths)]
            if documents and not keys:
                told = "There are checkpoints, but no key to hold them against: set LEDGER_KEY, or give --key."
                raise CommandError(told, returncode=NOT_SAID)
            return read_documents(documents, keys)
        except WrongCheckpoint as wrong:
            raise CommandError(f"{wrong}.", returncode=NOT_SAID) from wrong

    def _files(self, paths: list[Path]) -> Iterator[tuple[str, str]]:
        for path in paths:
            if not path.exists():
                raise CommandError(f"There is nothing at {path}.", returncode=NOT_SAID)
            yield from documents_at(path)

    def _progress(self, done: int, of: int) -> None:
        self.stderr.write(f"{done:>12,} of {of:,}")

    def _tell(self, found: Verified, checkpoints: int, seconds: float) -> None:
        said = f"{found.rows:,} entries in {found.seals:,} seals from position {found.first:,} on, in {seconds:.1f} s; "
        self.stdout.write(said + f"{found.waiting:,} wait for their seal; {checkpoints:,} checkpoints held against it.")
        if not checkpoints:
            self.stdout.write("Without a checkpoint from outside a ledger that was chained anew looks whole.")
        fault = found.fault
        if fault is None:
            self.stdout.write("The ledger is whole.")
            return
        where = f"{fault.position:,}" + (f" to {fault.until:,}" if fault.until > fault.position else "")
        self.stdout.write(f"NOT WHOLE. Position {where}, seal {fault.seal or '-'}, entry {fault.entry or '-'}:")
        self.stdout.write(f"{fault.wrong.label}.")


def _as_data(found: Verified, checkpoints: int, seconds: float) -> dict[str, Any]:
    fault = found.fault
    return {
        "whole": fault is None, "rows": found.rows, "seals": found.seals, "first": found.first,
        "waiting": found.waiting, "checkpoints": checkpoints, "seconds": round(seconds, 2),
        "fault": None if fault is None else {
            "wrong": fault.wrong.name, "position": fault.position, "until": max(fault.until, fault.position),
            "entry": fault.entry, "seal": fault.seal,
        },
    }  # fmt: skip
