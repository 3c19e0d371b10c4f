"""The law of forms: whatever changes something is refused when it doesn't come from a page of the house.

Every address that takes more than a question, with a session and without the token of its page: pages, the entrance,
the administration, and the REST door as a page of ours asks it. A token of the REST door is sent by no browser.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.db import transaction
from django.middleware.csrf import _get_new_csrf_string
from django.test import Client
from django.urls import reverse

from cities.roles.rules import Role
from cities.staff.models import User
from tests.architecture.administration import named
from tests.architecture.asked import OFFICES, the_first_who_may
from tests.architecture.routes import API, ROUTES
from tests.architecture.scene import Scene, ask, each, is_of_a_case
from tests.architecture.shares import share
from tests.architecture.test_services import _everything
from tests.factories import Cast, posted

ASKS_ONLY = ("GET", "HEAD", "OPTIONS")
SECRET = _get_new_csrf_string()


def _strict(user: User | None, *, raises: bool = True) -> Client:
    """A browser as it is: nothing of the test lets it past the check."""
    client = Client(enforce_csrf_checks=True, raise_request_exception=raises, headers={"Referer": "http://testserver/"})
    if user is not None:
        client.force_login(user)
    return client


def _changing(scene: Scene, cast: Cast) -> Iterator[tuple[str, str, str, User]]:
    """Name, method, address, and somebody who may."""
    for name, route, method, act in each(ROUTES):
        if method not in ASKS_ONLY:
            part = route.part if is_of_a_case(name) else None
            who = getattr(cast, the_first_who_may(cast, act, part, "liaison" if name in OFFICES else ""))
            if name.endswith(":emergency_end"):
                who = User.objects.get(first_name="Eve")  # its opener's alone
            yield name, method, scene.address(name), who
    for model in admin.site._registry:
        for page in ("changelist", "add", "change", "delete"):
            arguments = [] if page in ("changelist", "add") else [1]
            yield named(model, page), "POST", reverse(named(model, page), args=arguments), cast.carla


def _is_refused(name: str, answer: Any) -> bool:
    """For this reason. The REST door says "not allowed" to it: here only to that, since whoever asks may."""
    if answer.status_code != 403:
        return False
    if name in API:
        return str(answer.json()["type"]) == "urn:apparatus:problem:not-allowed"
    return [one.name for one in answer.templates[:1]] == ["403_csrf.html"]


@pytest.fixture
def keeper(cast: Cast) -> User:
    """The coordinator keeps her city too: she comes into the administration."""
    posted(cast.carla, Role.ADMINISTRATOR, cast.city)
    return cast.carla


def test_whatever_changes_something__is_refused_without_the_token_of_its_page(
    scene: Scene, cast: Cast, keeper: User
) -> None:
    eve = User.objects.get(first_name="Eve")
    clients = {user.pk: _strict(user) for user in [*cast.everybody(), eve]}
    for client in clients.values():
        client.get("/preferences/")  # that somebody is at work is noted once
    before, accepted, tried = _everything(cast), [], 0
    for name, method, address, user in _changing(scene, cast):
        tried += 1
        if not _is_refused(name, ask(clients[user.pk], method, address)):
            accepted.append(f"{method} {name}")
    assert accepted == []
    assert tried > 130
    assert _everything(cast) == before


def test_nobodys_forms__are_refused_too(scene: Scene, cast: Cast) -> None:
    """Another site can't sign somebody in as somebody else, or out."""
    stranger = _strict(None)
    open_forms = [name for name, route, method, _act in each(ROUTES) if route.is_open and method not in ASKS_ONLY]
    assert len(open_forms) > 5
    assert [name for name in open_forms if not _is_refused(name, ask(stranger, "POST", scene.address(name)))] == []


@pytest.mark.parametrize("comes_from", ["here", "elsewhere"])
def test_with_the_token__it_goes_on_when_it_comes_from_here(
    scene: Scene, cast: Cast, keeper: User, comes_from: str
) -> None:
    """The control: it is the token that was missing. From another site not even that lets it in."""
    wrong = []
    origin = "http://testserver" if comes_from == "here" else "https://elsewhere.example"
    for name, method, address, user in share(_changing(scene, cast), 0, 12):
        client = _strict(user, raises=False)
        client.cookies["csrftoken"] = SECRET
        client.defaults |= {"HTTP_X_CSRFTOKEN": SECRET, "HTTP_ORIGIN": origin}
        with transaction.atomic():
            answer = ask(client, method, address)
            transaction.set_rollback(True)
        if _is_refused(name, answer) != (comes_from == "elsewhere"):
            wrong.append(f"{method} {name}: {answer.status_code}")
    assert wrong == []
