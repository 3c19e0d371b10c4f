"""Which rows can be changed, and what an act changes of them: asked of PostgreSQL, and read off what is sent to it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import Model

from cases.access.policies import case_models
from cases.access.policies.ledger import SEALER
from cases.access.policies.roles import CARE, CLOCK, PEOPLE
from cases.access.rules import need_of

#: Of the public square, what is no news when it changes: what signing in leaves, and what the clock and who confirms
#: write beside what an administrator keeps. Of `cases` each model says it itself.
BOOKKEEPING = {
    "cities_user": {"password", "last_login", "next_digest_at"},
    "cities_posting": {"confirmed_on", "confirmed_by_id"},
    "cities_closingdays": {"settled_at"},
}

_UPDATE = re.compile(
    r'\bUPDATE\s+"?(\w+)"?(?:\s+(?:AS\s+)?\w+)?\s+SET\s+(.*?)(?:\s(?:WHERE|FROM|RETURNING)\s|$)', re.DOTALL
)
_COLUMN = re.compile(r'(?:^|,)\s*"?(\w+)"?\s*=')


def our_models() -> list[type[Model]]:
    """Every table of both apps."""
    return [model for model in apps.get_models() if model._meta.app_label in ("cases", "cities")]


def has_version(model: type[Model]) -> bool:
    return any(field.name == "version" for field in model._meta.concrete_fields)


def can_be_changed() -> list[type[Model]]:
    """Those of which a role that the application acts as may change any column at all."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT relname::text FROM pg_class, unnest(%s::text[]) role WHERE relname = ANY(%s) "
            "AND has_any_column_privilege(role, pg_class.oid, 'UPDATE')",
            [[PEOPLE, CARE, CLOCK, SEALER], [model._meta.db_table for model in our_models()]],
        )
        tables = {row[0] for row in cursor.fetchall()}
    return [model for model in our_models() if model._meta.db_table in tables]


def _no_news() -> dict[str, set[str]]:
    found = {model._meta.db_table: set(BOOKKEEPING.get(model._meta.db_table, set())) for model in our_models()}
    for model in case_models():
        fields = [field for field in model._meta.concrete_fields if field.name in need_of(model).bookkeeping]
        found[model._meta.db_table] |= {str(field.column) for field in fields} - {"version"}
    return {model._meta.db_table: found[model._meta.db_table] for model in our_models() if has_version(model)}


@contextmanager
def changes_seen() -> Iterator[list[str]]:
    """What is changed meanwhile of a row that has a version, and makes it none further."""
    wrong: list[str] = []
    no_news = _no_news()

    def look(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        for table, said in _UPDATE.findall(sql):
            columns = set(_COLUMN.findall(said))
            if table in no_news and "version" not in columns and columns - no_news[table]:
                wrong.append(f"{table}: {', '.join(sorted(columns - no_news[table]))}")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(look):
        yield wrong
