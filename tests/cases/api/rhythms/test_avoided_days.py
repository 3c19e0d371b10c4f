"""Days to avoid, by the REST door."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cases.casefiles.models import Casefile
from tests.cases.api.rhythms.conftest import next_monday, weekly
from tests.doors import by_token, problem
from tests.factories import Cast

pytestmark = pytest.mark.django_db


def test_days_to_avoid__agreed_and_withdrawn_twice(case: Casefile, cast: Cast) -> None:
    client, address = by_token(cast.alice), f"/api/v1/cases/{case.reference}/avoided-days"
    client.post(f"/api/v1/cases/{case.reference}/rhythms", weekly(cast, every=1))
    tuesday = next_monday() + timedelta(days=1)
    body = {"starts_on": tuesday.isoformat(), "ends_on": (tuesday + timedelta(days=1)).isoformat()}
    made, again = client.post(address, body), client.post(address, body)
    assert (made.status_code, made.json()) == (201, again.json())
    assert client.get(address).json() == [made.json()]
    contacts = client.get("/api/v1/check-ins?state=PLANNED").json()["results"]
    assert min(row["due_on"] for row in contacts) > tuesday.isoformat()
    for _time in range(2):
        assert client.post(f"{address}/{made.json()['id']}/withdraw").json() == made.json()
    assert client.get(address).json() == []
    for changes, field in (
        ({"starts_on": "2001-01-01"}, "starts_on"),
        ({"ends_on": body["starts_on"]}, "ends_on"),
        ({"ends_on": (tuesday + timedelta(days=90)).isoformat()}, "ends_on"),
        ({"starts_on": "9999-12-31", "ends_on": "9999-12-31"}, "starts_on"),
    ):
        assert problem(client.post(address, body | changes), 422)["errors"][0]["field"] == field
    problem(by_token(cast.mayor).post(address, {}), 403, "not-allowed")
    for user in (cast.bob, cast.charlie, cast.dana):
        problem(by_token(user).post(address, {}), 404, "not-found")
        problem(by_token(user).get(address), 404, "not-found")
        problem(by_token(user).post(f"{address}/{made.json()['id']}/withdraw"), 404, "not-found")
