"""What the doors ask themselves is tried with the question left out (A2 of the safety goals).

The administration's `has_…_permission`, one method of one kind of page at a time, read off what is registered; what a
token is for and where; that somebody is there, and showed lately that she is.
"""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.urls import reverse
from django.utils import timezone

from cases.admin.casework import CaseworkAdmin
from cases.api.base import CaseDoor
from cities.admin.base import SettingsAdmin
from cities.admin.site import Administration
from cities.roles.rules import Role
from cities.staff.models import User
from cities.tokens.rules import Purpose
from cities.tokens.services import issue_token
from cities.web.entrance import step_up
from tests.architecture.administration import named
from tests.architecture.routes import API, ROUTES
from tests.architecture.scene import Scene, browser_of, each
from tests.architecture.shares import share
from tests.architecture.test_asks_again import ASKS, asks, long_ago, sent_to
from tests.architecture.test_matrix import undone
from tests.doors import Program
from tests.factories import Cast, a_user, posted, posting_of, staff

#: Each question, where it is asked: of the site, of a kind of page, or of one page that asks otherwise.
QUESTIONS = sorted(
    {
        (of, name)
        for page in [Administration, *map(type, admin.site._registry.values())]
        for of in page.__mro__
        for name in vars(of)
        if name.startswith("has_") and name.endswith("permission") and of.__module__.startswith(("cities.", "cases."))
    },
    key=lambda one: (one[0].__name__, one[1]),
)
EVERY = 6
ASKED = list(share(QUESTIONS, 0, EVERY, whole="MUTANTS"))

#: Left out, nobody is shown or let do more: the next question answers the same. Each with that one.
HELD: dict[tuple[str, str], str] = {}

NEW_EACH_TIME = re.compile(r'name="csrfmiddlewaretoken" value="[^"]*"|/admin/jsi18n/\S*')


def _who(cast: Cast) -> list[User]:
    """Keepers of this city and of another, a superuser, a coordinator who keeps hers, and who keeps nothing."""
    coordinator = staff(Role.COORDINATOR, cast.city, first_name="Both")
    posted(coordinator, Role.ADMINISTRATOR, cast.city)
    return [
        cast.alice, coordinator, staff(Role.ADMINISTRATOR, cast.city), staff(Role.ADMINISTRATOR, cast.other_city),
        a_user("Sue", is_superuser=True, is_staff=True),
    ]  # fmt: skip


def _pages(of: type) -> Iterator[str]:
    """The pages that such a question decides on: of two kinds of record at most."""
    yield reverse("admin:index")
    kinds = [model for model, page in admin.site._registry.items() if isinstance(page, of)]
    for model in (kinds[0], kinds[-1]) if len(kinds) > 1 else kinds:
        yield reverse(named(model, "changelist"))
        yield reverse(named(model, "add"))
        yield reverse(named(model, "change"), args=[1])
        yield reverse(named(model, "delete"), args=[1])


def _answers(of: type, users: list[User]) -> list[tuple[int, str]]:
    found = []
    for user in users:
        client = browser_of(user)
        client.raise_request_exception = False
        for address in _pages(of):
            answer = undone(client.get, address)
            body = NEW_EACH_TIME.sub("", answer.content.decode())
            found.append((answer.status_code, hashlib.md5(body.encode()).hexdigest()))  # noqa: S324
    return found


@pytest.mark.parametrize(("of", "name"), ASKED, ids=[f"{of.__name__}.{name}" for of, name in ASKED])
def test_question_of_the_administration__is_missed(
    scene: Scene, cast: Cast, monkeypatch: pytest.MonkeyPatch, of: type, name: str
) -> None:
    users = _who(cast)
    before = _answers(of, users)
    monkeypatch.setattr(of, name, lambda *_, **__: True)
    is_missed = _answers(of, users) != before
    assert is_missed != ((of.__name__, name) in HELD)


def _program(user: User, *, purpose: str = Purpose.CASEWORK, here: bool = False) -> Program:
    posting = posting_of(user) if here else None
    _token, secret = issue_token(
        by=user, at=timezone.now(), user=user, name="a test", purpose=purpose, posting=posting
    )  # fmt: skip
    client = Program(raise_request_exception=False)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    return client


def _statuses(scene: Scene, client: Any) -> dict[str, int]:
    """What every resource that is read answers."""
    reads = [name for name, _route, method, _act in each(API) if method == "GET" and name in ROUTES]
    return {name: undone(client.get, scene.address(name)).status_code for name in reads}


def test_purpose_of_a_token__is_missed(scene: Scene, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    client = _program(cast.carla, purpose=Purpose.FIGURES)
    before = _statuses(scene, client)
    monkeypatch.setattr(CaseDoor, "serves", lambda *_: True)
    opened = {name for name, status in _statuses(scene, client).items() if status != before[name]}
    assert len(opened) > 20
    assert {before[name] for name in opened} == {403}


def test_that_somebody_is_there__is_missed(scene: Scene, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = ("cases_api:emergencies", "POST", scene.address("cases_api:emergencies"))
    token, session = _program(cast.alice), long_ago(cast.alice)
    assert sent_to(token, *asked).json()["type"] == "urn:apparatus:problem:person-needed"
    assert asks(sent_to(session, *asked))
    monkeypatch.setattr(CaseDoor, "in_person", lambda _: None)
    assert [sent_to(client, *asked).status_code for client in (token, session)] == [400, 400]


@pytest.mark.parametrize(("name", "method"), [one for one in ASKS if one[0] not in API])
def test_that_she_is_asked_again__is_missed(
    scene: Scene, cast: Cast, monkeypatch: pytest.MonkeyPatch, name: str, method: str
) -> None:
    client, address = long_ago(cast.alice if name != "cases:picture_table" else cast.carla), scene.address(name)
    assert asks(sent_to(client, name, method, address))
    really = step_up.ask_again
    for module in [one for key, one in sys.modules.items() if key.startswith(("cities.web", "cases.web"))]:
        if getattr(module, "ask_again", None) is really:
            monkeypatch.setattr(module, "ask_again", lambda _: None)
    assert not asks(sent_to(client, name, method, address))


def test_the_questions__are_all_that_there_are() -> None:
    assert {(of, "has_view_permission") for of in (SettingsAdmin, CaseworkAdmin)} <= set(QUESTIONS)
    assert len(QUESTIONS) >= 10
