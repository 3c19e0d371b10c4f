"""Alice looks at her week and her month, prints a sheet, and has her telephone read along for a while."""

from __future__ import annotations

from datetime import time, timedelta
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories import Cast, a_case
from tests.factories.checkins import a_checkin, an_agreed_plan
from tests.journeys.conftest import Reader, SignIn

pytestmark = pytest.mark.usefixtures("served")


def assert_no_name_on_paper(reader: Reader, reference: str) -> None:
    """Printed, the page has case numbers where it has names on the screen."""
    reader.page.emulate_media(media="print")
    printed = reader.page.locator("main").inner_text()
    assert reference in printed
    assert "Nemo" not in printed
    reader.page.emulate_media(media="screen")


def test_a_calendar__from_the_week_to_a_feed_that_is_revoked(cast: Cast, sign_in: SignIn) -> None:
    at, today = timezone.now() - timedelta(hours=1), timezone.localdate()
    case = a_case(by=cast.carla, lead=cast.alice, name="Nemo Voorbeeld", at=at)
    plan = an_agreed_plan(case, by=cast.alice, starts_on=today - timedelta(days=30), at=at)
    for hour in (9, 11, 14, 15, 16):
        a_checkin(case, plan, by=cast.alice, at=at, due_on=today, due_time=time(hour), kind="HOME")
    a_checkin(case, plan, by=cast.alice, at=at, due_on=today - timedelta(days=20), kind="OFFICE", place="Room 2")
    alice = sign_in(cast.alice)
    alice.press("Calendar")
    alice.sees("Nemo Voorbeeld")
    alice.look("calendar-week")
    assert_no_name_on_paper(alice, case.reference)
    alice.press("Month")
    alice.sees("5 contacts")
    alice.look("calendar-month")
    assert_no_name_on_paper(alice, case.reference)
    alice.press("and 2 more")
    alice.sees(case.reference)
    alice.sees_nothing_of("Nemo Voorbeeld")
    alice.look("calendar-day")
    alice.press("With names")
    alice.sees("Nemo Voorbeeld")
    alice.open("/preferences/")
    alice.press("Calendar feeds")
    alice.look("feeds-none")
    alice.press("Make a feed")
    alice.look("feed-new")
    alice.press("Make it")
    alice.look("feed-issued")
    address = urlsplit(alice.page.get_by_label("Address of the feed").input_value()).path
    program = Client()
    assert program.get(address).content.count(b"BEGIN:VEVENT") == 6
    alice.press("To all feeds")
    alice.look("feeds")
    alice.sees_nothing_of(address)
    alice.press("Revoke My own contacts")
    alice.sees("revoked on")
    assert program.get(address).status_code == 404
