"""Each policy is tried with its condition taken out (A2 of the safety goals): somebody is shown or let do more.

A policy for reading hides rows from somebody. One for adding refuses her a copy of a row that is there. One for
changing is two locks, each tried apart: which rows are touched, by a statement that asks for none in particular; and
what may become of them, by one that moves them to where nobody sees them. Where a policy has no condition, its lock is
whom it is for, a role that does nothing else: it is tried with everybody in its place. Nothing of it stays.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import psycopg
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from psycopg import sql

from cases.access.lint import POLICIES
from cases.access.policies import case_models
from cases.access.services import acting
from tests.architecture.acts import SCENES
from tests.architecture.scene import a_scene
from tests.architecture.test_services import on_behalf_of
from tests.databases import OwnDatabase
from tests.factories import Cast, a_cast, a_person

#: The rooms whose acts fill what the scene leaves empty.
FILLING = (
    "cases.emergencies", "cases.recertification", "cases.audit.services.sampling", "cases.checkins.services.pausing",
    "cases.prosecution",
)  # fmt: skip

#: Who tries: those without a part in the case, then those with one, who would move it out of sight.
WITHOUT, WITH = ["charlie", "bob", "mayor", "liaison", "dana", "analyst"], ["carla", "alice"]

#: What a row can hang on, and what changes of it without moving it.
HANGS_ON = ("city_id", "casefile_id", "person_id", "user_id", "recipient_id", "agency_id", "opening_id", "referral_id")
IN_PLACE = {"cases_caseaccess": "confirm_by = NULL", "cases_emergencyopening": "ended_at = '2000-01-01'"}

#: Without this condition nobody could do more, each with its reason.
HELD = {
    ("cases_caseaccess", "people_change", "WITH CHECK"): "no role may change what a grant is on or whose it is",
    ("cases_emergencyopening", "people_change", "WITH CHECK"): "no role may change of an opening but that it ended",
    ("cases_offence", "people_change", "WITH CHECK"): "asks who she is, not which row, as USING has asked before",
}

LOCKS = """
SELECT tablename, policyname, cmd, 'USING', qual FROM pg_policies WHERE qual <> 'true'
UNION ALL SELECT tablename, policyname, cmd, 'WITH CHECK', with_check FROM pg_policies WHERE with_check <> 'true'
UNION ALL SELECT tablename, policyname, CASE policyname WHEN 'setup' THEN 'INSERT' ELSE 'SELECT' END, 'TO', roles[1]
FROM pg_policies WHERE qual = 'true' AND roles <> '{public}' ORDER BY 1, 2, 4
"""


@dataclass(frozen=True)
class Lock:
    """One condition of one policy, or whom it is for."""

    table: str
    policy: str
    command: str
    clause: str
    condition: str

    @property
    def opened(self) -> sql.Composed:
        return self._with("PUBLIC" if self.clause == "TO" else "true")

    @property
    def closed(self) -> sql.Composed:
        return self._with(self.condition)

    def _with(self, condition: str) -> sql.Composed:
        alter = sql.SQL("ALTER POLICY {} ON {} " + self.clause + (" {}" if self.clause == "TO" else " ({})"))
        return alter.format(sql.Identifier(self.policy), sql.Identifier(self.table), sql.SQL(condition))

    @property
    def by(self) -> list[str]:
        """Who would notice. That nobody at all sees a code list is noticed by nobody else."""
        if self.command == "SELECT":
            return [*WITHOUT, "nobody"]
        return [*WITHOUT, *WITH] if self.command == "UPDATE" else WITHOUT


def _columns(table: str) -> list[str]:
    """What a row says, without its number and what PostgreSQL makes of the rest."""
    [model] = [model for model in apps.get_models() if model._meta.db_table == table]
    fields = [field for field in model._meta.concrete_fields if not field.primary_key and not field.generated]
    return [str(field.column) for field in fields]


def _a_row(table: str, cast: Cast) -> str:
    """A row that is there, as somebody sees it who does."""
    for name in (*WITH, *WITHOUT):
        with transaction.atomic(), acting(getattr(cast, name)), connection.cursor() as cursor:
            cursor.execute(f"SELECT has_table_privilege('{table}', 'SELECT')")
            if cursor.fetchone()[0]:
                cursor.execute(f"SELECT to_jsonb(t)::text FROM {table} t ORDER BY id DESC LIMIT 1")  # noqa: S608
                if found := cursor.fetchone():
                    return str(found[0])
    raise AssertionError(f"There is no row in {table} that anybody sees.")


def _statement(lock: Lock, cast: Cast) -> tuple[str, list[str]]:
    """What is decided by this condition alone."""
    table, columns = lock.table, _columns(lock.table)
    if lock.command == "SELECT":
        return f"SELECT FROM {table}", []
    if lock.command == "INSERT":
        said = ", ".join(columns)
        copied = f"SELECT {said} FROM jsonb_populate_record(NULL::{table}, %s::jsonb)"  # noqa: S608
        return f"INSERT INTO {table} ({said}) {copied}", [_a_row(table, cast)]
    moved = ", ".join(f"{column} = 0" for column in HANGS_ON if column in columns)
    in_place = IN_PLACE.get(table, "recorded_at = now()")
    return f"UPDATE {table} SET {moved if moved and lock.clause == 'WITH CHECK' else in_place}", []  # noqa: S608


def _outcome(statement: str, values: list[str], name: str, cast: Cast) -> str:
    """How many rows it shows, adds or changes when she does it, or what PostgreSQL has against it."""
    who = transaction.atomic() if name == "nobody" else acting(getattr(cast, name))
    try:
        with transaction.atomic():
            with who, connection.cursor() as cursor:
                cursor.execute(statement, values)
                found = f"{cursor.rowcount} rows"
            transaction.set_rollback(True)
    except DatabaseError as error:
        return "hidden" if "row-level security" in str(error) else str(getattr(error.__cause__, "sqlstate", error))
    return found


def _filled() -> Cast:
    """Something in every table; and a person who is in no case, whom only her city sees."""
    cast = a_cast()
    a_scene(cast)
    a_person(by=cast.carla)
    for name, setting in sorted(SCENES.items()):
        if name.startswith(FILLING):
            scene = setting(cast)
            with on_behalf_of(scene.by):
                scene.act()
    return cast


def _is_missed(lock: Lock, cast: Cast, owner: psycopg.Connection[tuple[Any, ...]]) -> bool:
    """Whether it is another thing for somebody when the lock is open."""
    asked = _statement(lock, cast)
    for name in lock.by:
        closed = _outcome(*asked, name, cast)
        owner.execute(lock.opened)
        opened = _outcome(*asked, name, cast)
        owner.execute(lock.closed)
        if opened != closed:
            return True
    return False


def test_every_policy__is_missed_when_it_is_open(
    own_database: OwnDatabase, owner_connection: psycopg.Connection[tuple[Any, ...]]
) -> None:
    cast = _filled()
    before = owner_connection.execute(LOCKS).fetchall()
    locks = [Lock(*row) for row in before]
    tables = {model._meta.db_table for model in case_models()}
    assert tables == {lock.table for lock in locks if lock.policy == "people_see"}
    assert {lock.table for lock in locks} == {*tables, "cities_posting"}
    assert {lock.policy for lock in locks} == {*POLICIES}
    assert len([lock for lock in locks if lock.command == "UPDATE"]) > 40
    missed_by_nobody = {
        (lock.table, lock.policy, lock.clause) for lock in locks if not _is_missed(lock, cast, owner_connection)
    }
    assert missed_by_nobody == set(HELD)
    after = owner_connection.execute(LOCKS).fetchall()
    assert [row[:4] for row in after] == [row[:4] for row in before]
    assert "true" not in [condition for *_named, condition in after]
