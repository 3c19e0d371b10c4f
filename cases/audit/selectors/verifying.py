"""Is the ledger as it was sealed? Walks it from one position on, and names the first row that is not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import connection

from cities.ledger.checkpoints import CheckpointText, SealMark
from cities.ledger.rules import Wrong
from cities.ledger.sealing import COLUMNS, NOTHING, VERSION, SealText, columns_in_sql, digest_of, link_of

#: So many positions are read at a time, and so many seals.
CHUNK, SEALS = 20_000, 1_000

#: More than there will ever be.
EVERYTHING = 2**63

#: Below every number that a position or a seal can have, also one that somebody has put in.
LOWEST = -(2**63)

#: No transaction is open for longer; nothing is sealed later than so long after it was written, while sealing goes on.
LATEST = timedelta(hours=3)
_LATEST = LATEST.total_seconds()


@dataclass(frozen=True)
class Fault:
    """The first row that is not as it should be. `until`: the last it can be, where it can't be said exactly."""

    wrong: Wrong
    position: int
    entry: str = ""
    seal: int = 0
    until: int = 0


@dataclass(frozen=True)
class Mark:
    """A seal from which one goes on: what it was, and the link that what follows hangs on."""

    seal: SealMark
    link: str


@dataclass
class Verified:
    """What was walked through, from which position, up to which seal; how much waits for its seal, and the first fault
    if any. `is_through`: to the end; else so much was looked at as was asked for."""

    first: int = 1
    rows: int = 0
    seals: int = 0
    waiting: int = 0
    fault: Fault | None = None
    stood: Mark | None = None
    is_through: bool = True


@dataclass(frozen=True)
class _Seal:
    said: SealText
    digest: bytes
    moment: float


@dataclass
class _Walk:
    """Where the walk stands: what has been found right so far."""

    position: int = 0
    link: bytes = NOTHING
    seal: _Seal | None = None
    last_id: str = ""
    matched: int = 0
    marks: Mapping[int, SealMark] = field(default_factory=dict)


Progress = Callable[[int, int], None]


def verify_ledger(
    checkpoints: list[CheckpointText], *, since: CheckpointText | Mark | None = None, most: int | None = None,
    progress: Progress | None = None,
) -> Verified:  # fmt: skip
    """Walk through all that is sealed; `since` a checkpoint or a seal, what came after it. Ask as the auditor.

    Sealing goes on meanwhile: what is there at the beginning is looked at. `most`: stop at the end of a seal once so
    many were looked at.

    A ledger that was chained anew from some row on fits in itself. It doesn't fit the checkpoints, and the first seal
    that differs from what they say is named. What waits for its seal is counted; it is vouched for by nothing yet.
    """
    marks = {mark.number: mark for one in checkpoints for mark in (*one.seals, one.seal)}
    if since is not None:
        marks.setdefault(since.seal.number, since.seal)
    walk = _Walk(marks=marks)
    found = Verified()
    last, newest = _ends()
    seals = _seals(since.seal.number if since else LOWEST, newest)
    if since is not None:
        beginning = next(seals, None)
        if beginning is None:
            found.fault = Fault(Wrong.CUT, last + 1, seal=since.seal.number)
            return found
        walk.position, walk.link, walk.seal = since.seal.position, bytes.fromhex(since.link), beginning
        found.first = walk.position + 1
        found.fault = _differs(walk, beginning)
    with connection.cursor() as cursor:  # a search by number for each place: never the whole table for each chunk
        cursor.execute("SET LOCAL enable_hashjoin = off")
        cursor.execute("SET LOCAL enable_mergejoin = off")
    if found.fault is None:
        found.fault = _walk_through(walk, seals, found, last, most or EVERYTHING, progress or (lambda done, of: None))
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_hashjoin = on")
        cursor.execute("SET LOCAL enable_mergejoin = on")
    if walk.seal is not None:
        said = walk.seal.said
        found.stood = Mark(SealMark(said.number, said.last, walk.seal.digest.hex()), said.link.hex())
    inserted = _look_beside(found) if found.is_through else None
    if inserted and (found.fault is None or inserted.position < found.fault.position):
        found.fault = inserted
    return found


def _walk_through(
    walk: _Walk, seals: Iterator[_Seal], found: Verified, last: int, most: int, progress: Progress
) -> Fault | None:
    expected = next(seals, None)
    for row in _rows(walk.position if walk.seal else LOWEST, last):
        if expected is None:
            return Fault(Wrong.UNSEALED, row[0], row[1], until=last)
        if fault := _wrong_with(row, walk, expected):
            return fault
        found.rows += 1
        if walk.position == expected.said.last:
            if fault := _wrong_with_seal(expected, walk):
                return fault
            found.seals += 1
            walk.seal, walk.last_id, expected = expected, row[1], next(seals, None)
            if found.rows >= most and expected is not None:
                found.is_through = False
                return None
        if found.rows % CHUNK == 0:
            progress(walk.position, last)
    if expected is not None:
        return Fault(Wrong.CUT, walk.position + 1, seal=expected.said.number, until=expected.said.last)
    number = walk.seal.said.number if walk.seal else 0
    beyond = [mark for mark in walk.marks.values() if mark.number > number]
    if beyond:
        return Fault(Wrong.CUT, walk.position + 1, seal=min(mark.number for mark in beyond))
    progress(walk.position, last)
    return None


