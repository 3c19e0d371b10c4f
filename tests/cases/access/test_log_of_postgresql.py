"""What PostgreSQL itself writes down of what it refuses: that it did, and nothing of what somebody wrote."""

from __future__ import annotations

import io
import os
import uuid
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from django.core.management import call_command
from django.db import DatabaseError, connections, transaction
from psycopg import sql

from bench.tampering.asking import as_superuser
from cases.access import lint
from cases.access.services import acting
from cases.plans.models import Goal
from config.testing import FOLDER
from tests.databases import OwnDatabase
from tests.factories import TODAY, Cast, a_case, a_cast
from tests.factories.checkins import an_agreed_plan

Connection = psycopg.Connection[tuple[object, ...]]


@pytest.fixture
def logged() -> Callable[[], str]:
    """What the server wrote since the test began, by this test and by those beside it."""
    log = Path(os.environ[FOLDER]) / "postgres.log"
    before = log.stat().st_size
    if not before:
        pytest.skip("The database is a server of somebody else's, who has its log.")
    return lambda: log.read_bytes()[before:].decode(errors="replace")


@pytest.fixture
def canary() -> str:
    return f"canary-{uuid.uuid4().hex}"


def put(connection: Connection, table: str, text: str) -> None:
    """A row that is refused: its text stands in the statement and in the details of the error."""
    statement = sql.SQL("INSERT INTO {} VALUES ({}, 'x')").format(sql.Identifier(table), sql.Literal(text))
    with pytest.raises(psycopg.errors.CheckViolation, match=text):
        connection.execute(statement)


def a_table_that_refuses(connection: Connection) -> str:
    name = f"refusing_{uuid.uuid4().hex}"
    connection.execute(f"CREATE TABLE {name} (note text, answer text CHECK (answer = 'y'))")
    return name


def test_log__has_the_error_of_a_refused_row_and_nothing_of_the_row(
    own_database: OwnDatabase, owner_connection: Connection, logged: Callable[[], str], canary: str
) -> None:
    table = a_table_that_refuses(owner_connection)
    put(owner_connection, table, canary)
    assert f'ERROR:  new row for relation "{table}" violates check constraint' in logged()
    assert canary not in logged()


def test_log__has_no_note_that_row_level_security_refused(
    own_database: OwnDatabase, logged: Callable[[], str], canary: str
) -> None:
    cast: Cast = a_cast()
    case = a_case(by=cast.carla, lead=cast.alice)
    plan = an_agreed_plan(case, by=cast.carla)
    goal = Goal(casefile=case, city_id=case.city_id, plan=plan, owner=cast.charlie, target_on=TODAY, text=canary)
    with pytest.raises(DatabaseError, match="row-level security"), acting(cast.charlie), transaction.atomic():
        Goal.objects.bulk_create([goal])
    assert 'new row violates row-level security policy for table "cases_goal"' in logged()
    assert canary not in logged()


def test_log__would_have_it_as_postgresql_comes(
    own_database: OwnDatabase, owner_connection: Connection, logged: Callable[[], str], canary: str
) -> None:
    """The control: looked for where it would stand, and found once each for the statement and for the details."""
    table = a_table_that_refuses(owner_connection)
    with as_superuser(own_database.name) as connection:
        connection.execute("SET log_min_error_statement = 'error'")
        put(connection, table, canary)
        assert logged().count(canary) == 1
        connection.execute("SET log_error_verbosity = 'default'")
        put(connection, table, canary)
        assert logged().count(canary) == 3


@pytest.mark.parametrize(
    "setting",
    [
        "log_min_error_statement = 'error'", "log_error_verbosity = 'default'", "log_statement = 'mod'",
        "log_min_duration_statement = 0", "log_min_duration_sample = 100", "log_transaction_sample_rate = 0.5",
        "debug_print_parse = on",
    ],
)  # fmt: skip
def test_migrate__warns_when_the_server_would_write_down_more(own_database: OwnDatabase, setting: str) -> None:
    name = setting.partition(" ")[0]
    assert lint.speaking(connections["owner"]) == []
    with as_superuser(own_database.name) as connection:
        connection.execute(f"ALTER DATABASE {own_database.name} SET {setting}")
    connections["owner"].close()
    assert [said.partition("=")[0] for said in lint.speaking(connections["owner"])] == [name]


def test_migrate__says_so_and_goes_on(own_database: OwnDatabase) -> None:
    with as_superuser(own_database.name) as connection:
        connection.execute(f"ALTER DATABASE {own_database.name} SET log_error_verbosity = 'default'")
    connections["owner"].close()
    told, done = io.StringIO(), io.StringIO()
    call_command("migrate", verbosity=1, stderr=told, stdout=done)
    assert "The log of PostgreSQL may hold what somebody wrote: log_error_verbosity=default." in told.getvalue()
    assert "Row-level security is in place" in done.getvalue()
