"""Sealing the ledger: what stands in no seal yet is put in its place, a batch a seal, each upon the one before."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from cases.access.policies.ledger import SEALER
from cases.access.services import require_clock
from cities.ledger.models import Seal
from cities.ledger.rules import Clock
from cities.ledger.sealing import NOTHING, VERSION, SealText, columns_in_sql, digest_of, first_id_of, link_of
from cities.records import in_role

#: At most so many entries a seal: a long pause of the clock is caught up in several.
BATCH = 5000

#: So far back the usual round looks for what came late. Once an hour all of the ledger is looked through.
USUAL = timedelta(hours=2)

_UNSEALED = (
    f"SELECT {columns_in_sql(VERSION, of='e')} FROM cities_ledgerentry e "  # noqa: S608 -- names of our own columns
    "WHERE e.id >= %(since)s AND NOT EXISTS (SELECT FROM cities_sealedentry s WHERE s.entry_id = e.id) "
    "ORDER BY e.id LIMIT %(most)s"
)
_PLACES = (
    "INSERT INTO cities_sealedentry (position, entry_id, seal_id, digest, link) "
    "SELECT p, e, %s, d, l FROM unnest(%s::bigint[], %s::uuid[], %s::bytea[], %s::bytea[]) AS t (p, e, d, l)"
)


@contextmanager
def as_sealer() -> Iterator[None]:
    """A transaction in which the database allows what the sealer may do: read the ledger, add seals, and no more."""
    with in_role(SEALER):
        yield


def seal(*, by: Clock, at: datetime, everything: bool = False) -> int:
    """Seal what is committed and stands in no seal yet. Returns how many entries that were.

    What belongs in is asked of the table of places, not of a clock or a transaction number: an entry whose
    transaction is still open is not seen, and is found by a later round. A seal leaves no entry in the ledger, or
    the next would have one to seal for ever; the seal is its trace. `everything`: also what is older than two hours.
    """
    require_clock(by)
    since = uuid.UUID(int=0) if everything else first_id_of(at - USUAL)
    sealed = 0
    while True:
        with as_sealer():
            done = _batch(since)
        sealed += done
        if done < BATCH:
            return sealed


def _batch(since: uuid.UUID) -> int:
    """One seal. Two sealers never work at once: the second leaves it to the first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended('ledger seal', 0))")
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(_UNSEALED, {"since": since, "most": BATCH})
        entries = cursor.fetchall()
        if not entries:
            return 0
        before = Seal.objects.order_by("-number").first()
        cursor.execute("SELECT now, extract(epoch FROM now)::text FROM clock_timestamp() now")
        moment, moment_text = cursor.fetchone()
    first = before.last + 1 if before else 1
    link, places = bytes(before.link) if before else NOTHING, []
    for position, entry in enumerate(entries, start=first):
        digest = digest_of(VERSION, entry)
        link = link_of(link, position, digest)
        places.append((position, entry[0], digest, link))
    told: dict[str, Any] = {
        "version": VERSION, "number": before.number + 1 if before else 1, "first": first, "last": places[-1][0],
        "previous": bytes(before.digest) if before else NOTHING, "link": link,
    }  # fmt: skip
    made = Seal(**told, sealed_at=moment, digest=SealText(**told, sealed_at=moment_text).digest)
    made.save(force_insert=True)
    with connection.cursor() as cursor:
        cursor.execute(_PLACES, [made.number, *map(list, zip(*places, strict=True))])
    return len(places)
