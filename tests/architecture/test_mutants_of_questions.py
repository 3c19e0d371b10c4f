"""What is asked beside `require` is tried with the question left out (A2 of the safety goals): who says who else reads,
whose a next step can be, which part of a case is open, what is in a token's city, whose a ledger is, whether a second
factor was shown; and the triggers that keep ends, postings and accounts.

Each is left out of every room and door at once, and somebody is answered otherwise at a door that the laws walk.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import Q
from django.utils import timezone
from psycopg import sql

from cases.access import models as access
from cases.access.policies.grants import NO_LATER
from cases.access.policies.postings import KEPT
from cases.access.rules import Ground
from cases.access.services import acting, end_grants
from cases.access.written import write
from cases.api.base import CaseDoor
from cases.audit.selectors import looks, whose
from cases.casefiles import selectors as casefiles
from cases.emergencies.services import end_emergency
from cases.people import selectors as people
from cities.entrance import selectors as entrance
from cities.ledger import services as ledger
from cities.ledger.models import LedgerEntry
from cities.ledger.rules import Operation
from cities.roles.rules import Role
from cities.staff.models import PostingQuerySet, User
from cities.staff.selectors import Standing
from cities.tokens.services import issue_token
from cities.web.entrance import marks
from tests.architecture.scene import browser_of
from tests.architecture.test_matrix import undone
from tests.coming_in import without_marks
from tests.databases import OwnDatabase
from tests.doors import Program, by_token
from tests.factories import a_case, a_cast, on_the_team, posted, posting_of
from tests.factories.emergencies import an_emergency
from tests.factories.scene import Scene

Probe = Callable[[Scene], object]


def _status(user: User, method: str, address: str) -> int:
    return undone(getattr(by_token(user, raises=False), method), address).status_code


def _adds_to_the_team(scene: Scene) -> int:
    """Bob is on the team, and leads nothing."""
    on_the_team(scene.case, scene.cast.bob, by=scene.cast.carla)
    return _status(scene.cast.bob, "post", scene.address("cases/{reference}/team"))


def _gives_a_step_away(scene: Scene) -> int:
    """To a colleague who doesn't know of the case."""
    client, case = by_token(scene.cast.alice, raises=False), scene.address("cases/{reference}")
    step = {"next_step": "Call", "next_step_on": str(timezone.localdate()), "owner": scene.cast.bob.pk}
    return client.post(f"{case}/next-step", step, format="json", read=client.get(case).json()["version"]).status_code


def _reads_contacts(scene: Scene) -> int:
    return _status(scene.cast.mayor, "get", scene.address("cases/{reference}/contacts"))


def _records_travel(scene: Scene) -> int:
    return _status(scene.cast.mayor, "post", scene.address("people/{person}/travel-statuses"))


def _reads_the_ledger(scene: Scene) -> set[int | None]:
    """Something happened in the other city."""
    ledger.write(operation=Operation.CONSULT, by=scene.cast.charlie, act="TEST", city_id=scene.cast.other_city.pk)
    told = by_token(scene.cast.dana).get("/api/v1/ledger?limit=100").json()["results"]
    return {entry["city"] for entry in told}


def _reads_who_looked(scene: Scene) -> set[str]:
    """Somebody read what is care."""
    ledger.write(
        operation=Operation.CONSULT, by=scene.cast.alice, act="TEST", case_id=scene.case.pk, compartment="CARE",
        city_id=scene.case.city_id,
    )  # fmt: skip
    with acting(scene.cast.mayor):
        return {entry.compartment for entry in looks.who_looked(scene.case, scene.cast.mayor, at=timezone.now())}


def _comes_in(scene: Scene) -> int:
    client = browser_of(scene.cast.alice)
    without_marks(client, marks.FACTOR)
    return client.get("/").status_code


def _comes_in_by_token(scene: Scene) -> int:
    return _status(scene.cast.alice, "get", "/api/v1/me")


@dataclass(frozen=True)
class Question:
    """Where it is defined, what stands in its place, and what shows that it is missed."""

    of: Any
    name: str
    instead: Any
    probe: Probe


def _nothing(*_: Any, **__: Any) -> None:
    return None


QUESTIONS = [
    Question(casefiles, "require_sharing", _nothing, _adds_to_the_team),
    Question(casefiles, "may_own", lambda *_, **__: True, _gives_a_step_away),
    Question(CaseDoor, "in_sight", _nothing, _reads_contacts),
    Question(
        people, "standing_with", lambda user, *_, **__: Standing(posting_of(user)), _records_travel
    ),
    Question(whose, "entries_of", lambda _: LedgerEntry.objects.all(), _reads_the_ledger),
    Question(looks, "_reads_ledger", lambda *_, **__: True, _reads_who_looked),
    Question(marks, "lacks_second_factor", lambda *_, **__: False, _comes_in),
    Question(entrance, "lacks_second_factor", lambda *_, **__: False, _comes_in_by_token),
]  # fmt: skip


