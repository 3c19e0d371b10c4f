"""The plumbing of the stories: a real browser on the application, with nothing that the policy refuses."""

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.test import Client
from playwright.sync_api import ConsoleMessage, Page, expect

from tests.browser import Served, chromium, in_ci


@pytest.fixture
def complaints(page: Page) -> list[str]:
    """What the browser complained of."""
    found: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and "favicon" not in message.location["url"]:
            found.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


def sign_in(page: Page, served: Served) -> None:
    client = Client()
    client.force_login(get_user_model().objects.create_user("alice", "alice@example.invalid", "not for people"))
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": served.url}])


def test_sign_in_page__opens(page: Page, served: Served, complaints: list[str]) -> None:
    page.goto(f"{served.url}/accounts/login/")
    expect(page.locator("input[name=login]")).to_be_visible()
    expect(page.locator("input[name=password]")).to_be_visible()
    assert complaints == []


def test_api_docs__open_under_the_strict_policy(page: Page, served: Served, complaints: list[str]) -> None:
    sign_in(page, served)
    page.goto(f"{served.url}/api/v1/docs")
    expect(page.locator(".swagger-ui .title", has_text="Apparatus")).to_be_visible(timeout=30_000)
    assert complaints == []


def test_browser__is_there_in_ci() -> None:
    assert chromium() is not None or not in_ci()
