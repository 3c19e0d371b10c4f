"""Rhythms by the REST door: paused, resumed, changed, ended."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cases.casefiles.models import Casefile
from tests.cases.api.rhythms.conftest import next_monday, weekly
from tests.doors import by_token, problem
from tests.factories import Cast

pytestmark = pytest.mark.django_db


def test_pause_resume_and_end(case: Casefile, cast: Cast) -> None:
    client = by_token(cast.alice)
    rhythm = client.post(f"/api/v1/cases/{case.reference}/rhythms", weekly(cast, every=1)).json()
    address = f"/api/v1/cases/{case.reference}/rhythms/{rhythm['id']}"
    start, later = next_monday().isoformat(), (next_monday() + timedelta(days=14)).isoformat()
    told = client.post(f"{address}/pause", {"starts_on": start, "reason": "HOSPITAL"}, read=1).json()
    assert told["pauses"] == [{"starts_on": start, "ends_on": None, "reason": "HOSPITAL"}]
    problem(client.post(f"{address}/pause", {"starts_on": start, "reason": "HOSPITAL"}, read=1), 412, "stale")
    assert client.post(f"{address}/resume", {"on": later}, read=2).json()["pauses"][0]["ends_on"] == later
    problem(client.post(f"{address}/take-up", {}, read=3), 409, "refused")
    assert client.post(f"{address}/end", {"ends_on": later}, read=3).json()["ends_on"] == later
    problem(client.post(f"{address}/end", {"ends_on": "2999-01-01"}, read=4), 422)


def test_change__from_a_day_on(case: Casefile, cast: Cast) -> None:
    client, base = by_token(cast.alice), f"/api/v1/cases/{case.reference}/rhythms"
    old = client.post(base, weekly(cast, every=1)).json()
    address, on = f"{base}/{old['id']}/change", (next_monday() + timedelta(days=7)).isoformat()
    body = weekly(cast, every=1, weekdays=[3], from_on=on)
    del body["starts_on"]
    for changes, status, field in (
        ({"from_on": "2001-01-01"}, 422, "from_on"),
        ({"from_on": "9999-12-31"}, None, ""),
        ({"weekdays": []}, 422, "weekdays"),
        ({"starts_on": on}, 400, "starts_on"),
        ({"version": 1}, 400, "version"),
    ):
        answer = client.post(address, body | changes, read=1)
        assert answer.status_code in (status or 422, 422), answer.content
        if status:
            assert problem(answer, status)["errors"][0]["field"] == field
    new = client.post(address, body, read=1)
    assert new.status_code == 201, new.content
    assert (new.json()["follows"], new.json()["starts_on"], new.json()["weekdays"]) == (old["id"], on, [3])
    assert client.get(f"{base}/{old['id']}").json()["ends_on"] == on
    stale = problem(client.post(address, body, read=1), 412, "stale")
    assert stale["current"]["version"] == 2
    ruled_now = {name: value for name, value in body.items() if name not in ("frequency", "every", "weekdays")}
    later = (next_monday() + timedelta(days=14)).isoformat()
    answer = client.post(
        f"{base}/{new.json()['id']}/change", ruled_now | {"rrule": "FREQ=WEEKLY;BYDAY=FR", "from_on": later}, read=1
    )
    assert answer.json()["in_words"] == "every week on Friday", answer.content


def test_end__is_put_off_and_taken_back(case: Casefile, cast: Cast) -> None:
    client, base = by_token(cast.alice), f"/api/v1/cases/{case.reference}/rhythms"
    rhythm = client.post(base, weekly(cast, every=1)).json()
    address = f"{base}/{rhythm['id']}/end"
    for version, weeks in ((1, 1), (2, 4)):
        on = (next_monday() + timedelta(weeks=weeks)).isoformat()
        assert client.post(address, {"ends_on": on}, read=version).json()["ends_on"] == on
    assert client.post(address, {"ends_on": None}, read=3).json()["ends_on"] is None
    problem(client.post(address, {}, read=4), 400)
    assert problem(client.post(address, {"ends_on": "9999-12-31"}, read=4), 422)["errors"][0]["field"] == "ends_on"


def test_pause__of_all_of_the_case(case: Casefile, cast: Cast) -> None:
    client, base = by_token(cast.alice), f"/api/v1/cases/{case.reference}/rhythms"
    first, _second = (client.post(base, weekly(cast, weekdays=[day])).json() for day in (1, 3))
    body = {"starts_on": next_monday().isoformat(), "reason": "DETENTION", "all_of_case": True}
    assert client.post(f"{base}/{first['id']}/pause", body, read=1).status_code == 200
    assert [len(row["pauses"]) for row in client.get(base).json()] == [1, 1]


def test_change__one_check_in(case: Casefile, cast: Cast) -> None:
    client = by_token(cast.alice)
    client.post(f"/api/v1/cases/{case.reference}/rhythms", weekly(cast))
    one = client.get("/api/v1/check-ins").json()["results"][0]
    address = f"/api/v1/check-ins/{one['id']}/change"
    body = {"kind": "VIDEO", "caseworker": cast.alice.pk, "second": cast.carla.pk, "who_else": "A coach"}
    told = client.post(address, body, read=1).json()
    assert (told["kind"], told["by_hand"], told["second"]["id"], told["due_on"]) == (
        "VIDEO", True, cast.carla.pk, one["due_on"],
    )  # fmt: skip
    problem(client.post(address, body | {"who_else": "Somebody"}, read=1), 412, "stale")
    for changes, status, field in (
        ({"second": cast.alice.pk}, 422, "second"),
        ({"second": cast.bob.pk}, 422, "second"),
        ({"duration": 10**12}, 400, "duration"),
    ):
        told = problem(client.post(address, body | changes, read=2), status)
        assert told["errors"][0]["field"] == field
