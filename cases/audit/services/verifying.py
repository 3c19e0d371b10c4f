"""Verifying the ledger, as the auditor; by the clock each night what is new, once a week all of it, piece by piece."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from cases.access.policies.ledger import AUDITOR
from cases.access.services import require_clock
from cases.audit.places import kept_in_folders
from cases.audit.rules import A_PIECE, begins_anew, verification_is_due
from cases.audit.selectors import (
    Fault,
    Mark,
    Verified,
    kept_checkpoints,
    last_verification,
    verification_keys,
    verify_ledger,
)
from cities.ledger import services as ledger
from cities.ledger.checkpoints import CheckpointText, SealMark, read_documents
from cities.ledger.models import Seal, Verification
from cities.ledger.rules import Clock, Operation
from cities.places.rules import day_of
from cities.records import in_role

logger = logging.getLogger(__name__)


@contextmanager
def as_auditor() -> Iterator[None]:
    """A transaction in which the database allows what an auditor may do: read the ledger with its seals and its
    checkpoints, and nothing else. Whoever vouches for the ledger can't have written in it."""
    with in_role(AUDITOR):
        yield


@transaction.atomic
def verify_sealed(*, by: Clock, at: datetime, most: int = A_PIECE) -> Verification | None:
    """Verify the next piece of what is sealed, if any is due, and write down what was found. None: nothing is due.

    Held against the last seal that was found right, the checkpoints that are kept here, and those in folders of this
    machine. A fault ends this round, as nothing that hangs on it can be vouched for; the next one begins at the newest
    seal there was, so that what comes later is looked at all the same. Raises `WrongCheckpoint` when one that is kept
    is signed by none of the keys: then nothing can be said, and after two days that is told.
    """
    require_clock(by)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended('ledger verification', 0))")
        if not cursor.fetchone()[0]:
            return None
    last, newest = last_verification(), Seal.objects.order_by("-number").first()
    if last is None and newest is None:
        return None
    if last is not None and not verification_is_due(last_at=last.at, was_through=last.is_through, at=at):
        return None
    since = None if last is None else _mark_of(last)
    if last is not None and not last.is_through:
        of_all = last.of_all
    elif last is None or begins_anew(begun_on=last.begun_on, on=day_of(at)):
        of_all, since = True, None
    else:
        of_all = False
    with as_auditor():
        found = verify_ledger(_checkpoints(since), since=since, most=most)
    made = Verification.objects.create(
        at=at, begun_on=day_of(at) if last is None or since is None else last.begun_on, of_all=of_all,
        is_through=found.is_through, first=found.first, **_stands(found, newest, last),
        is_whole=found.fault is None and (last is None or last.is_whole or (of_all and found.is_through)),
        **(_of_fault(found.fault) if found.fault else {}),
    )  # fmt: skip
    if made.wrong:
        logger.error("the ledger is not whole", extra={"rows": found.rows})
    ledger.write(
        operation=Operation.CONSULT, by=by, act="LEDGER_VERIFY", object_type="verification", object_ids=[made.pk],
        fields=["digest", "link", "position"], outcome="not whole" if made.wrong else "DONE",
    )  # fmt: skip
    return made


def _checkpoints(since: Mark | None) -> list[CheckpointText]:
    """What the walk is held against: the copies in the database, and what lies in folders of this machine."""
    kept = kept_checkpoints(since=since.seal.number if since else 0)
    return read_documents([*kept, *kept_in_folders(settings.LEDGER_CHECKPOINTS.values())], verification_keys())


def _mark_of(last: Verification) -> Mark:
    return Mark(SealMark(last.seal, last.last, bytes(last.digest).hex()), bytes(last.link).hex())


def _stands(found: Verified, newest: Seal | None, last: Verification | None) -> dict[str, Any]:
    """The seal from which the next one goes on: that to which all was right; after a fault the newest there is."""
    if found.fault is None and found.stood is not None:
        seal, link = found.stood.seal, bytes.fromhex(found.stood.link)
        return {"last": seal.position, "seal": seal.number, "digest": bytes.fromhex(seal.digest), "link": link}
    if newest is not None:
        return {"last": newest.last, "seal": newest.number, "digest": newest.digest, "link": newest.link}
    assert last is not None  # all seals are gone: there was one when the ledger was verified before
    return {"last": last.last, "seal": last.seal, "digest": last.digest, "link": last.link}


def _of_fault(fault: Fault) -> dict[str, Any]:
    return {
        "wrong": fault.wrong, "fault_position": fault.position, "fault_until": max(fault.until, fault.position),
        "fault_seal": fault.seal, "fault_entry": uuid.UUID(fault.entry) if fault.entry else None,
    }  # fmt: skip
