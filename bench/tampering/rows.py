"""Entries, places and seals are deleted, put in, or exchanged."""

from __future__ import annotations

import random
import uuid

from bench.tampering.asking import Connection, Where, asked


def delete_entry(connection: Connection, chance: random.Random, last: int) -> Where:
    place = chance.randint(1, last)
    connection.execute(
        "DELETE FROM cities_ledgerentry WHERE id = (SELECT entry_id FROM cities_sealedentry WHERE position = %s)",
        [place],
    )
    return place, place


def delete_place(connection: Connection, chance: random.Random, last: int) -> Where:
    place = chance.randint(1, last)
    connection.execute("DELETE FROM cities_sealedentry WHERE position = %s", [place])
    return place, place


def delete_both(connection: Connection, chance: random.Random, last: int) -> Where:
    """The entry and its place; and what follows moves up."""
    place = chance.randint(1, last - 1)
    connection.execute(
        "DELETE FROM cities_ledgerentry WHERE id = (SELECT entry_id FROM cities_sealedentry WHERE position = %s)",
        [place],
    )
    connection.execute("DELETE FROM cities_sealedentry WHERE position = %s", [place])
    if chance.random() < 0.5:
        shift(connection, place, -1)
    return place, place


def delete_seal(connection: Connection, chance: random.Random, last: int) -> Where:
    number = chance.randint(1, asked(connection, "SELECT max(number) FROM cities_seal"))
    first = asked(connection, "DELETE FROM cities_seal WHERE number = %s RETURNING first", number)
    return first, first


def shift(connection: Connection, after: int, by: int) -> None:
    connection.execute("UPDATE cities_sealedentry SET position = -position WHERE position > %s", [after])
    connection.execute("UPDATE cities_sealedentry SET position = -position + %s WHERE position < -%s", [by, after])


_FORGED = """
INSERT INTO cities_ledgerentry
SELECT (jsonb_populate_record(e, jsonb_build_object('id', %s::uuid, 'at', e.at - %s::interval))).*
FROM cities_ledgerentry e WHERE id = (SELECT entry_id FROM cities_sealedentry WHERE position = %s) RETURNING id
"""


def _forge(connection: Connection, place: int, days: int) -> uuid.UUID:
    """An entry that looks like the one at a place, so many days older, numbered accordingly."""
    beside = asked(connection, "SELECT entry_id FROM cities_sealedentry WHERE position = %s", place)
    number = uuid.UUID(int=beside.int - (days * 86_400_000 << 80) - 1)
    forged: uuid.UUID = asked(connection, _FORGED, number, f"{days} days", place)
    return forged


def insert_beside(connection: Connection, chance: random.Random, last: int) -> Where:
    """Among what is old, and nothing more: no seal has it."""
    _forge(connection, chance.randint(1, last), chance.randint(1, 300))
    return 1, 1


def insert_with_place(connection: Connection, chance: random.Random, last: int) -> Where:
    place = chance.randint(2, last)
    forged = _forge(connection, place, 0)
    shift(connection, place - 1, 1)
    connection.execute(
        "INSERT INTO cities_sealedentry (position, entry_id, seal_id, digest, link) "
        "SELECT %s, %s, seal_id, digest, link FROM cities_sealedentry WHERE position = %s",
        [place, forged, place + 1],
    )
    return place, place


def insert_and_seal(connection: Connection, chance: random.Random, last: int) -> Where:
    """An old one, left for the sealer to seal."""
    from django.db import connection as ours

    from bench.ledger import seal_in
    from tests.databases import point_at

    _forge(connection, chance.randint(1, last), chance.randint(1, 300))
    point_at(connection.info.dbname)
    seal_in(10_000)
    place = asked(
        connection,
        "SELECT position FROM cities_sealedentry "
        "WHERE entry_id = (SELECT id FROM cities_ledgerentry ORDER BY at LIMIT 1)",
    )
    ours.close()
    return place, place


def exchange_entries(connection: Connection, chance: random.Random, last: int) -> Where:
    one, other = sorted(chance.sample(range(1, last + 1), 2))
    ids = [asked(connection, "SELECT entry_id FROM cities_sealedentry WHERE position = %s", at) for at in (one, other)]
    spare = uuid.uuid4()
    for now, then in ((ids[0], spare), (ids[1], ids[0]), (spare, ids[1])):
        connection.execute("UPDATE cities_ledgerentry SET id = %s WHERE id = %s", [then, now])
    return one, one


def exchange_places(connection: Connection, chance: random.Random, last: int) -> Where:
    one, other = sorted(chance.sample(range(1, last + 1), 2))
    for now, then in ((one, -1), (other, one), (-1, other)):
        connection.execute("UPDATE cities_sealedentry SET position = %s WHERE position = %s", [then, now])
    return one, one