def _wrong_with(row: tuple[Any, ...], walk: _Walk, expected: _Seal) -> Fault | None:
    """The next place, and the entry that stands in it. When nothing is wrong the walk has gone on by one."""
    position, entry, number, digest, link, is_there, *values = row
    if expected.said.version not in COLUMNS:
        return Fault(Wrong.SEAL, walk.position + 1, seal=expected.said.number)
    if position != walk.position + 1:
        return Fault(Wrong.UNPLACED, walk.position + 1, seal=expected.said.number)
    if not is_there:
        return Fault(Wrong.DELETED, position, entry, number)
    computed = digest_of(expected.said.version, values)
    if computed != digest:
        return Fault(Wrong.CHANGED, position, entry, number)
    follows = link_of(walk.link, position, computed)
    if follows != link:
        return Fault(Wrong.MOVED, position, entry, number)
    if number != expected.said.number:
        return Fault(Wrong.SEAL, position, entry, number)
    if walk.seal is not None and _is_backdated(entry, float(values[1]), walk):
        return Fault(Wrong.BACKDATED, position, entry, number)
    walk.position, walk.link = position, follows
    return None


def _is_backdated(entry: str, at: float, walk: _Walk) -> bool:
    """Whether it should have been there when the seal before was made: by its number, or by the moment beside it."""
    assert walk.seal is not None
    numbered = int(entry[:8] + entry[9:13], 16) / 1000  # the milliseconds that a version 7 number begins with
    return abs(numbered - at) > _LATEST or (at + _LATEST < walk.seal.moment and entry < walk.last_id)


def _wrong_with_seal(one: _Seal, walk: _Walk) -> Fault | None:
    said, before = one.said, walk.seal
    begins = (before.said.number + 1, before.said.last + 1, before.digest) if before else (1, 1, NOTHING)
    if (said.number, said.first, said.previous) != begins or said.link != walk.link or said.digest != one.digest:
        return Fault(Wrong.SEAL, begins[1], seal=said.number, until=walk.position)
    return _differs(walk, one)


def _differs(walk: _Walk, one: _Seal) -> Fault | None:
    """Whether a checkpoint that left says something else of this seal."""
    mark = walk.marks.get(one.said.number)
    if mark is None:
        return None
    if (mark.position, mark.digest) != (one.said.last, one.digest.hex()):
        until = max(mark.position, one.said.last)
        return Fault(Wrong.RECHAINED, walk.matched + 1, seal=one.said.number, until=until)
    walk.matched = mark.position
    return None


def _look_beside(found: Verified) -> Fault | None:
    """What stands in no seal: it waits for the next one, or was put in behind the sealer's back."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.id::text, extract(epoch FROM e.at)::float8 FROM cities_ledgerentry e "
            "LEFT JOIN cities_sealedentry s ON s.entry_id = e.id WHERE s.entry_id IS NULL ORDER BY e.id"
        )
        beside = cursor.fetchall()
        found.waiting = len(beside)
        cursor.execute("SELECT extract(epoch FROM max(sealed_at))::float8 FROM cities_seal")
        sealed = cursor.fetchone()[0] or 0.0
        older = [entry for entry, at in beside if at + _LATEST < sealed]
        if not older:
            return None
        cursor.execute("SELECT max(position) FROM cities_sealedentry WHERE entry_id < %s", [older[0]])
        return Fault(Wrong.INSERTED, (cursor.fetchone()[0] or 0) + 1, older[0])


def _ends() -> tuple[int, int]:
    """The last position and the newest seal, in one look: a seal and its places come in one transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce((SELECT max(position) FROM cities_sealedentry), 0), "
            "coalesce((SELECT max(number) FROM cities_seal), 0)"
        )
        last, newest = cursor.fetchone()
        return int(last), int(newest)


def _rows(after: int, last: int) -> Iterator[tuple[Any, ...]]:
    """Every place with its entry, in the order of positions, a chunk at a time; whatever the positions are."""
    statement = (
        "SELECT s.position, s.entry_id::text, s.seal_id, s.digest, s.link, e.id IS NOT NULL, "  # noqa: S608 -- of names written in this file
        f"{columns_in_sql(VERSION, of='e')} FROM cities_sealedentry s "
        "LEFT JOIN cities_ledgerentry e ON e.id = s.entry_id "
        "WHERE s.position > %s AND s.position <= %s ORDER BY s.position"
    )
    while after < last:
        with connection.cursor() as cursor:
            cursor.execute("SELECT min(position) FROM cities_sealedentry WHERE position > %s", [after])
            following = cursor.fetchone()[0]
            if following is None:
                return
            until = min(following + CHUNK - 1, last)
            cursor.execute(statement, [after, until])
            yield from cursor.fetchall()
        after = until


def _seals(first: int, newest: int) -> Iterator[_Seal]:
    """The seals from a number on to another, in their order."""
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT version, number, first, last, extract(epoch FROM sealed_at)::text, previous, link, digest "
                "FROM cities_seal WHERE number BETWEEN %s AND %s ORDER BY number LIMIT %s",
                [first, newest, SEALS],
            )
            rows = cursor.fetchall()
        for version, number, begins, ends, at, previous, link, digest in rows:
            said = SealText(version, number, begins, ends, at, bytes(previous), bytes(link))
            yield _Seal(said, bytes(digest), float(at))
            first = number + 1
        if len(rows) < SEALS:
            return
