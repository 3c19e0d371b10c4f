"""The tamperings of `bench.ledger`: what a hostile administrator could do, as PostgreSQL's superuser."""

from __future__ import annotations

import base64
import json
import os
import random
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

Connection = psycopg.Connection[tuple[Any, ...]]

#: Signs the checkpoints of a benchmark and nothing else.
A_KEY = base64.b64encode(b"a key of nobody, of a benchmark.").decode()

#: Invented entries: some open a record, some change one; every column that the clock may fill has something in it.
FILL = """
INSERT INTO cities_ledgerentry (id, operation, initiator, role, agency_id, city_id, case_id, case_reference,
    compartment, object_type, object_ids, fields, rows, act, purpose, justification, ground, recipient, request_id,
    outcome)
SELECT uuidv7(), CASE WHEN n %% 3 = 0 THEN 'ALTER' ELSE 'CONSULT' END, 'clock', 'CASEWORKER', 1 + n %% 7, 1 + n %% 10,
    1 + n %% 5000, format('VIL-2026-%%s', lpad((1 + n %% 5000)::text, 4, '0')), 'CORE', 'checkin', ARRAY[n, n + 1],
    CASE WHEN n %% 3 = 0 THEN ARRAY['outcome', 'a "quoted", name'] ELSE '{}' END, 1 + n %% 4, 'CHECKIN_READ',
    'cases:my_day', CASE WHEN n %% 11 = 0 THEN 'Gevraagd door de voogd, café' ELSE '' END, 'TEAM', '',
    md5(n::text), 'DONE'
FROM generate_series(1, %(rows)s) n
"""

ENTRY = (
    "id", "at", "operation", "actor_id", "initiator", "role", "agency_id", "city_id", "case_id", "case_reference",
    "compartment", "object_type", "object_ids", "fields", "rows", "act", "purpose", "justification", "ground",
    "recipient", "request_id", "outcome",
)  # fmt: skip
PLACE = ("position", "entry_id", "seal_id", "digest", "link")
SEAL = ("number", "version", "sealed_at", "first", "last", "previous", "link", "digest")

#: Gives the first and the last position at which the tampering may be named.
Where = tuple[int, int]
Tampering = Callable[[Connection, random.Random, int], Where]


def as_superuser(name: str) -> Connection:
    """Past privileges, policies, triggers and constraints."""
    from django.conf import settings

    from config.launcher.postgres import SUPERUSER
    from config.testing import FOLDER

    password = json.loads((Path(os.environ[FOLDER]) / "secrets.json").read_text())[SUPERUSER]
    host = str(settings.DATABASES["default"]["HOST"])
    connection = psycopg.connect(
        make_conninfo(host=host, user=SUPERUSER, password=password, dbname=name), autocommit=True
    )
    connection.execute("SET session_replication_role = replica")
    for table, constraint in connection.execute(
        "SELECT conrelid::regclass::text, conname FROM pg_constraint WHERE contype IN ('c', 'u') AND "
        "conrelid::regclass::text IN ('cities_ledgerentry', 'cities_sealedentry', 'cities_seal')"
    ).fetchall():
        connection.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{constraint}"')
    return connection


def one(of: str, kind: str, chance: random.Random, documents: list[str], verified: Callable[[list[str]], Any]) -> str:
    """One tampering in a copy of the ledger. Gives nothing when it is found where it was done, else what was said."""
    from tests.databases import connect_as_owner, drop, point_at

    name = f"{of}_{uuid.uuid4().hex[:8]}"
    with connect_as_owner("postgres") as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{of}"')
    try:
        with as_superuser(name) as connection:
            last = _one(connection, "SELECT max(position) FROM cities_sealedentry")
            lowest, highest = KINDS[kind](connection, chance, last)
        point_at(name)
        try:
            fault = verified(documents).fault
        except Exception as error:  # noqa: BLE001 -- whatever is raised, nothing was named
            return f"{kind} at {lowest}: {type(error).__name__}: {error}"
        if fault is None:
            return f"{kind} at {lowest}: not seen"
        until = max(fault.until, fault.position)
        right = fault.position == lowest if lowest == highest and not fault.until else (
            fault.position <= highest and until >= lowest
        )  # fmt: skip
        return "" if right else f"{kind} at {lowest}–{highest}: named at {fault.position}–{until}, {fault.wrong.name}"
    finally:
        point_at("postgres")
        drop(name)


