"""Alice comes in: sets up a passkey and an app, steps up, and loses nothing when her session ends."""

from __future__ import annotations

import re
import time
from datetime import timedelta

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.contrib.sessions.models import Session
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django import Settings

from cities.tokens.services import issue_feed, issue_token
from tests.browser import Served
from tests.factories import Cast, posting_of
from tests.journeys.conftest import PASSWORD, Reader, SignIn

pytestmark = pytest.mark.usefixtures("served")

DRAFT = "She spoke of her sister for the first time."


@pytest.fixture(autouse=True)
def _required(settings: Settings) -> None:
    settings.SECOND_FACTOR = "required"


@pytest.fixture
def served(served: Served) -> Served:
    """By a name: a passkey belongs to a name, and an address of numbers is none."""
    return Served(served.url.replace("127.0.0.1", "localhost"), served.database)


def with_a_passkey(page: Page) -> None:
    """A device that answers, as if a finger were on it."""
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send(
        "WebAuthn.addVirtualAuthenticator",
        {"options": {
            "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
            "isUserVerified": True, "automaticPresenceSimulation": True,
        }},
    )  # fmt: skip


def code(secret: str, steps: int = 0) -> str:
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps)))


def enter(alice: Reader, email: str) -> None:
    alice.open("/accounts/login/")
    alice.page.locator("input[name=login]").fill(email)
    alice.page.locator("input[name=password]").fill(PASSWORD)
    alice.press("Sign in")


def test_coming_in__with_a_passkey_and_an_app(cast: Cast, sign_in: SignIn) -> None:
    alice = sign_in(cast.alice)
    alice.sees("A password alone is not enough for that")
    alice.look("second-factor-needed")
    alice.open("/cases/")
    alice.sees("A password alone is not enough for that")
    with_a_passkey(alice.page)
    alice.press("Set up a passkey")
    alice.look("passkey-new")
    alice.page.get_by_label("What do you call it?").fill("work telephone")
    alice.press("Set it up")
    alice.sees("Your recovery codes")
    alice.look("recovery-codes")
    codes = alice.page.locator(".codes code").all_inner_texts()
    assert len(codes) == 10
    alice.press("I have them: continue")
    expect(alice.page).to_have_url(re.compile("/cases/$"))
    alice.open("/accounts/second-factor/")
    alice.look("second-factor")
    alice.sees("work telephone")
    alice.press("Set up an app")
    alice.look("app-new")
    secret = alice.page.get_by_label("Key").input_value()
    alice.page.get_by_label("The code that the app shows").fill(code(secret, -1))
    alice.press("Done")
    alice.look("second-factor-both")
    alice.press("Sign out")
    enter(alice, cast.alice.email)
    alice.look("second-factor-asked")
    alice.press("Use a passkey")
    alice.sees("My day")
    alice.press("Sign out")
    enter(alice, cast.alice.email)
    alice.page.get_by_label("Code").fill("123")
    alice.page.locator("form.form button").click()
    alice.look("second-factor-wrong")
    alice.page.get_by_label("Code").fill(code(secret))
    alice.page.locator("form.form button").click()
    alice.sees("My day")
    alice.open("/accounts/sessions/")
    alice.look("sessions")
    alice.open("/accounts/identities/")
    alice.look("identities")
    alice.open("/accounts/second-factor/recovery/new/")
    alice.look("recovery-codes-new")
    for path, name in (("passkeys/", "passkeys"), ("app/remove/", "app-remove")):
        alice.open(f"/accounts/second-factor/{path}")
        alice.look(name)


def test_stepping_up__keeps_what_was_typed(cast: Cast, sign_in: SignIn, settings: Settings) -> None:
    settings.SECOND_FACTOR = "optional"
    alice = sign_in(cast.alice)
    alice.open("/preferences/tokens/new/")
    settings.STEP_UP_WITHIN = timedelta(0)
    alice.page.get_by_label("What is it for?").fill("planning system")
    alice.page.get_by_label("Planning:").check()
    alice.press("Issue")
    alice.sees("Is it you?")
    alice.look("step-up")
    settings.STEP_UP_WITHIN = timedelta(minutes=10)
    alice.page.get_by_label("Password").fill(PASSWORD)
    alice.press("Continue")
    alice.sees("Your new token")
    alice.sees("planning system")
    settings.STEP_UP_WITHIN = timedelta(0)
    alice.open("/preferences/tokens/new/")
    alice.look("again")


