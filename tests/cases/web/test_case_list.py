"""The list of cases."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cases.access.services import acting
from cases.casefiles.models import Casefile
from cases.checkins.models import CheckIn
from cases.checkins.rules import Outcome
from cases.checkins.services import record_checkin
from cities.ledger.models import LedgerEntry
from tests.cases.web.conftest import ClientOf
from tests.factories import Cast, a_case
from tests.factories.checkins import a_checkin, an_agreed_plan


def test_case_list__shows_what_one_may_know_of_and_writes_it_down(
    cast: Cast, case: Casefile, client_of: ClientOf
) -> None:
    page = client_of(cast.alice).get("/cases/").content.decode()
    assert case.reference in page
    assert "Nemo Voorbeeld" in page
    entry = LedgerEntry.objects.filter(actor=cast.alice, operation="CONSULT").latest("at")
    assert (entry.act, entry.object_ids) == ("CASE_READ", [case.pk])


@pytest.mark.parametrize("who", ["bob", "charlie"])
def test_case_list__is_empty_for_whoever_is_not_on_a_team(
    cast: Cast, case: Casefile, client_of: ClientOf, who: str
) -> None:
    page = client_of(getattr(cast, who)).get("/cases/").content.decode()
    assert case.reference not in page
    assert "no open case that you may see" in page


def test_case_list__filters_by_the_address(cast: Cast, case: Casefile, client_of: ClientOf) -> None:
    alice = client_of(cast.alice)
    assert case.reference in alice.get("/cases/?whose=mine&stage=FOLLOW_UP").content.decode()
    page = alice.get("/cases/?stage=ABROAD").content.decode()
    assert case.reference not in page
    assert "Take a filter away" in page
    assert 'href="?"' in page


def test_case_list__says_beside_the_filter_what_it_cannot_be(cast: Cast, case: Casefile, client_of: ClientOf) -> None:
    answer = client_of(cast.alice).get("/cases/?stage=NOWHERE")
    assert answer.status_code == 422
    assert 'id="id_stage_error"' in answer.content.decode()


@pytest.mark.parametrize("after", ["x", "-1", "9" * 30, "²", "1\x00"])
def test_case_list__bears_an_impossible_page(cast: Cast, case: Casefile, client_of: ClientOf, after: str) -> None:
    assert case.reference in client_of(cast.alice).get("/cases/", {"after": after}).content.decode()


def test_case_list__goes_on_from_the_last_one(cast: Cast, case: Casefile, client_of: ClientOf) -> None:
    a_case(by=cast.carla, lead=cast.alice, at=timezone.now() - timedelta(minutes=5), name="Circe Verzonnen")
    page = client_of(cast.alice).get("/cases/", {"after": case.pk + 1}).content.decode()
    assert "Nemo Voorbeeld" in page
    assert "Circe Verzonnen" not in page


def contacts_of(case: Casefile, cast: Cast) -> list[CheckIn]:
    """One of today of which the outcome is known, one tomorrow, and today one at no hour and one at 14:00."""
    now = timezone.now()
    today = timezone.localdate(now)
    plan = an_agreed_plan(case, by=cast.alice, starts_on=today, at=now)
    held, *coming = [
        a_checkin(case, plan, by=cast.alice, at=now, due_on=today + timedelta(days=days), due_time=hour)
        for days, hour in ((0, None), (1, time(9)), (0, None), (0, time(14)))
    ]
    with acting(cast.alice):
        record_checkin(
            checkin=held, by=cast.alice, at=now, version=held.version, outcome=Outcome.MISSED_ACCEPTABLE,
            reason="Ill; her mother called.",
        )  # fmt: skip
    return [held, *coming]


def test_case_list__shows_the_last_outcome_and_the_next_contact(
    cast: Cast, case: Casefile, client_of: ClientOf
) -> None:
    held, _tomorrow, _at_no_hour, at_two = contacts_of(case, cast)
    page = client_of(cast.alice).get("/cases/").content.decode()
    row = page[page.index("<tbody>") : page.index("</tbody>")]
    assert "missed, acceptable reason" in row
    assert row.index("missed, acceptable reason") < row.index(", 14:00")
    assert "09:00" not in row
    assert "her mother called" not in page
    entry = LedgerEntry.objects.filter(actor=cast.alice, operation="CONSULT").latest("at")
    assert (entry.act, entry.object_ids) == ("CHECKIN_READ", [held.pk, at_two.pk])


def test_case_list__says_that_nothing_was_held_and_nothing_is_planned(
    cast: Cast, case: Casefile, client_of: ClientOf
) -> None:
    page = client_of(cast.alice).get("/cases/").content.decode()
    assert "none yet" in page
    assert "none planned" in page


@pytest.mark.usefixtures("one_moment")
def test_case_list__asks_no_more_for_more_cases(cast: Cast, case: Casefile, client_of: ClientOf) -> None:
    carla = client_of(cast.carla)
    contacts_of(case, cast)
    carla.get("/cases/")
    with CaptureQueriesContext(connection) as one:
        carla.get("/cases/")
    for _number in range(3):
        contacts_of(a_case(by=cast.carla, lead=cast.alice, at=timezone.now() - timedelta(minutes=5)), cast)
    with CaptureQueriesContext(connection) as four:
        carla.get("/cases/")
    assert len(four) == len(one)


def test_case_list__answers_htmx_with_the_part_alone(cast: Cast, case: Casefile, client_of: ClientOf) -> None:
    answer = client_of(cast.alice).get("/cases/", headers={"HX-Request": "true", "HX-Target": "cases"})
    assert "<html" not in answer.content.decode()
    assert case.reference in answer.content.decode()
