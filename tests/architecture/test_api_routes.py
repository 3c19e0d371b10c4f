"""The law of the REST door: every address, asked by everybody, gives each what is hers and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import transaction
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.test import APIClient

from cities.roles.rules import PERMISSIONS, Role
from cities.staff.models import User
from tests.architecture.api_routes import ALL, ROUTES, Route
from tests.architecture.shares import share
from tests.doors import by_token, problem
from tests.factories import posting_of
from tests.factories.scene import CANARY, Scene

#: Neither is about anything: the schema, its browser, and what leads nowhere.
BESIDE = {"api-schema", "api-docs"}


def _patterns(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            yield from _patterns(one, f"{one.namespace}:" if one.namespace else prefix)
        else:
            yield f"{prefix}{one.name}", one


def test_table__has_every_address_and_method() -> None:
    api = next(one for one in get_resolver().url_patterns if str(one.pattern) == "api/v1/")
    assert isinstance(api, URLResolver)
    found = {
        (name, method)
        for name, pattern in _patterns(api)
        if name not in BESIDE
        for method in pattern.callback.view_class.http_method_names  # type: ignore[attr-defined]
        if method != "head" and hasattr(pattern.callback.view_class, method)  # type: ignore[attr-defined]
    }
    assert found == {(route.name, route.method) for route in ROUTES}


@pytest.mark.django_db
def test_every_address__anonymous_is_told_to_sign_in() -> None:
    for route in ROUTES:
        address = "/api/v1/" + route.address.format_map(_Anything())
        problem(getattr(APIClient(), route.method)(address), 401, "not-signed-in")


class _Anything(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return {"reference": "VIL-2024-0001", "code": "VIL"}.get(key, "1")


#: Each walks every other address, the next one those between.
WHO = ["alice", "bob", "carla", "mayor", "liaison", "dana", "charlie", "carlo", "analyst", "administrator"]


@pytest.mark.parametrize("who", WHO)
def test_every_address__gives_each_what_is_hers(resources: Scene, who: str) -> None:
    user: User = getattr(resources.cast, who)
    client = by_token(user)
    role = Role(posting_of(user).role)
    wrong = []
    for route in share(ROUTES, WHO.index(who), 3):
        with transaction.atomic():
            answer = getattr(client, route.method)(resources.address(route.address), {})
            transaction.set_rollback(True)
        expected = _expected(route, who, role)
        if answer.status_code not in expected:
            wrong.append(f"{route.method} {route.address}: {answer.status_code}, not {sorted(expected)}")
        sees_nothing = who not in ("alice", "carla", "mayor", "liaison")
        if sees_nothing and CANARY in answer.content.decode():
            wrong.append(f"{route.method} {route.address}: shows {who} something")
    assert not wrong


def _expected(route: Route, who: str, role: Role) -> set[int]:
    """Out of sight comes before not allowed; and neither discusses the body."""
    if route.seen_by != ALL and who not in route.seen_by.split():
        return {404}
    if who in route.closed_to.split() or (
        route.needs is not None and not {route.needs, *route.may_also} & PERMISSIONS[role]
    ):
        return {403}
    if route.in_person:  # all come with a token here
        return {403}
    return {200, 201, 204, 400, 409, 422, 428}
