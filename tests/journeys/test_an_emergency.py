"""The story of an emergency: opened, told, reviewed; and of the quarter in which it is asked who still needs what."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from cases.recertification.services import date_grants
from cities.ledger.rules import Clock
from tests.factories import Cast, a_case
from tests.journeys.conftest import SignIn

pytestmark = pytest.mark.usefixtures("served")

WHY = "His sister called from the station, he is with her and wants to talk"


def test_an_emergency(cast: Cast, sign_in: SignIn) -> None:
    case = a_case(by=cast.carla, lead=cast.alice, name="Nemo Voorbeeld", at=timezone.now() - timedelta(hours=1))
    other = a_case(by=cast.carla, lead=cast.bob, team=(cast.alice,), at=timezone.now())
    date_grants(by=Clock.CLOCK, at=timezone.now() - timedelta(days=92))

    bob = sign_in(cast.bob)
    bob.look("1 my day of bob")
    bob.open("/emergency/")
    bob.look("2 before")
    bob.page.locator("input[name=reference]").fill("VIL-2001-0999")
    bob.page.locator("textarea[name=reason]").fill(WHY)
    bob.press("Open it for an hour")
    bob.sees("There is no such case")
    bob.look("3 refused")
    bob.page.locator("input[name=reference]").fill(case.reference)
    bob.press("Open it for an hour")
    bob.sees("You opened this case in an emergency")
    bob.look("4 with the banner")
    bob.open(f"/cases/{case.reference}/person/")
    bob.look("5 the person, with the banner")
    bob.press("I am done")
    bob.sees("It is over")
    bob.open(f"/cases/{case.reference}/")
    bob.sees_nothing_of("Voorbeeld")

    carla = sign_in(cast.carla)
    carla.open("/board/")
    carla.sees("Emergency openings to review")
    carla.look("6 the board")
    carla.open("/confirm/")
    carla.sees(str(cast.bob))
    carla.look("7 grants to confirm")
    carla.page.get_by_role("checkbox").first.check()
    carla.press("Still needed: confirm what is ticked")
    carla.sees("1 grant confirmed.")
    carla.open(f"/confirm/?case={other.reference}")
    carla.look("8 of one case")
    carla.open(f"/cases/{case.reference}/who-can-see/?on={timezone.localdate()}")
    carla.sees("she said that she was done")
    carla.look("9 who could see it today")

    dana = sign_in(cast.dana)
    dana.look("10 my day of the officer")
    dana.open("/emergency/reviews/")
    dana.look("11 to review")
    dana.press("Review")
    dana.sees(WHY)
    dana.press("Write it down")
    dana.look("12 nothing chosen")
    dana.page.get_by_label("justified, but to be avoided").check()
    dana.page.get_by_label("Why you think so").fill("Nobody of the team was there.")
    dana.page.get_by_label("What follows").fill("A second colleague on this team.")
    dana.press("Write it down")
    dana.sees("is written down")
    dana.look("13 reviewed")
    dana.open(f"/ledger/colleagues/{cast.bob.pk}/?on={timezone.localdate()}")
    dana.look("14 what somebody could see")
    dana.open("/confirm/postings/")
    dana.look("15 postings to confirm")

    bob.open("/emergency/")
    bob.sees("A second colleague on this team.")
    bob.look("16 the outcome")
