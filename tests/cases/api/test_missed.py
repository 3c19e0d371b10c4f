"""Missed contacts and absences by the REST door."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from cases.checkins.models import MissedContact
from tests.doors import by_token, problem
from tests.factories import Cast, a_case
from tests.factories.absences import an_absence
from tests.factories.checkins import a_missed_contact, an_agreed_plan

DAY = timedelta(days=1)


@pytest.fixture
def missed(cast: Cast) -> MissedContact:
    at = timezone.now() - timedelta(hours=1)
    today = timezone.localdate(at)  # in the first hour of a day, the day before
    case = a_case(by=cast.carla, lead=cast.alice, at=at)
    return a_missed_contact(
        case, an_agreed_plan(case, by=cast.alice, starts_on=today, at=at), by=cast.alice, at=at, due_on=today
    )


def test_missed__listed_for_whom_it_is(cast: Cast, missed: MissedContact) -> None:
    alice, carla = by_token(cast.alice), by_token(cast.carla)
    for client, query in (
        (alice, ""), (alice, "?mine=true"), (carla, "?city=VIL&step=CASEWORKER"), (carla, "?answered=false"),
    ):  # fmt: skip
        (row,) = client.get(f"/api/v1/missed-contacts{query}").json()["results"]
        assert (row["id"], row["cause"], row["steps"][0]["owner"]["id"]) == (missed.pk, "MISSED", cast.alice.pk)
    for client, query in (
        (carla, "?mine=true"), (carla, "?city=VER"), (carla, "?step=CONFERENCE"), (alice, "?answered=true"),
        (by_token(cast.charlie), ""), (by_token(cast.bob), ""),
    ):  # fmt: skip
        assert client.get(f"/api/v1/missed-contacts{query}").json()["results"] == []
    shown = alice.get(f"/api/v1/check-ins/{missed.checkin_id}").json()
    assert (shown["missed_contact"], shown["stands_in_for"]) == (missed.pk, None)


def test_missed__acknowledged_answered_and_opened_again(cast: Cast, missed: MissedContact) -> None:
    alice, here = by_token(cast.alice), f"/api/v1/missed-contacts/{missed.pk}"
    told: dict[str, Any] = alice.post(f"{here}/acknowledge", {}, format="json", read=1).json()
    assert (told["version"], told["steps"][0]["acknowledged_by"]["id"]) == (2, cast.alice.pk)
    problem(alice.post(f"{here}/acknowledge", {}, format="json", read=2), 409, "refused")
    answer = {"answer": "EXPLAINED"}
    problem(alice.post(f"{here}/answer", answer, format="json", read=2), 422)
    stale = problem(alice.post(f"{here}/answer", answer | {"reason": "Ill"}, format="json", read=1), 412, "stale")
    assert stale["current"]["version"] == 2
    problem(alice.post(f"{here}/answer", answer | {"answer": "RECORDED"}, format="json", read=2), 400)
    done = alice.post(f"{here}/answer", answer | {"reason": "Ill"}, format="json", read=2).json()
    assert (done["answer"], done["answered_by"]["id"]) == ("EXPLAINED", cast.alice.pk)
    again = alice.post(f"{here}/reopen", {}, format="json", read=done["version"]).json()
    assert (again["answer"], alice.get(here).json()["answered_at"]) == ("", None)


def test_absences__recorded_changed_and_withdrawn(cast: Cast) -> None:
    alice, carla, today = by_token(cast.alice), by_token(cast.carla), timezone.localdate()
    body = {"starts_on": today.isoformat(), "ends_on": (today + 7 * DAY).isoformat()}
    made = alice.post("/api/v1/absences", body | {"deputy": cast.bob.pk}, format="json")
    assert made.status_code == 201
    here = f"/api/v1/absences/{made.json()['id']}"
    assert [row["user"]["id"] for row in carla.get("/api/v1/absences").json()["results"]] == [cast.alice.pk]
    assert carla.get("/api/v1/absences?mine=true").json()["results"] == []
    problem(alice.post("/api/v1/absences", body, format="json"), 422)
    problem(alice.post("/api/v1/absences", body | {"deputy": cast.charlie.pk}, format="json"), 400)
    problem(alice.post("/api/v1/absences", body | {"user": cast.bob.pk}, format="json"), 400)
    assert carla.post("/api/v1/absences", body | {"user": cast.bob.pk}, format="json").status_code == 201
    changed = carla.put(here, body | {"deputy": None}, format="json", read=1).json()
    assert (changed["deputy"], changed["version"]) == (None, 2)
    problem(alice.put(here, body, format="json", read=1), 412, "stale")
    assert alice.post(f"{here}/withdraw", {}, format="json", read=2).json()["withdrawn_at"]
    problem(alice.get(here), 404)


def test_absences__of_others_are_not_there(cast: Cast) -> None:
    row = an_absence(cast.alice, at=timezone.now())
    for stranger in (cast.bob, cast.charlie, cast.carlo, cast.mayor, cast.dana):
        problem(by_token(stranger).get(f"/api/v1/absences/{row.pk}"), 404)
        assert by_token(stranger).get("/api/v1/absences").json()["results"] == []
    assert by_token(cast.alice).get("/api/v1/absences?past=true").json()["results"][0]["id"] == row.pk
