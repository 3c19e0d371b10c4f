"""The application's own rule stands without the database's: with every policy switched off and every right given, the
doors show nobody more than before (A2 of the safety goals: neither layer may lean on the other).

Each walks every twenty-fourth address, all of them with `MATRIX=whole`; and *Who can see this case*, which asks in a
query of its own. That PostgreSQL shows no more than the
application, row for row, is the matter of `test_visible.py`.
"""

from __future__ import annotations

from itertools import chain
from typing import Any

import psycopg
import pytest
from psycopg import sql

from cases.access.policies import CARE, PEOPLE, case_models
from cities.roles.rules import Compartment
from tests.architecture.scene import CANARIES, Scene, a_scene, ask, browser_of
from tests.architecture.test_matrix import RELATIONS, answers, sample_of
from tests.databases import OwnDatabase
from tests.factories import a_cast

#: Who may read nothing of the case, or not all of it, and why not: a relation of each kind.
WHO = (
    "same agency, not on the team", "caseworker elsewhere", "mayor", "the office it was sent to", "was on the team",
    "on the team", "on the team, without care", "an emergency that is over", "superuser and coordinator elsewhere",
    "data-protection officer",
)  # fmt: skip

#: That something went to an office shows by who is named there: of the other house, like what went there.
LIAISON = "LIAISON"
SIGHTS = "cases:who_can_see"


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
    looked_for = {str(part): canary for part, canary in CANARIES.items()} | {LIAISON: str(unguarded.cast.liaison)}
    for name in WHO:
        relation = RELATIONS[name]
        user = relation.who(unguarded)
        asked_of_each = answers(unguarded, user, sample_of(name, closely={}))
        for asked, answer in chain(asked_of_each, [(SIGHTS, ask(browser_of(user), "GET", unguarded.address(SIGHTS)))]):
            told = str(dict(answer.headers)) + answer.content.decode(errors="replace")
            of_staff = asked.startswith("/admin/cities/")  # who is posted where is in no case
            knows = Compartment.JUSTICE in relation.parts or name == "data-protection officer" or of_staff
            may_read = {*relation.parts, *({LIAISON} if knows else ())}
            shown = {part for part, word in looked_for.items() if word in told} - may_read
            if shown:
                leaks.append(f"{name}: {asked} ({answer.status_code}) shows {sorted(shown)}")
    assert not leaks, leaks