def _one(connection: Connection, statement: str, *values: Any) -> Any:
    row = connection.execute(statement, values).fetchone()
    assert row is not None
    return row[0]


def _other(value: Any, chance: random.Random) -> Any:
    """Something else of the same kind: one byte, one step, one element."""
    if isinstance(value, bytes):
        place = chance.randrange(len(value))
        return value[:place] + bytes([value[place] ^ (1 << chance.randrange(8))]) + value[place + 1 :]
    if isinstance(value, str):
        place = chance.randrange(len(value) + 1)
        letters = [letter for letter in "abcXYZ 0'\"é" if letter != value[place : place + 1]]
        return value[:place] + chance.choice(letters) + value[place + 1 :]
    if isinstance(value, list):
        return chance.choice([[*value, value[0] if value else 1], value[:-1] if value else [1]])
    if isinstance(value, int):
        return value + chance.choice([1, -1, 1000])
    if isinstance(value, uuid.UUID):
        return uuid.UUID(int=value.int ^ (1 << chance.randrange(60)))
    return 1  # of what was empty


def _entry_byte(column: str) -> Tampering:
    def tamper(connection: Connection, chance: random.Random, last: int) -> Where:
        place = chance.randint(1, last)
        entry = _one(connection, "SELECT entry_id FROM cities_sealedentry WHERE position = %s", place)
        if column == "at":
            step = chance.choice(["1 microsecond", "-1 microsecond", "-4000 years", "1 day"])
            connection.execute("UPDATE cities_ledgerentry SET at = at + %s::interval WHERE id = %s", [step, entry])
            return place, place
        value = _one(connection, f'SELECT "{column}" FROM cities_ledgerentry WHERE id = %s', entry)
        other = ["x"] if column == "fields" and value == [] else _other(value, chance)
        connection.execute(f'UPDATE cities_ledgerentry SET "{column}" = %s WHERE id = %s', [other, entry])
        return place, place

    return tamper


def _place_byte(column: str) -> Tampering:
    def tamper(connection: Connection, chance: random.Random, last: int) -> Where:
        place = chance.randint(1, last)
        value = _one(connection, f'SELECT "{column}" FROM cities_sealedentry WHERE position = %s', place)
        other = chance.choice([-place, last + place]) if column == "position" else _other(value, chance)
        connection.execute(f'UPDATE cities_sealedentry SET "{column}" = %s WHERE position = %s', [other, place])
        return (min(other, place), place) if column == "position" else (place, place)

    return tamper


def _seal_byte(column: str) -> Tampering:
    def tamper(connection: Connection, chance: random.Random, last: int) -> Where:
        number = chance.randint(1, _one(connection, "SELECT max(number) FROM cities_seal"))
        first = _one(connection, "SELECT first FROM cities_seal WHERE number = %s", number)
        until = _one(connection, "SELECT last FROM cities_seal WHERE number = %s", number)
        if column == "sealed_at":
            connection.execute(
                "UPDATE cities_seal SET sealed_at = sealed_at + interval '1 us' WHERE number = %s", [number]
            )
            return first, until
        value = _one(connection, f'SELECT "{column}" FROM cities_seal WHERE number = %s', number)
        other = chance.choice([-number, 10_000]) if column == "number" else _other(value, chance)
        connection.execute(f'UPDATE cities_seal SET "{column}" = %s WHERE number = %s', [other, number])
        return (1 if column == "number" and other < 0 else first), until + 1

    return tamper


def _delete_entry(connection: Connection, chance: random.Random, last: int) -> Where:
    place = chance.randint(1, last)
    connection.execute(
        "DELETE FROM cities_ledgerentry WHERE id = (SELECT entry_id FROM cities_sealedentry WHERE position = %s)",
        [place],
    )
    return place, place


def _delete_place(connection: Connection, chance: random.Random, last: int) -> Where:
    place = chance.randint(1, last)
    connection.execute("DELETE FROM cities_sealedentry WHERE position = %s", [place])
    return place, place


