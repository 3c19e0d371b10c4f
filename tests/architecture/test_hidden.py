"""A4: what is hidden and what never was are answered alike, to the byte, over every route that names a case or a row.

Generated from the table of routes: pages, their fragments, and the REST door. Apart from what is new in each answer
(the request's number, the CSRF token) and the reference that was asked for, status, body and headers are compared.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from cities.roles.rules import Compartment
from cities.staff.models import User
from tests.architecture.routes import API, ROUTES
from tests.architecture.scene import VARIABLES, Scene, ask, browser_of, is_of_a_case
from tests.architecture.shares import share
from tests.architecture.test_matrix import RELATIONS
from tests.doors import by_token
from tests.factories import Cast

#: Neither was ever given; the same digits as in the scene's, so that nothing is longer or shorter.
MISSING = "VIL-2001-0999"
NOBODYS = 9_000_000

NEW_EACH_TIME = {"x-request-id", "set-cookie", "date"}


def _alike(answer: HttpResponse, *asked: str) -> tuple[int, str, list[tuple[str, str]]]:
    body = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", answer.content.decode())
    headers = [(name, value) for name, value in answer.headers.items() if name.lower() not in NEW_EACH_TIME]
    for one in sorted(asked, key=len, reverse=True):
        body = body.replace(one, "ASKED")
        headers = [(name, value.replace(one, "ASKED")) for name, value in headers]
    body = re.sub(r'"request_id": ?"[^"]*"', "", body)
    headers = [(name, "" if name.lower() == "content-length" else value) for name, value in headers]
    return answer.status_code, body, headers


def _pairs(scene: Scene, within: Compartment | None = None) -> Iterator[tuple[str, str, str, str]]:
    """Each route and method, with the address of what is hidden and of what never was. `within`: the case itself is
    known, and only the records that lie in this part of it are hidden."""
    for name, route in ROUTES.items():
        numbers = {part: str(NOBODYS) for part in ("pk", "number", "user") if part in VARIABLES[name]}
        if not is_of_a_case(name) or (within is not None and (route.part != within or not numbers)):
            continue
        hidden = scene.address(name)
        given = dict.fromkeys(VARIABLES[name], "1") | numbers
        reference = MISSING if within is None else scene.case.reference
        given |= {"reference": reference} if "reference" in VARIABLES[name] else {}
        missing = reverse(name, kwargs={part: int(v) if v.isdecimal() else v for part, v in given.items()})
        for method in route.methods:
            yield name, method, hidden, missing


#: What is asked in parts: the same middlewares and the same selectors answer, another way or to another person.
WALKS = {("page", "charlie"): 3, ("page, from nowhere", "bob"): 4, ("fragment", "charlie"): 3, ("token", "charlie"): 2}


def _ask(client: Client, method: str, address: str, *, fragment: bool) -> HttpResponse:
    if not fragment:
        return ask(client, method, address)
    return client.generic(method, address, "", "application/x-www-form-urlencoded", HTTP_HX_REQUEST="true")  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("way", "who"),
    [
        ("page", "charlie"), ("page", "bob"), ("page, from nowhere", "bob"), ("fragment", "charlie"),
        ("token", "charlie"), ("token", "bob"),
    ],
)  # fmt: skip
def test_hidden__is_answered_like_what_never_was(scene: Scene, cast: Cast, who: str, way: str) -> None:
    user: User = getattr(cast, who)
    """From nowhere: whoever may open a case is asked why then, and what is hidden doesn't ask either."""
    came_from = "" if way.endswith("nowhere") else "/"
    client = by_token(user) if way == "token" else browser_of(user, came_from=came_from)
    wrong = []
    tried = 0
    asked = [one for one in _pairs(scene) if (way == "token") == (one[0] in API)]
    for name, method, hidden, missing in share(asked, 0, WALKS.get((way, who), 1)):
        tried += 1
        one = _alike(_ask(client, method, hidden, fragment=way == "fragment"), hidden)
        other = _alike(_ask(client, method, missing, fragment=way == "fragment"), missing)
        if one[0] != 404 or one != other:
            wrong.append((name, method, one[0], other[0]))
    assert tried > 20
    assert not wrong, wrong


#: Who knows of the case, and not of this part of it; her role has most acts there, or none.
KNOW_HALF = [
    ("on the team, without care", Compartment.CARE), ("mayor", Compartment.CARE), ("leads", Compartment.JUSTICE),
]  # fmt: skip


@pytest.mark.parametrize("way", ["page", "fragment", "token"])
@pytest.mark.parametrize(("who", "part"), KNOW_HALF)
def test_a_hidden_part__is_answered_like_what_never_was_in_a_case_that_is_known(
    scene: Scene, who: str, part: Compartment, way: str
) -> None:
    """A record of care for the mayor, a referral for the caseworker: "not yours" would say that there is one."""
    user = RELATIONS[who].who(scene)
    assert user is not None
    client = by_token(user) if way == "token" else browser_of(user)
    asked = [one for one in _pairs(scene, part) if (way == "token") == (one[0] in API)]
    wrong, seen = [], set()
    for name, method, hidden, missing in asked:
        one = _alike(_ask(client, method, hidden, fragment=way == "fragment"), hidden)
        other = _alike(_ask(client, method, missing, fragment=way == "fragment"), missing)
        seen.add(one[0])
        if one[0] not in (403, 404) or one != other:
            wrong.append((name, method, one[0], other[0]))
    assert len(asked) > 5
    assert not wrong, wrong
    assert who != KNOW_HALF[0][0] or 404 in seen
