"""The law of what is grave: an export, a token, an account, settings and an emergency ask once more who she is.

Which addresses do is a table, and every address is asked: one that should and doesn't fails, and so does one that is
new in asking. By somebody who showed it long ago.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from cities.roles.rules import Role
from cities.staff.models import User
from cities.web.entrance import marks
from tests.architecture.administration import named
from tests.architecture.asked import OFFICES, the_first_who_may
from tests.architecture.routes import API, ROUTES
from tests.architecture.scene import Scene, each, is_of_a_case
from tests.architecture.shares import share
from tests.architecture.test_matrix import undone
from tests.coming_in import without_marks
from tests.factories import Cast, posted

#: Each address of the work that asks, with the method.
ASKS = {
    ("cases:picture_table", "GET"): "an export",
    ("cases:emergency_open", "GET"): "an emergency", ("cases:emergency_open", "POST"): "an emergency",
    ("cases_api:emergencies", "POST"): "an emergency, by a program in her browser",
    ("cities:token_new", "GET"): "a token", ("cities:token_new", "POST"): "a token",
    ("cities:feed_new", "GET"): "a feed", ("cities:feed_new", "POST"): "a feed",
}  # fmt: skip

#: And around an account: one's own ways in, or those of another.
OF_THE_ENTRANCE = {
    (name, method)
    for name in (
        "account_set_password", "entrance_account", "mfa_activate_totp", "mfa_deactivate_totp", "mfa_add_webauthn",
        "mfa_edit_webauthn", "mfa_remove_webauthn", "mfa_generate_recovery_codes", "socialaccount_connections",
    )
    for method in ("GET", "POST")
} | {
    ("mfa_view_recovery_codes", "GET"), ("entrance_token_revoke", "POST"), ("entrance_feed_revoke", "POST"),
}  # fmt: skip


def asks(answer: Any) -> bool:
    """Whether it is the question, and not what was asked for."""
    if answer.status_code == 302:
        return (
            any(f"/{way}/" in answer["Location"] for way in ("reauthenticate", "again"))
            and "next=" in answer["Location"]
        )
    if answer.headers.get("Content-Type") == "application/problem+json":
        return str(answer.json()["type"]) == "urn:apparatus:problem:step-up"
    return "account/step_up.html" in [one.name for one in getattr(answer, "templates", [])]


def long_ago(user: User) -> Client:
    """Somebody who came in some hours ago."""
    client = Client(headers={"Referer": "http://testserver/"}, raise_request_exception=False)
    client.force_login(user)
    without_marks(client, marks.SHOWN)
    return client


def sent_to(client: Client, name: str, method: str, address: str) -> Any:
    kind = "application/json" if name in API else "application/x-www-form-urlencoded"
    body = "{}" if name in API else "reason=Somebody+is+in+danger"
    return undone(client.generic, method, address, body if method != "GET" else "", kind)


def _walk(scene: Scene, cast: Cast) -> Iterator[tuple[str, str, str, User]]:
    for name, route, method, act in each(ROUTES):
        if not route.is_open:
            part = route.part if is_of_a_case(name) else None
            yield (
                name,
                method,
                scene.address(name),
                getattr(cast, the_first_who_may(cast, act, part, "liaison" if name in OFFICES else "")),
            )


def test_every_address__asks_again_when_it_is_in_the_table(scene: Scene, cast: Cast) -> None:
    clients = {user.pk: long_ago(user) for user in cast.everybody()}
    known = ASKS.keys() | OF_THE_ENTRANCE
    every = list(_walk(scene, cast))
    in_the_table = [one for one in every if one[:2] in known]
    wrong = [
        (name, method)
        for name, method, address, user in {*in_the_table, *share(every, 2, 24)}
        if asks(sent_to(clients[user.pk], name, method, address)) != ((name, method) in known)
    ]
    assert len(in_the_table) == len(known)
    assert wrong == []


@pytest.mark.parametrize("page", ["changelist", "history", "add", "change", "delete"])
def test_the_administration__asks_before_anything_is_shown_or_changed(scene: Scene, cast: Cast, page: str) -> None:
    posted(cast.carla, Role.ADMINISTRATOR, cast.city)
    client = long_ago(cast.carla)
    assert asks(undone(client.get, reverse("admin:index")))
    for model in share(admin.site._registry, 0, 4):
        address = reverse(named(model, page), args=[] if page in ("add", "changelist") else [1])
        assert asks(undone(client.get, address)), address
        assert asks(undone(client.post, address, {"name": "Nova"})), address
