"""Dana reads the ledger at her desk and on the way home; one night it is found that somebody has been at it."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from bench.tampering.asking import as_superuser
from cases import tasks
from cases.access.services import as_clock
from cases.audit.services import seal, verify_sealed
from cities.ledger.rules import Clock
from cities.places.rules import day_of, moment_of
from tests.databases import OwnDatabase
from tests.factories import Cast, a_case
from tests.journeys.conftest import DESKTOP, SignIn

pytestmark = pytest.mark.usefixtures("served")

ANOTHER = "UPDATE cities_ledgerentry SET act = 'NOTHING' WHERE id = (SELECT entry_id FROM cities_sealedentry LIMIT 1)"


def test_the_ledger__is_read_and_found_wanting(cast: Cast, sign_in: SignIn, own_database: OwnDatabase) -> None:
    case = a_case(by=cast.carla, lead=cast.alice, at=timezone.now() - timedelta(hours=1))
    alice = sign_in(cast.alice)
    alice.open(f"/cases/{case.reference}/")
    alice.open("/my-look-ups/")
    alice.look("1 my look-ups")
    alice.open(f"/cases/{case.reference}/who-can-see/")
    alice.look("2 who opened it")

    seal(by=Clock.CLOCK, at=timezone.now())
    tasks.verify_ledger()
    dana = sign_in(cast.dana)
    dana.open("/ledger/")
    dana.sees("Everything is as it was sealed.")
    dana.look("3 the ledger")
    opened = dana.page.locator(".entries tr", has_text="read a case").first
    rest, reason = opened.get_by_role("link", name="same request"), opened.locator("summary").first
    if dana.page.viewport_size == DESKTOP:
        expect(rest).to_be_visible()  # at a desk all of it is there
    else:
        expect(rest).to_be_hidden()
        reason.click()
        expect(rest).to_be_visible()
        dana.look("4 one of them opened")

    with as_superuser(own_database.name) as hostile:
        hostile.execute(ANOTHER)
    with as_clock():  # a week later
        verify_sealed(by=Clock.CLOCK, at=moment_of(day_of(timezone.now()) + timedelta(days=7), time(3)))
    dana.open("/ledger/")
    dana.sees("The ledger is not whole")
    dana.sees("the entry is not what was sealed")
    dana.look("5 not whole")
