"""The schema: complete, valid, and true about every answer."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from drf_spectacular.generators import SchemaGenerator

from tests.architecture.api_routes import ROUTES
from tests.doors import by_token
from tests.factories import Cast

METHODS = {"get", "post", "put", "patch"}


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    return dict(SchemaGenerator().get_schema(request=None, public=True))  # type: ignore[no-untyped-call]


def operations(schema: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, told)
        for path, methods in schema["paths"].items()
        for method, told in methods.items()
        if method in METHODS
    ]


def test_schema__is_valid_without_a_warning() -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=StringIO())


def test_schema__has_every_address(schema: dict[str, Any]) -> None:
    assert len(operations(schema)) == len({(route.name, route.method) for route in ROUTES})


def test_schema__tells_each_problem_and_who_may_ask(schema: dict[str, Any]) -> None:
    for path, method, told in operations(schema):
        assert told["summary"], path
        assert {"token": []} in told["security"]
        assert {"cookieAuth": []} in told["security"]
        expected = {"401", "403", "404", "405", "406", "429", "500", "503"}
        if method != "get":
            expected |= {"400", "409", "413", "415", "422"}
        if any(one["name"] == "If-Match" for one in told.get("parameters", [])):
            expected |= {"412", "428"}
            assert "ETag" in told["responses"]["412"]["headers"], path
        for status, answer in told["responses"].items():
            if status[0] in "45":
                problem = answer["content"]["application/problem+json"]["schema"]
                assert problem == {"$ref": "#/components/schemas/ProblemDocument"}
                assert answer["description"]
        assert expected <= set(told["responses"]), path


@pytest.mark.django_db
def test_schema_and_its_browser__are_for_who_signed_in(cast: Cast) -> None:
    client = by_token(cast.alice)
    assert client.get("/api/v1/schema").status_code == 200
    page = client.get("/api/v1/docs").content.decode()
    assert "<style" not in page
    assert "<script>" not in page
