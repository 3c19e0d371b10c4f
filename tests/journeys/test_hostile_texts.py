"""S4: five hundred texts that would run something stand in every text of a case, and run nowhere, in a real browser.

Every page that shows a case is opened by somebody who may. A text runs if it says its number; it was taken for markup
if an element of its own stands in the page, which the policy would only have stopped; and what the policy refuses at
all is counted too: the house gives it nothing to refuse.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, Route

from cities.ledger.models import LedgerEntry
from cities.roles.rules import COMPARTMENTS, Role, roles_with
from cities.staff.models import User
from tests.architecture.routes import CASES, CITIES
from tests.architecture.scene import Scene, browser_of, each, is_of_a_case
from tests.browser import Served
from tests.factories import Cast, a_case, lately, posting_of
from tests.journeys.hostile import a_hostile_scene, filled_fields, typed_fields
from tests.journeys.payloads import MARK, PAYLOADS, VECTORS, Texts

pytestmark = pytest.mark.usefixtures("served")

#: Who opens a page: the first who may.
PEOPLE = ("carla", "alice", "dana", "liaison", "mayor", "administrator")

#: Not shown by the browser, but kept as a file: numbers only.
DOWNLOADS = {"cases:picture_table"}

#: Tells of what the policy of the page refuses, and of elements that were made of a text.
WATCH = """
addEventListener("securitypolicyviolation", (e) => window.__refused(e.violatedDirective + " " + e.blockedURI));
addEventListener("DOMContentLoaded", () => {
  const made = document.querySelectorAll("[data-ran], a[href^='javascript:' i]").length;
  if (made) window.__made(made);
});
"""


class Watched:
    """A browser in which whatever runs, is refused, or is taken for markup, is written down with its page."""

    def __init__(self, browser: Browser, url: str) -> None:
        self.browser, self.url, self.here = browser, url, ""
        self.ran: list[tuple[str, Any]] = []
        self.refused: list[tuple[str, Any]] = []
        self.made: list[tuple[str, Any]] = []
        self.contexts: list[BrowserContext] = []

    def page(self, user: User | None = None) -> Page:
        context = self.browser.new_context(locale="en-GB", timezone_id="Europe/Brussels")
        self.contexts.append(context)
        for name, into in (("__ran", self.ran), ("__refused", self.refused), ("__made", self.made)):
            context.expose_binding(name, lambda _source, told, into=into: into.append((self.here, told)))
        context.add_init_script(WATCH)
        if user is not None:
            cookie = browser_of(user).cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": self.url}])
        page = context.new_page()
        page.on("dialog", self._asked)
        return page

    def _asked(self, dialog: Dialog) -> None:
        self.ran.append((self.here, dialog.message))
        dialog.dismiss()

    def go(self, page: Page, address: str, name: str) -> int:
        self.here = name
        answer = page.goto(self.url + address, referer=self.url + "/", wait_until="load")
        return answer.status if answer else 0


@pytest.fixture
def watched(browser: Browser, served: Served) -> Iterator[Watched]:
    made = Watched(browser, served.url)
    yield made
    for context in made.contexts:
        context.close()


def _pages(scene: Scene) -> Iterator[tuple[str, str, str]]:
    """Name, address and who opens it: every page that the table of routes has."""
    for name, route, method, act in each(CASES | CITIES):
        if method != "GET" or route.is_open or name in DOWNLOADS:
            continue
        for who in PEOPLE:
            role = Role(posting_of(getattr(scene.cast, who)).role)
            in_sight = not is_of_a_case(name) or route.part in COMPARTMENTS[role]
            if in_sight and (act is None or role in roles_with(act)):
                yield name, scene.address(name), who
                break


def test_five_hundred_texts__run_nowhere(cast: Cast, watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = Texts()
    scene = a_hostile_scene(cast, texts, monkeypatch)
    assert len(set(PAYLOADS)) == 500
    assert texts.given >= set(PAYLOADS)
    assert filled_fields(cast) == typed_fields()

    client = Client(headers={"Referer": ""})
    client.force_login(cast.carla)
    plain = a_case(by=cast.carla, lead=cast.alice, name="Nemo Voorbeeld", at=lately())
    why = {"why": "OTHER", "words": texts.short(150)}
    assert client.post(reverse("cases:why", args=[plain.reference]), why).status_code == 302
    assert client.get(reverse("cases:case", args=[plain.reference])).status_code == 200
    assert LedgerEntry.objects.filter(justification__contains=MARK).exists()

    pages = {who: watched.page(getattr(cast, who)) for who in PEOPLE}
    opened = {name: watched.go(pages[who], address, name) for name, address, who in _pages(scene)}
    who = reverse("cases:who_can_see", args=[plain.reference])
    opened |= {"who opened it": watched.go(pages["carla"], who, "who opened it")}
    for query in ("cases:case_list", "cases:timeline", "cases:ledger"):
        address = scene.address(query)
        watched.go(
            pages["dana" if query == "cases:ledger" else "carla"], f"{address}?q=%22%3E%3Cimg%20{MARK}%3E", query
        )
    watched.here = "cases:search"
    pages["carla"].goto(watched.url + "/search/", referer=watched.url + "/")
    pages["carla"].locator("main input[type=search], main input[name=q]").first.fill(
        '"><img data-ran src=x onerror=__ran(1)>'
    )
    pages["carla"].keyboard.press("Enter")
    pages["carla"].wait_for_load_state("load")
    shown = sum(MARK in page.content() for page in pages.values())
    assert {name: status for name, status in opened.items() if status >= 400} == {}
    assert len(opened) > 60
    assert shown >= 1
    assert watched.ran == []
    assert watched.made == []
    assert watched.refused == []


@pytest.mark.parametrize("policy", [None, "default-src 'none'; script-src 'self'; style-src 'self'"])
def test_the_hooks__notice_a_page_that_does_not_escape(watched: Watched, policy: str | None) -> None:
    """The control: the same hooks on a page that writes the texts as they are, without a policy and with one."""
    page = watched.page()
    headers = {"Content-Security-Policy": policy} if policy else {}
    swallows = ("<select", "<meta", "<form", "<body", "<iframe", "<style", "<object", " onfocus", "{{")
    numbered = [text for text, vector in zip(PAYLOADS, VECTORS, strict=False) if not vector.startswith(swallows)]

    def answer(route: Route) -> None:
        body = "<!doctype html><title>x</title>" + "\n".join(f"<div>{text}</div>" for text in numbered)
        route.fulfill(status=200, content_type="text/html", headers=headers, body=body)

    page.route("**/control/", answer)
    watched.go(page, "/control/", "control")
    page.wait_for_timeout(300)
    assert watched.made
    if policy:
        assert watched.ran == []
        assert len(watched.refused) > 5
    else:
        assert len({told for _page, told in watched.ran}) > 8
