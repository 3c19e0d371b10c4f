"""What the application's roles may not do, whatever the rows: delete, truncate, change what is appended."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import pytest
from django.apps import apps
from django.db import ProgrammingError, connection, transaction
from psycopg.errors import InsufficientPrivilege

from cases.access.policies import CLOCK_MAY, case_models, need_of
from cases.access.services import act_as, as_clock
from cases.audit.services import as_sealer
from cities.ledger import services as ledger
from cities.ledger.rules import Operation
from tests.factories import Cast

pytestmark = pytest.mark.django_db

APPEND_ONLY = sorted(model._meta.db_table for model in case_models() if need_of(model).append_only)
CASES = sorted(model._meta.db_table for model in case_models())
CITIES = sorted(model._meta.db_table for model in apps.get_app_config("cities").get_models())
LEDGER = "cities_ledgerentry"
#: What is added, in the open: the ledger, and what is made of it.
SEALED = [LEDGER, "cities_seal", "cities_sealedentry", "cities_checkpoint", "cities_verification"]
#: All that has to do with it: what is on its way out has a state.
OF_THE_LEDGER = [*SEALED, "cities_dispatch"]


#: Tables whose key is not called "id".
KEYS = {"cities_seal": "number", "cities_sealedentry": "position", "cities_checkpoint": "number"}


def refused(sql: str) -> bool:
    """Whether PostgreSQL refuses the statement for want of a right."""
    with connection.cursor() as cursor:
        try:
            with transaction.atomic():
                cursor.execute(sql)
        except ProgrammingError as error:
            return isinstance(error.__cause__, InsufficientPrivilege)
    return False


def test_some_tables__are_append_only() -> None:
    assert {"cases_travelstatus", "cases_stagechange"} <= set(APPEND_ONLY)


@pytest.mark.parametrize("table", [*APPEND_ONLY, *SEALED])
def test_append_only__refuses_update(table: str, cast: Cast) -> None:
    key = KEYS.get(table, "id")
    act_as(cast.carla)
    assert refused(f"UPDATE {table} SET {key} = {key}")  # noqa: S608
    assert refused(f"SELECT * FROM {table} FOR UPDATE")  # noqa: S608
    for role in (as_clock, as_sealer):
        with role():
            assert refused(f"UPDATE {table} SET {key} = {key}")  # noqa: S608


@pytest.mark.parametrize("table", [*CASES, *CITIES])
def test_every_table__refuses_to_be_emptied(table: str, cast: Cast) -> None:
    act_as(cast.carla)
    assert refused(f"DELETE FROM {table}")  # noqa: S608
    assert refused(f"TRUNCATE {table} CASCADE")
    for role in (as_clock, as_sealer):
        with role():
            assert refused(f"DELETE FROM {table}")  # noqa: S608
            assert refused(f"TRUNCATE {table} CASCADE")


@pytest.mark.parametrize("role", [nullcontext, as_clock, as_sealer])
@pytest.mark.parametrize("table", [*CASES, *OF_THE_LEDGER])
def test_every_table__is_altered_by_its_owner_alone(table: str, role: Callable[[], Any]) -> None:
    with role():
        assert refused(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
        assert refused(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
        assert refused(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        assert refused(f"CREATE POLICY everything ON {table} USING (true)")
        assert refused(f"CREATE RULE nothing AS ON INSERT TO {table} DO INSTEAD NOTHING")
        assert refused(f"ALTER TABLE {table} RENAME TO elsewhere")
        assert refused(f"DROP TABLE {table}")


def test_sealer__reads_the_ledger_and_adds_seals_and_no_more() -> None:
    with as_sealer():
        for table in sorted({*CASES, *CITIES} - {LEDGER, "cities_seal", "cities_sealedentry"}):
            assert refused(f"SELECT * FROM {table}"), table  # noqa: S608
        for table in sorted({*CASES, *CITIES} - {"cities_seal", "cities_sealedentry"}):
            assert refused(f"INSERT INTO {table} DEFAULT VALUES"), table


@pytest.mark.parametrize("table", [*SEALED[1:], "cities_dispatch"])
def test_people__add_nothing_to_what_is_made_of_the_ledger(table: str, cast: Cast) -> None:
    act_as(cast.carla)
    assert refused(f"INSERT INTO {table} DEFAULT VALUES")


def test_ledger__keeps_what_was_written(cast: Cast) -> None:
    written = ledger.write(operation=Operation.CONSULT, by=cast.carla, act="TEST")
    for sql in ("UPDATE {} SET act = 'X' WHERE id = '{}'", "DELETE FROM {} WHERE id = '{}'"):
        assert refused(sql.format(LEDGER, written.pk))
    assert refused(f"INSERT INTO {LEDGER} SELECT * FROM {LEDGER} ON CONFLICT (id) DO UPDATE SET act = 'X'")  # noqa: S608


def test_clock__may_touch_what_it_was_given_and_nothing_else() -> None:
    with as_clock():
        for table in sorted(set(CASES) - set(CLOCK_MAY)):
            assert refused(f"SELECT * FROM {table}"), table  # noqa: S608
            assert refused(f"INSERT INTO {table} DEFAULT VALUES"), table


@pytest.mark.parametrize("role", ["apparatus_owner", "apparatus_counter", "apparatus_keeper", "postgres"])
def test_application__cannot_become(role: str) -> None:
    assert refused(f"SET ROLE {role}")


def test_settings__cannot_be_bent() -> None:
    for sql in ("SET session_replication_role = replica", "ALTER ROLE CURRENT_USER BYPASSRLS"):
        assert refused(sql), sql


def test_row_security__cannot_be_switched_off(cast: Cast) -> None:
    act_as(cast.carla)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL row_security = off")
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            cursor.execute("SELECT * FROM cases_person")


def test_tables__are_all_known() -> None:
    """A table that no model declares would be a room without a door plate."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relname LIKE 'cases\\_%'")
        found: list[Any] = [row[0] for row in cursor.fetchall()]
    assert sorted(found) == CASES