def _delete_both(connection: Connection, chance: random.Random, last: int) -> Where:
    """The entry and its place; and what follows moves up."""
    place = chance.randint(1, last - 1)
    connection.execute(
        "DELETE FROM cities_ledgerentry WHERE id = (SELECT entry_id FROM cities_sealedentry WHERE position = %s)",
        [place],
    )
    connection.execute("DELETE FROM cities_sealedentry WHERE position = %s", [place])
    if chance.random() < 0.5:
        _shift(connection, place, -1)
    return place, place


def _delete_seal(connection: Connection, chance: random.Random, last: int) -> Where:
    number = chance.randint(1, _one(connection, "SELECT max(number) FROM cities_seal"))
    first = _one(connection, "DELETE FROM cities_seal WHERE number = %s RETURNING first", number)
    return first, first


def _shift(connection: Connection, after: int, by: int) -> None:
    connection.execute("UPDATE cities_sealedentry SET position = -position WHERE position > %s", [after])
    connection.execute("UPDATE cities_sealedentry SET position = -position + %s WHERE position < -%s", [by, after])


_FORGED = """
INSERT INTO cities_ledgerentry
SELECT (jsonb_populate_record(e, jsonb_build_object('id', %s::uuid, 'at', e.at - %s::interval))).*
FROM cities_ledgerentry e WHERE id = (SELECT entry_id FROM cities_sealedentry WHERE position = %s) RETURNING id
"""


def _forge(connection: Connection, place: int, days: int) -> uuid.UUID:
    """An entry that looks like the one at a place, so many days older, numbered accordingly."""
    beside = _one(connection, "SELECT entry_id FROM cities_sealedentry WHERE position = %s", place)
    number = uuid.UUID(int=beside.int - (days * 86_400_000 << 80) - 1)
    forged: uuid.UUID = _one(connection, _FORGED, number, f"{days} days", place)
    return forged


def _insert_beside(connection: Connection, chance: random.Random, last: int) -> Where:
    """Among what is old, and nothing more: no seal has it."""
    _forge(connection, chance.randint(1, last), chance.randint(1, 300))
    return 1, 1


def _insert_with_place(connection: Connection, chance: random.Random, last: int) -> Where:
    place = chance.randint(2, last)
    forged = _forge(connection, place, 0)
    _shift(connection, place - 1, 1)
    connection.execute(
        "INSERT INTO cities_sealedentry (position, entry_id, seal_id, digest, link) "
        "SELECT %s, %s, seal_id, digest, link FROM cities_sealedentry WHERE position = %s",
        [place, forged, place + 1],
    )
    return place, place


def _insert_and_seal(connection: Connection, chance: random.Random, last: int) -> Where:
    """An old one, left for the sealer to seal."""
    from django.db import connection as ours

    from bench.ledger import seal_in
    from tests.databases import point_at

    _forge(connection, chance.randint(1, last), chance.randint(1, 300))
    point_at(connection.info.dbname)
    seal_in(10_000)
    place = _one(
        connection,
        "SELECT position FROM cities_sealedentry "
        "WHERE entry_id = (SELECT id FROM cities_ledgerentry ORDER BY at LIMIT 1)",
    )
    ours.close()
    return place, place


def _exchange_entries(connection: Connection, chance: random.Random, last: int) -> Where:
    one, other = sorted(chance.sample(range(1, last + 1), 2))
    ids = [_one(connection, "SELECT entry_id FROM cities_sealedentry WHERE position = %s", at) for at in (one, other)]
    spare = uuid.uuid4()
    for now, then in ((ids[0], spare), (ids[1], ids[0]), (spare, ids[1])):
        connection.execute("UPDATE cities_ledgerentry SET id = %s WHERE id = %s", [then, now])
    return one, one


def _exchange_places(connection: Connection, chance: random.Random, last: int) -> Where:
    one, other = sorted(chance.sample(range(1, last + 1), 2))
    for now, then in ((one, -1), (other, one), (-1, other)):
        connection.execute("UPDATE cities_sealedentry SET position = %s WHERE position = %s", [then, now])
    return one, one


