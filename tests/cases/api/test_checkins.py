"""Check-ins by the REST door."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from cases.access.services import acting
from cases.casefiles.models import Casefile
from cases.checkins.models import CheckIn
from cases.checkins.selectors import checkins_for
from cases.checkins.services import record_checkin
from cities.ledger.models import LedgerEntry
from tests.databases import OwnDatabase
from tests.doors import by_token, problem, queries_of
from tests.factories import TODAY, Cast, a_case, a_cast
from tests.factories.checkins import a_checkin, an_agreed_plan


def a_contact(case: Casefile, cast: Cast, **fields: Any) -> CheckIn:
    with acting(cast.alice):
        plan = case.followupplan_set.get()
    return a_checkin(case, plan, by=cast.alice, **fields)


def days_from_now(days: int) -> str:
    return (timezone.localdate() + timedelta(days=days)).isoformat()


HELD = {"outcome": "HELD", "note": "She has found a flat", "agreed": "Bring the lease"}


def test_list__filters_and_lateness(case: Casefile, cast: Cast) -> None:
    first, second = a_contact(case, cast), a_contact(case, cast, kind="HOME", due_on=TODAY + timedelta(days=1))
    client = by_token(cast.alice)

    def found(query: str = "") -> list[int]:
        return [row["id"] for row in client.get(f"/api/v1/check-ins?{query}").json()["results"]]

    assert found() == found("late=true") == found("mine=true&state=PLANNED") == [first.pk, second.pk]
    assert found("kind=HOME") == found("due_from=2024-11-06") == [second.pk]
    assert found(f"due_until=2024-11-05&case={case.reference}") == [first.pk]
    assert found("case=VIL-2024-9999") == found("state=RECORDED") == []
    assert client.get("/api/v1/check-ins").json()["results"][0]["working_days_late"] > 100
    entry = LedgerEntry.objects.filter(actor=cast.alice, object_type="checkin").order_by("id").reverse()[0]
    assert entry.object_ids == [first.pk, second.pk]
    for user in (cast.bob, cast.charlie, cast.carlo):
        assert by_token(user).get("/api/v1/check-ins").json()["results"] == []
    for user in (cast.dana, cast.analyst, cast.liaison):
        problem(by_token(user).get("/api/v1/check-ins"), 403, "not-allowed")


def test_list__in_as_many_queries_whatever_its_length(case: Casefile, cast: Cast) -> None:
    client, counts = by_token(cast.alice), []
    for day in range(4):
        a_contact(case, cast, due_on=TODAY + timedelta(days=day))
        counts.append(queries_of(client, "/api/v1/check-ins"))
    assert len(set(counts)) == 1


def test_arrange__one_contact(case: Casefile, cast: Cast) -> None:
    client, address = by_token(cast.alice), f"/api/v1/cases/{case.reference}/check-ins"
    body = {"kind": "PHONE", "due_on": days_from_now(3), "due_time": "10:30", "caseworker": cast.alice.pk}
    answer = client.post(address, body)
    assert answer.status_code == 201, answer.content
    assert answer.json()["due_time"] == "10:30:00"
    assert answer.json()["notes"] == []
    for changes, status, field in (
        ({"caseworker": cast.bob.pk}, 422, "caseworker"),
        ({"caseworker": cast.charlie.pk}, 400, "caseworker"),
        ({"due_on": "2999-01-01"}, 422, "due_on"),
        ({"due_on": "1900-01-01"}, 422, "due_on"),
        ({"due_time": "25:00"}, 400, "due_time"),
        ({"duration": 1}, 400, "duration"),
        ({"kind": "CHAT"}, 400, "kind"),
    ):
        told = problem(client.post(address, body | changes), status)
        assert told["errors"][0]["field"] == field
    problem(client.post(address, body | {"plan": 99}), 404, "not-found")
    without = a_case(by=cast.carla, lead=cast.alice)
    told = problem(client.post(f"/api/v1/cases/{without.reference}/check-ins", body), 422)
    assert told["errors"][0]["field"] == "plan"


def test_record__once_and_then_corrected(case: Casefile, cast: Cast) -> None:
    checkin = a_contact(case, cast)
    client, address = by_token(cast.alice), f"/api/v1/check-ins/{checkin.pk}"
    told = client.post(f"{address}/record", HELD | {"next_on": days_from_now(7)}, read=1).json()
    assert (told["state"], told["outcome"], told["outcome_by"]["id"]) == ("RECORDED", "HELD", cast.alice.pk)
    assert told["notes"][0]["note"] == HELD["note"]
    assert client.get(address).json() == told
    assert len(client.get("/api/v1/check-ins?state=PLANNED").json()["results"]) == 1
    problem(client.post(f"{address}/record", HELD, read=2), 409, "refused")
    told = client.post(f"{address}/correct", {"outcome": "PARTLY", "note": "Half an hour"}, read=2).json()
    assert [note["outcome"] for note in told["notes"]] == ["PARTLY", "HELD"]
    stale = problem(client.post(f"{address}/correct", {"outcome": "MISSED"}, read=2), 412, "stale")
    assert stale["current"]["outcome"] == "PARTLY"


def test_notes__are_care(case: Casefile, cast: Cast) -> None:
    checkin = a_contact(case, cast)
    by_token(cast.alice).post(f"/api/v1/check-ins/{checkin.pk}/record", HELD, read=1)
    answer = by_token(cast.mayor).get(f"/api/v1/check-ins/{checkin.pk}")
    assert answer.json()["notes"] is None
    assert HELD["note"] not in answer.content.decode()
    assert not LedgerEntry.objects.filter(actor=cast.mayor, compartment="CARE").exists()
    by_token(cast.carla).get(f"/api/v1/check-ins/{checkin.pk}")
    assert LedgerEntry.objects.filter(actor=cast.carla, compartment="CARE", object_type="checkinnote").exists()


@pytest.mark.parametrize(
    ("changes", "status", "field"),
    [
        ({"outcome": "FINE"}, 400, "outcome"),
        ({"outcome": "MISSED_ACCEPTABLE"}, 422, "reason"),
        ({"held_on": "2999-01-01"}, 422, "held_on"),
        ({"held_on": "1999-01-01"}, 422, "held_on"),
        ({"note": "x" * 20_001}, 400, "note"),
        ({"note": "x" * 1_000_000}, 400, "note"),
        ({"note": "a\0b"}, 400, "note"),
        ({"note": "\u202eabc"}, 422, "note"),
        ({"next_on": "2999-01-01"}, 422, "next_on"),
        ({"version": 1}, 400, "version"),
    ],
)
def test_record__wrong_input_writes_nothing(
    case: Casefile, cast: Cast, changes: dict[str, Any], status: int, field: str
) -> None:
    checkin = a_contact(case, cast)
    client, address = by_token(cast.alice), f"/api/v1/check-ins/{checkin.pk}"
    told = problem(client.post(f"{address}/record", HELD | changes, read=1), status)
    assert told["errors"][0]["field"] == field
    assert client.get(address).json()["state"] == "PLANNED"


def test_note__in_every_script_comes_back_as_it_went(case: Casefile, cast: Cast) -> None:
    checkin = a_contact(case, cast)
    note = "شكرا جزيلا 🙂 Ünïcödé\nz\u0301 <script>alert(1)</script> '; DROP TABLE"
    told = by_token(cast.alice).post(
        f"/api/v1/check-ins/{checkin.pk}/record", {"outcome": "HELD", "note": note}, read=1
    )
    assert told.json()["notes"][0]["note"] == note.replace("z\u0301", "ź")


def test_reschedule_cancel_and_reinstate(case: Casefile, cast: Cast) -> None:
    client = by_token(cast.alice)
    body = {"kind": "HOME", "due_on": days_from_now(3), "caseworker": cast.alice.pk}
    first = client.post(f"/api/v1/cases/{case.reference}/check-ins", body).json()
    moving = {"asked_by": "PERSON", "reason": "Exam", "due_on": days_from_now(5)}
    moved = client.post(f"/api/v1/check-ins/{first['id']}/reschedule", moving, read=1)
    assert moved.status_code == 201
    second = moved.json()
    assert (second["replaces"], second["due_on"]) == (first["id"], days_from_now(5))
    assert client.get(f"/api/v1/check-ins/{first['id']}").json()["state"] == "RESCHEDULED"
    problem(client.post(f"/api/v1/check-ins/{first['id']}/reschedule", moving, read=2), 409, "refused")
    address = f"/api/v1/check-ins/{second['id']}"
    calling_off = {"asked_by": "US", "reason": "Ill"}
    assert client.post(f"{address}/cancel", calling_off, read=1).json()["state"] == "CANCELLED"
    problem(client.post(f"{address}/cancel", calling_off, read=2), 409, "refused")
    assert client.post(f"{address}/reinstate", {}, read=2).json()["state"] == "PLANNED"
    problem(client.post(f"{address}/record", HELD, read=3), 409, "refused")


def test_every_act__by_role_and_sight(case: Casefile, cast: Cast) -> None:
    checkin = a_contact(case, cast)
    for act in ("record", "correct", "reschedule", "cancel", "reinstate", "change"):
        address = f"/api/v1/check-ins/{checkin.pk}/{act}"
        problem(by_token(cast.mayor).post(address, {}), 403, "not-allowed")
        for user in (cast.bob, cast.charlie, cast.dana):
            problem(by_token(user).post(address, {}), 404, "not-found")


def test_two_records_at_once__one_is_told_who_was_first(
    own_database: OwnDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast = a_cast()
    case = a_case(by=cast.carla, lead=cast.alice)
    plan = an_agreed_plan(case, by=cast.carla)
    checkin = a_checkin(case, plan, by=cast.alice)
    clients = [by_token(cast.alice), by_token(cast.carla)]
    both_have_read = Barrier(2, timeout=30)

    def record(**told: Any) -> CheckIn:
        both_have_read.wait()
        return record_checkin(**told)

    monkeypatch.setattr("cases.api.checkins.record_checkin", record)

    def post(client: Any) -> tuple[int, dict[str, Any]]:
        try:
            answer = client.post(f"/api/v1/check-ins/{checkin.pk}/record", HELD, read=1)
            return answer.status_code, answer.json()
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(post, clients), key=lambda answer: answer[0])
    assert [status for status, _ in answers] == [200, 409]
    assert answers[0][1]["outcome_by"]["name"] in answers[1][1]["detail"]
    with acting(cast.alice):
        assert checkins_for(cast.alice, at=timezone.now()).get().notes.count() == 1
