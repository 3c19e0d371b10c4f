"""The law of the headers: every answer of every address says what a browser may do with it, whatever it is.

Pages, fragments, the REST door and the administration; shown, refused, not there, and led on from.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from csp.middleware import CSPMiddleware
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from cities.roles.rules import Role
from config.middleware import NOT_NEEDED
from tests.architecture.routes import API, CASES, ROUTES
from tests.architecture.scene import Scene, ask, browser_of, each
from tests.architecture.shares import share
from tests.doors import by_token
from tests.factories import Cast, posted

#: All of it: whatever is loosened or forgotten is another text. Nothing of ours stands in a page itself, so that none
#: has said a nonce so far; one is ready for what would.
POLICY = (
    "base-uri 'none'; connect-src 'self'; default-src 'none'; font-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; img-src 'self' data:; manifest-src 'self'; object-src 'none'; "
    "script-src 'self'; style-src 'self'"
)
ALWAYS = {
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in NOT_NEEDED),
}
#: What runs or colours in the page itself.
INLINE = re.compile(r"<(?:script|style)\b(?![^>]*\ssrc=)(?![^>]*application/json)[^>]*>|\s(?:style|on[a-z]+)=\"")


@pytest.fixture(autouse=True)
def _behind_tls(settings: Settings) -> None:
    """As where the public comes in: config/settings.py sets these when a proxy speaks HTTPS to the world."""
    settings.SECURE_HSTS_SECONDS, settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = 31536000, True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")


def faults(answer: Any) -> list[str]:
    """What an answer says otherwise than it must, and what the policy would refuse of it."""
    said = {name: answer.headers.get(name) for name in ALWAYS}
    wrong = [f"{name}: {value}" for name, value in said.items() if value != ALWAYS[name]]
    policy = answer.headers.get("Content-Security-Policy", "none")
    wrong += [] if "; ".join(sorted(policy.split("; "))) == POLICY else [policy]
    is_page = answer.headers.get("Content-Type", "").startswith("text/html")
    return wrong + (INLINE.findall(answer.content.decode()) if is_page else [])


def _answers(scene: Scene, cast: Cast) -> Iterator[tuple[str, Any]]:
    posted(cast.carla, Role.ADMINISTRATOR, cast.city)
    carla, program, stranger = browser_of(cast.carla), by_token(cast.carla, raises=False), Client()
    for client in (carla, program, stranger):
        client.raise_request_exception = False
        client.defaults["HTTP_X_FORWARDED_PROTO"] = "https"
    for name, _route, method, _act in share(each(ROUTES), 1, 9):
        yield f"{method} {name}", ask(program if name in API else carla, method, scene.address(name))
        if method == "GET":
            yield f"{name} by nobody", ask(stranger, "GET", scene.address(name))
            if name in CASES:
                yield f"fragment {name}", carla.get(scene.address(name), headers={"HX-Request": "true"})
        if "_auth_user_id" not in carla.session:  # it was the way out
            carla.force_login(cast.carla)
    for model in share(admin.site._registry, 0, 3):
        names = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        for address in (reverse(f"{names}_changelist"), reverse(f"{names}_add"), reverse(f"{names}_change", args=[1])):
            yield address, carla.get(address)
    for address in (
        "/admin/", "/admin", "/nowhere/", "/cases", "/cases/VIL-2001-0999/", "/cases/%00/", "/api/nowhere",
        "/api/v1/nowhere", "/calendar/feed/wrong.ics", "/national-picture/table.csv", "/accounts/login/", "/health",
        "/admin/login/", "/static/apparatus.js",
    ):  # fmt: skip
        yield address, carla.get(address)
        yield f"{address} by nobody", stranger.get(address)
    yield "another host", stranger.get("/accounts/login/", headers={"Host": "elsewhere.example"})
    yield "no token", Client(enforce_csrf_checks=True).post("/accounts/login/", secure=True)
    yield "no such method", carla.put("/")


def test_every_answer__says_what_a_browser_may_do_with_it(scene: Scene, cast: Cast) -> None:
    wrong, seen = {}, set()
    for asked, answer in _answers(scene, cast):
        seen.add(answer.status_code)
        if found := faults(answer):
            wrong[asked] = found
    assert wrong == {}
    assert seen >= {200, 301, 302, 400, 403, 404, 405}


@pytest.mark.parametrize("name", ALWAYS)
def test_the_law__notices_what_is_not_said(client: Client, db: None, name: str) -> None:
    answer = client.get("/accounts/login/", secure=True)
    assert faults(answer) == []
    del answer.headers[name]
    assert faults(answer) == [f"{name}: None"]


@pytest.mark.parametrize(
    ("said", "instead"),
    [
        ("script-src 'self'", "script-src 'self' 'unsafe-inline'"),
        ("style-src 'self'", "style-src 'self' 'unsafe-eval'"),
        ("default-src 'none'", "default-src 'self'"), ("frame-ancestors 'none'", ""), ("img-src 'self'", "img-src *"),
    ],
)  # fmt: skip
def test_the_law__notices_a_looser_policy(client: Client, db: None, said: str, instead: str) -> None:
    answer = client.get("/accounts/login/", secure=True)
    answer.headers["Content-Security-Policy"] = answer.headers["Content-Security-Policy"].replace(said, instead)
    assert faults(answer)


def test_a_nonce__is_said_by_whoever_asks_for_one_and_never_twice() -> None:
    def with_one(request: HttpRequest) -> HttpResponse:
        return HttpResponse(str(vars(request)["csp_nonce"]))

    answers: list[Any] = [CSPMiddleware(with_one)(HttpRequest()) for _ in range(2)]
    for answer in answers:
        number = answer.content.decode()
        policy = answer.headers["Content-Security-Policy"]
        assert len(number) >= 22
        assert f"script-src 'self' 'nonce-{number}'" in policy
        assert f"style-src 'self' 'nonce-{number}'" in policy
    assert answers[0].headers != answers[1].headers
