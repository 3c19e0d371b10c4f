"""PostgreSQL asked past everything that protects the ledger, as its superuser."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

Connection = psycopg.Connection[tuple[Any, ...]]

#: Gives the first and the last position at which the tampering may be named.
Where = tuple[int, int]
Tampering = Callable[[Connection, random.Random, int], Where]


def as_superuser(name: str) -> Connection:
    """Past privileges, policies, triggers and constraints."""
    from django.conf import settings

    from config.launcher.postgres import SUPERUSER
    from config.testing import FOLDER

    password = json.loads((Path(os.environ[FOLDER]) / "secrets.json").read_text())[SUPERUSER]
    host = str(settings.DATABASES["default"]["HOST"])
    connection = psycopg.connect(
        make_conninfo(host=host, user=SUPERUSER, password=password, dbname=name), autocommit=True
    )
    connection.execute("SET session_replication_role = replica")
    for table, constraint in connection.execute(
        "SELECT conrelid::regclass::text, conname FROM pg_constraint WHERE contype IN ('c', 'u') AND "
        "conrelid::regclass::text IN ('cities_ledgerentry', 'cities_sealedentry', 'cities_seal')"
    ).fetchall():
        connection.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{constraint}"')
    return connection


def asked(connection: Connection, statement: str, *values: Any) -> Any:
    row = connection.execute(statement, values).fetchone()
    assert row is not None
    return row[0]
