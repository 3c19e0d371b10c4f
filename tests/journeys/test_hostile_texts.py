"""S4: five hundred texts that would run something stand in every text of a case and of the square, and run nowhere, in
a real browser.

Every page is opened by somebody who may, those around an account and of the administration too; each field is seen on
one of them as the text it is, or is in the list of what is shown nowhere. A text runs if it says its number; it was
taken for markup if an element of its own stands in the page, which the policy would only have stopped; and what the
policy refuses at all is counted too: the house gives it nothing to refuse.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, Route

from cases.access.services import acting
from cases.casefiles.models import Casefile
from cases.emergencies.models import EmergencyReview
from cases.plans.models import FollowUpPlan
from cities.ledger.models import LedgerEntry
from cities.roles.rules import COMPARTMENTS, Role, roles_with
from cities.staff.models import User
from tests.architecture.administration import kinds, let_in, named
from tests.architecture.routes import CASES, CITIES, FRAME
from tests.architecture.scene import VARIABLES, Scene, browser_of, each, is_of_a_case
from tests.browser import Served
from tests.factories import Cast, a_case, lately, posting_of
from tests.journeys.hostile import a_hostile_scene, typed_fields
from tests.journeys.hostile_square import (
    PASSKEY,
    SHOWN_NOWHERE,
    a_hostile_square,
    devices,
    shown_nowhere,
    square_fields,
    texts_in_fields,
)
from tests.journeys.payloads import MARK, PAYLOADS, VECTORS, Texts

pytestmark = pytest.mark.usefixtures("served")

#: Who opens a page: the first who may.
PEOPLE = ("carla", "alice", "dana", "liaison", "mayor", "administrator")

#: Not shown by the browser, but kept as a file: numbers only.
DOWNLOADS = {"cases:picture_table"}

#: Of the pages around an account: what ends the session, and what is there only for who set something up, or came in by
#: a way of its own. The passkey of this story is none that a new one could be compared with.
NOT_HERS = {
    "account_logout", "account_reauthenticate", "entrance_again", "mfa_authenticate", "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn", "mfa_add_webauthn", "mfa_deactivate_totp", "mfa_view_recovery_codes",
    "socialaccount_login_error",
}  # fmt: skip

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
        self.read: list[str] = []

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
        if answer is None:
            return 0
        if answer.headers.get("content-type", "").startswith("text/html"):
            self.read.append(answer.text())
        return answer.status


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


def _around(cast: Cast) -> Iterator[tuple[str, str]]:
    """Around the work: one's account, and the administration: every list, and the newest record of each kind."""
    for name, route, method, _act in each(FRAME):
        if method == "GET" and not VARIABLES[name] and name not in NOT_HERS:
            yield name, reverse(name)
        if route.record == "user" and method == "GET":
            yield name, reverse(name, args=[cast.bob.pk])
    yield "admin", reverse("admin:index")
    for model in kinds():
        with acting(cast.carla):
            rows = model._default_manager.order_by("-pk")
            number = (rows.filter(pk=cast.bob.pk) if model is User else rows)[0].pk
        yield named(model, "changelist"), reverse(named(model, "changelist"))
        yield named(model, "change"), reverse(named(model, "change"), args=[number])


def _elsewhere(scene: Scene) -> Iterator[tuple[str, str]]:
    """What the scene's own numbers don't lead to: the cases that were moved or whose plan ended, every version of a
    plan, and the emergency opening that was reviewed."""
    with acting(scene.cast.carla):
        moved = Casefile.objects.exclude(pk=scene.case.pk).order_by("pk")
        cases = [str(one) for one in moved.values_list("reference", flat=True)]
        versions = list(FollowUpPlan.objects.values_list("casefile__reference", "number"))
        reviewed = EmergencyReview.objects.values_list("opening_id", flat=True)[0]
    for reference in cases:
        yield f"cases:timeline {reference}", reverse("cases:timeline", args=[reference])
    for reference, number in versions:
        address = reverse("cases:plan_version", args=[reference, number])
        yield f"cases:plan_version {reference} {number}", address
    yield "cases:emergency_review, reviewed", reverse("cases:emergency_review", args=[reviewed])


def test_five_hundred_texts__run_nowhere(cast: Cast, watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = Texts()
    scene = a_hostile_scene(cast, texts, monkeypatch)
    a_hostile_square(cast, texts)
    let_in(cast)
    assert len(set(PAYLOADS)) == 500
    assert texts.given >= set(PAYLOADS)
    fields = texts_in_fields(cast)
    assert {field for field, found in fields.items() if found} == typed_fields() | square_fields() | {PASSKEY}

    client = Client(headers={"Referer": ""})
    client.force_login(cast.carla)
    plain = a_case(by=cast.carla, lead=cast.alice, name="Nemo Voorbeeld", at=lately())
    why = {"why": "OTHER", "words": texts.short(150)}
    assert client.post(reverse("cases:why", args=[plain.reference]), why).status_code == 302
    assert client.get(reverse("cases:case", args=[plain.reference])).status_code == 200
    assert LedgerEntry.objects.filter(justification__contains=MARK).exists()

    pages = {who: watched.page(getattr(cast, who)) for who in PEOPLE}
    devices(texts)
    opened = {name: watched.go(pages[who], address, name) for name, address, who in _pages(scene)}
    who = reverse("cases:who_can_see", args=[plain.reference])
    opened |= {"who opened it": watched.go(pages["carla"], who, "who opened it")}
    opened |= {name: watched.go(pages["carla"], address, name) for name, address in _around(cast)}
    opened |= {name: watched.go(pages["carla"], address, name) for name, address in _elsewhere(scene)}
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
    assert {name: status for name, status in opened.items() if status >= 400} == {}
    assert len(opened) > 110
    assert shown_nowhere(fields, watched.read) == set(SHOWN_NOWHERE)
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