def _cut(*, places: bool, seals: bool) -> Tampering:
    def tamper(connection: Connection, chance: random.Random, last: int) -> Where:
        place = chance.randint(2, last)
        if seals:  # to the end of a seal: what is left is whole
            place = _one(
                connection, "SELECT first FROM cities_seal WHERE first <= %s ORDER BY first DESC LIMIT 1", place
            )
            connection.execute("DELETE FROM cities_seal WHERE first >= %s", [place])
        connection.execute(
            "DELETE FROM cities_ledgerentry WHERE id IN (SELECT entry_id FROM cities_sealedentry WHERE position >= %s)",
            [place],
        )
        if places:
            connection.execute("DELETE FROM cities_sealedentry WHERE position >= %s", [place])
        return place, place

    return tamper


def _chain_anew(how: str) -> Tampering:
    """Tamper, and then make every place and every seal fit again, as the sealer would have."""

    def tamper(connection: Connection, chance: random.Random, last: int) -> Where:
        place = chance.randint(2, last - 1)
        if how == "change":
            entry = _one(connection, "SELECT entry_id FROM cities_sealedentry WHERE position = %s", place)
            connection.execute("UPDATE cities_ledgerentry SET purpose = 'nothing of note' WHERE id = %s", [entry])
        elif how == "delete":
            _remove(connection, place)
        elif how == "cut":
            _cut(places=True, seals=False)(connection, _At(place), last)
        _make_it_fit(connection)
        return place, place

    return tamper


class _At(random.Random):
    """Chance that always says the same number."""

    def __init__(self, number: int) -> None:
        super().__init__(0)
        self.number = number

    def randint(self, a: int, b: int) -> int:
        return self.number


def _remove(connection: Connection, place: int) -> None:
    connection.execute(
        "DELETE FROM cities_ledgerentry WHERE id = (SELECT entry_id FROM cities_sealedentry WHERE position = %s)",
        [place],
    )
    connection.execute("DELETE FROM cities_sealedentry WHERE position = %s", [place])
    _shift(connection, place, -1)


def _make_it_fit(connection: Connection) -> None:
    """Every digest, link and seal, from the beginning, over what now stands there."""
    from cities.ledger.sealing import NOTHING, VERSION, SealText, columns_in_sql, digest_of, link_of

    link, places = NOTHING, []
    rows = connection.execute(
        f"SELECT s.position, s.seal_id, {columns_in_sql(VERSION, of='e')} FROM cities_sealedentry s "
        "JOIN cities_ledgerentry e ON e.id = s.entry_id ORDER BY s.position"
    ).fetchall()
    ends: dict[int, tuple[int, int, bytes]] = {}
    for position, number, *values in rows:
        digest = digest_of(VERSION, values)
        link = link_of(link, position, digest)
        places.append((digest, link, position))
        ends[number] = (ends[number][0] if number in ends else position, position, link)
    with connection.cursor() as cursor:
        cursor.executemany("UPDATE cities_sealedentry SET digest = %s, link = %s WHERE position = %s", places)
    before = NOTHING
    for number in sorted(ends):
        first, last, link = ends[number]
        at = _one(connection, "SELECT extract(epoch FROM sealed_at)::text FROM cities_seal WHERE number = %s", number)
        said = SealText(VERSION, number, first, last, at, before, link)
        connection.execute(
            "UPDATE cities_seal SET first = %s, last = -%s, previous = %s, link = %s, digest = %s WHERE number = %s",
            [first, last, before, link, said.digest, number],
        )
        before = said.digest
    connection.execute("DELETE FROM cities_seal WHERE last > 0")
    connection.execute("UPDATE cities_seal SET last = -last")


KINDS: dict[str, Tampering] = {
    **{f"entry.{column}": _entry_byte(column) for column in ENTRY},
    **{f"place.{column}": _place_byte(column) for column in PLACE},
    **{f"seal.{column}": _seal_byte(column) for column in SEAL},
    "entry deleted": _delete_entry,
    "place deleted": _delete_place,
    "both deleted": _delete_both,
    "seal deleted": _delete_seal,
    "entry put in": _insert_beside,
    "entry put in with a place": _insert_with_place,
    "entry put in and sealed": _insert_and_seal,
    "entries exchanged": _exchange_entries,
    "places exchanged": _exchange_places,
    "entries cut off": _cut(places=False, seals=False),
    "entries and places cut off": _cut(places=True, seals=False),
    "all cut off": _cut(places=True, seals=True),
    "changed and chained anew": _chain_anew("change"),
    "deleted and chained anew": _chain_anew("delete"),
    "cut off and chained anew": _chain_anew("cut"),
}
