"""The application's own rule stands without the database's: with every policy switched off and every right given, the
doors show nobody more than before (A2 of the safety goals: neither layer may lean on the other).

Each walks every twenty-fourth address, all of them with `MATRIX=whole`. That PostgreSQL shows no more than the
application, row for row, is the matter of `test_visible.py`.
"""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from psycopg import sql

from cases.access.policies import CARE, PEOPLE, case_models
from tests.architecture.scene import CANARIES, Scene, a_scene
from tests.architecture.test_matrix import RELATIONS, answers, sample_of
from tests.databases import OwnDatabase
from tests.factories import a_cast

#: Who may read nothing of the case, or not all of it, and why not: a relation of each kind.
WHO = (
    "same agency, not on the team", "caseworker elsewhere", "mayor", "the office it was sent to", "was on the team",
    "on the team, without care", "an emergency that is over", "superuser and coordinator elsewhere",
    "data-protection officer",
)  # fmt: skip


@pytest.fixture
def unguarded(own_database: OwnDatabase, owner_connection: psycopg.Connection[tuple[Any, ...]]) -> Scene:
    """A case, in a database that hides and refuses nothing."""
    scene = a_scene(a_cast())
    for model in case_models():
        table = sql.Identifier(model._meta.db_table)
        owner_connection.execute(sql.SQL("ALTER TABLE {} DISABLE ROW LEVEL SECURITY").format(table))
        for role in (PEOPLE, CARE):
            owner_connection.execute(sql.SQL("GRANT SELECT ON {} TO {}").format(table, sql.Identifier(role)))
    return scene


def test_every_door__keeps_its_own_rule(unguarded: Scene) -> None:
    leaks = []
    for name in WHO:
        relation = RELATIONS[name]
        for asked, answer in answers(unguarded, relation.who(unguarded), sample_of(name, closely={})):
            told = str(dict(answer.headers)) + answer.content.decode(errors="replace")
            shown = {part for part, canary in CANARIES.items() if canary in told} - relation.parts
            if shown:
                leaks.append(f"{name}: {asked} ({answer.status_code}) shows {sorted(shown)}")
    assert not leaks, leaks
