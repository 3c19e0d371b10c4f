"""The pages of one's tokens."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django.test import Client
from rest_framework.test import APIClient

from cities.tokens.models import Token
from cities.tokens.services import issue_token
from cities.web.entrance import marks
from tests.coming_in import without_marks
from tests.factories import AT, Cast

pytestmark = pytest.mark.django_db

PASSWORD = "a long sentence that nobody guesses"


@pytest.fixture
def at_work(cast: Cast) -> Client:
    """Alice has just given her password."""
    cast.alice.set_password(PASSWORD)
    cast.alice.save()
    client = Client()
    client.force_login(cast.alice)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client


def works(secret: str) -> bool:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    return bool(client.get("/api/v1/me").status_code == 200)


def test_token__is_shown_once_works_and_is_revoked(at_work: Client) -> None:
    assert "No program signs in as you." in at_work.get("/preferences/tokens/").content.decode()
    answer = at_work.post("/preferences/tokens/new/", {"name": "planning system", "days": "7", "purpose": "CASEWORK"})
    found = re.search(r'value="(apparatus_[\w-]{43})"', answer.content.decode())
    assert found is not None
    assert works(found[1])
    page = at_work.get("/preferences/tokens/").content.decode()
    assert found[1] not in page
    assert "planning system" in page
    assert "last used on" in page
    answer = at_work.post(f"/preferences/tokens/{Token.objects.get().pk}/revoke/", follow=True)
    assert "revoked on" in answer.content.decode()
    assert not works(found[1])


def test_new__tells_its_owner(at_work: Client, cast: Cast, django_capture_on_commit_callbacks: object) -> None:
    """A thief with her session and her password issues none behind her back."""
    sent = {"name": "planning system", "days": "90", "purpose": "CASEWORK"}
    for days, messages in (("91", 0), ("90", 1)):
        with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
            answer = at_work.post("/preferences/tokens/new/", {**sent, "days": days})
        assert len(mail.outbox) == messages
    [message] = mail.outbox
    assert (message.to, "A token was issued in your name" in message.body) == ([cast.alice.email], True)
    assert "/preferences/tokens/" in message.body
    secret = re.search(r"apparatus_[\w-]{43}", answer.content.decode())
    assert secret is not None
    assert not any(said in message.body for said in (secret[0], "planning system"))


def test_new__wrong_input_stays_with_what_was_typed(at_work: Client) -> None:
    for name, days in (("x" * 81, "7"), ("a script", "91"), ("", "7"), ("a\0b", "7")):
        answer = at_work.post("/preferences/tokens/new/", {"name": name, "days": days, "purpose": "CASEWORK"})
        assert answer.status_code == 422
        assert "errors-title" in answer.content.decode()
    assert not Token.objects.exists()


def test_new__asks_for_the_password_again(cast: Cast) -> None:
    cast.alice.set_password(PASSWORD)
    cast.alice.save()
    client = Client()
    client.force_login(cast.alice)
    without_marks(client, marks.SHOWN)  # long ago
    answer = client.get("/preferences/tokens/new/")
    assert answer.headers["Location"].startswith("/accounts/reauthenticate/")
    answer = client.post("/preferences/tokens/new/", {"name": "x", "days": "7", "purpose": "CASEWORK"})
    assert answer.status_code == 403
    assert "Is it you?" in answer.content.decode()
    assert not Token.objects.exists()


def test_tokens__of_somebody_else_are_not_there(at_work: Client, cast: Cast) -> None:
    token, _secret = issue_token(by=cast.bob, at=AT, user=cast.bob, name="a script of Bob")
    assert "a script of Bob" not in at_work.get("/preferences/tokens/").content.decode()
    assert at_work.post(f"/preferences/tokens/{token.pk}/revoke/").status_code == 404
    token.refresh_from_db()
    assert token.revoked_at is None


@pytest.mark.parametrize("path", ["/preferences/tokens/", "/preferences/tokens/new/"])
def test_pages__are_for_who_has_signed_in(client: Client, path: str) -> None:
    assert client.get(path).headers["Location"] == f"/accounts/login/?next={path}"
