"""A missed contact on the pages: on the board, on my day, on the page of its check-in; with and without JavaScript."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from cases.access.services import acting
from cases.casefiles.models import Casefile
from cases.checkins.models import MissedContact
from cases.checkins.selectors import missed_for
from cases.checkins.services import tick
from cities.ledger.models import LedgerEntry
from cities.ledger.rules import Clock
from cities.staff.models import User
from tests.cases.web.conftest import ClientOf
from tests.factories import Cast, a_case
from tests.factories.checkins import a_checkin, a_missed_contact, an_agreed_plan

HTMX = {"HX-Request": "true"}


@pytest.fixture
def followed(cast: Cast) -> Casefile:
    at = timezone.now() - timedelta(days=60)
    return a_case(by=cast.carla, lead=cast.alice, name="Nemo Voorbeeld", at=at)


@pytest.fixture
def missed(cast: Cast, followed: Casefile) -> MissedContact:
    """Nobody recorded a contact of thirty days ago: it is on the agenda of the conference, and Carla's to answer."""
    at, today = timezone.now() - timedelta(days=60), timezone.localdate()
    plan = an_agreed_plan(followed, by=cast.alice, starts_on=today - timedelta(days=60), at=at)
    a_checkin(followed, plan, by=cast.alice, at=at, due_on=today - timedelta(days=30))
    tick(by=Clock.CLOCK, at=timezone.now())
    return now_as(cast.carla)


@pytest.fixture
def hers(cast: Cast, followed: Casefile) -> MissedContact:
    """He did not come today; Alice has recorded that, and it is with her."""
    plan = an_agreed_plan(followed, by=cast.alice, starts_on=timezone.localdate() - timedelta(days=60))
    return a_missed_contact(followed, plan, by=cast.alice, at=timezone.now(), due_on=timezone.localdate())


def now_as(user: User) -> MissedContact:
    with acting(user):
        row: MissedContact = missed_for(user, at=timezone.now()).get()
        list(row.steps.all())
        return row


def address(row: MissedContact, act: str, came_from: str = "") -> str:
    with_whence = f"?from={came_from}" if came_from else ""
    return f"/cases/{row.casefile.reference}/missed/{row.pk}/{act}/{with_whence}"


def test_acknowledge__is_said_on_the_board(cast: Cast, missed: MissedContact, client_of: ClientOf) -> None:
    carla, where = client_of(cast.carla), address(missed, "acknowledge", "board")
    assert where in carla.get("/board/").content.decode()
    answer = carla.post(where, {"version": missed.version}, follow=True)
    page = answer.content.decode()
    assert answer.redirect_chain == [("/board/", 302)]
    assert f"{cast.carla} sees to it" in page
    assert "/acknowledge/" not in page
    again = carla.post(where, {"version": missed.version}, follow=True)
    assert "has acknowledged this already" in again.content.decode()


def test_acknowledge__in_place_answers_with_the_row(cast: Cast, missed: MissedContact, client_of: ClientOf) -> None:
    answer = client_of(cast.carla).post(
        address(missed, "acknowledge", "board"), {"version": missed.version}, headers=HTMX
    )
    page = answer.content.decode()
    assert "<html" not in page
    assert f'id="missed-{missed.pk}"' in page
    assert "sees to it" in page


@pytest.mark.parametrize("act", ["acknowledge", "reopen"])
@pytest.mark.parametrize("version", ["", "x", "99", "1\x00"])
def test_acknowledge__says_what_is_wrong(
    cast: Cast, missed: MissedContact, client_of: ClientOf, act: str, version: str
) -> None:
    answer = client_of(cast.carla).post(address(missed, act, "board"), {"version": version}, follow=True)
    assert answer.status_code == 200
    assert 'class="notice late"' in answer.content.decode()


def test_answer__on_a_page_of_its_own(cast: Cast, missed: MissedContact, client_of: ClientOf) -> None:
    carla, where = client_of(cast.carla), address(missed, "answer", "board")
    page = carla.get(where).content.decode()
    assert "Nothing was recorded" in page
    told: dict[str, Any] = {"version": missed.version, "answer": "EXPLAINED", "reason": ""}
    refused = carla.post(where, told)
    assert refused.status_code == 422
    assert "This is needed." in refused.content.decode()
    assert now_as(cast.carla).answered_at is None
    done = carla.post(where, told | {"reason": "At his sister's"}, follow=True)
    assert done.redirect_chain == [("/board/", 302)]
    assert now_as(cast.carla).answer == "EXPLAINED"