def _left_out(monkeypatch: pytest.MonkeyPatch, of: Any, name: str, instead: Any) -> None:
    """Wherever it has come to."""
    really = getattr(of, name)
    monkeypatch.setattr(of, name, instead)
    for key, module in list(sys.modules.items()):
        if key.startswith(("cases.", "cities.")) and getattr(module, name, None) is really:
            monkeypatch.setattr(module, name, instead)
    write.cache_clear()


@pytest.fixture(autouse=True)
def _written_anew() -> Iterator[None]:
    """What was written once has nothing left out of it, and what is written here has."""
    write.cache_clear()
    yield
    write.cache_clear()


@pytest.mark.parametrize("question", QUESTIONS, ids=[f"{one.of.__name__}.{one.name}" for one in QUESTIONS])
def test_question__is_missed(
    resources: Scene, monkeypatch: pytest.MonkeyPatch, settings: Any, question: Question
) -> None:
    if question.name == "lacks_second_factor":
        settings.SECOND_FACTOR = "required"
    before = _undone(question.probe, resources)
    _left_out(monkeypatch, question.of, question.name, question.instead)
    assert _undone(question.probe, resources) != before


def _undone(probe: Probe, scene: Scene) -> object:
    start = transaction.savepoint()
    found = probe(scene)
    transaction.savepoint_rollback(start)
    return found


@pytest.mark.parametrize(
    ("name", "instead", "address"),
    [
        ("case", lambda door, reference: casefiles.case_for(door.by, reference, at=door.at), "cases/{reference}"),
        ("within", lambda _, rows: rows, "check-ins/{recorded}"),
    ],
)
def test_second_net_of_a_token__holds_when_the_first_is_gone(
    resources: Scene, monkeypatch: pytest.MonkeyPatch, name: str, instead: Any, address: str
) -> None:
    """Postings and grants no longer keep to the city of the token: the door does, until it is left out too."""
    carla, there = resources.cast.carla, resources.cast.other_city
    posting = posted(carla, Role.COORDINATOR, there)
    _token, secret = issue_token(by=carla, at=timezone.now(), user=carla, name="a test", posting=posting)
    client = Program()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    asked = resources.address(address)
    monkeypatch.setattr(PostingQuerySet, "held_by", lambda rows, user: rows.filter(user=user))
    monkeypatch.setattr(access, "within", lambda _: Q())
    write.cache_clear()
    assert client.get(asked).status_code == 404
    monkeypatch.setattr(CaseDoor, name, instead)
    assert client.get(asked).status_code == 200


#: What a trigger refuses, by its name: on behalf of Bob, who was on the team, opened in an emergency, and works there.
REFUSED = {
    NO_LATER["cases_caseaccess"]: "UPDATE cases_caseaccess SET ends_at = NULL WHERE ground = 'TEAM'",
    NO_LATER["cases_emergencyopening"]: "UPDATE cases_emergencyopening SET ended_at = NULL",
    KEPT["cities_posting"]: "UPDATE cities_posting SET ends_on = NULL, ended_at = now()",
    KEPT["cities_user"]: "UPDATE cities_user SET is_superuser = true",
}


@pytest.mark.parametrize(("table", "name"), [*NO_LATER.items(), *KEPT.items()])
def test_trigger__is_missed(
    own_database: OwnDatabase, owner_connection: psycopg.Connection[tuple[Any, ...]], table: str, name: str
) -> None:
    cast = a_cast()
    left, opened = a_case(by=cast.carla, lead=cast.alice, team=(cast.bob,)), a_case(by=cast.carla, lead=cast.alice)
    opening = an_emergency(opened, by=cast.bob)
    with acting(cast.bob):
        end_emergency(opening=opening, by=cast.bob, at=timezone.now())
    with acting(cast.carla):
        end_grants(by=cast.carla, at=timezone.now(), case=left, user=cast.bob, ground=Ground.TEAM)
    outcomes = []
    for state in ("ENABLE", "DISABLE"):
        alter = sql.SQL("ALTER TABLE {} " + state + " TRIGGER {}")
        owner_connection.execute(alter.format(sql.Identifier(table), sql.Identifier(name)))
        try:
            with acting(cast.bob), connection.cursor() as cursor:
                cursor.execute(REFUSED[name])
                outcomes.append("done" if cursor.rowcount else "nothing")
        except DatabaseError:
            outcomes.append("refused")
    assert outcomes == ["refused", "done"]
