"""Need-to-know a second time, in PostgreSQL: who may touch which table, and which rows of it.

Everything here is made from what the models declare (`need_to_know`), after every `migrate`, and is made anew each
time, so that what the database holds never differs from what the code says. `roles` has who may do what with which
table, `functions` what is asked of postings and grants, `rows` who sees which rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.db import transaction

from cases.access.policies import functions, roles, rows
from cases.access.policies.functions import function
from cases.access.policies.roles import (
    CARE,
    CLOCK,
    CLOCK_MAY,
    COUNTER,
    COUNTER_MAY,
    KEEPER,
    PEOPLE,
    case_models,
    is_care,
    need_of,
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
    "apply",
    "case_models",
    "function",
    "is_care",
    "need_of",
    "statements",
]


def statements(*, login: str, database: str) -> Iterator[str]:
    """All of it, in order. `login`: the role of DATABASE_URL; `database`: the database's name, both as identifiers."""
    yield from roles.made(login=login, database=database)
    yield f"GRANT CREATE ON SCHEMA public TO {COUNTER}, {KEEPER}"
    yield from roles.privileges()
    yield from functions.statements()
    for model in case_models():
        yield from rows.security(model)
    yield f"REVOKE CREATE ON SCHEMA public FROM {COUNTER}, {KEEPER}"


def apply(connection: BaseDatabaseWrapper, *, login: str) -> None:
    """Make roles, privileges and policies what the code says. `connection` is the owner's; `login` the web's role."""
    connection.ensure_connection()  # PostgreSQL 15 can't let a role have the clock's rights without inheriting them
    if getattr(connection, "pg_version", 0) < 160000:
        raise RuntimeError("Apparatus needs PostgreSQL 16 or newer.")
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        for statement in statements(login=login, database=str(connection.settings_dict["NAME"])):
            cursor.execute(statement)