def test_answer__in_place_the_form_and_then_the_row(cast: Cast, missed: MissedContact, client_of: ClientOf) -> None:
    carla, where = client_of(cast.carla), address(missed, "answer", "board")
    form = carla.get(where, headers=HTMX).content.decode()
    assert "<html" not in form
    assert f'id="missed-{missed.pk}"' in form
    refused = carla.post(where, {"version": missed.version, "answer": "ARRANGED"}, headers=HTMX)
    assert refused.status_code == 422
    assert "Say on which day." in refused.content.decode()
    told = {"version": missed.version, "answer": "CLOSED", "reason": "Moved to Ghent"}
    row = carla.post(where, told, headers=HTMX).content.decode()
    assert "answered: closed" in row
    again = carla.post(where, told, headers=HTMX)
    assert again.status_code == 422
    assert "This was answered already" in again.content.decode()
    back = carla.post(address(missed, "reopen", "board"), {"version": now_as(cast.carla).version}, headers=HTMX)
    assert "/answer/" in back.content.decode()
    assert now_as(cast.carla).answered_at is None


def test_answer__of_a_stale_tab_keeps_what_was_typed(cast: Cast, missed: MissedContact, client_of: ClientOf) -> None:
    carla = client_of(cast.carla)
    carla.post(address(missed, "acknowledge"), {"version": missed.version})
    told = {"version": missed.version, "answer": "CLOSED", "reason": "Moved to Ghent"}
    answer = carla.post(address(missed, "answer"), told)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Somebody else changed this" in page
    assert "Moved to Ghent" in page


def test_my_day__shows_what_is_hers_to_answer(cast: Cast, hers: MissedContact, client_of: ClientOf) -> None:
    alice = client_of(cast.alice)
    page = alice.get("/").content.decode()
    block = page[page.index('id="block-missed"') :]
    assert "the person was not met" in block
    assert address(hers, "answer", "my_day") in block
    shown = LedgerEntry.objects.filter(actor=cast.alice, act="MISSED_READ", object_type="missedstep")
    assert shown.exists()
    done = alice.post(
        address(hers, "answer", "my_day"), {"version": hers.version, "answer": "CLOSED", "reason": "Ill"}, follow=True
    )
    assert done.redirect_chain == [("/", 302)]
    assert "No missed contact waits for you." in done.content.decode()


def test_checkin__shows_its_ladder(cast: Cast, missed: MissedContact, client_of: ClientOf) -> None:
    where = f"/cases/{missed.casefile.reference}/check-ins/{missed.checkin_id}/"
    page = client_of(cast.carla).get(where).content.decode()
    for said in (
        "With the caseworker",
        "With the coordinator",
        "On the agenda of the next case conference",
        "I see to",
    ):
        assert said in page
    for reader in (cast.alice, cast.mayor):
        page = client_of(reader).get(where).content.decode()
        assert "With the coordinator" in page
        assert "/answer/" not in page


def test_overview__says_that_a_contact_was_missed(
    cast: Cast, followed: Casefile, hers: MissedContact, client_of: ClientOf
) -> None:
    page = client_of(cast.alice).get(f"/cases/{followed.reference}/").content.decode()
    assert "was missed, and nobody has answered that" in page


def test_missed__is_not_there_for_others(cast: Cast, missed: MissedContact, client_of: ClientOf) -> None:
    for act in ("acknowledge", "answer", "reopen"):
        for stranger in (cast.charlie, cast.carlo, cast.bob, cast.dana):
            assert client_of(stranger).post(address(missed, act), {"version": 1}).status_code == 404
        assert client_of(cast.mayor).post(address(missed, act), {"version": 1}).status_code == 403
    other = a_case(by=cast.carla, lead=cast.alice, at=timezone.now() - timedelta(days=1))
    wrong = f"/cases/{other.reference}/missed/{missed.pk}/answer/"
    assert client_of(cast.carla).get(wrong).status_code == 404
