"""Preferences are one person's own: in two windows she takes nothing back of what she chose in the other."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from cities.staff.models import User
from cities.staff.services import change_user
from tests.factories import AT, Cast
from tests.forms import Form, form_with


@pytest.fixture
def alice(cast: Cast) -> User:
    return cast.alice


@pytest.fixture
def at_work(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def _opened(client: Client) -> Form:
    return form_with(client.get("/preferences/").content.decode(), "digest_at")


def _send(client: Client, form: Form, *without: str, **typed: str) -> None:
    sent: dict[str, Any] = {name: value for name, value in form.sent(**typed).items() if name not in without}
    assert client.post("/preferences/", sent).status_code == 302


def test_preferences__in_two_windows(at_work: Client, alice: User) -> None:
    first, second = _opened(at_work), _opened(at_work)
    _send(at_work, first, "by_email", language="nl")
    _send(at_work, second, digest_at="", remind_before="30")
    alice.refresh_from_db()
    assert (alice.language, alice.by_email) == ("nl", False)
    assert (alice.digest_at, alice.remind_before, alice.shortcuts, alice.version) == (None, 30, True, 3)


def test_preferences__what_an_administrator_changed_meanwhile_stands(at_work: Client, cast: Cast) -> None:
    form = _opened(at_work)
    change_user(
        user=cast.alice, by=cast.administrator, at=AT, version=1, first_name="Alice", last_name="Example",
        language="fr", phone="", is_active=True,
    )  # fmt: skip
    _send(at_work, form, "shortcuts")
    cast.alice.refresh_from_db()
    assert (cast.alice.language, cast.alice.shortcuts) == ("fr", False)


def test_preferences__typed_wrongly_come_back_and_are_kept_when_put_right(at_work: Client, alice: User) -> None:
    form = _opened(at_work)
    answer = at_work.post("/preferences/", form.sent(language="de", digest_at="late"))
    assert answer.status_code == 422
    again = form_with(answer.content.decode(), "digest_at")
    assert (again.sent()["language"], again.sent()["digest_at"]) == (["de"], ["late"])
    _send(at_work, again, digest_at="16:00")
    alice.refresh_from_db()
    assert (alice.language, str(alice.digest_at)) == ("de", "16:00:00")
