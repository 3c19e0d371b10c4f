"""One whole life through the house: a check-in made by the clock, recorded on a phone; what is late; a referral."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import ViewportSize

from cases.access.services import as_clock
from cases.casefiles.models import Casefile
from cases.checkins.services import tick
from cities.ledger.rules import Clock
from cities.staff.models import User
from tests.browser import Served
from tests.factories import Cast, a_case
from tests.factories.checkins import a_rhythm
from tests.factories.plans import a_plan
from tests.journeys.conftest import DESKTOP, PHONE, SignIn

NAME = "Nemo Zandvlinder"


@pytest.fixture
def widths() -> Sequence[ViewportSize]:
    """This one is told at a desk."""
    return (DESKTOP, PHONE)


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def case(cast: Cast, now: datetime) -> Casefile:
    """A case with a plan and a weekly rhythm, arranged so long ago that the clock must make the contact of today."""
    then = now - timedelta(weeks=10)
    case = a_case(by=cast.carla, lead=cast.alice, name=NAME, at=then)
    plan = a_plan(case, by=cast.alice, at=then)
    today = timezone.localdate(now)
    a_rhythm(
        case, plan, by=cast.alice, at=then, starts_on=today - timedelta(weeks=1), weekdays=[today.weekday()],
        policy="KEEP",
    )  # fmt: skip
    with as_clock():
        tick(by=Clock.CLOCK, at=now)
    return case


def test_caseworker__records_todays_checkin_and_the_next_one_stands_there(
    cast: Cast, case: Casefile, sign_in: SignIn
) -> None:
    alice = sign_in(cast.alice)
    alice.sees("My day")
    alice.sees(case.reference)
    alice.look("my-day")
    alice.page.get_by_role("link", name=re.compile("Record")).first.click()
    alice.sees("Planned already")
    alice.look("record")
    alice.page.get_by_label("held", exact=True).check()
    alice.page.locator("textarea[name=note]").fill("We drank coffee and looked at two rooms for rent.")
    alice.press("Record")
    alice.sees("held")
    alice.look("recorded")
    alice.open(f"/cases/{case.reference}/")
    alice.sees(NAME)
    alice.sees("Next contact")
    alice.look("case")
    alice.open(f"/cases/{case.reference}/timeline/")
    alice.look("timeline")
    alice.open(f"/cases/{case.reference}/plan/")
    alice.sees("Invented goal 1")
    alice.look("plan")
    alice.open(f"/cases/{case.reference}/who-can-see/")
    alice.sees("Carla")
    alice.look("who-can-see")


def test_coordinator__sees_what_is_late(cast: Cast, case: Casefile, sign_in: SignIn) -> None:
    carla = sign_in(cast.carla)
    carla.open("/board/")
    carla.sees("late")
    carla.sees(case.reference)
    carla.look("board")


def test_referral__goes_to_the_office_and_an_inquiry_is_all_that_comes_back(
    cast: Cast, case: Casefile, sign_in: SignIn, served: Served
) -> None:
    carla = sign_in(cast.carla)
    carla.open(f"/cases/{case.reference}/referrals/draft/")
    carla.look("draft")
    page = carla.page
    page.get_by_label(str(cast.office)).check()
    page.locator("input[name=ground]").first.check()
    page.locator("input[name=urgency]").first.check()
    page.locator("[name=subject]").fill(f"{NAME}, born in 1990")
    page.locator("[name=statement]").fill("The cell reports what a neighbour was shown.")
    page.locator("input[name=facts-0-nature]").first.check()
    page.locator("[name=facts-0-text]").fill("A message was shown on a telephone.")
    page.locator("[name=facts-0-source]").fill("The neighbour")
    page.locator("[name=facts-0-reliability]").select_option("C")
    page.locator("main form button").last.click()
    carla.sees("drafted")
    address = re.sub(r"^https?://[^/]+", "", page.url)
    carla.look("drafted")

    mayor = sign_in(cast.mayor)
    mayor.open(address)
    mayor.press("Approve these words")
    mayor.sees("approved")

    carla.open(address)
    carla.press("Look once more, and send")
    carla.look("send")
    carla.page.locator("main form button").last.click()
    carla.sees("sent")

    liaison = sign_in(cast.liaison)
    liaison.sees(case.reference)
    liaison.look("liaison")
    liaison.open(address)
    liaison.sees("A message was shown on a telephone.")
    liaison.press("Acknowledge it")
    liaison.open(address + "answer/")
    liaison.page.get_by_label("an inquiry is open").check()
    liaison.look("answer")
    liaison.page.locator("main form button").last.click()
    liaison.sees("answered")

    alice = sign_in(cast.alice)
    alice.open(f"/cases/{case.reference}/")
    alice.sees("An inquiry is open: do not cross it.")
    alice.sees_nothing_of("A message was shown")
    alice.look("caution")


def test_analyst__sees_numbers_and_no_person(cast: Cast, case: Casefile, sign_in: SignIn) -> None:
    analyst = sign_in(cast.analyst)
    analyst.open("/national-picture/")
    analyst.sees("National picture")
    analyst.look("national-picture")
    analyst.sees_nothing_of(NAME)


@pytest.mark.parametrize("who", ["bob", "charlie"])
def test_others__find_nothing_there(cast: Cast, case: Casefile, sign_in: SignIn, who: str) -> None:
    user: User = getattr(cast, who)
    reader = sign_in(user)
    reader.open(f"/cases/{case.reference}/")
    reader.sees_nothing_of(NAME)
    assert "Not found" in reader.page.content() or "not found" in reader.page.content().lower()
    reader.look("not-found")
