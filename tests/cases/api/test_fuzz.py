"""Nothing that is sent makes the REST door fail, and every answer is what the schema says.

`FUZZ_REQUESTS=100 python3 manage.py test tests/cases/api/test_fuzz.py` sends so many to each address.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection, transaction
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from tests.doors import PROBLEM, by_token
from tests.factories import Cast
from tests.factories.scene import a_scene
from tests.fuzz import Shapes

REQUESTS = int(os.environ.get("FUZZ_REQUESTS", "4"))

#: What a program says that it read: mostly whatever stands, so that what comes after is reached too.
TAGS = st.sampled_from(
    [*[{"If-Match": "*"}] * 7, {}, {"If-Match": '"1-0"'}, {"If-Match": 'W/"1"'}, {"If-Match": "1"}, {"If-Match": '",'}]
) | st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=20).map(lambda said: {"If-Match": said})

QUIET = settings(
    max_examples=REQUESTS,
    database=None,
    derandomize="FUZZ_REQUESTS" not in os.environ,
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.django_db
def test_nothing_that_is_sent__makes_it_fail(cast: Cast) -> None:
    schema: Any = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    scene, shapes = a_scene(cast), Shapes(schema)
    clients = [by_token(user, raises=False) for user in (cast.carla, cast.carla, cast.alice, cast.mayor, cast.liaison)]
    known = _known(scene.numbers)
    path_values = {"reference": [scene.case.reference, "VIL-2024-9999"], "code": ["VIL", "XXX"]}
    for path, methods in schema["paths"].items():
        for method, told in methods.items():
            _fuzz(clients, path, method, told, shapes=shapes, known=known, path_values=path_values)


def _known(numbers: dict[str, int]) -> dict[str, list[int]]:
    """Numbers that mean something, by the names of fields that hold such numbers."""
    everything = sorted(set(numbers.values()))
    named = {"number": [numbers["plan"]], "to": [numbers["posting"]]}
    named |= {name: [numbers["user"], numbers["posting"]] for name in ("owner", "caseworker", "second", "user")}
    named |= {"addressed_to": [numbers["office"]], "agency": [numbers["agency"]], "offences": [numbers["offence"]]}
    return named | {"pk": everything, "person": [numbers["person"]]}


def _fuzz(
    clients: Sequence[APIClient], path: str, method: str, told: Any, *,
    shapes: Shapes, known: dict[str, list[int]], path_values: dict[str, list[str]],
) -> None:  # fmt: skip
    in_path = [one for one in told["parameters"] if one["in"] == "path"] if "parameters" in told else []
    in_query = [one for one in told.get("parameters", []) if one["in"] == "query"]
    guarded = any(one["name"] == "If-Match" for one in told.get("parameters", []))
    body = told.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")

    @QUIET
    @given(st.data())
    def ask(data: st.DataObject) -> None:
        client = data.draw(st.sampled_from(clients))
        values = {
            one["name"]: data.draw(
                st.sampled_from([str(v) for v in path_values.get(one["name"], known.get(one["name"], [1]))])
            )
            for one in in_path
        }
        query = {
            one["name"]: data.draw(shapes.values(one["schema"], known, one["name"]).map(_in_an_address))
            for one in in_query
            if data.draw(st.booleans())
        }
        address = path.format(**values) + ("?" + urlencode(query, errors="replace") if query else "")
        sent = json.dumps(data.draw(shapes.values(body, known)) if body else {})
        said = data.draw(TAGS) if guarded else {}
        note(f"{method} {address} {said} {sent[:2000]}")
        with transaction.atomic():
            if method == "get":
                answer = client.get(address)
            else:
                answer = client.generic(method.upper(), address, sent, content_type="application/json", headers=said)
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            transaction.set_rollback(True)
        _judge(answer, told, shapes)

    ask()


def _in_an_address(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _judge(answer: Any, told: Any, shapes: Shapes) -> None:
    assert answer.status_code < 500, answer.content
    documented = told["responses"].get(str(answer.status_code))
    assert documented is not None, f"{answer.status_code} is not in the schema: {answer.content[:500]}"
    if answer.status_code == 204:
        assert answer.content == b""
        return
    media_type = PROBLEM if answer.status_code >= 400 else "application/json"
    assert answer.headers["Content-Type"] == media_type
    shape = documented["content"][media_type]["schema"]
    assert shapes.faults(shape, answer.json()) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "text", ["\x00", "é" * 3000, "VIL-2024-0001\n", "VIL-2024-٠٠٠١", "..", "%2e%2e", "vil-2024-0001"]
)
def test_an_address_of_nonsense__leads_nowhere(cast: Cast, text: str) -> None:
    client = by_token(cast.carla)
    for path in (
        "cases/{}",
        "people/{}",
        "check-ins/{}/record",
        "cities/{}",
        "referrals/{}",
        "cases/VIL-2024-0001/plans/{}",
    ):
        answer = client.get("/api/v1/" + path.format(text))
        assert answer.status_code == 404
        assert answer.headers["Content-Type"] == PROBLEM
