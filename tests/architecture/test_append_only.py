"""What the application's roles may not do, whatever the rows: delete, truncate, change what is appended.

Which roles there are is read off the catalogue: a new one is tried by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import psycopg
import pytest
from django.apps import apps
from django.db import ProgrammingError, connection, transaction
from psycopg.errors import InsufficientPrivilege

from cases.access.policies import CLOCK_MAY, PEOPLE, ROLES, SCRIBE, case_models, is_history
from cases.access.policies.roles import ACTED_AS, OWN_FUNCTIONS
from cases.access.rules import need_of
from cases.access.services import act_as, as_clock
from cases.audit.services import as_auditor, as_sealer
from cases.casefiles.models import Casefile, content_of
from cities.ledger import services as ledger
from cities.ledger.rules import Operation
from tests.databases import OwnDatabase
from tests.factories import Cast

APPEND_ONLY = sorted(model._meta.db_table for model in case_models() if need_of(model).append_only)
CASES = sorted(model._meta.db_table for model in case_models())
CITIES = sorted(model._meta.db_table for model in apps.get_app_config("cities").get_models())
LEDGER = "cities_ledgerentry"
#: What is added, in the open: the ledger, and what is made of it.
SEALED = [LEDGER, "cities_seal", "cities_sealedentry", "cities_checkpoint", "cities_verification"]
#: All that has to do with it: what is on its way out has a state.
OF_THE_LEDGER = [*SEALED, "cities_dispatch"]
HISTORIES = {model._meta.db_table for model in case_models() if is_history(model)}
#: Roles that do no casework and that the application acts as.
APART = (as_clock, as_sealer, as_auditor)
#: Every role there is but the owner of the tables, and whoever may do anything at all.
OTHERS = """
SELECT rolname FROM pg_roles WHERE NOT rolsuper AND rolname NOT LIKE 'pg\\_%'
AND oid <> (SELECT relowner FROM pg_class WHERE oid = 'cities_ledgerentry'::regclass) ORDER BY rolname
"""


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
    for role in APART:
        with role():
            assert refused(f"UPDATE {table} SET {key} = {key}")  # noqa: S608


@pytest.mark.parametrize("table", [*CASES, *CITIES])
def test_every_table__refuses_to_be_emptied(table: str, cast: Cast) -> None:
    act_as(cast.carla)
    assert refused(f"DELETE FROM {table}")  # noqa: S608
    assert refused(f"TRUNCATE {table} CASCADE")
    for role in APART:
        with role():
            assert refused(f"DELETE FROM {table}")  # noqa: S608
            assert refused(f"TRUNCATE {table} CASCADE")


@pytest.mark.django_db
@pytest.mark.parametrize("role", [nullcontext, *APART])
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


@pytest.mark.django_db
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


@pytest.mark.django_db
def test_clock__may_touch_what_it_was_given_and_nothing_else() -> None:
    with as_clock():
        for table in sorted(set(CASES) - set(CLOCK_MAY)):
            assert refused(f"SELECT * FROM {table}"), table  # noqa: S608
            assert refused(f"INSERT INTO {table} DEFAULT VALUES"), table


def test_clock__reads_of_a_case_nothing_personal_or_sensitive(cast: Cast) -> None:
    kept = set(content_of())
    with as_clock():
        for field in Casefile._meta.concrete_fields:
            is_kept = refused(f"SELECT {field.column} FROM cases_casefile")  # noqa: S608
            assert is_kept == (field.name in kept), field.name


def test_application__becomes_what_it_acts_as_and_nothing_else(cast: Cast) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolname, rolname = session_user FROM pg_roles")
        roles = dict(cursor.fetchall())
    assert {*ROLES, "apparatus_owner"} <= set(roles)
    becomes = {role for role, is_itself in roles.items() if not is_itself and not refused(f'SET LOCAL ROLE "{role}"')}
    assert becomes == {PEOPLE, *ACTED_AS}
    assert not becomes & set(OWN_FUNCTIONS)


def refused_to(owner: psycopg.Connection[tuple[Any, ...]], sql: str) -> bool:
    """The same, as the role that the owner acts as."""
    try:
        with owner.transaction(force_rollback=True):
            owner.execute(sql)
    except InsufficientPrivilege:
        return True
    return False


def test_every_role__is_refused_what_only_the_owner_may(
    own_database: OwnDatabase, owner_connection: psycopg.Connection[tuple[Any, ...]]
) -> None:
    """B3 of the safety goals, by whichever role there is, also those that nobody acts as."""
    roles = [str(role) for (role,) in owner_connection.execute(OTHERS).fetchall()]
    assert {*ROLES, "apparatus_app"} <= set(roles)
    for role in roles:
        with owner_connection.transaction():
            owner_connection.execute(f'SET LOCAL ROLE "{role}"')
            for table in (*CASES, *CITIES):
                done = [] if role == SCRIBE and table in HISTORIES else [f"DELETE FROM {table}"]  # noqa: S608
                if table in {*APPEND_ONLY, *HISTORIES, *SEALED}:
                    key = KEYS.get(table, "id")
                    done += [f"UPDATE {table} SET {key} = {key}", f"SELECT * FROM {table} FOR UPDATE"]  # noqa: S608
                for sql in (
                    *done, f"TRUNCATE {table} CASCADE", f"ALTER TABLE {table} DISABLE TRIGGER ALL",
                    f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY", f"DROP TABLE {table}",
                    f"CREATE POLICY everything ON {table} USING (true)",
                ):  # fmt: skip
                    assert refused_to(owner_connection, sql), (role, sql)
            for sql in ("CREATE TABLE mine (id int)", "CREATE TEMP TABLE mine (id int)", "CREATE SCHEMA mine"):
                assert refused_to(owner_connection, sql), (role, sql)


@pytest.mark.django_db
def test_auditor__reads_the_ledger_with_its_seals_and_checkpoints_and_no_more() -> None:
    read = {LEDGER, "cities_seal", "cities_sealedentry", "cities_checkpoint"}
    with as_auditor():
        assert not any(refused(f"SELECT * FROM {table}") for table in read)  # noqa: S608
        with connection.cursor() as cursor:
            cursor.execute("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'")
            others = {str(row[0]) for row in cursor.fetchall()} - read
        assert {*CASES, *CITIES, "django_session"} - read <= others
        for table in sorted(others):
            assert refused(f"SELECT * FROM {table}"), table  # noqa: S608
        for table in sorted(others | read):
            assert refused(f"INSERT INTO {table} DEFAULT VALUES"), table
            assert refused(f"DELETE FROM {table}"), table  # noqa: S608
        for table in sorted(read):
            key = KEYS.get(table, "id")
            assert refused(f"UPDATE {table} SET {key} = {key}"), table  # noqa: S608
        for asked in ("my_cities('CORE')", "my_work()", "emergency_case('VIL-2026-0001')", "stock(now(), now())"):
            assert refused(f"SELECT * FROM apparatus_{asked.replace('now()', 'current_date')}"), asked  # noqa: S608


@pytest.mark.django_db
def test_settings__cannot_be_bent() -> None:
    for sql in ("SET session_replication_role = replica", "ALTER ROLE CURRENT_USER BYPASSRLS"):
        assert refused(sql), sql


def test_row_security__cannot_be_switched_off(cast: Cast) -> None:
    act_as(cast.carla)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL row_security = off")
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            cursor.execute("SELECT * FROM cases_person")


@pytest.mark.django_db
def test_tables__are_all_known() -> None:
    """A table that no model declares would be a room without a door plate."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relname LIKE 'cases\\_%'")
        found: list[Any] = [row[0] for row in cursor.fetchall()]
    assert sorted(found) == CASES
