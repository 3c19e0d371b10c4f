"""Plans, goals and actions by the REST door."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from cities.ledger.models import LedgerEntry
from tests.doors import by_token, problem, queries_of
from tests.factories import Cast, a_case, a_plan

pytestmark = pytest.mark.django_db


def day(days: int = 0) -> str:
    return (timezone.localdate() + timedelta(days=days)).isoformat()


def test_life_of_a_plan__from_draft_to_agreed_and_ended(cast: Cast) -> None:
    case = a_case(by=cast.carla, lead=cast.alice)
    client, address = by_token(cast.alice), f"/api/v1/cases/{case.reference}/plans"
    answer = client.post(address, {"starts_on": day(), "summary": "To find a place to live"})
    assert answer.status_code == 201, answer.content
    told = answer.json()
    assert (told["number"], told["state"], told["goals"]) == (1, "DRAFT", [])
    plan = f"{address}/{told['number']}"
    problem(client.post(address, {"starts_on": day()}), 409, "refused")
    told = problem(client.post(f"{plan}/propose", {}, read=told["version"]), 409, "refused")
    goal = {"domain": "HOUSING", "text": "A flat", "owner": cast.alice.pk, "target_on": day(60)}
    told = client.post(f"{plan}/goals", goal).json()
    number, version = told["goals"][0]["id"], told["version"]
    told = client.post(f"{plan}/propose", {}, read=version).json()
    assert told["state"] == "PROPOSED"
    stale = problem(client.post(f"{plan}/propose", {}, read=version), 412, "stale")
    assert stale["current"]["state"] == "PROPOSED"
    told = client.post(f"{plan}/take-back", {}, read=told["version"]).json()
    assert told["state"] == "DRAFT"
    told = client.post(f"{plan}/propose", {}, read=told["version"]).json()
    refused = problem(client.post(f"{plan}/agree", {"agreed_on": day()}, read=told["version"]), *(422,))
    assert refused["errors"][0]["field"]
    told = client.patch(plan, {"consent": "GIVEN", "consent_on": day()}, read=told["version"]).json()
    assert (told["summary"], told["consent"]) == ("To find a place to live", "GIVEN")
    told = client.post(f"{plan}/agree", {"agreed_on": day()}, read=told["version"]).json()
    assert told["state"] == "AGREED"
    assert told["review_on"]
    assert client.get(plan).json() == told
    step = client.post(f"/api/v1/goals/{number}/actions", {"text": "Ring", "owner": cast.alice.pk, "due_on": day(3)})
    assert step.status_code == 201
    action = f"/api/v1/actions/{step.json()['goals'][0]['actions'][0]['id']}"
    done = client.post(f"{action}/finish", {"done_on": day()}).json()
    assert done["goals"][0]["actions"][0]["done_by"]["id"] == cast.alice.pk
    problem(client.post(f"{action}/finish", {"done_on": day(-1)}), 422, "refused")
    assert client.post(f"{action}/reopen").json()["goals"][0]["actions"][0]["done_on"] is None
    ending = {"ended_on": day(), "reason": "Moved"}
    assert client.post(f"{plan}/end", ending, read=told["version"]).json()["state"] == "ENDED"
    assert [row["state"] for row in client.get(address).json()] == ["ENDED"]


def test_change__what_is_left_out_stays(cast: Cast) -> None:
    case = a_case(by=cast.carla, lead=cast.alice)
    plan = a_plan(case, by=cast.alice, state="DRAFT")
    client, address = by_token(cast.alice), f"/api/v1/cases/{case.reference}/plans/{plan.number}"
    before = client.get(address).json()
    told = client.patch(address, {"person_view": "I want to work"}, read=before["version"]).json()
    assert (told["person_view"], told["summary"]) == ("I want to work", before["summary"])
    goal = before["goals"][0]
    told = client.patch(f"/api/v1/goals/{goal['id']}", {"text": "A better flat"}, read=goal["version"]).json()
    assert (told["text"], told["owner"]) == ("A better flat", goal["owner"])
    stale = problem(client.patch(f"/api/v1/goals/{goal['id']}", {}, read=goal["version"]), 412, "stale")
    assert stale["current"]["text"] == "A better flat"
    changed, now = {"owner": cast.carla.pk}, goal["version"] + 1
    assert client.patch(f"/api/v1/goals/{goal['id']}", changed, read=now).json()["owner"]["id"] == cast.carla.pk
    changed, now = {"owner": cast.charlie.pk}, now + 1
    assert problem(client.patch(f"/api/v1/goals/{goal['id']}", changed, read=now), 400)["errors"][0]["field"] == "owner"


def test_plans__are_care(cast: Cast) -> None:
    case = a_case(by=cast.carla, lead=cast.alice)
    plan = a_plan(case, by=cast.alice)
    base = f"/api/v1/cases/{case.reference}/plans"
    by_token(cast.alice).get(f"{base}/{plan.number}")
    entry = LedgerEntry.objects.filter(actor=cast.alice, object_type="followupplan").order_by("id").reverse()[0]
    assert (entry.compartment, entry.operation, entry.case_reference) == ("CARE", "CONSULT", case.reference)
    for address in (base, f"{base}/{plan.number}"):
        problem(by_token(cast.mayor).get(address), 403, "not-allowed")
        for user in (cast.bob, cast.charlie, cast.dana):
            problem(by_token(user).get(address), 404, "not-found")
    problem(by_token(cast.alice).get(f"{base}/99"), 404, "not-found")


def test_every_act__by_sight(cast: Cast) -> None:
    case = a_case(by=cast.carla, lead=cast.alice)
    plan = a_plan(case, by=cast.alice)
    base = f"/api/v1/cases/{case.reference}/plans/{plan.number}"
    goal = by_token(cast.alice).get(base).json()["goals"][0]["id"]
    for user in (cast.bob, cast.charlie, cast.dana):
        client = by_token(user)
        for act in ("propose", "take-back", "agree", "end", "goals"):
            problem(client.post(f"{base}/{act}", {}), 404, "not-found")
        problem(client.post(f"/api/v1/goals/{goal}/actions", {}), 404, "not-found")
        problem(client.patch(f"/api/v1/goals/{goal}", {}), 404, "not-found")
        problem(client.post("/api/v1/actions/1/finish", {}), 404, "not-found")


def test_plan__in_as_many_queries_whatever_its_length(cast: Cast) -> None:
    client, counts = by_token(cast.alice), []
    for goals in (1, 5):
        case = a_case(by=cast.carla, lead=cast.alice)
        plan = a_plan(case, by=cast.alice, goals=goals)
        counts.append(queries_of(client, f"/api/v1/cases/{case.reference}/plans/{plan.number}"))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("changes", "status", "field"),
    [
        ({"domain": "ARMS"}, 400, "domain"),
        ({"text": "  "}, 400, "text"),
        ({"text": "x" * 2_001}, 400, "text"),
        ({"target_on": "1999-01-01"}, 422, "target_on"),
        ({"target_on": "2026-02-30"}, 400, "target_on"),
        ({"owner": None}, 400, "owner"),
    ],
)
def test_goal__wrong_input(cast: Cast, changes: dict[str, Any], status: int, field: str) -> None:
    case = a_case(by=cast.carla, lead=cast.alice)
    plan = a_plan(case, by=cast.alice, state="DRAFT")
    goal = {"domain": "HOUSING", "text": "A flat", "owner": cast.alice.pk, "target_on": day(60)} | changes
    told = problem(by_token(cast.alice).post(f"/api/v1/cases/{case.reference}/plans/{plan.number}/goals", goal), status)
    assert told["errors"][0]["field"] == field
