"""Wrong attempts are slowed down; a stranger locks nobody out."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from django.core import signing
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from cities.ledger.models import LedgerEntry
from cities.staff.models import User
from cities.web.entrance import throttle
from tests.cities.entrance.people import PASSWORD, code, is_in, set_up_app, sign_in, with_password
from tests.factories import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def one_moment() -> Iterator[None]:
    """Attempts are counted by spans of the clock; none begins in the middle of a story."""
    with time_machine.travel(timezone.now(), tick=False):
        yield


STRANGER, OFFICE = "203.0.113.7", "198.51.100.20"


def fail(user: User, times: int, *, client: Client | None = None, address: str = STRANGER) -> str:
    client = client or Client(REMOTE_ADDR=address)
    page = ""
    for number in range(times):
        answer = client.post("/accounts/login/", {"login": user.email, "password": f"guess {number}"})
        page = answer.content.decode()
    return page


def test_a_strangers_guesses__are_slowed_and_then_not_even_looked_at(cast: Cast) -> None:
    with_password(cast.alice)
    assert "Too many" not in fail(cast.alice, 5)
    assert "Too many" in fail(cast.alice, 1)
    assert not is_in(sign_in(cast.alice, REMOTE_ADDR=STRANGER))  # even with the right one, from there
    assert not is_in(sign_in(cast.alice, REMOTE_ADDR="203.0.113.99"))  # nor from next door
    assert LedgerEntry.objects.filter(act="SIGN_IN_FAILED").count() == 5


def test_a_stranger__does_not_lock_her_out(cast: Cast) -> None:
    with_password(cast.alice)
    at_work = sign_in(cast.alice, REMOTE_ADDR=OFFICE)
    at_work.post("/accounts/logout/")
    fail(cast.alice, 40)
    assert is_in(sign_in(cast.alice, REMOTE_ADDR="192.0.2.1"))  # from elsewhere, on any device
    fail(cast.alice, 40, address=OFFICE)  # the stranger sits in her own office
    assert not is_in(sign_in(cast.alice, REMOTE_ADDR=OFFICE))
    assert is_in(sign_in(cast.alice, client=at_work))  # the browser that she came in with before


def test_a_known_browser__is_known_for_who_came_in_with_it_and_slowed_too(cast: Cast) -> None:
    with_password(cast.alice), with_password(cast.bob)
    client = sign_in(cast.alice, REMOTE_ADDR=OFFICE)
    client.post("/accounts/logout/")
    assert "Too many" in fail(cast.bob, 6, client=client)
    assert "Too many" not in fail(cast.alice, 9, client=client)
    assert "Too many" in fail(cast.alice, 2, client=client)


def test_a_forged_mark__is_no_mark(cast: Cast) -> None:
    with_password(cast.alice)
    for said in ("x", "", signing.dumps({"people": [cast.alice.pk]}, salt="another")):
        client = Client(REMOTE_ADDR="203.0.113.40")
        client.cookies[throttle.COOKIE] = said
        fail(cast.alice, 2, client=client)
    assert "Too many" in fail(cast.alice, 1, address="203.0.113.40")


def test_one_address__does_not_go_through_the_accounts(cast: Cast) -> None:
    page = ""
    for number in range(throttle.FROM_AN_ADDRESS.attempts + 1):
        answer = Client(REMOTE_ADDR=STRANGER).post(
            "/accounts/login/", {"login": f"nobody{number}@example.org", "password": "guess"}
        )
        page = answer.content.decode()
    assert "Too many" in page


def test_right_attempts__use_nothing_up(cast: Cast) -> None:
    with_password(cast.alice)
    for _each in range(throttle.FROM_AN_ADDRESS.attempts + 3):
        assert is_in(sign_in(cast.alice))


def test_a_failed_sign_in__names_the_account_and_keeps_nothing_typed(cast: Cast) -> None:
    Client().post("/accounts/login/", {"login": "correct horse battery", "password": "staple"})
    fail(cast.alice, 1)
    entries = LedgerEntry.objects.filter(act="SIGN_IN_FAILED").order_by("id")
    assert [(entry.actor, entry.object_ids, entry.operation) for entry in entries] == [
        (None, [], "DENIED"), (None, [cast.alice.pk], "DENIED"),
    ]  # fmt: skip
    kept = " ".join(str(value) for entry in entries for value in vars(entry).values())
    assert not any(word in kept for word in ("horse", "staple", "guess", cast.alice.email))


def test_codes__are_slowed_for_strangers_together_and_not_for_her(cast: Cast) -> None:
    client = sign_in(with_password(cast.alice), REMOTE_ADDR=OFFICE)
    secret, _codes = set_up_app(client)
    client.post("/accounts/logout/")
    for net in range(6):  # who has the password tries from many networks
        thief = sign_in(cast.alice, REMOTE_ADDR=f"203.0.{net}.7")
        for guess in range(5):
            page = thief.post("/accounts/second-factor/sign-in/", {"code": f"{net}{guess}0000"}).content.decode()
            assert not is_in(thief)
    assert "Too many" in page
    sign_in(cast.alice, client=client)
    client.post("/accounts/second-factor/sign-in/", {"code": code(secret)})
    assert is_in(client)


def test_network__is_who_lives_next_door() -> None:
    assert throttle.network("203.0.113.7") == throttle.network("203.0.113.200") == "203.0.113.0/24"
    assert throttle.network("2001:db8:1:2::3") == "2001:db8:1::/48"
    assert throttle.network("socket") == "socket"


@pytest.fixture
def ours_alone(settings: Settings) -> None:
    """Without allauth's own limits of so many a minute, which stand behind ours."""
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "reauthenticate": None, "change_password": None}


@pytest.mark.usefixtures("ours_alone")
def test_password_again__is_slowed(cast: Cast) -> None:
    client = sign_in(with_password(cast.alice))
    for number in range(throttle.ON_A_KNOWN_BROWSER.attempts):
        page = client.post("/accounts/reauthenticate/", {"password": f"guess {number}"}).content.decode()
        assert "Too many" not in page
    answer = client.post("/accounts/reauthenticate/", {"password": PASSWORD})  # the right one is not looked at any more
    assert (answer.status_code, "Too many" in answer.content.decode()) == (200, True)
    assert PASSWORD not in answer.content.decode()
    assert not LedgerEntry.objects.filter(act="STEP_UP", outcome="DONE").exists()


@pytest.mark.usefixtures("ours_alone")
def test_the_old_password__is_slowed_and_written_like_any_other(cast: Cast) -> None:
    """In front of a session that somebody left open, or stole."""
    client = sign_in(with_password(cast.alice))
    new = {"password1": PASSWORD + "!", "password2": PASSWORD + "!"}
    for number in range(throttle.ON_A_KNOWN_BROWSER.attempts):
        page = client.post("/accounts/password/change/", {"oldpassword": f"guess {number}", **new}).content.decode()
        assert "Too many" not in page
    tried = LedgerEntry.objects.filter(act="STEP_UP", actor=cast.alice, operation="DENIED", outcome="failed")
    assert [entry.ground for entry in tried] == ["password"] * throttle.ON_A_KNOWN_BROWSER.attempts
    answer = client.post("/accounts/password/change/", {"oldpassword": PASSWORD, **new})
    assert "Too many" in answer.content.decode()
    assert User.objects.get(pk=cast.alice.pk).check_password(PASSWORD)
    assert "Too many" in client.post("/accounts/reauthenticate/", {"password": PASSWORD}).content.decode()  # one count
