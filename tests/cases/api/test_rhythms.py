"""Rhythms by the REST door."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from cases.casefiles.models import Casefile
from tests.doors import by_token, problem, queries_of
from tests.factories import Cast, a_case
from tests.factories.checkins import an_agreed_plan

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(cast: Cast) -> Casefile:
    found = a_case(by=cast.carla, lead=cast.alice)
    an_agreed_plan(found, by=cast.carla)
    return found


def next_monday() -> date:
    today = timezone.localdate()
    return today + timedelta(days=7 - today.weekday())


def weekly(cast: Cast, **changes: Any) -> dict[str, Any]:
    return {
        "kind": "OFFICE", "frequency": "WEEKS", "every": 2, "weekdays": [1], "starts_on": next_monday().isoformat(),
        "caseworker": cast.alice.pk,
    } | changes  # fmt: skip


def test_preview__says_which_days_and_writes_nothing(case: Casefile, cast: Cast) -> None:
    client, address = by_token(cast.alice), f"/api/v1/cases/{case.reference}/rhythms"
    pattern = {"frequency": "MONTHS", "every": 1, "month_day": 25, "starts_on": "2026-12-01", "policy": "NEXT"}
    told = client.post(f"{address}/preview", pattern).json()
    assert told["in_words"] == "every month on day 25"
    assert told["days"][0] == {"occurs_on": "2026-12-25", "due_on": "2026-12-28", "because": "HOLIDAY"}
    assert client.get(address).json() == []
    told = problem(client.post(f"{address}/preview", pattern | {"frequency": "WEEKS"}), 422)
    assert told["errors"][0]["field"] == "weekdays"
    assert client.post(f"{address}/preview", pattern | {"starts_on": "9999-12-31"}).status_code == 200


def test_arrange__makes_its_check_ins_at_once(case: Casefile, cast: Cast) -> None:
    client, address = by_token(cast.alice), f"/api/v1/cases/{case.reference}/rhythms"
    answer = client.post(address, weekly(cast))
    assert answer.status_code == 201, answer.content
    told = answer.json()
    assert told["in_words"] == "every two weeks on Tuesday"
    assert told["is_set_aside"] is False
    assert client.get(address).json() == [told] == [client.get(f"{address}/{told['id']}").json()]
    made = client.get("/api/v1/check-ins").json()["results"]
    assert {row["rhythm"] for row in made} == {told["id"]}
    for changes, status, field in (
        ({"weekdays": []}, 422, "weekdays"),
        ({"weekdays": [7]}, 400, "weekdays.0"),
        ({"every": 0}, 400, "every"),
        ({"caseworker": cast.bob.pk}, 422, "caseworker"),
        ({"starts_on": "9999-12-31"}, 422, "starts_on"),
        ({"ends_on": "2020-01-01"}, 422, "ends_on"),
        ({"plan": 2**60}, 404, None),
    ):
        told = problem(client.post(address, weekly(cast, **changes)), status)
        assert field is None or told["errors"][0]["field"] == field


def test_pause_resume_and_end(case: Casefile, cast: Cast) -> None:
    client = by_token(cast.alice)
    rhythm = client.post(f"/api/v1/cases/{case.reference}/rhythms", weekly(cast, every=1)).json()
    address = f"/api/v1/cases/{case.reference}/rhythms/{rhythm['id']}"
    start, later = next_monday().isoformat(), (next_monday() + timedelta(days=14)).isoformat()
    told = client.post(f"{address}/pause", {"version": 1, "starts_on": start, "reason": "HOSPITAL"}).json()
    assert told["pauses"] == [{"starts_on": start, "ends_on": None, "reason": "HOSPITAL"}]
    problem(client.post(f"{address}/pause", {"version": 1, "starts_on": start, "reason": "HOSPITAL"}), 409, "stale")
    assert client.post(f"{address}/resume", {"version": 2, "on": later}).json()["pauses"][0]["ends_on"] == later
    problem(client.post(f"{address}/take-up", {"version": 3}), 409, "refused")
    assert client.post(f"{address}/end", {"version": 3, "ends_on": later}).json()["ends_on"] == later
    problem(client.post(f"{address}/end", {"version": 4, "ends_on": "2999-01-01"}), 422)


def test_every_act__by_role_and_sight(case: Casefile, cast: Cast) -> None:
    rhythm = by_token(cast.alice).post(f"/api/v1/cases/{case.reference}/rhythms", weekly(cast)).json()
    base = f"/api/v1/cases/{case.reference}/rhythms"
    for address in (
        base,
        f"{base}/preview",
        *(f"{base}/{rhythm['id']}/{act}" for act in ("end", "pause", "resume", "take-up")),
    ):
        problem(by_token(cast.mayor).post(address, {}), 403, "not-allowed")
        for user in (cast.bob, cast.charlie, cast.dana):
            problem(by_token(user).post(address, {}), 404, "not-found")
    assert by_token(cast.mayor).get(base).status_code == 200
    other = a_case(by=cast.carla, lead=cast.alice)
    problem(by_token(cast.alice).get(f"/api/v1/cases/{other.reference}/rhythms/{rhythm['id']}"), 404)


def test_list__in_as_many_queries_whatever_its_length(case: Casefile, cast: Cast) -> None:
    client, address, counts = by_token(cast.alice), f"/api/v1/cases/{case.reference}/rhythms", []
    for weekday in range(3):
        client.post(address, weekly(cast, weekdays=[weekday]))
        counts.append(queries_of(client, address))
    assert len(set(counts)) == 1
