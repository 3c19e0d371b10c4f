"""Sessions: how long one goes on, what its end leaves, and who can end it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.apps import apps
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cases.access.services import acting
from cities.entrance.selectors import presence, sessions_of
from cities.entrance.services import forget_sessions
from cities.ledger.models import LedgerEntry
from cities.ledger.rules import Clock
from cities.records import as_set_up
from cities.staff.models import User
from cities.staff.services import change_user
from cities.web.entrance.pages import mark_of
from tests.cities.entrance.conftest import MINUTE, NOTE, at
from tests.cities.entrance.people import PASSWORD, is_in, sign_in, with_password
from tests.doors import by_token
from tests.factories import Cast

pytestmark = pytest.mark.django_db


def ended(why: str) -> bool:
    return LedgerEntry.objects.filter(act="SESSION_ENDED", outcome=why).exists()


def test_idle__a_session_ends_after_a_quarter_of_an_hour(alice: Client) -> None:
    with at(14):
        assert is_in(alice)
    with at(28):
        assert is_in(alice)
    with at(43.5):
        answer = alice.get("/roles/")
        assert (answer.status_code, answer.headers["Location"]) == (302, "/accounts/login/?next=/roles/")
        assert alice.get("/api/v1/me").status_code == 401
    assert ended("idle")
    assert not Session.objects.exists()


def test_age__a_session_ends_after_a_working_day_whatever_is_done(alice: Client) -> None:
    for minutes in range(10, 600, 10):
        with at(minutes):
            assert is_in(alice), minutes
    with at(600.1):
        assert not is_in(alice)
    assert ended("too long")


def test_forget__what_ran_out_and_nothing_else(cast: Cast) -> None:
    gone, here = sign_in(with_password(cast.alice)), sign_in(with_password(cast.bob))
    Session.objects.filter(session_key=gone.session.session_key).update(expire_date=timezone.now() - MINUTE)
    with at(2 * 24 * 60):
        Session.objects.update(expire_date=F("expire_date") + timedelta(days=2))
        assert forget_sessions(by=Clock.CLOCK, at=timezone.now()) == 1
        assert forget_sessions(by=Clock.CLOCK, at=timezone.now()) == 0
    kept = apps.get_model("usersessions", "UserSession").objects.values_list("user", flat=True)
    assert list(kept) == [cast.bob.pk]
    assert is_in(here)
    assert LedgerEntry.objects.get(act="SESSIONS_FORGOTTEN").rows == 1


@pytest.mark.parametrize(
    "asks",
    [
        {"X-Background": "1"}, {"Sec-Purpose": "prefetch"}, {"HX-Request": "true", "X-Background": "1"},
    ],
)  # fmt: skip
def test_what_a_page_asks_by_itself__keeps_no_session_alive(alice: Client, asks: dict[str, str]) -> None:
    for minutes in (5, 10, 14):
        with at(minutes):
            assert alice.get("/roles/", headers=asks).status_code == 200
    with at(15.1):
        assert not is_in(alice)


def test_here__says_how_long_and_only_staying_makes_it_longer(alice: Client, cast: Cast) -> None:
    who = mark_of(cast.alice)
    is_in(alice)
    with at(13):
        told = alice.get(f"/accounts/here/?who={who}").json()
        assert told["same"]
        assert told["can_stay"]
        assert 100 <= told["seconds"] <= 125
        assert alice.post("/accounts/here/", {"who": who}).json()["seconds"] == 900
    with at(27):
        assert alice.get(f"/accounts/here/?who={who}").json()["signed_in"]
    with at(28.5):
        assert alice.get(f"/accounts/here/?who={who}").json() == {"signed_in": False}


def test_here__tells_another_person_nothing(alice: Client, cast: Cast) -> None:
    for who in (mark_of(cast.bob), "", "x", "é"):
        assert alice.get("/accounts/here/", {"who": who}).json() == {"signed_in": True, "same": False}
    assert Client().get("/accounts/here/").json() == {"signed_in": False}


def test_a_form_after_the_end__gives_back_what_was_typed(alice: Client) -> None:
    sent = {"note": NOTE, "name": "X", "password": "secret-word", "csrfmiddlewaretoken": "t" * 32}
    for path in ("/preferences/", "/preferences/tokens/new/", "/admin/cities/city/add/"):
        for minutes in (16, 17):  # the one that finds the end, and the one after it
            with at(minutes):
                answer = alice.post(path, sent)
            page = answer.content.decode()
            assert answer.status_code == 403, path
            assert NOTE in page
            assert "secret-word" not in page
            assert "t" * 32 not in page
    with at(18):
        answer = alice.post("/preferences/", sent, headers={"HX-Request": "true"})
        assert (answer.status_code, answer.headers["X-Session-Ended"]) == (204, "1")
        assert alice.post("/preferences/", {}).status_code == 302


def test_a_form_of_an_older_sign_in__gives_back_what_was_typed_on_our_page_only(cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.alice)
    sent = {"note": NOTE, "csrfmiddlewaretoken": "x" * 64}
    answer = client.post("/preferences/", sent, headers={"Sec-Fetch-Site": "same-origin"})
    assert (answer.status_code, NOTE in answer.content.decode()) == (403, True)
    answer = client.post(
        "/preferences/", sent, headers={"Origin": "http://testserver", "Referer": "http://testserver/"}
    )
    assert (answer.status_code, NOTE in answer.content.decode()) == (403, True)
    for elsewhere in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {}):
        answer = client.post("/preferences/", sent, headers=elsewhere)
        assert (answer.status_code, NOTE in answer.content.decode()) == (403, False)


def test_the_list__has_each_device_and_signs_out_there(alice: Client, cast: Cast) -> None:
    other = sign_in(cast.alice, headers={"User-Agent": "Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/140.0"})
    bob = sign_in(with_password(cast.bob))
    page = alice.get("/accounts/sessions/").content.decode()
    assert "Firefox on Windows" in page
    assert page.count("Sign out there") == 1
    found = {one.key: one.pk for one in sessions_of(cast.alice, at=timezone.now())}
    assert alice.post(f"/accounts/sessions/{found[other.session.session_key or '']}/end/").status_code == 302
    assert not is_in(other)
    assert is_in(alice)
    foreign = presence(bob.session.session_key or "")
    assert foreign is not None
    assert alice.post(f"/accounts/sessions/{foreign.pk}/end/").status_code == 404
    assert is_in(bob)
    assert ended("ended elsewhere")


def test_everywhere_else__ends_all_but_this_one(alice: Client, cast: Cast) -> None:
    others = [sign_in(cast.alice) for _each in range(3)]
    alice.post("/accounts/sessions/elsewhere/end/")
    assert not any(is_in(other) for other in others)
    assert is_in(alice)


def test_a_new_password__ends_the_other_sessions(alice: Client, cast: Cast) -> None:
    other = sign_in(cast.alice)
    new = {"oldpassword": PASSWORD, "password1": PASSWORD + "!", "password2": PASSWORD + "!"}
    assert alice.post("/accounts/password/change/", new).status_code == 302
    assert not is_in(other)
    assert is_in(alice)
    assert LedgerEntry.objects.filter(act="PASSWORD_CHANGED", actor=cast.alice).count() == 1


def test_a_new_password__writes_nothing_else_of_the_account(alice: Client, cast: Cast) -> None:
    """An administrator may be at the same account: what she saves meanwhile isn't taken back."""
    new = {"oldpassword": PASSWORD, "password1": PASSWORD + "!", "password2": PASSWORD + "!"}
    with CaptureQueriesContext(connection) as asked:
        assert alice.post("/accounts/password/change/", new).status_code == 302
    [written] = [one["sql"] for one in asked if one["sql"].startswith('UPDATE "cities_user" SET "password"')]
    assert written.partition(" WHERE ")[0].count('" = ') == 1
    assert User.objects.get(pk=cast.alice.pk).version == 1


