"""Travel status by the REST door."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from tests.doors import by_token, problem, queries_of
from tests.factories import Cast, a_case

pytestmark = pytest.mark.django_db

LEFT = {
    "value": "LEFT", "confidence": "CONFIRMED", "source_kind": "FAMILY", "source": "his brother", "reliability": "B",
    "true_since": "2014-03-01", "known_since": "2014-04-01",
}  # fmt: skip


def body(**changes: Any) -> dict[str, Any]:
    return LEFT | changes


def test_history__is_appended_and_corrected(cast: Cast) -> None:
    case = a_case(by=cast.carla, lead=cast.alice)
    client, address = by_token(cast.alice), f"/api/v1/people/{case.person_id}"
    left = client.post(f"{address}/travel-statuses", body())
    assert left.status_code == 201
    back = client.post(
        f"{address}/travel-statuses", body(value="RETURNED", true_since="2015-01-10", known_since="2015-02-01")
    )
    told = client.get(f"{address}/travel-statuses").json()
    assert [row["value"] for row in told["results"]] == ["RETURNED", "LEFT"]
    correcting = f"/api/v1/travel-statuses/{back.json()['id']}/correct"
    fixed = client.post(
        correcting, body(value="IN_ZONE", true_since="2015-01-10", known_since="2015-06-01", reason="Seen")
    )
    assert fixed.status_code == 201
    assert fixed.json()["corrects"] == back.json()["id"]
    problem(client.post(correcting, body(reason="Again", known_since="2015-07-01")), 409, "refused")
    told = client.get(f"{address}/travel-statuses").json()["results"]
    assert {row["id"]: row["corrected_by"] for row in told}[back.json()["id"]] == fixed.json()["id"]

    def on(day: str, known_on: str) -> str | None:
        status = client.get(f"{address}/travel-status?on={day}&known_on={known_on}").json()["status"]
        return status["value"] if status else None

    assert on("2015-03-01", "2015-03-01") == "RETURNED"
    assert on("2015-03-01", "2015-06-01") == "IN_ZONE"
    assert on("2014-01-01", "2015-06-01") is None
    assert client.get(f"{address}/travel-status").json()["on"] == timezone.localdate().isoformat()


def test_record__refuses_the_impossible(cast: Cast) -> None:
    case = a_case(by=cast.carla, lead=cast.alice)
    client, address = by_token(cast.alice), f"/api/v1/people/{case.person_id}/travel-statuses"
    for changes, status, field in (
        ({"value": "GONE"}, 400, "value"),
        ({"value": ""}, 422, "value"),
        ({"situation": "FTF4"}, 422, "situation"),
        ({"true_since": "2999-01-01", "known_since": "2999-01-01"}, 422, "true_since"),
        ({"known_since": "2013-01-01"}, 422, "known_since"),
        ({"source": "x" * 301}, 400, "source"),
    ):
        told = problem(client.post(address, body(**changes)), status)
        assert told["errors"][0]["field"] == field


def test_travel_status__by_role_and_sight(cast: Cast) -> None:
    case = a_case(by=cast.carla, lead=cast.alice)
    address = f"/api/v1/people/{case.person_id}/travel-statuses"
    number = by_token(cast.alice).post(address, body()).json()["id"]
    assert by_token(cast.mayor).get(address).status_code == 200
    problem(by_token(cast.mayor).post(address, {}), 403, "not-allowed")
    problem(by_token(cast.mayor).post(f"/api/v1/travel-statuses/{number}/correct", {}), 403, "not-allowed")
    for user in (cast.bob, cast.charlie, cast.carlo, cast.dana, cast.analyst):
        problem(by_token(user).get(address), 404, "not-found")
        problem(by_token(user).post(f"/api/v1/travel-statuses/{number}/correct", {}), 404, "not-found")


def test_history__in_as_many_queries_whatever_its_length(cast: Cast) -> None:
    case = a_case(by=cast.carla, lead=cast.alice)
    client, address = by_token(cast.alice), f"/api/v1/people/{case.person_id}/travel-statuses"
    counts = []
    for day in range(1, 5):
        client.post(address, body(true_since=f"2014-03-0{day}"))
        counts.append(queries_of(client, address))
    assert len(set(counts)) == 1
