"""Rhythms by the REST door, said in the words of RFC 5545."""

from __future__ import annotations

from typing import Any

import pytest

from cases.casefiles.models import Casefile
from tests.cases.api.rhythms.conftest import next_monday, weekly
from tests.doors import by_token, problem
from tests.factories import Cast

pytestmark = pytest.mark.django_db


def ruled(cast: Cast, rule: str, **changes: Any) -> dict[str, Any]:
    return {
        "kind": "OFFICE", "rrule": rule, "starts_on": next_monday().isoformat(), "caseworker": cast.alice.pk,
    } | changes  # fmt: skip


def test_rrule__is_read_and_written(case: Casefile, cast: Cast) -> None:
    client, address = by_token(cast.alice), f"/api/v1/cases/{case.reference}/rhythms"
    for rule, said in (
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH", "every two weeks on Tuesday and Thursday"),
        ("RRULE:FREQ=MONTHLY;BYDAY=-1FR;COUNT=3", "every month on the last Friday, 3 times"),
        ("FREQ=DAILY;INTERVAL=10", "every ten days"),
    ):
        answer = client.post(address, ruled(cast, rule))
        assert answer.status_code == 201, answer.content
        told = answer.json()
        assert told["in_words"] == said
        again = client.post(f"{address}/preview", {"rrule": told["rrule"], "starts_on": told["starts_on"]}).json()
        assert (again["in_words"], again["rrule"]) == (said, told["rrule"])
    quarter = weekly(cast, frequency="QUARTER", every=3)
    del quarter["weekdays"]
    assert client.post(address, quarter).json()["rrule"] == ""


@pytest.mark.parametrize(
    "rule",
    ["", "hello", "FREQ=YEARLY", "FREQ=WEEKLY;BYHOUR=9", "FREQ=MONTHLY;BYMONTHDAY=31", "FREQ=DAILY;COUNT=0",
     "FREQ=WEEKLY;UNTIL=99999999", "FREQ=DAILY;INTERVAL=99999999999", "FREQ=DAILY;" * 40, "FREQ=WEEKLY\0"],
)  # fmt: skip
def test_rrule__that_is_none_is_refused_beside_the_field(case: Casefile, cast: Cast, rule: str) -> None:
    client, address = by_token(cast.alice), f"/api/v1/cases/{case.reference}/rhythms"
    for sent in (client.post(address, ruled(cast, rule)), client.post(f"{address}/preview", ruled(cast, rule))):
        told = problem(sent, 400)
        assert "rrule" in {error.get("field") for error in told["errors"]} or sent.request["PATH_INFO"].endswith(
            "preview"
        )
    neither = {name: value for name, value in ruled(cast, rule).items() if name != "rrule"}
    assert problem(client.post(address, neither), 400)["errors"][0]["field"] == "frequency"
    both = client.post(address, ruled(cast, "FREQ=DAILY", frequency="DAYS"))
    assert problem(both, 400)["errors"][0]["field"] == "frequency"
    wrong = client.post(address, ruled(cast, "FREQ=DAILY", starts_on="someday"))
    assert problem(wrong, 400)["errors"][0]["field"] == "starts_on"
