"""Need-to-know a second time, in PostgreSQL: who may touch which table, and which rows of it.

Everything here is made from what the models declare (`need_to_know`), after every `migrate`, and is made anew each
time, so that what the database holds never differs from what the code says. `roles` has who may do what with which
table, `functions` what is asked of postings and grants, `rows` who sees which rows, `grants` what of a grant never
changes, `postings` who posts whom, `changes` who writes down what a row was before.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.db import transaction

from cases.access.policies import changes, functions, grants, postings, roles, rows
from cases.access.policies.functions import function
from cases.access.policies.roles import (
    CARE,
    CLOCK,
    CLOCK_MAY,
    COUNTER,
    COUNTER_MAY,
    KEEPER,
    PEOPLE,
    ROLES,
    SCRIBE,
    case_models,
    has_history,
    is_care,
    is_history,
    is_of_referrals,
    kept_in,
    of_database,
)  # fmt: skip
from cases.access.policies.terms import POSTED_NOW

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

__all__ = [
    "CARE",
    "CLOCK",
    "CLOCK_MAY",
    "COUNTER",
    "COUNTER_MAY",
    "KEEPER",
    "PEOPLE",
    "POSTED_NOW",
    "ROLES",
    "SCRIBE",
    "apply",
    "case_models",
    "function",
    "has_history",
    "is_care",
    "is_history",
    "is_of_referrals",
    "kept_in",
    "make_way",
    "of_database",
    "statements",
]


def statements(*, login: str, database: str) -> Iterator[str]:
    """All of it, in order. `login`: the role of DATABASE_URL; `database`: the database's name, both as identifiers."""
    yield from roles.made(login=login, database=database)
    yield f"GRANT CREATE ON SCHEMA public TO {COUNTER}, {KEEPER}, {SCRIBE}"
    yield from roles.privileges()
    yield from functions.statements()
    for model in case_models():
        yield from rows.security(model)
    yield from grants.statements()
    yield from postings.statements()
    yield from changes.statements()
    yield f"REVOKE CREATE ON SCHEMA public FROM {COUNTER}, {KEEPER}, {SCRIBE}"


def apply(connection: BaseDatabaseWrapper, *, login: str) -> None:
    """Make roles, privileges and policies what the code says. `connection` is the owner's; `login` the web's role."""
    connection.ensure_connection()  # PostgreSQL 15 can't let a role have the clock's rights without inheriting them
    if getattr(connection, "pg_version", 0) < 160000:
        raise RuntimeError("Apparatus needs PostgreSQL 16 or newer.")
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        for statement in statements(login=login, database=str(connection.settings_dict["NAME"])):
            cursor.execute(statement)


def make_way(connection: BaseDatabaseWrapper) -> None:
    """Before a migration: a trigger that names a column keeps it from changing its type. Nothing goes unwritten."""
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute(changes.STANDING)
        for table, definition in cursor.fetchall():
            cursor.execute(changes.loosened(table, definition))
