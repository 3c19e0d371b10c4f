"""Carla opens a case by its address, is asked why, and goes on; Alice is told the same day, and reads what was said."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from django.utils import timezone

from cases.access.services import as_clock
from cases.audit.services import tell_of_openings
from cases.outbox.services import send_due
from cities.ledger.rules import Clock
from cities.places.rules import moment_of
from cities.staff.models import User
from tests.factories import Cast, a_case
from tests.journeys.conftest import SignIn

pytestmark = pytest.mark.usefixtures("served")


def test_why__asked_answered_and_told(cast: Cast, sign_in: SignIn) -> None:
    at, today = timezone.now() - timedelta(hours=1), timezone.localdate()
    case = a_case(
        by=cast.carla, lead=cast.alice, name="Nemo Voorbeeld", at=at, next_step_on=today + timedelta(days=60)
    )  # fmt: skip
    User.objects.filter(pk=cast.alice.pk).update(by_email=False)
    carla = sign_in(cast.carla)
    carla.come_from_nowhere(f"/cases/{case.reference}/person/")
    carla.sees("Why do you open this case?")
    carla.sees_nothing_of("Voorbeeld")
    carla.look("1 asked why")
    carla.press("Open the case")
    carla.sees_nothing_of("Voorbeeld")
    carla.look("2 nothing chosen")
    carla.page.get_by_label("something else").check()
    carla.page.get_by_label("In a few words").fill("the school of young Voorbeeld rang")
    carla.press("Open the case")
    carla.sees("Leave the name out")
    carla.look("3 a name in it")
    carla.page.get_by_label("In a few words").fill("his school rang")
    carla.press("Open the case")
    carla.sees("Nemo Voorbeeld")
    assert carla.page.url.endswith("/person/")
    carla.look("4 open")
    carla.come_from_nowhere(f"/cases/{case.reference}/timeline/")
    carla.sees("Nemo Voorbeeld")

    with as_clock():
        assert tell_of_openings(by=Clock.CLOCK, at=timezone.now()) == 1
    send_due(by=Clock.CLOCK, at=moment_of(today + timedelta(days=1), time(8)))
    alice = sign_in(cast.alice)
    alice.open("/messages/")
    alice.look("5 told")
    alice.press("Case opened without a task")
    alice.sees("his school rang")
    alice.look("6 who looked")
