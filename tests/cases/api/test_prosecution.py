"""Referrals by the REST door: the cell writes, a second person approves, the office answers."""

from __future__ import annotations

from typing import Any

import pytest

from cases.prosecution.rules import ReferralStage
from cities.ledger.models import LedgerEntry
from tests.doors import by_token, problem, queries_of
from tests.factories import Cast, a_case, a_referral, an_offence, sent_referral

pytestmark = pytest.mark.django_db


def statement(cast: Cast, **changes: Any) -> dict[str, Any]:
    fact = {"nature": "FACT", "text": "He was seen", "source": "a neighbour", "reliability": "C"}
    return {
        "addressed_to": cast.office.pk, "subject": "Nemo Invented, born in 1990", "ground": "ARTICLE_29",
        "statement": "We are told that", "facts": [fact],
    } | changes  # fmt: skip


def test_life_of_a_referral__between_two_houses(cast: Cast) -> None:
    case, article = a_case(by=cast.carla, lead=cast.alice), an_offence("140")
    carla, mayor, liaison = by_token(cast.carla), by_token(cast.mayor), by_token(cast.liaison)
    answer = carla.post(f"/api/v1/cases/{case.reference}/referrals", statement(cast, offences=[article.pk]))
    assert answer.status_code == 201, answer.content
    told = answer.json()
    address = f"/api/v1/referrals/{told['id']}"
    assert told["offences"][0]["code"] == "140"
    problem(carla.post(f"{address}/approve", {}, read=told["version"]), 409, "refused")
    problem(liaison.get(address), 404, "not-found")
    told = mayor.post(f"{address}/approve", {}, read=told["version"]).json()
    assert told["approved_by"]["id"] == cast.mayor.pk
    told = mayor.post(f"{address}/take-back", {"reason": "A name is wrong"}, read=told["version"]).json()
    assert told["stage"] == "DRAFTED"
    changed, before = statement(cast, statement="We are told otherwise"), told["version"]
    told = carla.put(address, changed, read=before).json()
    assert (told["statement"], told["offences"]) == ("We are told otherwise", [])
    assert problem(carla.put(address, changed, read=before), 412, "stale")["current"]["version"] == told["version"]
    told = mayor.post(f"{address}/approve", {}, read=told["version"]).json()
    told = carla.post(f"{address}/send", {}, read=told["version"]).json()
    assert told["stage"] == "SENT"
    assert [row["id"] for row in liaison.get("/api/v1/referrals?waiting=true").json()["results"]] == [told["id"]]
    problem(liaison.get(f"/api/v1/cases/{case.reference}"), 404, "not-found")
    problem(carla.post(f"{address}/acknowledge", {}, read=told["version"]), 403, "not-allowed")
    told = liaison.post(f"{address}/acknowledge", {}, read=told["version"]).json()
    assert [change["to_stage"] for change in told["changes"]] == ["SENT", "ACKNOWLEDGED"]
    told = liaison.post(f"{address}/answer", {"answer": "INQUIRY"}, read=told["version"]).json()
    assert (told["stage"], told["answer"]) == ("ANSWERED", "INQUIRY")
    entry = LedgerEntry.objects.filter(actor=cast.liaison, operation="CONSULT").order_by("id").reverse()[0]
    assert (entry.compartment, entry.object_ids, entry.case_reference) == ("JUSTICE", [told["id"]], case.reference)
    assert by_token(cast.alice).get(f"/api/v1/cases/{case.reference}").json()["inquiry_open_since"]


def test_list__filters(cast: Cast) -> None:
    case = a_case(by=cast.carla, lead=cast.alice)
    drafted, sent = a_referral(case, cast), sent_referral(case, cast)
    carla = by_token(cast.carla)

    def found(query: str) -> list[int]:
        return [row["id"] for row in carla.get(f"/api/v1/referrals?{query}").json()["results"]]

    assert found(f"case={case.reference}") == [sent.pk, drafted.pk]
    assert found("stage=SENT") == [sent.pk]
    assert found("case=VIL-2024-9999") == found("waiting=true") == []
    assert [row["id"] for row in by_token(cast.mayor).get("/api/v1/referrals?waiting=1").json()["results"]] == [
        drafted.pk
    ]
    problem(by_token(cast.alice).get("/api/v1/referrals"), 403, "not-allowed")
    problem(by_token(cast.alice).get(f"/api/v1/referrals/{sent.pk}"), 404, "not-found")


def test_list__in_as_many_queries_whatever_its_length(cast: Cast) -> None:
    case = a_case(by=cast.carla, lead=cast.alice)
    client, counts = by_token(cast.carla), []
    for _ in range(2):
        a_referral(case, cast)
        counts.append(queries_of(client, "/api/v1/referrals"))
    assert counts[0] == counts[1]


def test_withdraw__before_it_leaves_only(cast: Cast) -> None:
    case = a_case(by=cast.carla, lead=cast.alice)
    drafted, sent = a_referral(case, cast), sent_referral(case, cast)
    client = by_token(cast.carla)
    body = {"reason": "Not needed"}
    address = f"/api/v1/referrals/{drafted.pk}/withdraw"
    assert client.post(address, body, read=drafted.version).json()["stage"] == ReferralStage.WITHDRAWN
    problem(client.post(f"/api/v1/referrals/{sent.pk}/withdraw", body, read=sent.version), 409, "refused")


@pytest.mark.parametrize(
    ("changes", "status", "field"),
    [
        ({"addressed_to": 1}, 400, "addressed_to"),
        ({"facts": []}, 422, "facts"),
        ({"facts": [{"nature": "FACT"}]}, 400, "facts.0.text"),
        ({"facts": "none"}, 400, "facts"),
        ({"ground": "RUMOUR"}, 400, "ground"),
        ({"offences": [999_999]}, 400, "offences"),
        ({"offences": ["x"]}, 400, "offences.0"),
        ({"statement": ""}, 400, "statement"),
        ({"statement": "x" * 1_000_000}, 400, "statement"),
    ],
)
def test_draft__wrong_input(cast: Cast, changes: dict[str, Any], status: int, field: str) -> None:
    case = a_case(by=cast.carla, lead=cast.alice)
    answer = by_token(cast.carla).post(f"/api/v1/cases/{case.reference}/referrals", statement(cast, **changes))
    assert problem(answer, status)["errors"][0]["field"] == field


def test_offences__on_a_day(cast: Cast) -> None:
    an_offence("140")
    client = by_token(cast.liaison)
    assert [row["code"] for row in client.get("/api/v1/offences").json()] == ["140"]
    assert client.get("/api/v1/offences?on=2010-01-01").json() == []
    problem(by_token(cast.alice).get("/api/v1/offences"), 403)
