"""Ways in which the ledger can't be written, each of them real: PostgreSQL refuses the row, or is gone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection, connections
from psycopg import sql

Owner = psycopg.Connection[tuple[Any, ...]]
LEDGER = "cities_ledgerentry"

#: As whoever signed in: a role that is acted as may not end a connection of hers.
_GONE = "PERFORM set_config('role', 'none', true); PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(9);"
_REFUSED = "RAISE EXCEPTION 'the ledger cannot be written' USING ERRCODE = '{}';"

#: What a trigger does when an entry is written.
IN_THE_MOMENT = {
    "refused": _REFUSED.format("P0001"),
    "disk full": _REFUSED.format("53100"),
    "read only": _REFUSED.format("25006"),
    "too slow": _REFUSED.format("57014"),
    "deadlock": _REFUSED.format("40P01"),
    "against a constraint": _REFUSED.format("23514"),
    "written twice": _REFUSED.format("23505"),
    "connection lost": _GONE,
}
AT_THE_COMMIT = {"not kept": _REFUSED.format("53100"), "connection lost at the end": _GONE}
WAYS = ["no right", "locked", *IN_THE_MOMENT, *AT_THE_COMMIT]


def impatient(name: str, owner: Owner) -> None:
    """In this database nobody waits long for a lock."""
    owner.execute(sql.SQL("ALTER DATABASE {} SET lock_timeout = '20ms'").format(sql.Identifier(name)))
    connections.close_all()


@contextmanager
def failing(way: str, owner: Owner) -> Iterator[None]:
    """So long nobody can write an entry."""
    with _failing(way, owner):
        yield
        connection.close()  # as at the end of every request; one that was lost is noticed by that


@contextmanager
def _failing(way: str, owner: Owner) -> Iterator[None]:
    if way == "no right":
        owner.execute(f"REVOKE INSERT ON {LEDGER} FROM apparatus_people")
        yield
        owner.execute(f"GRANT INSERT ON {LEDGER} TO apparatus_people")
    elif way == "locked":
        with owner.transaction():
            owner.execute(f"LOCK TABLE {LEDGER} IN SHARE MODE")
            yield
    else:
        body = IN_THE_MOMENT.get(way) or AT_THE_COMMIT[way]
        when = "TRIGGER fails BEFORE INSERT", ""
        if way in AT_THE_COMMIT:
            when = "CONSTRAINT TRIGGER fails AFTER INSERT", "DEFERRABLE INITIALLY DEFERRED"
        owner.execute(
            "CREATE OR REPLACE FUNCTION fails() RETURNS trigger LANGUAGE plpgsql "
            f"AS $$ BEGIN {body} RETURN NEW; END $$; "
            f"CREATE {when[0]} ON {LEDGER} {when[1]} FOR EACH ROW EXECUTE FUNCTION fails()"
        )
        yield
        owner.execute(f"DROP TRIGGER fails ON {LEDGER}")
