"""The tamperings of `bench.ledger`: what a hostile administrator could do, as PostgreSQL's superuser."""

from __future__ import annotations

import base64
import random
import uuid
from collections.abc import Callable
from typing import Any

from bench.tampering.asking import Tampering, as_superuser, asked
from bench.tampering.chains import chain_anew, cut
from bench.tampering.columns import ENTRY, PLACE, SEAL, entry_byte, place_byte, seal_byte
from bench.tampering.rows import (
    delete_both,
    delete_entry,
    delete_place,
    delete_seal,
    exchange_entries,
    exchange_places,
    insert_and_seal,
    insert_beside,
    insert_with_place,
)

#: Signs the checkpoints of a benchmark and nothing else.
A_KEY = base64.b64encode(b"a key of nobody, of a benchmark.").decode()

#: Invented entries: some open a record, some change one; every column that the clock may fill has something in it.
FILL = """
INSERT INTO cities_ledgerentry (id, operation, initiator, role, agency_id, city_id, case_id, case_reference,
    compartment, object_type, object_ids, fields, rows, act, purpose, justification, ground, recipient, request_id,
    outcome)
SELECT uuidv7(), CASE WHEN n %% 3 = 0 THEN 'ALTER' ELSE 'CONSULT' END, 'clock', 'CASEWORKER', 1 + n %% 7, 1 + n %% 10,
    1 + n %% 5000, format('VIL-2026-%%s', lpad((1 + n %% 5000)::text, 4, '0')), 'CORE', 'checkin', ARRAY[n, n + 1],
    CASE WHEN n %% 3 = 0 THEN ARRAY['outcome', 'a "quoted", name'] ELSE
        string_to_array('caseworker due_on due_time duration kind late_from outcome person.born_on person.official_name'
            ' person.language place state', ' ') END, 1 + n %% 4, 'CHECKIN_READ',
    'cases:my_day', CASE WHEN n %% 11 = 0 THEN 'Gevraagd door de voogd, café' ELSE '' END, 'TEAM', '',
    md5(n::text), 'DONE'
FROM generate_series(1, %(rows)s) n
"""

KINDS: dict[str, Tampering] = {
    **{f"entry.{column}": entry_byte(column) for column in ENTRY},
    **{f"place.{column}": place_byte(column) for column in PLACE},
    **{f"seal.{column}": seal_byte(column) for column in SEAL},
    "entry deleted": delete_entry,
    "place deleted": delete_place,
    "both deleted": delete_both,
    "seal deleted": delete_seal,
    "entry put in": insert_beside,
    "entry put in with a place": insert_with_place,
    "entry put in and sealed": insert_and_seal,
    "entries exchanged": exchange_entries,
    "places exchanged": exchange_places,
    "entries cut off": cut(places=False, seals=False),
    "entries and places cut off": cut(places=True, seals=False),
    "all cut off": cut(places=True, seals=True),
    "changed and chained anew": chain_anew("change"),
    "deleted and chained anew": chain_anew("delete"),
    "cut off and chained anew": chain_anew("cut"),
}


def one(of: str, kind: str, chance: random.Random, documents: list[str], verified: Callable[[list[str]], Any]) -> str:
    """One tampering in a copy of the ledger. Gives nothing when it is found where it was done, else what was said."""
    from tests.databases import connect_as_owner, drop, point_at

    name = f"{of}_{uuid.uuid4().hex[:8]}"
    with connect_as_owner("postgres") as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{of}"')
    try:
        with as_superuser(name) as connection:
            last = asked(connection, "SELECT max(position) FROM cities_sealedentry")
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
