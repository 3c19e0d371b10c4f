"""A rhythm from its first day to its thinning out: previewed, changed, paused for detention, kept off some days."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.utils import formats, timezone
from playwright.sync_api import expect

from cases.casefiles.models import Casefile
from tests.factories import Cast, a_case
from tests.factories.plans import a_plan
from tests.journeys.conftest import Reader, SignIn

pytestmark = pytest.mark.usefixtures("served")

WEEK = timedelta(weeks=1)


@pytest.fixture
def case(cast: Cast) -> Casefile:
    then = timezone.now() - timedelta(hours=1)
    case = a_case(by=cast.carla, lead=cast.alice, name="Nemo Zandvlinder", at=then)
    a_plan(case, by=cast.alice, at=then)
    return case


@pytest.fixture
def tuesday() -> date:
    """Of the week after next: nothing of it is over before the story is."""
    today = timezone.localdate()
    return today + timedelta(days=15 - today.weekday())


def said(day: date) -> str:
    return formats.date_format(day, "l j F Y")


def look(reader: Reader, name: str) -> None:
    """Once the dates beside the form have come."""
    reader.page.wait_for_load_state("networkidle")
    expect(reader.page.locator("[aria-busy=true]")).to_have_count(0)
    reader.look(name)


def on(reader: Reader, field: str, day: date) -> None:
    reader.page.locator(f"[name={field}]").fill(day.isoformat())


def test_rhythm__from_a_taper_to_a_pause(cast: Cast, case: Casefile, tuesday: date, sign_in: SignIn) -> None:
    alice = sign_in(cast.alice)
    page, check_ins = alice.page, f"/cases/{case.reference}/check-ins/"
    alice.open(check_ins)
    look(alice, "rhythm-none")
    alice.press("Arrange a rhythm")
    look(alice, "rhythm-empty")
    page.locator("[name=every]").fill("1")
    page.get_by_label("Tuesday").check()
    on(alice, "starts_on", tuesday)
    page.locator("[name=time]").fill("10:00")
    page.get_by_label("home visit").check()
    page.get_by_text("Let it thin out").click()
    page.get_by_label("It lasts for").fill("8")
    page.get_by_label("Then every", exact=True).fill("2")
    page.locator("[name=then_frequency]").select_option("WEEKS")
    page.get_by_label("which lasts for").fill("3")
    page.locator("[name=then_unit]").select_option("MONTHS")
    page.get_by_label("And then every").fill("1")
    page.locator("[name=last_frequency]").select_option("MONTHS")
    page.locator("[name=place]").fill("At home")
    page.locator("[name=duration]").fill("30")
    page.locator("[name=duration]").blur()
    dates = page.locator("#preview")
    expect(dates).to_contain_text("then every month on the first Tuesday")
    expect(dates.locator("li").first).to_contain_text(said(tuesday))
    look(alice, "rhythm-typed")
    alice.press("Arrange the rhythm")
    alice.sees("The rhythm is arranged")
    expect(page.locator(".story")).to_have_count(1)
    look(alice, "rhythm-arranged")

    page.get_by_role("link", name=said(tuesday + 2 * WEEK)).click()
    alice.press("Reschedule")
    on(alice, "due_on", tuesday + 2 * WEEK + timedelta(days=1))
    page.get_by_label("the person").check()
    page.locator("[name=reason]").fill("An exam")
    page.locator("main form button").last.click()
    alice.sees("The check-in has a new day.")

    alice.open(check_ins)
    page.get_by_role("link", name="Change", exact=True).first.click()
    alice.sees("After it comes what was agreed")
    on(alice, "from_on", tuesday + WEEK)
    page.get_by_label("Tuesday").uncheck()
    page.get_by_label("Thursday").check()
    expect(dates.locator("li").first).to_contain_text(said(tuesday + WEEK + timedelta(days=2)))
    look(alice, "rhythm-change")
    alice.press("Change it from that day on")
    alice.sees("What was moved or changed by hand stays as it was.")
    alice.sees(said(tuesday + 2 * WEEK + timedelta(days=1)))
    alice.sees(said(tuesday + WEEK + timedelta(days=2)))
    assert said(tuesday + 3 * WEEK) not in page.locator("section[aria-labelledby=to-come]").inner_text()
    look(alice, "rhythm-changed")

    page.get_by_role("link", name="Pause", exact=True).first.click()
    page.get_by_label("detention").check()
    on(alice, "starts_on", tuesday)
    look(alice, "rhythm-pause")
    alice.press("Pause")
    alice.sees("Will pause from")
    alice.sees("Nothing is planned.")
    look(alice, "rhythm-paused")


def test_days_to_avoid__and_a_pause_that_is_over(cast: Cast, case: Casefile, tuesday: date, sign_in: SignIn) -> None:
    alice = sign_in(cast.alice)
    page, check_ins = alice.page, f"/cases/{case.reference}/check-ins/"
    alice.open(f"/cases/{case.reference}/rhythms/new/")
    page.get_by_label("times a quarter").check()
    expect(page.get_by_label("On which days of the week")).to_be_hidden()
    page.locator("[name=every]").fill("3")
    expect(page.locator("#preview")).to_contain_text("Three times a quarter")
    look(alice, "rhythm-quarter")
    page.get_by_label("weeks", exact=True).check()
    page.locator("[name=every]").fill("0")
    alice.press("Arrange the rhythm")
    alice.sees("Nothing was saved yet")
    look(alice, "rhythm-errors")
    page.locator("[name=every]").fill("1")
    page.get_by_label("Tuesday").check()
    page.get_by_label("by telephone").check()
    page.get_by_text("Days off; how soon, how late").click()
    page.get_by_text("With whom else; interpreter; critical").click()
    look(alice, "rhythm-open")
    alice.press("Arrange the rhythm")
    alice.sees("The rhythm is arranged")

    alice.press("Agree on days to avoid")
    on(alice, "starts_on", tuesday)
    on(alice, "ends_on", tuesday + timedelta(days=2))
    look(alice, "days-to-avoid")
    alice.press("Avoid these days")
    alice.sees("a day to avoid, as agreed")
    look(alice, "days-avoided")

    page.get_by_role("link", name="Pause", exact=True).first.click()
    page.get_by_label("detention").check()
    on(alice, "starts_on", timezone.localdate())
    alice.press("Pause")
    alice.sees("Paused since")
    alice.sees("Nothing is planned.")
    page.get_by_role("link", name="Resume", exact=True).click()
    on(alice, "on", tuesday + WEEK)
    look(alice, "rhythm-resume")
    alice.press("Resume")
    alice.sees("The rhythm goes on.")
    alice.sees(said(tuesday + WEEK))
    page.get_by_role("button", name="Fine again").click()
    alice.sees("These days are fine again.")
    alice.sees(re.compile("None was agreed"))
    alice.open(check_ins)
    look(alice, "rhythm-goes-on")
