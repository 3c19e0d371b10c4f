"""Readers of a story: each signs in in a browser of her own, and each page is looked at for what shuts people out.

`PICTURES=1` keeps pictures of each page, at each width, in test-results/.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize, expect

from cities.staff.models import User
from tests.browser import Served
from tests.factories import Cast, a_cast

PASSWORD = "a password of the story"
DESKTOP, PHONE = ViewportSize(width=1280, height=900), ViewportSize(width=390, height=844)


@pytest.fixture
def cast(served: Served) -> Cast:
    """The people of two cities, each with a password."""
    cast = a_cast()
    for user in cast.everybody():
        user.set_password(PASSWORD)
        user.save(update_fields=["password"])
    return cast


class Reader:
    """Somebody at a screen. `look` judges the page as it stands, at each width; `PICTURES=1` keeps them."""

    def __init__(self, page: Page, url: str, pictures: Path | None, widths: Sequence[ViewportSize]) -> None:
        self.page, self.url, self.pictures, self.widths = page, url, pictures, widths

    def open(self, address: str) -> None:
        """Go to an address of the house, as by a link of my day: nobody is asked why she opens a case."""
        self.page.goto(self.url + address, referer=self.url + "/")

    def come_from_nowhere(self, address: str) -> None:
        """Type an address, or follow a bookmark."""
        self.page.goto(self.url + address)

    def look(self, name: str) -> None:
        """No fault that axe knows of, nothing wider than the screen."""
        for size in reversed(self.widths):  # the one at which the story is told comes last, and stays
            if self.page.viewport_size != size:
                self.page.set_viewport_size(size)
            found = Axe().run(self.page)
            assert found.violations_count == 0, f"{name} at {size['width']}: {found.generate_report()}"
            wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wide <= 0, f"{name} is {wide} pixels wider than a screen of {size['width']}"
            if self.pictures:
                self.page.screenshot(path=self.pictures / f"{name} {size['width']}.png", full_page=True)

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


@pytest.fixture
def widths() -> Sequence[ViewportSize]:
    """The screens at which each page of a story is looked at; it is told at the first."""
    return (PHONE, DESKTOP)


@pytest.fixture
def sign_in(
    request: pytest.FixtureRequest, browser: Browser, served: Served, pytestconfig: pytest.Config,
    widths: Sequence[ViewportSize],
) -> Iterator[SignIn]:  # fmt: skip
    """Opens a browser for a user and signs her in."""
    pictures = pytestconfig.rootpath / "test-results" / request.node.name if os.environ.get("PICTURES") else None
    if pictures:
        pictures.mkdir(parents=True, exist_ok=True)
    contexts = []

    def enter(user: User) -> Reader:
        context = browser.new_context(
            viewport=widths[0], locale="en-GB", timezone_id="Europe/Brussels", reduced_motion="reduce"
        )
        contexts.append(context)
        reader = Reader(context.new_page(), served.url, pictures, widths)
        reader.open("/")
        reader.page.locator("input[name=login]").fill(user.email)
        reader.page.locator("input[name=password]").fill(PASSWORD)
        reader.press("Sign in")
        return reader

    yield enter
    for context in contexts:
        context.close()
