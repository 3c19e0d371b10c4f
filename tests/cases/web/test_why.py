"""Why a file is opened: the task that led there, the page before, or what is answered when nothing did."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.access.services import acting
from cases.audit.rules import WHY_LASTS
from cases.casefiles.models import Casefile
from cities.ledger.models import LedgerEntry
from cities.staff.models import User
from tests.cases.web.conftest import ClientOf
from tests.factories import Cast, a_case
from tests.factories.emergencies import an_emergency
from tests.factories.referrals import sent_referral

ASKS = "Why do you open this case?"
NOWHERE = {"Referer": ""}


@pytest.fixture
def idle(cast: Cast) -> Casefile:
    """Led by Alice, opened by Carla; with nothing to do in it for weeks."""
    at = timezone.now() - timedelta(hours=1)
    return a_case(
        by=cast.carla, lead=cast.alice, name="Nemo Voorbeeld", at=at,
        next_step_on=timezone.localdate() + timedelta(days=60),
    )  # fmt: skip


def stranger(user: User) -> Client:
    """A browser in which she has signed in, and that comes from nowhere: a bookmark, an address, a link outside."""
    client = Client()
    client.force_login(user)
    return client


def overview(case: Casefile) -> str:
    return reverse("cases:case", args=[case.reference])


def answered(client: Client, case: Casefile, wanted: str = "", **answer: str) -> Any:
    sent = {"why": "CONTACT", "words": "", "next": wanted or overview(case)} | answer
    return client.post(reverse("cases:why", args=[case.reference]), sent)


def last_look(user: User) -> LedgerEntry:
    return LedgerEntry.objects.filter(actor=user, operation="CONSULT", case_id__isnull=False).latest("id")


def looks(user: User) -> int:
    return LedgerEntry.objects.filter(actor=user, operation="CONSULT").count()


def test_answer__opens_what_was_wanted_and_stands_in_the_ledger(cast: Cast, idle: Casefile) -> None:
    carla, wanted = stranger(cast.carla), reverse("cases:timeline", args=[idle.reference]) + "?kind=STAGE"
    assert f'value="{wanted}"' in carla.get(wanted).content.decode()
    gone = answered(carla, idle, wanted, why="OTHER", words="his sister’s  school")
    assert (gone.status_code, gone["Location"]) == (302, wanted)
    assert "Voorbeeld" in carla.get(wanted).content.decode()
    entry = last_look(cast.carla)
    assert (entry.purpose, entry.justification) == ("why:OTHER", "his sister’s school")
    page = carla.get(reverse("cases:who_can_see", args=[idle.reference])).content.decode()
    assert "something else" in page
    assert "his sister’s school" in page


def test_answer__serves_its_case_only_and_for_some_hours(cast: Cast, idle: Casefile) -> None:
    later = timezone.localdate() + timedelta(days=60)
    other = a_case(by=cast.carla, at=timezone.now() - timedelta(hours=1), next_step_on=later)
    carla = stranger(cast.carla)
    answered(carla, idle)
    assert ASKS not in carla.get(overview(idle)).content.decode()
    assert ASKS in carla.get(overview(other)).content.decode()
    assert ASKS in stranger(cast.carla).get(overview(idle)).content.decode()  # another session
    session = carla.session
    answer, words, until = session["why"][str(idle.pk)]
    assert (answer, words) == ("why:CONTACT", "")
    assert until <= (timezone.now() + WHY_LASTS).timestamp()
    session["why"] = {str(idle.pk): [answer, words, timezone.now().timestamp()]}
    session.save()
    assert ASKS in carla.get(overview(idle)).content.decode()
    answered(carla, other)
    assert set(carla.session["why"]) == {str(other.pk)}


def test_answer__is_gone_after_signing_out(cast: Cast, idle: Casefile) -> None:
    carla = stranger(cast.carla)
    answered(carla, idle)
    carla.post("/accounts/logout/")
    carla.force_login(cast.carla)
    assert ASKS in carla.get(overview(idle)).content.decode()


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ({"why": ""}, "required"),
        ({"why": "CURIOUS"}, "CURIOUS"),
        ({"why": "OTHER", "words": "  "}, "This is needed."),
        ({"why": "CONTACT", "words": "VOORBEELD rang"}, "Leave the name out"),
        ({"why": "CONTACT", "words": "a\x00b"}, "ull characters"),
        ({"why": "CONTACT", "words": "x" * 151}, "150"),
    ],
)
def test_answer__that_is_none_is_asked_again_with_all_that_was_typed(
    cast: Cast, idle: Casefile, answer: dict[str, str], told: str
) -> None:
    carla = stranger(cast.carla)
    again = answered(carla, idle, **answer)
    page = again.content.decode()
    assert again.status_code == 422
    assert told in page
    assert overview(idle) in page
    assert "why" not in carla.session
    assert ASKS in carla.get(overview(idle)).content.decode()


@pytest.mark.parametrize(
    "wanted",
    ["https://elsewhere.example/", "//elsewhere.example/cases/", "/preferences/", "/nowhere", "javascript:1", "//[x/"],
)
def test_answer__leads_to_a_page_of_its_case_and_nowhere_else(cast: Cast, idle: Casefile, wanted: str) -> None:
    assert answered(stranger(cast.carla), idle, wanted)["Location"] == overview(idle)


def test_answer__to_a_case_that_is_hidden_is_that_of_one_that_never_was(cast: Cast, idle: Casefile) -> None:
    bob = stranger(cast.bob)
    hidden = answered(bob, idle)
    missing = bob.post(reverse("cases:why", args=["VIL-2001-0999"]), {"why": "CONTACT", "next": overview(idle)})
    assert (hidden.status_code, hidden.content) == (missing.status_code, missing.content)
    assert hidden.status_code == 404
    assert "why" not in bob.session
    assert bob.get(overview(idle)).status_code == 404


def test_whoever_may_not__is_refused_and_not_asked(cast: Cast, idle: Casefile) -> None:
    assert stranger(cast.mayor).get(reverse("cases:checkin_arrange", args=[idle.reference])).status_code == 403


def test_answer__by_the_office_of_a_referral(cast: Cast, idle: Casefile) -> None:
    referral = sent_referral(idle, cast, at=timezone.now() - timedelta(minutes=30))
    address = reverse("cases:referral", args=[idle.reference, referral.number])
    assert answered(stranger(cast.liaison), idle, address)["Location"] == address


def test_an_act__is_never_interrupted(cast: Cast, idle: Casefile) -> None:
    client = stranger(cast.carla)
    sent = {
        "version": idle.version,
        "next_step": "Call the school",
        "next_step_on": "2999-01-01",
        "owner": cast.carla.pk,
    }
    again = client.post(reverse("cases:case_next_step", args=[idle.reference]), sent)
    assert ASKS not in again.content.decode()
    with acting(cast.carla):
        assert Casefile.objects.get(pk=idle.pk).next_step == "Call the school" or again.status_code == 422


def test_a_fragment__sends_the_whole_page_to_the_question(cast: Cast, idle: Casefile) -> None:
    client, address = stranger(cast.carla), reverse("cases:timeline", args=[idle.reference]) + "?kind=STAGE"
    answer = client.get(address, headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Redirect"], answer.content) == (204, address, b"")


def test_the_ledger__finds_openings_without_a_task(cast: Cast, idle: Casefile, client_of: ClientOf) -> None:
    """Whatever page of the house she says that she comes from; not of whoever has something to do in the case."""
    answered(carla := stranger(cast.carla), idle)
    carla.get(overview(idle))
    client_of(cast.mayor).get(overview(idle), headers={"Referer": "http://testserver/board/"})
    an_emergency(idle, by=cast.bob, at=timezone.now())
    client_of(cast.bob).get(overview(idle), headers={"Referer": "http://testserver/board/"})
    rows = client_of(cast.dana).get("/ledger/", {"without_task": "on"}).content.decode().split("<tbody>")[1]
    assert str(cast.carla) in rows
    assert str(cast.mayor) in rows
    assert str(cast.bob) not in rows
