"""Alice chooses when she is told, is told, and has the person reminded in words that tell nobody what it is about."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from django.utils import timezone

from cases.access.services import as_clock
from cases.checkins.services import leave_digests, leave_reminders
from cases.outbox.models import Message
from cases.outbox.services import send_due
from cities.ledger.rules import Clock
from cities.staff.models import User
from tests.factories import Cast, a_case
from tests.factories.checkins import a_checkin
from tests.factories.plans import a_plan
from tests.journeys.conftest import SignIn

pytestmark = pytest.mark.usefixtures("served")


def test_messages__from_preferences_to_the_letter(cast: Cast, sign_in: SignIn) -> None:
    at = timezone.now() - timedelta(hours=1)
    case = a_case(by=cast.carla, lead=cast.alice, name="Nemo Voorbeeld", at=at)
    plan = a_plan(case, by=cast.alice, at=at)
    for days in (0, 0, 1):
        a_checkin(
            case, plan, by=cast.alice, at=at, due_on=timezone.localdate() + timedelta(days=days), due_time=time(14, 30)
        )
    alice = sign_in(cast.alice)
    alice.open("/preferences/")
    alice.page.get_by_label("The day's message at").fill("00:00")
    alice.look("preferences")
    alice.press("Save")
    alice.open(f"/cases/{case.reference}/reminders/")
    alice.page.get_by_label("by letter").check()
    alice.look("reminders")
    alice.press("The person agreed to this")
    alice.sees("Agreed: it holds from now on.")
    alice.look("reminders-agreed")
    now = timezone.now()
    User.objects.filter(pk=cast.alice.pk).update(by_email=False)
    leave_reminders(by=Clock.CLOCK, at=now)
    leave_digests(by=Clock.CLOCK, at=now)
    send_due(by=Clock.CLOCK, at=now)
    alice.open("/messages/")
    alice.sees("Reminder of a check-in")
    alice.look("messages")
    alice.press("Mark all as read")
    alice.sees_nothing_of("Mark as read")
    alice.open(f"/cases/{case.reference}/timeline/?kind=MESSAGE")
    alice.look("messages-timeline")
    with as_clock():
        told = Message.objects.filter(recipient=cast.alice)[0]
        Message.objects.filter(pk=told.pk).update(state="DEAD", sent_at=None, last_error="SMTPServerDisconnected")
    alice.open(f"/cases/{case.reference}/check-ins/{told.checkin_id}/")
    alice.look("messages-checkin")
    alice.open("/")
    alice.sees("Letters to print")
    alice.look("messages-my-day")
    alice.page.get_by_role("link", name="Print").first.click()
    alice.sees("Graag herinneren wij u aan uw afspraak:")
    alice.look("letter")
    alice.press("Posted")
    alice.sees("The letter is marked as posted.")
    carla = sign_in(cast.carla)
    carla.open("/board/?show=messages")
    carla.look("messages-board")
    carla.page.get_by_role("button", name="Try again").click()
    carla.sees("It is tried again")
