"""What the policies and functions are written in: who asks, what day it is, which of her postings hold."""

from __future__ import annotations

from collections.abc import Iterable

from cities.roles.rules import Role

#: Where a function finds its tables. `pg_temp` last, by name: else PostgreSQL looks among temporary tables first, and a
#: table of somebody's own stands in for the one that is meant.
SEARCH_PATH = "pg_catalog, public, pg_temp"

USER = "nullif(current_setting('app.user_id', true), '')::bigint"
TODAY = "(statement_timestamp() AT TIME ZONE 'Europe/Brussels')::date"


def posted_now(user: str) -> str:
    """Whether the posting `p` is one that this user holds today."""
    return f"p.user_id = {user} AND p.starts_on <= {TODAY} AND (p.ends_on IS NULL OR p.ends_on > {TODAY})"


POSTED_NOW = posted_now(USER)


def in_sql(roles: Iterable[Role]) -> str:
    """The roles as a list in SQL."""
    return ", ".join(f"'{role.value}'" for role in sorted(roles))
