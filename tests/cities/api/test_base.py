"""What every resource stands on: problems, strict reading, pages by cursor, limits."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from django.core.exceptions import SuspiciousOperation
from rest_framework.test import APIClient

from cities.api.base import PerUser
from cities.places.models import City
from tests.doors import by_token, problem
from tests.factories import Cast, a_city, a_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "path", ["/api/v1/nothing", "/api/v1/cities/", "/api/", "/api", "/api/v2/cities", "/api/v1/cities/vil"]
)
@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete", "options"])
def test_unknown_address__is_a_problem(client: Any, path: str, method: str) -> None:
    told = problem(getattr(client, method)(path), 404, "not-found")
    assert told["instance"] == path


def test_not_signed_in__is_told_how(client: Any) -> None:
    answer = client.get("/api/v1/cities")
    problem(answer, 401, "not-signed-in")
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="apparatus"'
    assert answer.headers["Cache-Control"] == "no-store, private"


def test_without_a_posting__not_allowed() -> None:
    client = by_token(a_user())
    problem(client.get("/api/v1/cities"), 403, "not-allowed")
    assert client.get("/api/v1/me").json()["acts"] == []


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options"])
def test_wrong_method__is_a_problem(cast: Cast, method: str) -> None:
    answer = getattr(by_token(cast.alice), method)("/api/v1/cities")
    problem(answer, 405, "wrong-method")


def test_wrong_accept__is_a_problem(cast: Cast) -> None:
    client = by_token(cast.alice)
    problem(client.get("/api/v1/cities", HTTP_ACCEPT="text/html"), 406, "not-acceptable")
    problem(client.get("/api/v1/schema", HTTP_ACCEPT="text/html"), 406, "not-acceptable")


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"",
        b"nope",
        b'{"a": NaN}',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"a": ' + b"9" * 5_000 + b"}",
        b"null",
        b"[]",
        b'"x"',
    ],
    ids=["cut", "empty", "word", "nan", "not utf-8", "deep", "long number", "null", "list", "text"],
)
def test_unreadable_body__is_a_problem(cast: Cast, body: bytes) -> None:
    answer = by_token(cast.carla).post("/api/v1/cases", body, content_type="application/json")
    problem(answer, 400)


@pytest.mark.parametrize("charset", ["rot13", "base64", "utf-16", "nope", "zip"])
def test_body_of_another_charset__is_read_as_utf_8(cast: Cast, charset: str) -> None:
    answer = by_token(cast.carla).post("/api/v1/cases", b"{}", content_type=f"application/json; charset={charset}")
    problem(answer, 400, "invalid")


@pytest.mark.parametrize(
    "media_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ";"]
)
def test_wrong_media_type__is_a_problem(cast: Cast, media_type: str) -> None:
    answer = by_token(cast.carla).generic("POST", "/api/v1/cases", "a=1", content_type=media_type)
    problem(answer, 415, "wrong-media-type")


def test_body_too_large__is_a_problem(cast: Cast) -> None:
    body = b'{"next_step": "' + b"x" * 5_300_000 + b'"}'
    problem(by_token(cast.carla).post("/api/v1/cases", body, content_type="application/json"), 413, "too-large")


def test_unknown_and_wrong_fields__each_with_its_place(cast: Cast) -> None:
    body: dict[str, Any] = {"city": "VIL", "stagee": "INTAKE"}
    told = problem(by_token(cast.carla).post("/api/v1/cases", body), 400, "invalid")
    assert told["errors"] == [
        {"detail": "There is no such field here.", "code": "unknown", "pointer": "#/stagee", "field": "stagee"}
    ]
    answer = by_token(cast.carla).post("/api/v1/cases", '{"\\ud800/~": 1}', content_type="application/json")
    assert problem(answer, 400, "invalid")["errors"][0]["pointer"] == "#/\ud800~1~0"
    body = {"city": "VIL", "ground": "LIVC", "agency": 1, "next_step": "a\0b", "next_step_on": "soon",
            "new_person": {"official_name": "x\ud800", "aliases": ["\0"]}}  # fmt: skip
    sent = json.dumps(body)
    answer = by_token(cast.carla).post("/api/v1/cases", sent, content_type="application/json")
    told = problem(answer, 400, "invalid")
    assert [error["pointer"] for error in told["errors"]] == [
        "#/new_person/official_name", "#/new_person/aliases/0", "#/next_step", "#/next_step_on",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=201", "limit=x", "limit=%00", "region=NOWHERE", "nope=1", "cursor=x", "cursor=%00", "cursor=é"],
)
def test_wrong_parameter__is_a_problem(cast: Cast, query: str) -> None:
    told = problem(by_token(cast.alice).get(f"/api/v1/cities?{query}"), 400, "invalid")
    assert told["errors"][0]["parameter"] == query.partition("=")[0]


@pytest.mark.parametrize(
    "values",
    [[], ["1", "2"], [1], [None], "1", {"a": 1}, ["x"], ["9" * 5_000], ["-1e999"], [[["1"]]], ["\ud800"], ["1\0"]],
)
def test_forged_cursor__is_a_problem(cast: Cast, values: Any) -> None:
    cursor = base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")
    answer = by_token(cast.alice).get(f"/api/v1/agencies?cursor={cursor[:300]}")
    problem(answer, 400, "invalid")


def test_cursor_beyond_all_numbers__is_an_end(cast: Cast) -> None:
    cursor = base64.urlsafe_b64encode(json.dumps(["9" * 40]).encode()).decode().rstrip("=")
    assert by_token(cast.alice).get(f"/api/v1/agencies?cursor={cursor}").json() == {"results": [], "next": None}


def test_pages__every_row_once(cast: Cast) -> None:
    a_city("MEC")
    client, found = by_token(cast.alice), []
    address = "/api/v1/cities?limit=1"
    while address:
        told = client.get(address).json()
        found += [row["code"] for row in told["results"]]
        address = told["next"]
    assert found == ["MEC", "VER", "VIL"] == [city.code for city in City.objects.order_by("code")]


def test_address_that_django_refuses__is_a_problem(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise SuspiciousOperation

    monkeypatch.setattr("django.contrib.auth.middleware.get_user", refuse)
    problem(client.get("/api/v1/cities"), 400, "bad-request")


def test_failure__is_a_problem_and_says_nothing(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise RuntimeError("a secret")

    monkeypatch.setattr("cities.api.places.cities", fail)
    answer = by_token(cast.alice, raises=False).get("/api/v1/cities")
    problem(answer, 500, "failure")
    assert b"secret" not in answer.content


def test_too_many__are_told_when_to_come_back(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PerUser, "rate", "2/min", raising=False)
    client = by_token(cast.alice)
    assert [client.get("/api/v1/me").status_code for _ in range(2)] == [200, 200]
    answer = client.get("/api/v1/me")
    problem(answer, 429, "too-many-requests")
    assert 1 <= int(answer.headers["Retry-After"]) <= 61


def test_problems__in_the_language_of_the_reader(client: Any) -> None:
    answer: Any = APIClient().get("/api/v1/cities", HTTP_ACCEPT_LANGUAGE="nl")
    assert problem(answer, 401)["status"] == 401
