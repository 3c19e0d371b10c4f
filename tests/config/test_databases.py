"""The suite's own databases: the application's role, copies that keep apart, an application that is really served."""

import subprocess
import sys
import urllib.request

import psycopg
import pytest
from django.db import ProgrammingError, connection, transaction

from tests.browser import Served
from tests.databases import ROOT, OwnDatabase


@pytest.mark.django_db
def test_default__is_a_role_that_owns_nothing() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, count(*) FROM pg_class WHERE relowner = current_user::regrole")
        assert cursor.fetchone() == ("apparatus_app", 0)


@pytest.mark.django_db
def test_default__may_not_make_a_table() -> None:
    with connection.cursor() as cursor, pytest.raises(ProgrammingError), transaction.atomic():
        cursor.execute("CREATE TABLE intruder (id int)")


@pytest.mark.parametrize("_", [1, 2])
def test_own_database__starts_fresh_and_commits(
    _: int, own_database: OwnDatabase, owner_connection: "psycopg.Connection[tuple[int]]"
) -> None:
    assert owner_connection.execute("SELECT to_regclass('public.mark') IS NULL").fetchone() == (True,)
    owner_connection.execute("CREATE TABLE mark (id int)")
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_database(), to_regclass('public.mark') IS NOT NULL")
        assert cursor.fetchone() == (own_database.name, True)


def test_own_database__another_process_finds_it(own_database: OwnDatabase) -> None:
    asked = "from django.db import connection as c; c.ensure_connection(); print(c.settings_dict['NAME'])"
    command = [sys.executable, str(ROOT / "manage.py"), "shell", "--no-imports", "-c", asked]
    done = subprocess.run(command, env=own_database.environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == own_database.name


def test_served__answers(served: Served) -> None:
    with urllib.request.urlopen(f"{served.url}/health") as answer:
        assert (answer.status, answer.headers["Cache-Control"]) == (200, "no-store")
