"""What was read, said in `If-Match`: which tags are met, and what happens between the question and the act."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from cases.api.versions import is_met, tag_of
from cases.people.models import Person
from cases.people.services import change_person
from cities.api.problems import AsProblem
from tests.databases import OwnDatabase
from tests.doors import Program, by_token, problem
from tests.factories import Cast, a_case, a_cast

TAG = tag_of(Person(pk=7, version=2))


@pytest.mark.parametrize(
    "said",
    [
        "*",
        " *\t",
        TAG,
        f"{TAG} ",
        f'"x", {TAG}',
        f",{TAG},,",
        f'W/"x" , {TAG}',
        f'"a,b", {TAG}',
        f'"",{TAG}',
        f'"\xff",{TAG}',
    ],
)
def test_is_met__by_any_or_by_the_tag_itself(said: str) -> None:
    assert is_met(said, Person(pk=7, version=2))


@pytest.mark.parametrize("said", [f"W/{TAG}", '"x"', '""', f'"x", W/{TAG}', f'"{TAG[1:-1].upper()}"', '"*"'])
def test_is_met__by_nothing_else(said: str) -> None:
    assert not is_met(said, Person(pk=7, version=2))


@pytest.mark.parametrize(
    ("said", "status"),
    [
        *[(None, 428), ("", 428), (" , ", 428)],
        *[(TAG[1:-1], 400), ("2", 400), (f"{TAG} {TAG}", 400), (f"{TAG}, *", 400), ('"', 400), (f"w/{TAG}", 400)],
        *[('"a\x7f"', 400), ('"a b"', 400), ("," * 9_000 + "x", 400), ('"a",' * 3_000 + "x", 400)],
    ],
)
def test_is_met__asks_for_what_is_a_tag(said: str | None, status: int) -> None:
    with pytest.raises(AsProblem) as raised:
        is_met(said, Person(pk=7, version=2))
    assert raised.value.problem.status == status


@pytest.mark.django_db
def test_tag__of_another_record_changes_nothing(cast: Cast) -> None:
    """Both stand at their first version: with a bare number the one would do for the other."""
    first, second = (a_case(by=cast.carla, lead=cast.alice) for _ in range(2))
    alice = by_token(cast.alice)
    tag = alice.get(f"/api/v1/people/{first.person_id}").headers["ETag"]
    answer = alice.patch(f"/api/v1/people/{second.person_id}", {"language": "nl"}, headers={"If-Match": tag})
    told = problem(answer, 412, "stale")
    assert (told["current"]["version"], told["current"]["language"]) == (1, "")
    assert answer.headers["ETag"] == told["current"]["etag"] != tag
    answer = alice.patch(f"/api/v1/people/{first.person_id}", {"language": "nl"}, headers={"If-Match": tag})
    assert (answer.status_code, answer.headers["ETag"]) == (200, answer.json()["etag"])
    answer = alice.patch(f"/api/v1/people/{first.person_id}", {"language": "fr"}, headers={"If-Match": "*"})
    assert (answer.json()["language"], answer.json()["version"]) == ("fr", 3)


def test_somebody_quicker__between_the_question_and_the_act(
    own_database: OwnDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast = a_cast()
    case = a_case(by=cast.carla, lead=cast.alice)
    address = f"/api/v1/people/{case.person_id}"
    tag = by_token(cast.alice).get(address).headers["ETag"]
    both_have_asked = Barrier(2, timeout=30)

    def change(**told: Any) -> Person:
        both_have_asked.wait()
        return change_person(**told)

    monkeypatch.setattr("cases.api.people.change_person", change)

    def patch(client: Program, language: str) -> Any:
        try:
            return client.patch(address, {"language": language}, headers={"If-Match": tag})
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(patch, [by_token(cast.alice), by_token(cast.carla)], ["nl", "fr"]))
    done, late = sorted(answers, key=lambda answer: answer.status_code)
    assert (done.status_code, done.json()["version"]) == (200, 2)
    told = problem(late, 412, "stale")
    assert told["current"]["language"] == done.json()["language"]
    assert late.headers["ETag"] == done.headers["ETag"]
