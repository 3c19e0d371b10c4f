"""Sessions: how long one goes on, what its end leaves, and who can end it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client
from django.utils import timezone

from cities.entrance.selectors import factors_of, presence, sessions_of
from cities.ledger.models import LedgerEntry
from cities.roles.rules import Role
from cities.staff.models import User
from cities.staff.services import change_user
from cities.tokens.services import issue_token
from cities.web.entrance.pages import mark_of
from tests.cities.entrance.people import PASSWORD, code, is_in, set_up_app, sign_in, with_password
from tests.coming_in import without_marks
from tests.doors import by_token
from tests.factories import Cast, staff

pytestmark = pytest.mark.django_db

NOTE = "She spoke of her sister for the first time."
MINUTE = timedelta(minutes=1)


@pytest.fixture
def alice(cast: Cast) -> Client:
    return sign_in(with_password(cast.alice))


def ended(why: str) -> bool:
    return LedgerEntry.objects.filter(act="SESSION_ENDED", outcome=why).exists()


def at(minutes: float) -> time_machine.travel:
    return time_machine.travel(timezone.now() + minutes * MINUTE, tick=False)


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


def test_signing_out__is_written_and_leaves_nothing(alice: Client, cast: Cast) -> None:
    alice.post("/accounts/logout/")
    assert not is_in(alice)
    assert LedgerEntry.objects.filter(act="SIGN_OUT", actor=cast.alice).count() == 1
    assert LedgerEntry.objects.get(act="SIGN_IN").ground == "password"


def _close(user: User, by: User, now: datetime) -> None:
    change_user(
        user=user, by=by, at=now, first_name=user.first_name, last_name=user.last_name, language="en", phone="",
        is_active=False,
    )  # fmt: skip


def test_a_closed_account__has_nothing_open_from_that_moment_and_for_good(alice: Client, cast: Cast) -> None:
    program = by_token(cast.alice)
    assert program.get("/api/v1/me").status_code == 200
    _close(cast.alice, cast.administrator, timezone.now())
    assert not is_in(alice)
    assert program.get("/api/v1/me").status_code == 401
    User.objects.filter(pk=cast.alice.pk).update(is_active=True)
    assert not is_in(alice)
    assert program.get("/api/v1/me").status_code == 401


# --- what an administrator can do -------------------------------------------------------------------------------------


@pytest.fixture
def adam(cast: Cast) -> Client:
    client = Client()
    client.force_login(cast.administrator)
    return client


def test_an_administrator__resets_a_second_factor_with_a_reason_and_she_is_told(
    alice: Client, adam: Client, cast: Cast, django_capture_on_commit_callbacks: object
) -> None:
    set_up_app(alice)
    page = f"/accounts/of/{cast.alice.pk}/"
    assert "authenticator app" in adam.get(page).content.decode()
    assert adam.post(page, {"act": "RESET", "reason": " "}).status_code == 422
    assert factors_of(cast.alice).exists()
    mail.outbox.clear()
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        assert adam.post(page, {"act": "RESET", "reason": "Telephone lost"}).status_code == 302
    assert not factors_of(cast.alice).exists()
    assert not is_in(alice)
    entry = LedgerEntry.objects.get(act="SECOND_FACTOR_RESET")
    assert (entry.actor, entry.object_ids, entry.justification, entry.role) == (
        cast.administrator, [cast.alice.pk], "Telephone lost", "ADMINISTRATOR",
    )  # fmt: skip
    assert [(message.to, "reset your second factor" in message.body) for message in mail.outbox] == [
        ([cast.alice.email], True)
    ]


def test_an_administrator__ends_all_sessions_of_somebody(alice: Client, adam: Client, cast: Cast) -> None:
    adam.post(f"/accounts/of/{cast.alice.pk}/", {"act": "END", "reason": "Laptop stolen"})
    assert not is_in(alice)
    assert is_in(sign_in(cast.alice))


def test_an_administrator__does_not_reset_her_own_nor_of_who_works_elsewhere(adam: Client, cast: Cast) -> None:
    answer = adam.post(f"/accounts/of/{cast.administrator.pk}/", {"act": "RESET", "reason": "Mine"})
    assert answer.status_code == 422
    assert adam.get(f"/accounts/of/{cast.charlie.pk}/").status_code == 403
    assert adam.get("/accounts/of/999999/").status_code == 404


@pytest.mark.parametrize("role", [Role.CASEWORKER, Role.COORDINATOR, Role.DATA_PROTECTION_OFFICER])
def test_nobody_else__sees_how_somebody_signs_in(cast: Cast, role: Role) -> None:
    client = Client()
    client.force_login(staff(role, cast.city))
    assert client.get(f"/accounts/of/{cast.alice.pk}/").status_code == 403


# --- step-up ----------------------------------------------------------------------------------------------------------


def test_step_up__a_page_is_left_for_the_question_and_comes_back(alice: Client, cast: Cast) -> None:
    with at(11):
        answer = alice.get("/preferences/tokens/new/")
        assert answer.headers["Location"] == "/accounts/reauthenticate/?next=%2Fpreferences%2Ftokens%2Fnew%2F"
        assert alice.post(answer.headers["Location"], {"password": "wrong"}).status_code == 200
        assert alice.get("/preferences/tokens/new/").status_code == 302
        done = alice.post(answer.headers["Location"], {"password": PASSWORD})
        assert done.headers["Location"] == "/preferences/tokens/new/"
        assert alice.get("/preferences/tokens/new/").status_code == 200
    steps = LedgerEntry.objects.filter(act="STEP_UP", actor=cast.alice)
    assert {step.outcome: step.operation for step in steps} == {"failed": "DENIED", "DONE": "SIGN_IN"}


def test_step_up__a_form_is_kept_in_the_page_that_asks_and_goes_on(alice: Client, cast: Cast) -> None:
    sent = {"name": "planning <system>", "days": "7", "purpose": "PLANNING"}
    with at(11):
        page = alice.post("/preferences/tokens/new/", sent).content.decode()
        assert "planning &lt;system&gt;" in page
        assert not cast.alice.tokens.exists()
        wrong = alice.post("/preferences/tokens/new/", {**sent, "step_up_password": "wrong"})
        assert wrong.status_code == 422
        assert "planning &lt;system&gt;" in wrong.content.decode()
        assert ">wrong<" not in wrong.content.decode()
        assert alice.post("/preferences/tokens/new/", {**sent, "step_up_password": PASSWORD}).status_code == 200
    assert cast.alice.tokens.get().name == "planning <system>"
    assert NOTE not in str(Session.objects.first().get_decoded())  # type: ignore[union-attr]


def test_step_up__by_a_code_which_counts_once(alice: Client, cast: Cast) -> None:
    secret, _codes = set_up_app(alice)
    without_marks(alice, "entrance_shown")
    sent = {"name": "planning", "days": "7", "purpose": "PLANNING", "step_up_code": code(secret)}
    assert alice.post("/preferences/tokens/new/", sent).status_code == 200
    without_marks(alice, "entrance_shown")
    assert alice.post("/preferences/tokens/new/", sent).status_code == 422
    assert cast.alice.tokens.count() == 1


def test_step_up__the_administration_asks_before_it_changes_anything(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.administrator)
    without_marks(client, "entrance_shown")
    with_password(cast.administrator)
    client = sign_in(cast.administrator)
    with at(11):
        assert client.get("/admin/").status_code == 200
        assert client.get("/admin/cities/agency/").status_code == 200
        where = client.get("/admin/cities/agency/add/").headers["Location"]
        assert where == "/accounts/reauthenticate/?next=%2Fadmin%2Fcities%2Fagency%2Fadd%2F"
        sent = {"name": "Invented school", "kind": "SCHOOL", "city": cast.city.pk}
        asked = client.post("/admin/cities/agency/add/", sent)
        assert (asked.status_code, "Invented school" in asked.content.decode()) == (403, True)
        done = client.post("/admin/cities/agency/add/", {**sent, "step_up_password": PASSWORD})
        assert done.status_code == 302, done.content


def test_step_up__a_fragment_gives_the_whole_page_to_the_question(alice: Client) -> None:
    with at(11):
        answer = alice.get("/preferences/tokens/new/", headers={"HX-Request": "true"})
        assert (answer.status_code, answer.headers["HX-Redirect"][:25]) == (204, "/accounts/reauthenticate/")
        answer = alice.post("/preferences/tokens/new/", {"name": "x"}, headers={"HX-Request": "true"})
        assert (answer.status_code, answer.headers["HX-Retarget"]) == (422, "#main")


def test_a_token__is_issued_for_who_has_the_second_factor(cast: Cast, settings: object) -> None:
    """What was issued before a posting began, or before a reset, opens nothing without it."""
    _token, secret = issue_token(by=cast.alice, at=timezone.now(), user=cast.alice, name="a test")
    program = Client(headers={"Authorization": f"Bearer {secret}"})
    assert program.get("/api/v1/me").status_code == 200
    settings.SECOND_FACTOR = "required"  # type: ignore[attr-defined]
    assert program.get("/api/v1/me").status_code == 401
    set_up_app(sign_in(with_password(cast.alice)))
    assert program.get("/api/v1/me").status_code == 200
