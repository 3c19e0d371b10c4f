"""Rhythms by the REST door: previewed, arranged, listed; by role and sight."""

from __future__ import annotations

import pytest

from cases.casefiles.models import Casefile
from tests.cases.api.rhythms.conftest import next_monday, weekly
from tests.doors import by_token, problem, queries_of
from tests.factories import Cast, a_case

pytestmark = pytest.mark.django_db


def test_preview__says_which_days_and_writes_nothing(case: Casefile, cast: Cast) -> None:
    client, address = by_token(cast.alice), f"/api/v1/cases/{case.reference}/rhythms"
    pattern = {"frequency": "MONTHS", "every": 1, "month_day": 25, "starts_on": "2026-12-01", "policy": "NEXT"}
    told = client.post(f"{address}/preview", pattern).json()
    assert told["in_words"] == "every month on day 25"
    assert told["days"][0] == {
        "occurs_on": "2026-12-25", "due_on": "2026-12-28", "because": "HOLIDAY", "held_by": None, "clashes_at": None,
        "clashes_of": None, "clashes_with": "",
    }  # fmt: skip
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


def test_preview__tells_clashes(case: Casefile, cast: Cast) -> None:
    client, address = by_token(cast.alice), f"/api/v1/cases/{case.reference}/rhythms"
    client.post(address, weekly(cast, every=1, time="10:00"))
    pattern = {"frequency": "WEEKS", "weekdays": [1], "starts_on": next_monday().isoformat(), "time": "10:30"}
    told = client.post(f"{address}/preview", pattern).json()["days"][0]
    assert (told["clashes_at"], told["clashes_with"]) == ("10:00:00", case.reference)
    assert told["clashes_of"] == cast.alice.pk
    told = client.post(f"{address}/preview", pattern | {"time": None}).json()["days"][0]
    assert (told["clashes_at"], told["clashes_with"]) == (None, "")
