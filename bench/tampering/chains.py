"""The end is cut off; or all is chained anew, as if the sealer had done it."""

from __future__ import annotations

import random

from bench.tampering.asking import Connection, Tampering, Where, asked
from bench.tampering.rows import shift


def cut(*, places: bool, seals: bool) -> Tampering:
    def tamper(connection: Connection, chance: random.Random, last: int) -> Where:
        place = chance.randint(2, last)
        if seals:  # to the end of a seal: what is left is whole
            place = asked(
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


def chain_anew(how: str) -> Tampering:
    """Tamper, and then make every place and every seal fit again, as the sealer would have."""

    def tamper(connection: Connection, chance: random.Random, last: int) -> Where:
        place = chance.randint(2, last - 1)
        if how == "change":
            entry = asked(connection, "SELECT entry_id FROM cities_sealedentry WHERE position = %s", place)
            connection.execute("UPDATE cities_ledgerentry SET purpose = 'nothing of note' WHERE id = %s", [entry])
        elif how == "delete":
            _remove(connection, place)
        elif how == "cut":
            cut(places=True, seals=False)(connection, _At(place), last)
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
    shift(connection, place, -1)


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
        at = asked(connection, "SELECT extract(epoch FROM sealed_at)::text FROM cities_seal WHERE number = %s", number)
        said = SealText(VERSION, number, first, last, at, before, link)
        connection.execute(
            "UPDATE cities_seal SET first = %s, last = -%s, previous = %s, link = %s, digest = %s WHERE number = %s",
            [first, last, before, link, said.digest, number],
        )
        before = said.digest
    connection.execute("DELETE FROM cities_seal WHERE last > 0")
    connection.execute("UPDATE cities_seal SET last = -last")
