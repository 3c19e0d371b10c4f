"""What the policies and functions are written in: who asks, what day it is, which of her postings hold."""

from __future__ import annotations

from collections.abc import Iterable

from cities.roles.rules import Role

USER = "nullif(current_setting('app.user_id', true), '')::bigint"
TODAY = "(statement_timestamp() AT TIME ZONE 'Europe/Brussels')::date"
POSTED_NOW = f"p.user_id = {USER} AND p.starts_on <= {TODAY} AND (p.ends_on IS NULL OR p.ends_on > {TODAY})"


def in_sql(roles: Iterable[Role]) -> str:
    """The roles as a list in SQL."""
    return ", ".join(f"'{role.value}'" for role in sorted(roles))
