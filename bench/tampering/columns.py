"""A byte of any column is changed: of an entry, of its place, of its seal."""

from __future__ import annotations

import random
import uuid
from typing import Any

from bench.tampering.asking import Connection, Tampering, Where, asked

ENTRY = (
    "id", "at", "operation", "actor_id", "initiator", "role", "agency_id", "city_id", "case_id", "case_reference",
    "compartment", "object_type", "object_ids", "fields", "rows", "act", "purpose", "justification", "ground",
    "recipient", "request_id", "outcome",
)  # fmt: skip
PLACE = ("position", "entry_id", "seal_id", "digest", "link")
SEAL = ("number", "version", "sealed_at", "first", "last", "previous", "link", "digest")


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


def entry_byte(column: str) -> Tampering:
    def tamper(connection: Connection, chance: random.Random, last: int) -> Where:
        place = chance.randint(1, last)
        entry = asked(connection, "SELECT entry_id FROM cities_sealedentry WHERE position = %s", place)
        if column == "at":
            step = chance.choice(["1 microsecond", "-1 microsecond", "-4000 years", "1 day"])
            connection.execute("UPDATE cities_ledgerentry SET at = at + %s::interval WHERE id = %s", [step, entry])
            return place, place
        value = asked(connection, f'SELECT "{column}" FROM cities_ledgerentry WHERE id = %s', entry)
        other = ["x"] if column == "fields" and value == [] else _other(value, chance)
        connection.execute(f'UPDATE cities_ledgerentry SET "{column}" = %s WHERE id = %s', [other, entry])
        return place, place

    return tamper


def place_byte(column: str) -> Tampering:
    def tamper(connection: Connection, chance: random.Random, last: int) -> Where:
        place = chance.randint(1, last)
        value = asked(connection, f'SELECT "{column}" FROM cities_sealedentry WHERE position = %s', place)
        other = chance.choice([-place, last + place]) if column == "position" else _other(value, chance)
        connection.execute(f'UPDATE cities_sealedentry SET "{column}" = %s WHERE position = %s', [other, place])
        return (min(other, place), place) if column == "position" else (place, place)

    return tamper


def seal_byte(column: str) -> Tampering:
    def tamper(connection: Connection, chance: random.Random, last: int) -> Where:
        number = chance.randint(1, asked(connection, "SELECT max(number) FROM cities_seal"))
        first = asked(connection, "SELECT first FROM cities_seal WHERE number = %s", number)
        until = asked(connection, "SELECT last FROM cities_seal WHERE number = %s", number)
        if column == "sealed_at":
            connection.execute(
                "UPDATE cities_seal SET sealed_at = sealed_at + interval '1 us' WHERE number = %s", [number]
            )
            return first, until
        value = asked(connection, f'SELECT "{column}" FROM cities_seal WHERE number = %s', number)
        other = chance.choice([-number, 10_000]) if column == "number" else _other(value, chance)
        connection.execute(f'UPDATE cities_seal SET "{column}" = %s WHERE number = %s', [other, number])
        return (1 if column == "number" and other < 0 else first), until + 1

    return tamper
