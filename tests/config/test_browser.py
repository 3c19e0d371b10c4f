"""The plumbing of the stories: a real browser on the application, with nothing that the policy refuses."""

from types import SimpleNamespace
from typing import cast

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.test import Client
from playwright.sync_api import ConsoleMessage, Page, expect

from tests import browser
from tests.browser import Served


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


def test_ci__does_not_go_on_without_a_browser(pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    monkeypatch.setattr(browser, "chromium", lambda: None)
    with pytest.raises(pytest.exit.Exception, match="no Chromium"):
        browser.pytest_configure(pytestconfig)
    monkeypatch.setenv("CI", "")
    browser.pytest_configure(pytestconfig)


@pytest.mark.parametrize(("ci", "outcome"), [("true", "failed"), ("", "skipped")])
def test_ci__takes_a_skipped_story_for_a_failure(
    ci: str, outcome: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", ci)
    story = SimpleNamespace(fixturenames=["page", "browser"])
    report = SimpleNamespace(skipped=True, outcome="skipped", longrepr="no Chromium")
    hook = browser.pytest_runtest_makereport(cast("pytest.Item", story), cast("pytest.CallInfo[None]", None))
    next(hook)
    with pytest.raises(StopIteration):
        hook.send(cast("pytest.TestReport", report))
    assert report.outcome == outcome
