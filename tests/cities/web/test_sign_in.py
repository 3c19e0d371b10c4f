"""Signing in and out, as a browser sees it."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import Settings

from cities.staff.models import User

pytestmark = pytest.mark.django_db

PASSWORD = "a long sentence that nobody guesses"


@pytest.fixture
def alice() -> User:
    return User.objects.create_user("alice", "alice@example.org", PASSWORD, first_name="Alice", last_name="Aerts")


@pytest.mark.parametrize("path", ["/", "/preferences/", "/roles/", "/help/", "/search/"])
def test_pages__send_who_has_not_signed_in_to_the_sign_in_page(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"/accounts/login/?next={path}"


def test_a_fragment__sends_the_whole_page_to_the_sign_in_page(client: Client) -> None:
    answer = client.get("/", headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/cases/"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, "/accounts/login/?next=/cases/")


def test_sign_in__leads_to_my_day(client: Client, alice: User) -> None:
    answer = client.post("/accounts/login/", {"login": alice.email, "password": PASSWORD})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert "My day" in client.get("/").content.decode()


def test_sign_in__says_beside_the_field_what_is_wrong(client: Client, alice: User) -> None:
    answer = client.post("/accounts/login/", {"login": alice.email, "password": "wrong"})
    page = answer.content.decode()
    assert "errors-title" in page
    assert alice.email in page
    assert "wrong" not in page.split("<form")[-1].split('type="password"')[1][:80]


def test_sign_up__is_closed(client: Client) -> None:
    assert "Nobody signs up here" in client.get("/accounts/signup/").content.decode()


@pytest.mark.parametrize("is_away", [False, True])
def test_password_reset__answers_alike_for_known_and_unknown(
    client: Client, alice: User, settings: Settings, is_away: bool
) -> None:
    """Also when there is no mail server."""
    if is_away:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9  # nobody listens there
    for address in (alice.email, "nobody@example.org"):
        answer = client.post("/accounts/password/reset/", {"email": address})
        assert answer.headers["Location"] == "/accounts/password/reset/done/"


def test_preferences__change_the_language_of_the_pages(client: Client, alice: User) -> None:
    client.force_login(alice)
    answer = client.post("/preferences/", {"language": "nl", "remind_before": 0}, follow=True)
    assert '<html lang="nl"' in answer.content.decode()
    alice.refresh_from_db()
    assert (alice.language, alice.shortcuts) == ("nl", False)


def test_preferences__refuse_a_language_that_there_is_not(client: Client, alice: User) -> None:
    client.force_login(alice)
    answer = client.post("/preferences/", {"language": "xx"})
    assert answer.status_code == 422
    assert 'href="#id_language_0"' in answer.content.decode()


def test_pages__hold_no_script_or_style_of_their_own(client: Client, alice: User) -> None:
    client.force_login(alice)
    answer = client.get("/preferences/")
    page = answer.content.decode()
    assert "<style" not in page
    assert " style=" not in page
    assert "<script>" not in page
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