def test_an_administrator__sees_how_somebody_signs_in(cast: Cast, sign_in: SignIn, settings: Settings) -> None:
    settings.SECOND_FACTOR = "optional"
    now, alice = timezone.now(), cast.alice
    for name in ("planning system", "evaluation of the second half of the year, for the school board of the city"):
        issue_token(by=alice, at=now, user=alice, name=name, posting=posting_of(alice))
    issue_feed(by=alice, at=now, of_team=False)
    adam = sign_in(cast.administrator)
    adam.open(f"/accounts/of/{cast.alice.pk}/")
    adam.look("account-of")
    adam.press("Revoke planning system")
    adam.sees("It is revoked, and an e-mail tells it.")
    adam.look("account-of-revoked")
    adam.page.get_by_label("Reset her second factor").check()
    adam.press("Do it")
    adam.look("account-of-wrong")
    adam.page.get_by_label("Why?").fill("Telephone lost")
    adam.press("Do it")
    adam.sees("It is done, and an e-mail tells it.")


def test_the_end__is_warned_of_covers_the_page_and_keeps_the_draft(
    cast: Cast, sign_in: SignIn, settings: Settings
) -> None:
    settings.SECOND_FACTOR = "optional"
    alice = sign_in(cast.alice)
    settings.SESSION_IDLE = timedelta(seconds=121)
    alice.open("/preferences/tokens/new/")
    page = alice.page
    page.get_by_label("What is it for?").fill(DRAFT)
    expect(page.get_by_role("alertdialog")).to_be_visible(timeout=20_000)
    alice.look("session-warning")
    settings.SESSION_IDLE = timedelta(minutes=15)
    alice.press("Stay signed in")
    expect(page.get_by_role("alertdialog")).to_have_count(0)
    assert page.get_by_label("What is it for?").input_value() == DRAFT
    # The session ends on the server, and the page is looked at again.
    Session.objects.all().delete()
    page.wait_for_timeout(3_100)
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(page.get_by_role("heading", name="You are signed out")).to_be_visible()
    alice.look("session-cover")
    alice.sees_nothing_of(DRAFT)
    alice.sees_nothing_of(str(cast.alice))
    stored = page.evaluate(
        "async () => JSON.stringify([{...localStorage}, {...sessionStorage}, await indexedDB.databases()])"
    )
    assert stored == "[{},{},[]]"
    alice.press("Go on")
    alice.sees("You are not signed in yet.")
    # Another tab: she signs in again, comes back, and goes on.
    tab = Reader(page.context.new_page(), alice.url, alice.pictures, alice.widths)
    enter(tab, cast.alice.email)
    tab.sees("My day")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_label("What is it for?")).to_have_value(DRAFT)
    page.get_by_label("Planning:").check()
    page.get_by_role("button", name="Issue", exact=True).click()
    alice.sees("Your new token")


def test_the_end__another_person_does_not_see_what_was_typed(cast: Cast, sign_in: SignIn, settings: Settings) -> None:
    settings.SECOND_FACTOR = "optional"
    alice = sign_in(cast.alice)
    alice.open("/preferences/tokens/new/")
    page = alice.page
    page.get_by_label("What is it for?").fill(DRAFT)
    Session.objects.all().delete()
    page.wait_for_timeout(3_100)
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(page.get_by_role("heading", name="You are signed out")).to_be_visible()
    tab = Reader(page.context.new_page(), alice.url, alice.pictures, alice.widths)
    enter(tab, cast.bob.email)
    tab.sees("My day")
    page.get_by_role("button", name="Go on").click()
    expect(page.locator("body")).to_contain_text("My day")
    alice.sees_nothing_of(DRAFT)
    assert page.evaluate("document.documentElement.dataset.who") != ""


def test_the_end__without_javascript_gives_the_text_back(cast: Cast, sign_in: SignIn, settings: Settings) -> None:
    settings.SECOND_FACTOR = "optional"
    alice = sign_in(cast.alice)
    alice.open("/preferences/tokens/new/")
    alice.page.route("**/*.js", lambda route: route.abort())
    alice.open("/preferences/tokens/new/")
    alice.page.get_by_label("What is it for?").fill(DRAFT)
    Session.objects.all().delete()
    alice.press("Issue")
    alice.sees("What you typed was not saved")
    assert alice.page.get_by_label("Name").input_value() == DRAFT
    alice.look("session-ended")
