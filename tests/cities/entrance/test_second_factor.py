"""The second factor: who needs one is led to it and reaches nothing else; codes let in once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from cities.entrance.selectors import factors_of, needs_second_factor
from cities.ledger.models import LedgerEntry
from cities.roles.permissions import Permission
from cities.roles.rules import COMPARTMENTS, PERMISSIONS, SECOND_FACTOR, Role
from tests.cities.entrance.people import PASSWORD, code, is_in, set_up_app, sign_in, with_password
from tests.factories import AT, Cast, a_user, staff

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _required(settings: Settings) -> Iterator[None]:
    """Required; and the clock stands still, so that a code of now is one of now on a slow machine too."""
    settings.SECOND_FACTOR = "required"
    with time_machine.travel(timezone.now(), tick=False):
        yield


def acts(act: str) -> int:
    return LedgerEntry.objects.filter(act=act).count()


def test_the_table__has_every_role_that_can_see_a_case_read_the_ledger_or_administer() -> None:
    grave = {Permission.LEDGER_READ, Permission.ACCESS_READ, Permission.SETTINGS_CHANGE}
    assert {role for role in Role if COMPARTMENTS[role] or grave & PERMISSIONS[role]} == SECOND_FACTOR


def test_needs_second_factor__by_posting_and_always_as_superuser(cast: Cast) -> None:
    assert needs_second_factor(cast.alice, at=AT)
    assert not needs_second_factor(cast.analyst, at=AT)
    assert not needs_second_factor(staff(Role.INTEGRATION, None), at=AT)
    assert not needs_second_factor(a_user(), at=AT)
    assert needs_second_factor(a_user(is_superuser=True), at=AT)


def test_who_needs_one_and_has_none__is_led_to_it_and_then_to_where_she_was_going(cast: Cast) -> None:
    client = sign_in(with_password(cast.alice))
    for path in ("/", "/roles/", "/cases/", "/admin/", "/preferences/", "/accounts/sessions/", "/accounts/identities/"):
        answer = client.get(path)
        assert (answer.status_code, answer.headers.get("Location")) == (302, "/accounts/second-factor/"), path
    assert client.get("/", headers={"HX-Request": "true"}).headers["HX-Redirect"] == "/accounts/second-factor/"
    answer = client.get("/api/v1/me")
    assert (answer.status_code, answer.json()["type"]) == (403, "urn:apparatus:problem:second-factor")
    assert client.post("/accounts/openid/any/?process=connect").status_code == 404
    client.get("/cases/")
    _secret, codes = set_up_app(client)
    assert len(codes) == 10
    assert is_in(client)
    assert client.get("/api/v1/me").status_code == 200
    assert "****" not in "".join(codes)
    shown_again = client.get("/accounts/second-factor/recovery/").content.decode()
    assert not any(one in shown_again for one in codes)
    assert acts("SECOND_FACTOR_ADDED") == 1


def test_who_needs_none__comes_in_with_the_password(cast: Cast) -> None:
    assert is_in(sign_in(with_password(cast.analyst)))


def test_optional__lets_in_without_but_asks_who_has_one(cast: Cast, settings: Settings) -> None:
    settings.SECOND_FACTOR = "optional"
    client = sign_in(with_password(cast.alice))
    assert is_in(client)
    set_up_app(client)
    assert not is_in(sign_in(cast.alice))


def test_a_code__lets_in_once(cast: Cast) -> None:
    secret, _codes = set_up_app(sign_in(with_password(cast.alice)))
    client = sign_in(cast.alice)
    assert not is_in(client)
    assert client.get("/accounts/second-factor/sign-in/").status_code == 200
    used = code(secret)
    assert client.post("/accounts/second-factor/sign-in/", {"code": "000 00"}).status_code == 200
    assert not is_in(client)
    assert client.post("/accounts/second-factor/sign-in/", {"code": f"{used[:3]} {used[3:]}"}).status_code == 302
    assert is_in(client)
    again = sign_in(cast.alice)
    for spent in (used, code(secret, steps=-1)):
        again.post("/accounts/second-factor/sign-in/", {"code": spent})
        assert not is_in(again)
    assert again.post("/accounts/second-factor/sign-in/", {"code": code(secret, steps=1)}).status_code == 302
    assert is_in(again)
    failed = LedgerEntry.objects.filter(act="SIGN_IN_FAILED")
    assert {(entry.initiator, entry.actor, tuple(entry.object_ids)) for entry in failed} == {
        ("entrance", None, (cast.alice.pk,))
    }


def test_a_recovery_code__lets_in_once(cast: Cast) -> None:
    _secret, codes = set_up_app(sign_in(with_password(cast.alice)))
    client = sign_in(cast.alice)
    client.post("/accounts/second-factor/sign-in/", {"code": codes[0]})
    assert is_in(client)
    assert acts("RECOVERY_CODE_USED") == 1
    again = sign_in(cast.alice)
    again.post("/accounts/second-factor/sign-in/", {"code": codes[0]})
    assert not is_in(again)
    again.post("/accounts/second-factor/sign-in/", {"code": codes[1]})
    assert is_in(again)


def test_the_last_one__is_not_given_up_by_who_needs_it(cast: Cast) -> None:
    client = sign_in(with_password(cast.alice))
    set_up_app(client)
    client.post("/accounts/second-factor/app/remove/")
    assert factors_of(cast.alice).count() == 2
    assert "set up another first" in client.get("/accounts/second-factor/").content.decode()


def test_one_that_is_not_needed__can_be_given_up(cast: Cast, django_capture_on_commit_callbacks: object) -> None:
    client = sign_in(with_password(cast.analyst))
    set_up_app(client)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        assert client.post("/accounts/second-factor/app/remove/").status_code == 302
    assert not factors_of(cast.analyst).exists()
    assert acts("SECOND_FACTOR_REMOVED") == 1
    assert [message.to for message in mail.outbox] == [[cast.analyst.email]]


def test_a_new_one__ends_the_other_sessions_that_came_in_without(cast: Cast) -> None:
    stranger = sign_in(with_password(cast.alice))  # knows the password, and came first
    client = sign_in(cast.alice)
    set_up_app(client)
    assert stranger.get("/accounts/second-factor/passkeys/new/").headers["Location"].startswith("/accounts/login/")
    assert is_in(client)


def test_a_session_without_it__is_signed_out_once_there_is_one(cast: Cast) -> None:
    """However such a session came to be: it sets up no second one beside the first."""
    client = Client()
    with_password(cast.alice)
    sign_in(cast.alice, client=client)
    key = client.session.session_key
    set_up_app(sign_in(cast.alice, client=Client()))
    revived = Client()
    revived.force_login(cast.alice)
    session = revived.session
    del session["entrance_second_factor"]
    session.save()
    assert session.session_key != key
    for path in ("/accounts/second-factor/", "/accounts/second-factor/passkeys/new/", "/"):
        answer = revived.get(path)
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/accounts/login/"), path


def test_new_codes__replace_the_old_ones(cast: Cast) -> None:
    client = sign_in(with_password(cast.alice))
    _secret, codes = set_up_app(client)
    answer = client.post("/accounts/second-factor/recovery/new/", follow=True)
    assert "Your recovery codes" in answer.content.decode()
    again = sign_in(cast.alice)
    again.post("/accounts/second-factor/sign-in/", {"code": codes[0]})
    assert not is_in(again)


def test_the_key_of_an_app__is_sealed_in_the_database(cast: Cast) -> None:
    secret, _codes = set_up_app(sign_in(with_password(cast.alice)))
    kept = " ".join(str(factor.data) for factor in factors_of(cast.alice))
    assert secret not in kept


def test_a_reset_password__asks_for_the_second_factor_all_the_same(cast: Cast) -> None:
    secret, _codes = set_up_app(sign_in(with_password(cast.alice)))
    client = Client()
    client.post("/accounts/password/reset/", {"email": cast.alice.email})
    link = next(word for word in mail.outbox[-1].body.split() if "/password/reset/key/" in word)
    page = client.get(link.replace("http://testserver", ""), follow=True)
    answer = client.post(page.redirect_chain[-1][0], {"password1": PASSWORD + "!", "password2": PASSWORD + "!"})
    assert answer.status_code == 302
    assert not is_in(client)
    assert sign_in(cast.alice, password=PASSWORD).get("/roles/").status_code == 302
    again = sign_in(cast.alice, password=PASSWORD + "!")
    assert not is_in(again)
    again.post("/accounts/second-factor/sign-in/", {"code": code(secret, steps=1)})
    assert is_in(again)
    assert acts("PASSWORD_CHANGED") == 1
