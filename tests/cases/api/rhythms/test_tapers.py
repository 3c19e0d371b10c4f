"""Rhythms by the REST door that thin out."""

from __future__ import annotations

from typing import Any

import pytest

from cases.casefiles.models import Casefile
from tests.cases.api.rhythms.conftest import weekly
from tests.doors import by_token, problem
from tests.factories import Cast

pytestmark = pytest.mark.django_db
TAPER: dict[str, Any] = {
    "every": 1, "lasts": 8, "unit": "WEEKS",
    "then": [
        {"frequency": "WEEKS", "every": 2, "weekdays": [1], "lasts": 3, "unit": "MONTHS"},
        {"frequency": "MONTHS", "every": 1, "nth": 1, "nth_weekday": 1},
    ],
}  # fmt: skip


def test_taper__is_previewed_and_arranged_as_one(case: Casefile, cast: Cast) -> None:
    client, address = by_token(cast.alice), f"/api/v1/cases/{case.reference}/rhythms"
    pattern = {name: value for name, value in weekly(cast, **TAPER).items() if name not in ("kind", "caseworker")}
    told = client.post(f"{address}/preview", pattern).json()
    assert [step["in_words"].partition(",")[0] for step in told["steps"]] == [
        "every week on Tuesday", "every two weeks on Tuesday", "every month on the first Tuesday",
    ]  # fmt: skip
    assert told["in_words"] == ", then ".join(step["in_words"] for step in told["steps"])
    assert told["rrule"] == told["steps"][0]["rrule"]
    assert [step["starts_on"] for step in told["steps"][1:]] == [step["ends_on"] for step in told["steps"][:-1]]
    assert len(told["days"]) == 10
    first = client.post(address, weekly(cast, **TAPER))
    assert first.status_code == 201, first.content
    kept = client.get(address).json()
    assert [(row["follows"] is not None, row["state"]) for row in kept].count((True, "ACTIVE")) == 2


@pytest.mark.parametrize(
    ("changes", "status", "field"),
    [
        ({"then": [TAPER["then"][0]] * 1000}, 400, "then"),
        ({"then": [TAPER["then"][0]] * 6}, 400, "then"),
        ({"then": "every two weeks"}, 400, "then"),
        ({"then": [{"frequency": "YEARS"}]}, 400, "then.0.frequency"),
        ({"then": [{"frequency": "WEEKS", "every": 10**30}]}, 400, "then.0.every"),
        ({"lasts": None, "then": [TAPER["then"][1]]}, 422, "lasts"),
        ({"lasts": 501}, 400, "lasts"),
        ({"unit": "YEARS"}, 400, "unit"),
        ({"times": 3}, 422, "lasts"),
        ({"lasts": 500, "unit": "MONTHS", "then": [{**TAPER["then"][0], "lasts": 500}] * 5}, 201, ""),
        ({"place": "a\0b"}, 400, "place"),
        ({"time": "ten"}, 400, "time"),
        ({"second": 2**70}, 400, "second"),
        ({"starts_on": "0000-01-01"}, 400, "starts_on"),
    ],
)
def test_arrange__what_cannot_be(case: Casefile, cast: Cast, changes: dict[str, Any], status: int, field: str) -> None:
    client, address = by_token(cast.alice), f"/api/v1/cases/{case.reference}/rhythms"
    body = weekly(cast, **(TAPER | changes))
    answer = client.post(address, body)
    if status == 201:
        assert answer.status_code == 201, answer.content
        return
    assert problem(answer, status)["errors"][0]["field"].startswith(field)
    for name in ("kind", "place", "second"):
        body.pop(name, None)
    assert client.post(f"{address}/preview", body | {"caseworker": cast.alice.pk}).status_code in (200, 400, 422)
    assert client.get(address).json() == []


def test_preview__of_a_taper_at_the_end_of_the_calendar(case: Casefile, cast: Cast) -> None:
    address = f"/api/v1/cases/{case.reference}/rhythms/preview"
    pattern = weekly(cast, **TAPER, starts_on="9999-12-30")
    del pattern["kind"]
    assert problem(by_token(cast.alice).post(address, pattern), 422)["errors"][0]["field"] == "lasts"
    months = pattern | {"unit": "MONTHS"}
    assert problem(by_token(cast.alice).post(address, months), 422)["errors"][0]["field"] == "lasts"
