"""Cases by the REST door."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from cases.access.services import acting
from cities.ledger.models import LedgerEntry
from cities.ledger.rules import Operation
from cities.roles.rules import Role
from tests.doors import by_token, problem, queries_of
from tests.factories import Cast, a_case, a_person, posting_of, staff

pytestmark = pytest.mark.django_db


def soon(days: int = 7) -> str:
    return (timezone.localdate() + timedelta(days=days)).isoformat()


def entries(operation: Operation, **filters: Any) -> list[LedgerEntry]:
    return list(LedgerEntry.objects.filter(operation=operation, **filters).order_by("id"))


def test_list__is_what_each_may_know_of(cast: Cast) -> None:
    first = a_case(by=cast.carla, lead=cast.alice)
    second = a_case(by=cast.carla)
    elsewhere = a_case(by=cast.carlo)
    expected = {
        cast.alice: [first], cast.bob: [], cast.carla: [second, first], cast.mayor: [second, first], cast.charlie: [],
        cast.carlo: [elsewhere],
    }  # fmt: skip
    for user, cases in expected.items():
        told = by_token(user).get("/api/v1/cases").json()
        assert [row["reference"] for row in told["results"]] == [case.reference for case in cases]
        assert entries(Operation.CONSULT, actor=user, act="CASE_READ")[-1].object_ids == [case.pk for case in cases]
    for user in (cast.dana, cast.liaison, cast.analyst, cast.administrator):
        problem(by_token(user).get("/api/v1/cases"), 403, "not-allowed")
        assert entries(Operation.DENIED, actor=user)[-1].outcome == "not allowed"


def test_list__filters(cast: Cast) -> None:
    mine = a_case(by=cast.carla, lead=cast.carla)
    other = a_case(by=cast.carla, lead=cast.bob)
    closed = a_case(by=cast.carla, lead=cast.bob, stage="CLOSED")
    client = by_token(cast.carla)

    def found(query: str) -> list[str]:
        return [row["reference"] for row in client.get(f"/api/v1/cases?{query}").json()["results"]]

    assert found("is_open=true") == [other.reference, mine.reference]
    assert found("is_open=false&city=VIL") == found("stage=CLOSED") == [closed.reference]
    assert found("led_by_me=true") == found("owned_by_me=1") == [mine.reference]
    assert found("city=VER") == []
    assert len(found("next_step_until=2024-11-12")) == len(found("review_until=2025-12-31")) == 3
    assert found("next_step_until=2024-11-11") == []


def test_list__in_as_many_queries_whatever_its_length(cast: Cast) -> None:
    client = by_token(cast.carla)
    counts = []
    for _ in range(2):
        for _ in range(3):
            a_case(by=cast.carla, lead=cast.alice)
        counts.append(queries_of(client, "/api/v1/cases"))
    assert counts[0] == counts[1]


def test_list__without_the_ledger_shows_nothing(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import DatabaseError

    case = a_case(by=cast.carla)
    client = by_token(cast.carla)

    def fail(**_: object) -> None:
        raise DatabaseError("the ledger is full of secrets")

    monkeypatch.setattr("cities.ledger.services.write", fail)
    for path in ("/api/v1/cases", f"/api/v1/cases/{case.reference}"):
        answer = client.get(path)
        problem(answer, 503, "unavailable")
        assert case.reference not in answer.content.decode().replace(path, "")


def test_read__opens_the_file_first(cast: Cast) -> None:
    case = a_case(by=cast.carla, lead=cast.alice, name="Nemo Invented")
    told = by_token(cast.alice).get(f"/api/v1/cases/{case.reference}").json()
    assert told["person"]["name"] == "Nemo Invented"
    assert told["compartments"] == ["CARE", "CORE"]
    assert told["may_move_to"] == ["ABROAD", "AFTERCARE", "ASSESSMENT", "CLOSED"]
    entry = entries(Operation.CONSULT, actor=cast.alice)[-1]
    assert (entry.case_reference, entry.object_ids, entry.compartment) == (case.reference, [case.pk], "CORE")


def test_read__hidden_and_non_existent_are_alike(cast: Cast) -> None:
    reference = "VIL-2024-0001"
    clients = [by_token(user) for user in (cast.bob, cast.charlie, cast.carlo, cast.dana, cast.liaison, cast.analyst)]
    before = [client.get(f"/api/v1/cases/{reference}") for client in clients]
    assert a_case(by=cast.carla, lead=cast.alice).reference == reference
    after = [client.get(f"/api/v1/cases/{reference}") for client in clients]
    for answers in (before, after):
        for answer in answers:
            problem(answer, 404, "not-found")
    assert [answer.content for answer in before] == [answer.content for answer in after]
    assert [set(answer.headers) for answer in before] == [set(answer.headers) for answer in after]
    assert entries(Operation.DENIED, actor=cast.bob)[-1].case_reference == reference


def opening(cast: Cast, **changes: Any) -> dict[str, Any]:
    body = {
        "city": "VIL", "new_person": {"official_name": "Nemo Invented"}, "ground": "LIVC", "agency": cast.agency.pk,
        "next_step": "Call", "next_step_on": soon(),
    }  # fmt: skip
    return body | changes


def test_open__for_a_new_person(cast: Cast) -> None:
    client = by_token(cast.carla)
    answer = client.post("/api/v1/cases", opening(cast, lead_caseworker=posting_of(cast.alice).pk))
    assert answer.status_code == 201, answer.content
    told = answer.json()
    assert told["lead_caseworker"] == told["owner"] == {"id": cast.alice.pk, "name": str(cast.alice)}
    assert answer.headers["Location"].endswith(f"/api/v1/cases/{told['reference']}")
    assert client.get(answer.headers["Location"]).json() == told


def test_open__for_a_known_person_once(cast: Cast) -> None:
    person = a_person(by=cast.carla)
    client = by_token(cast.carla)
    body = opening(cast, person=person.pk, owner=cast.carla.pk)
    del body["new_person"]
    assert client.post("/api/v1/cases", body).status_code == 201
    told = problem(client.post("/api/v1/cases", body), 422, "refused")
    assert told["errors"][0]["pointer"] == "#/person"
    assert told["errors"][0]["code"] == "open_case"


@pytest.mark.parametrize(
    ("changes", "status", "field"),
    [
        ({"city": "XXX"}, 400, "city"),
        ({"agency": 999_999}, 400, "agency"),
        ({"person": 999_999}, 400, "person"),
        ({"owner": 999_999}, 400, "owner"),
        ({"lead_caseworker": 999_999}, 400, "lead_caseworker"),
        ({"agency": 2**70}, 400, "agency"),
        ({"stage": "AFTERCARE"}, 422, "stage"),
        ({"next_step_on": "2020-01-01"}, 422, "next_step_on"),
        ({"next_step_on": "9999-12-31"}, 422, "next_step_on"),
        ({"next_step": "x" * 201}, 400, "next_step"),
        ({"next_step": "\u202e"}, 422, "next_step"),
        ({"new_person": {"official_name": "...", "born_on": "2099-01-01"}}, 422, "official_name"),
    ],
)
def test_open__wrong_input_is_told_beside_its_field(
    cast: Cast, changes: dict[str, Any], status: int, field: str
) -> None:
    told = problem(by_token(cast.carla).post("/api/v1/cases", opening(cast, **changes)), status)
    assert told["errors"][0]["field"] == field


def test_open__by_role_and_city(cast: Cast) -> None:
    for user in (cast.alice, cast.mayor, cast.dana, cast.carlo):
        problem(by_token(user).post("/api/v1/cases", opening(cast)), 403, "not-allowed")


def test_stage__moves_and_refuses(cast: Cast) -> None:
    case = a_case(by=cast.carla, lead=cast.alice, stage="INTAKE")
    client, address = by_token(cast.alice), f"/api/v1/cases/{case.reference}/stage"
    body = {"to": "ASSESSMENT"}
    assert client.post(address, body, read=case.version).json()["stage"] == "ASSESSMENT"
    told = problem(client.post(address, body, read=case.version), 412, "stale")
    assert told["current"]["stage"] == "ASSESSMENT"
    assert told["current"]["version"] == case.version + 1
    body, now = {"to": "AFTERCARE"}, case.version + 1
    assert problem(client.post(address, body, read=now), 422, "refused")["errors"][0]["field"] == "to"
    problem(client.post(address, body | {"to": "CLOSED", "reason": "Done"}, read=now), 403, "not-allowed")
    for user in (cast.bob, cast.charlie, cast.dana):
        problem(by_token(user).post(address, {}), 404, "not-found")
    problem(by_token(cast.mayor).post(address, {}), 403, "not-allowed")


def test_next_step__is_set(cast: Cast) -> None:
    case = a_case(by=cast.carla, lead=cast.alice)
    body = {"owner": cast.carla.pk, "next_step": " Ring  again ", "next_step_on": soon()}
    client, address = by_token(cast.alice), f"/api/v1/cases/{case.reference}/next-step"
    told = client.post(address, body, read=case.version).json()
    assert (told["next_step"], told["owner"]["id"]) == ("Ring again", cast.carla.pk)
    body, now = body | {"owner": cast.bob.pk}, told["version"]
    assert problem(client.post(address, body, read=now), 422)["errors"][0]["field"] == "owner"
    assert (
        problem(client.post(address, body | {"owner": cast.charlie.pk}, read=now), 400)["errors"][0]["field"] == "owner"
    )


def test_team__comes_and_goes(cast: Cast) -> None:
    case = a_case(by=cast.carla, lead=cast.alice)
    client, address = by_token(cast.alice), f"/api/v1/cases/{case.reference}/team"
    offered = {
        row["user"]["id"]: row["posting"] for row in client.get(f"/api/v1/cases/{case.reference}/colleagues").json()
    }
    assert cast.bob.pk in offered
    assert cast.charlie.pk not in offered
    told = client.post(address, {"to": offered[cast.bob.pk], "reason": "On leave"}).json()
    assert {row["id"] for row in told} == {cast.alice.pk, cast.bob.pk}
    problem(client.post(address, {"to": offered[cast.bob.pk]}), 422, "refused")
    assert by_token(cast.bob).get(address).json() == told
    assert client.post(f"{address}/{cast.bob.pk}/leave").status_code == 204
    problem(by_token(cast.bob).get(address), 404)
    problem(client.post(f"{address}/{cast.bob.pk}/leave"), 404)
    problem(by_token(cast.mayor).get(f"/api/v1/cases/{case.reference}/colleagues"), 403)


def test_lead__is_the_coordinators_to_assign(cast: Cast) -> None:
    case = a_case(by=cast.carla, lead=cast.alice)
    eve = staff(Role.CASEWORKER, cast.city, first_name="Eve", agency=cast.agency)
    body = {"to": posting_of(eve).pk}
    address = f"/api/v1/cases/{case.reference}/lead"
    problem(by_token(cast.alice).post(address, body), 403)
    assert by_token(cast.carla).post(address, body, read=case.version).json()["lead_caseworker"]["id"] == eve.pk
    problem(by_token(cast.alice).post(address, body), 404)
    told = by_token(cast.carla).post(
        address, body | {"to": posting_of(cast.alice).pk, "keep_former": True}, read=case.version + 1
    )
    assert told.json()["lead_caseworker"]["id"] == cast.alice.pk
    with acting(eve):
        assert by_token(eve).get(f"/api/v1/cases/{case.reference}").status_code == 200
