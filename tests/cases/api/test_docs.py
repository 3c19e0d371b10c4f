"""The examples in docs/integrating.md are true: each address exists, each body is in its shape."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from drf_spectacular.generators import SchemaGenerator

from tests.fuzz import Shapes

TEXT = (Path(__file__).resolve().parents[3] / "docs" / "integrating.md").read_text()
EXAMPLE = re.compile(r'^curl -H "\$AUTH"(?P<options>.*?) "?\$API/(?P<address>[^\s"]+)', re.MULTILINE | re.DOTALL)
PATTERN = r'{"frequency": "WEEKS", "every": 2, "weekdays": [1], "starts_on": "2026-12-01"'


@pytest.fixture(scope="module")
def schema() -> Any:
    return SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]


def examples() -> list[tuple[str, str, str, bool]]:
    """(method, address, body, whether it says what was read) of each."""
    found = []
    for example in re.findall(r"^curl .*?(?=\n(?:curl|PATTERN|```|export))", TEXT, re.MULTILINE | re.DOTALL):
        told = EXAMPLE.match(example)
        assert told, example
        sent = re.search(r"--json ('.*?'|\".*\")(?= |$)", told["options"], re.DOTALL)
        body = sent[1][1:-1].replace("{$PATTERN", PATTERN).replace('\\"', '"') if sent else ""
        method = "patch" if "-X PATCH" in example else "post" if body or "-X POST" in example else "get"
        found.append((method, told["address"], body, '-H "$TAG"' in told["options"]))
    return found


@pytest.mark.parametrize(("method", "address", "body", "guarded"), examples())
def test_example__is_in_the_schema(schema: Any, method: str, address: str, body: str, guarded: bool) -> None:
    path, _, query = address.partition("?")
    for known, methods in schema["paths"].items():
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", known), f"/api/v1/{path}") and method in methods:
            told = methods[method]
            break
    else:
        pytest.fail(f"{method} {path} is not in the schema.")
    parameters = {one["name"] for one in told.get("parameters", []) if one["in"] == "query"}
    assert set(re.findall(r"(?:^|&)(\w+)=", query)) <= parameters
    assert guarded == any(one["name"] == "If-Match" for one in told.get("parameters", []))
    if body:
        shapes = Shapes(schema)
        shape = told["requestBody"]["content"]["application/json"]["schema"]
        assert shapes.faults(shape, json.loads(body)) == []
        assert set(json.loads(body)) <= set(shapes.resolved(shape)["properties"])


def test_examples__are_of_every_subject() -> None:
    told = " ".join(address for _, address, *_ in examples())
    for subject in (
        "cities",
        "agencies",
        "cases",
        "people",
        "travel",
        "plans",
        "goals",
        "actions",
        "rhythms",
        "check-ins",
    ):
        assert subject in told
    assert "referrals" in told
    assert "national-picture" in told


def test_table_of_problems__has_every_type() -> None:
    source = (Path(__file__).resolve().parents[3] / "cities" / "api" / "problems.py").read_text()
    for name in re.findall(r'\d{3}: \("([a-z-]+)"', source):
        assert f"`{name}`" in TEXT
