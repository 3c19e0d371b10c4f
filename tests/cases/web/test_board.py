"""The coordinator's board: what waits in her city, and what she can do about it from there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cases.access.services import acting
from cases.casefiles.models import Casefile
from cases.casefiles.selectors import case_for
from cases.checkins.models import CheckIn, MissedStep
from cases.checkins.selectors import checkins_for, missed_for
from cases.checkins.services import answer_miss, tick
from cities.ledger.models import LedgerEntry
from cities.ledger.rules import Clock
from tests.cases.web.conftest import ClientOf
from tests.factories import Cast, a_case, posting_of
from tests.factories.checkins import a_checkin, an_agreed_plan


@pytest.fixture
def long_ago(cast: Cast) -> Casefile:
    """A case that Alice has led for two months."""
    at = timezone.now() - timedelta(days=60)
    return a_case(by=cast.carla, lead=cast.alice, name="Nemo Voorbeeld", at=at)


@pytest.fixture
def late(cast: Cast, long_ago: Casefile) -> CheckIn:
    """A contact of thirty days ago of which nothing was recorded, after the clock came by."""
    at = timezone.now() - timedelta(days=60)
    plan = an_agreed_plan(long_ago, by=cast.alice, starts_on=timezone.localdate(at), at=at)
    due = timezone.localdate() - timedelta(days=30)
    checkin = a_checkin(long_ago, plan, by=cast.alice, at=at, due_on=due)
    tick(by=Clock.CLOCK, at=timezone.now())
    return now_as(cast, checkin)


def now_as(cast: Cast, checkin: CheckIn) -> CheckIn:
    with acting(cast.carla):
        return checkins_for(cast.carla, at=timezone.now()).get(pk=checkin.pk)


def test_board__shows_what_nobody_answered(cast: Cast, late: CheckIn, client_of: ClientOf) -> None:
    """Thirty days: past the coordinator, on the agenda of the next case conference."""
    page = client_of(cast.carla).get("/board/").content.decode()
    block = page[page.index('id="block-conference"') : page.index('id="block-unheld"')]
    assert "Nothing was recorded" in block
    assert "on the agenda of the next case conference for" in block
    assert "Nemo Voorbeeld" in block


def test_board__shows_what_is_late_in_words(cast: Cast, late: CheckIn, client_of: ClientOf) -> None:
    with acting(cast.carla):
        (row,) = missed_for(cast.carla, at=timezone.now())
        answer_miss(missed=row, by=cast.carla, at=timezone.now(), version=row.version, answer="CLOSED", reason="Ill")
    page = client_of(cast.carla).get("/board/").content.decode()
    assert "More than ten working days late" in page
    assert "working days late</span>" in page


def test_board__is_written_down_with_what_it_showed(cast: Cast, late: CheckIn, client_of: ClientOf) -> None:
    client_of(cast.carla).get("/board/")
    shown = LedgerEntry.objects.filter(actor=cast.carla, act="BOARD_READ", object_type="missedstep")
    with acting(cast.carla):
        (step,) = MissedStep.objects.filter(missed__checkin=late, over_at__isnull=True)
    assert [entry.object_ids for entry in shown] == [[step.pk]]


@pytest.mark.parametrize("who", ["alice", "bob", "charlie", "liaison", "analyst", "dana", "administrator"])
def test_board__is_for_who_runs_a_city(cast: Cast, late: CheckIn, client_of: ClientOf, who: str) -> None:
    client = client_of(getattr(cast, who))
    assert client.get("/board/").status_code == 403


def test_board__of_another_city_shows_nothing_of_this_one(cast: Cast, late: CheckIn, client_of: ClientOf) -> None:
    page = client_of(cast.carlo).get("/board/").content.decode()
    assert late.casefile.reference not in page
    assert str(cast.alice) not in page


def test_board__gives_the_mayor_no_button(cast: Cast, late: CheckIn, client_of: ClientOf) -> None:
    page = client_of(cast.mayor).get("/board/").content.decode()
    assert "Nemo Voorbeeld" in page
    assert "acknowledge/" not in page


def test_board__assigns_a_lead_from_there(cast: Cast, client_of: ClientOf) -> None:
    case = a_case(by=cast.carla, name="Outis Niemand", at=timezone.now() - timedelta(days=1))
    carla = client_of(cast.carla)
    page = carla.get("/board/").content.decode()
    assert "Outis Niemand" in page
    assert f'action="/cases/{case.reference}/lead/?from=board"' in page
    typed: dict[str, Any] = {"version": case.version, "to": posting_of(cast.alice).pk}
    answer = carla.post(f"/cases/{case.reference}/lead/?from=board", typed, follow=True)
    assert answer.redirect_chain == [("/board/", 302)]
    with acting(cast.carla):
        assert case_for(cast.carla, case.reference, at=timezone.now()).lead_caseworker == cast.alice


def test_board__counts_cases_by_name_and_ranks_nobody(cast: Cast, case: Casefile, client_of: ClientOf) -> None:
    page = client_of(cast.carla).get("/board/").content.decode()
    load = page[page.index('id="caseload"') :]
    assert load.index(str(cast.alice)) < load.index(str(cast.bob)) or str(cast.alice) > str(cast.bob)
    assert "1 case<" in load
    assert "0 cases<" in load


def test_board__shows_steps_and_reviews_that_are_due(cast: Cast, client_of: ClientOf) -> None:
    at = timezone.now() - timedelta(days=300)
    a_case(by=cast.carla, lead=cast.alice, name="Nemo Voorbeeld", at=at, next_step="Ring the school")
    page = client_of(cast.carla).get("/board/").content.decode()
    assert "Ring the school" in page
    assert "review was for" in page


def test_board__of_an_empty_city_says_what_would_be_here(cast: Cast, client_of: ClientOf) -> None:
    page = client_of(cast.carla).get("/board/").content.decode()
    for sentence in ("No other check-in is late", "Every open case has a lead", "Every message was sent"):
        assert sentence in page


def test_board__shows_one_block_whole_by_its_address(cast: Cast, client_of: ClientOf) -> None:
    for _number in range(7):
        a_case(by=cast.carla, at=timezone.now() - timedelta(days=1))
    carla = client_of(cast.carla)
    assert carla.get("/board/").content.decode().count("Assign<") == 5
    page = carla.get("/board/?show=unassigned").content.decode()
    assert page.count("Assign<") == 7
    assert "No other check-in is late" not in page
    assert "No other check-in is late" in carla.get("/board/?show=nothing").content.decode()


@pytest.mark.usefixtures("one_moment")
def test_board__asks_no_more_for_many_than_for_few(cast: Cast, late: CheckIn, client_of: ClientOf) -> None:
    carla = client_of(cast.carla)
    a_case(by=cast.carla, at=timezone.now() - timedelta(days=1))
    carla.get("/board/")
    with CaptureQueriesContext(connection) as few:
        carla.get("/board/")
    for _number in range(4):
        a_case(by=cast.carla, at=timezone.now() - timedelta(days=1))
    with CaptureQueriesContext(connection) as many:
        carla.get("/board/")
    assert len(many) == len(few)