def test_signing_out__is_written_and_leaves_nothing(alice: Client, cast: Cast) -> None:
    alice.post("/accounts/logout/")
    assert not is_in(alice)
    assert LedgerEntry.objects.filter(act="SIGN_OUT", actor=cast.alice).count() == 1
    assert LedgerEntry.objects.get(act="SIGN_IN").ground == "password"


def _close(user: User, by: User, now: datetime) -> None:
    with acting(by):
        change_user(
            user=user, by=by, at=now, version=user.version, first_name=user.first_name, last_name=user.last_name,
            language="en", phone="", is_active=False,
        )  # fmt: skip


def test_a_closed_account__has_nothing_open_from_that_moment_and_for_good(alice: Client, cast: Cast) -> None:
    program = by_token(cast.alice)
    assert program.get("/api/v1/me").status_code == 200
    _close(cast.alice, cast.administrator, timezone.now())
    assert not is_in(alice)
    assert program.get("/api/v1/me").status_code == 401
    with as_set_up():
        User.objects.filter(pk=cast.alice.pk).update(is_active=True)
    assert not is_in(alice)
    assert program.get("/api/v1/me").status_code == 401


def test_end_of_a_session__asks_the_browser_to_forget_what_it_keeps(alice: Client) -> None:
    """Signed out, or ended by itself; not while it goes on, and not of who was never here. Cookies stay."""
    assert "Clear-Site-Data" not in alice.get("/roles/").headers
    assert alice.post("/accounts/logout/").headers["Clear-Site-Data"] == '"cache", "storage"'
    assert "Clear-Site-Data" not in alice.get("/roles/").headers


def test_end_of_a_session__by_itself_asks_it_too(alice: Client) -> None:
    with at(20):
        assert alice.get("/roles/").headers["Clear-Site-Data"] == '"cache", "storage"'
