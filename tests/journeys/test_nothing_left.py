"""S5: after a day's work and signing out nothing of it is left in the browser: no storage, no cache, no page behind."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, Page, Response

from tests.browser import Served
from tests.factories import Cast, a_case
from tests.factories.checkins import a_checkin
from tests.factories.plans import a_plan
from tests.journeys.conftest import PASSWORD

pytestmark = pytest.mark.usefixtures("served")

#: Stands in the name, the plan, what is typed and what is looked for.
CANARY = "Kanarievogel"

#: All that a browser keeps for a site, and can be asked by a page.
STORED = """
async () => {
  const found = [];
  for (const store of [localStorage, sessionStorage])
    for (let i = 0; i < store.length; i++) found.push(store.key(i) + " " + store.getItem(store.key(i)));
  for (const one of await indexedDB.databases()) found.push("indexedDB " + one.name);
  for (const name of await caches.keys())
    for (const request of await (await caches.open(name)).keys()) found.push("cache " + request.url);
  for (const one of await navigator.serviceWorker?.getRegistrations() ?? []) found.push("worker " + one.scope);
  return found.concat(document.cookie ? ["cookie " + document.cookie] : []);
}
"""


#: A program that the house doesn't have, forgetful of its rules: even what it left is gone after signing out.
LEAVE_SOMETHING = """
async () => {
  localStorage.setItem("left", "behind");
  await new Promise((done) => { indexedDB.open("left").onsuccess = (e) => { e.target.result.close(); done(); }; });
  await (await caches.open("left")).put("/left", new Response("behind"));
}
"""


def _stored(page: Page) -> list[str]:
    found: list[str] = page.evaluate(STORED)
    return found


def test_signed_out__nothing_of_the_day_is_left(cast: Cast, browser: Browser, served: Served) -> None:
    at, today = timezone.now() - timedelta(hours=1), timezone.localdate()
    case = a_case(by=cast.carla, lead=cast.alice, name=f"Nemo {CANARY}", at=at, next_step=f"{CANARY} step")
    plan = a_plan(case, by=cast.alice, at=at, summary=f"{CANARY} summary")
    checkin = a_checkin(case, plan, by=cast.alice, at=at, due_on=today, place=f"{CANARY} street")
    context = browser.new_context(locale="en-GB", timezone_id="Europe/Brussels")
    page, kept, seen = context.new_page(), [], 0

    def judge(answer: Response) -> None:
        if settings.STATIC_URL not in answer.url and answer.headers.get("cache-control") != "no-store, private":
            kept.append(answer.url)

    page.on("response", judge)
    page.goto(served.url + "/")
    page.locator("input[name=login]").fill(cast.alice.email)
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_load_state("load")
    for name in ("case", "timeline", "person", "plan", "checkin_list", "who_can_see"):
        page.goto(served.url + reverse(f"cases:{name}", args=[case.reference]), referer=served.url + "/")
        seen += CANARY in page.content()
    for address in ("/", "/cases/", "/calendar/", "/my-look-ups/", "/messages/"):
        page.goto(served.url + address)
        seen += CANARY in page.content()
    assert seen >= 8  # it was all there
    page.goto(served.url + "/cases/")
    page.get_by_role("link", name=CANARY).first.click()  # with htmx, where it does
    page.wait_for_load_state("load")
    page.goto(served.url + "/search/")
    page.locator("main input[name=q], main input[type=search]").first.fill(CANARY)
    page.keyboard.press("Enter")
    page.wait_for_load_state("load")
    record = served.url + reverse("cases:checkin_record", args=[case.reference, checkin.pk])
    page.goto(record)
    page.locator("textarea[name=note]").fill(f"{CANARY} note")
    page.wait_for_timeout(200)
    assert [one for one in _stored(page) if CANARY in one] == []
    page.once("dialog", lambda dialog: dialog.accept())
    page.goto(served.url + "/")
    page.evaluate(LEAVE_SOMETHING)
    assert len(_stored(page)) >= 3
    page.evaluate("document.querySelector('form[action*=logout]').requestSubmit()")
    page.wait_for_url("**/accounts/login/**")

    assert _stored(page) == []
    for _ in range(8):
        page.go_back(wait_until="load")
        assert CANARY not in page.content()
        assert CANARY not in page.locator("body").inner_text()
        if "textarea" in page.content() and page.locator("textarea").count():
            assert CANARY not in page.locator("textarea").first.input_value()
    assert [one for one in _stored(page) if CANARY in one or case.reference in one] == []
    assert [cookie for cookie in context.cookies() if CANARY in str(cookie) or case.reference in str(cookie)] == []
    assert kept == []
    context.close()
