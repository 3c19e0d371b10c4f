"""Readers of a story: each signs in in a browser of her own, and each page is looked at for what shuts people out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from cities.staff.models import User
from tests.browser import Served
from tests.factories import Cast, a_cast

PASSWORD = "a password of the story"
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture
def cast(served: Served) -> Cast:
    """The people of two cities, each with a password."""
    cast = a_cast()
    for user in cast.everybody():
        user.set_password(PASSWORD)
        user.save(update_fields=["password"])
    return cast


class Reader:
    """Somebody at a screen. `look` judges the page as it stands, and keeps a picture of it."""

    def __init__(self, page: Page, url: str, pictures: Path) -> None:
        self.page, self.url, self.pictures = page, url, pictures

    def open(self, address: str) -> None:
        """Go to an address of the house, as by a link of my day: nobody is asked why she opens a case."""
        self.page.goto(self.url + address, referer=self.url + "/")

    def come_from_nowhere(self, address: str) -> None:
        """Type an address, or follow a bookmark."""
        self.page.goto(self.url + address)

    def look(self, name: str) -> None:
        """No fault that axe knows of, nothing wider than the screen; the picture is there to be looked at."""
        found = Axe().run(self.page)
        assert found.violations_count == 0, f"{name}: {found.generate_report()}"
        wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{name} is {wide} pixels wider than the screen"
        self.page.screenshot(path=self.pictures / f"{name}.png", full_page=True)

    def press(self, words: str) -> None:
        """Press the button that says so, or follow the link."""
        button = self.page.get_by_role("button", name=words, exact=True)
        (button if button.count() else self.page.get_by_role("link", name=words)).first.click()

    def sees(self, words: str | re.Pattern[str]) -> None:
        """The words are on the page."""
        expect(self.page.locator("body")).to_contain_text(words)

    def sees_nothing_of(self, words: str) -> None:
        """The words are nowhere in what was sent."""
        assert words not in self.page.content()


SignIn = Callable[[User], Reader]


@pytest.fixture(params=[DESKTOP, PHONE], ids=["desktop", "phone"])
def sign_in(
    request: pytest.FixtureRequest, browser: Browser, served: Served, pytestconfig: pytest.Config
) -> Iterator[SignIn]:
    """Opens a browser for a user, at the width of a desk or of a phone, and signs her in."""
    pictures = pytestconfig.rootpath / "test-results" / request.node.name
    pictures.mkdir(parents=True, exist_ok=True)
    contexts = []

    def enter(user: User) -> Reader:
        context = browser.new_context(
            viewport=request.param, locale="en-GB", timezone_id="Europe/Brussels", reduced_motion="reduce"
        )
        contexts.append(context)
        reader = Reader(context.new_page(), served.url, pictures)
        reader.open("/")
        reader.page.locator("input[name=login]").fill(user.email)
        reader.page.locator("input[name=password]").fill(PASSWORD)
        reader.press("Sign in")
        return reader

    yield enter
    for context in contexts:
        context.close()
