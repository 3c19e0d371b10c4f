"""Why a file is opened: what led there, before anybody is asked."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.urls import get_resolver, reverse
from django.utils import timezone

from cases.access.models import CaseAccess
from cases.access.services import acting, as_clock
from cases.audit.rules import AROUND
from cases.audit.selectors import without_task
from cases.casefiles.models import Casefile
from cases.outbox.models import Message
from cases.outbox.rules import MessageKind
from cases.outbox.services import Draft, leave_messages
from cases.plans.models import Action, Goal
from cases.plans.services import add_action
from cases.web.purposes import PURPOSES, in_words
from cases.web.whence import OPENED
from cities.ledger.models import LedgerEntry
from cities.ledger.rules import ADMINISTRATION, REST, Clock
from cities.places.rules import day_of
from cities.staff.models import User
from tests.cases.web.conftest import ClientOf
from tests.cases.web.test_why import ASKS, answered, idle, last_look, looks, overview, stranger
from tests.factories import Cast, a_case
from tests.factories.absences import an_absence
from tests.factories.checkins import a_checkin, a_missed_contact, an_agreed_plan
from tests.factories.emergencies import an_emergency
from tests.factories.plans import a_plan
from tests.factories.referrals import sent_referral

__all__ = ["idle"]


@pytest.mark.parametrize("who", ["alice", "carla", "mayor"])
def test_opening__from_nowhere_asks_why_and_shows_nothing(cast: Cast, idle: Casefile, who: str) -> None:
    client, user = stranger(getattr(cast, who)), getattr(cast, who)
    for name in ("case", "person", "timeline", "who_can_see"):
        page = client.get(reverse(f"cases:{name}", args=[idle.reference])).content.decode()
        assert ASKS in page
        assert "Voorbeeld" not in page
    assert looks(user) == 0


@pytest.mark.parametrize(
    "referer",
    [
        "https://elsewhere.example/", "https://elsewhere.example/cases/", "http://testserver/nowhere", "x", "/cases/",
        "http://testserver/preferences/", "http://testserver/help/", "http://testserver.elsewhere.example/cases/",
        "http://[", "http://testserver/accounts/login/?next=/",
    ],
)  # fmt: skip
def test_opening__from_elsewhere_asks(cast: Cast, idle: Casefile, referer: str) -> None:
    client = stranger(cast.carla)
    assert ASKS in client.get(overview(idle), headers={"Referer": referer}).content.decode()


@pytest.mark.parametrize(
    ("referer", "purpose"),
    [
        ("/", "cases:my_day"), ("/cases/?stage=FOLLOW_UP", "cases:case_list"), ("/board/", "cases:board"),
        ("/messages/", "cases:messages"), ("/search/", "cases:search"), ("/emergency/reviews/", "cases:emergency_list"),
        ("/absences/7/", "cases:absence 7"),
    ],
)  # fmt: skip
def test_opening__from_a_page_of_the_house_has_that_as_its_purpose(
    cast: Cast, idle: Casefile, referer: str, purpose: str
) -> None:
    client = stranger(cast.carla)
    assert (
        "Voorbeeld" in client.get(overview(idle), headers={"Referer": f"http://testserver{referer}"}).content.decode()
    )
    assert last_look(cast.carla).purpose == purpose
    assert in_words(purpose) != purpose
    assert LedgerEntry.objects.filter(without_task(), actor=cast.carla, case_id=idle.pk).exists()


def test_pages_of_no_case__are_those_from_which_anybody_could_say_that_she_comes() -> None:
    """But the form by which she has just begun the case: the ledger knows."""
    of_no_case = {name for name in PURPOSES if ":" in name and "reference" not in _taken_by(name)}
    assert of_no_case - {OPENED} | {REST, ADMINISTRATION} == AROUND


def test_opening__from_a_page_that_leads_to_no_case_asks(cast: Cast, idle: Casefile) -> None:
    """It may have words of its own, for what else is written down there."""
    for address in ("/accounts/of/7/", "/admin/", "/emergency/", "/absences/new/"):
        came = {"Referer": f"http://testserver{address}"}
        assert ASKS in stranger(cast.carla).get(overview(idle), headers=came).content.decode(), address


def _taken_by(name: str) -> set[str]:
    """The parts of its address that are not the same each time."""
    patterns = get_resolver().namespace_dict["cases"][1].reverse_dict.getlist(name.removeprefix("cases:"))
    return {part for possible, *_rest in patterns for _address, parts in possible for part in parts}


def test_opening__of_what_she_has_just_begun_goes_on_from_there(cast: Cast, idle: Casefile) -> None:
    """Who says so of a case that she didn't begin is asked."""
    begun = {"Referer": "http://testserver/cases/new/"}
    assert ASKS in stranger(cast.mayor).get(overview(idle), headers=begun).content.decode()
    case = a_case(by=cast.carla, lead=cast.alice, at=timezone.now())
    assert ASKS not in stranger(cast.carla).get(overview(case), headers=begun).content.decode()
    assert last_look(cast.carla).purpose == OPENED


def a_message(case: Casefile, to: User, *, at: datetime) -> Message:
    draft = Draft(
        kind=MessageKind.OPENED, cause="a test", casefile_id=case.pk, city_id=case.city_id, reference=case.reference,
        about_on=day_of(at), about_time=None, due_at=at, recipient_id=to.pk,
    )  # fmt: skip
    with as_clock():
        leave_messages(by=Clock.CLOCK, at=at, drafts=[draft])
        return Message.objects.get(recipient=to)


@pytest.mark.parametrize("days", [0, 6, 8])
def test_opening__of_what_she_was_told_of_this_week_is_for_that(cast: Cast, idle: Casefile, days: int) -> None:
    at = timezone.now() - timedelta(days=days)
    told = a_message(idle, cast.mayor, at=at)
    assert (ASKS in stranger(cast.mayor).get(overview(idle)).content.decode()) is (days > 7)
    if days <= 7:
        assert last_look(cast.mayor).purpose == f"task:message {told.pk}"
    assert ASKS in stranger(cast.carla).get(overview(idle)).content.decode()  # it was not for her


def test_opening__to_confirm_a_grant_or_to_review_an_emergency_is_for_that(cast: Cast, idle: Casefile) -> None:
    opening = an_emergency(idle, by=cast.bob, at=timezone.now())
    assert ASKS not in stranger(cast.carla).get(overview(idle)).content.decode()
    assert last_look(cast.carla).purpose == f"task:review {opening.pk}"
    with acting(cast.carla):
        grants = CaseAccess.grants.filter(casefile=idle, user=cast.alice)
        grants.update(confirm_by=timezone.localdate())
        first = grants.order_by("pk")[0]
    assert ASKS not in stranger(cast.carla).get(reverse("cases:person", args=[idle.reference])).content.decode()
    assert last_look(cast.carla).purpose == f"task:confirm {first.pk}"


def test_opening__from_a_page_of_the_case_goes_on_from_there(cast: Cast, idle: Casefile) -> None:
    client, inside = stranger(cast.mayor), {"Referer": f"http://testserver{overview(idle)}"}
    person = reverse("cases:person", args=[idle.reference])
    assert ASKS in client.get(person, headers=inside).content.decode()  # it was never opened: anybody can say so
    client.get(overview(idle), headers={"Referer": "http://testserver/cases/"})
    assert ASKS not in client.get(person, headers=inside).content.decode()
    assert last_look(cast.mayor).purpose == "cases:case"
    other = a_case(by=cast.carla, at=timezone.now() - timedelta(hours=1))
    assert ASKS in client.get(overview(other), headers=inside).content.decode()


def test_opening__with_a_task_of_today_is_for_that_task(cast: Cast, idle: Casefile, client_of: ClientOf) -> None:
    at, today = timezone.now() - timedelta(minutes=30), timezone.localdate()
    plan = an_agreed_plan(idle, by=cast.alice, at=at)
    far = a_checkin(idle, plan, by=cast.alice, at=at, due_on=today + timedelta(days=20))
    alice = stranger(cast.alice)
    assert ASKS in alice.get(overview(idle)).content.decode()
    near = a_checkin(idle, plan, by=cast.alice, at=at, due_on=today + timedelta(days=2))
    page = alice.get(reverse("cases:checkin", args=[idle.reference, near.pk])).content.decode()
    assert "Voorbeeld" in page
    assert last_look(cast.alice).purpose == f"task:checkin {near.pk}"
    assert in_words(f"task:checkin {near.pk}") == "for a contact of hers"
    client_of(cast.alice).get(overview(idle))
    assert last_look(cast.alice).purpose == f"cases:my_day task:checkin {near.pk}"
    assert in_words(last_look(cast.alice).purpose) == "from her day's work, for a contact of hers"
    assert far.pk != near.pk
    assert ASKS in stranger(cast.carla).get(overview(idle)).content.decode()  # it is not hers


def test_opening__of_what_a_deputy_holds_is_for_that(cast: Cast) -> None:
    at, today = timezone.now() - timedelta(hours=1), timezone.localdate()
    case = a_case(
        by=cast.carla, lead=cast.alice, team=(cast.bob,), at=at, next_step_on=today + timedelta(days=60)
    )  # fmt: skip
    checkin = a_checkin(case, an_agreed_plan(case, by=cast.alice, at=at), by=cast.alice, at=at, due_on=today)
    bob = stranger(cast.bob)
    assert ASKS in bob.get(overview(case)).content.decode()
    an_absence(cast.alice, at=timezone.now(), ends=1, deputy=cast.bob)
    assert ASKS not in bob.get(overview(case)).content.decode()
    assert last_look(cast.bob).purpose == f"task:checkin {checkin.pk}"


def test_opening__of_a_missed_contact_that_is_with_her_is_for_that(cast: Cast, idle: Casefile) -> None:
    at = timezone.now() - timedelta(minutes=30)
    a_missed_contact(
        idle, an_agreed_plan(idle, by=cast.alice, at=at), by=cast.alice, at=at, due_on=timezone.localdate()
    )
    assert ASKS not in stranger(cast.alice).get(overview(idle)).content.decode()
    assert last_look(cast.alice).purpose.startswith("task:")


@pytest.mark.parametrize(("days", "asked"), [(30, True), (3, False)])
def test_opening__for_what_is_to_be_done_or_reached_soon(cast: Cast, idle: Casefile, days: int, asked: bool) -> None:
    at, today = timezone.now() - timedelta(minutes=30), timezone.localdate()
    plan = a_plan(idle, by=cast.alice, at=at)
    with acting(cast.alice):
        goal = plan.goals.get()
        add_action(goal=goal, by=cast.alice, at=at, text="Call", owner=cast.alice, due_on=today + timedelta(days=days))
    assert (ASKS in stranger(cast.alice).get(overview(idle)).content.decode()) is asked
    with acting(cast.alice):
        Goal.objects.filter(pk=goal.pk).update(target_on=today + timedelta(days=5))
        Action.objects.filter(goal=goal).update(due_on=today + timedelta(days=40))
    assert ASKS not in stranger(cast.alice).get(overview(idle)).content.decode()
    assert last_look(cast.alice).purpose == f"task:goal {goal.pk}"


def test_opening__in_an_emergency_asks_nothing_more(cast: Cast, idle: Casefile) -> None:
    an_emergency(idle, by=cast.bob, at=timezone.now())
    assert ASKS not in stranger(cast.bob).get(overview(idle)).content.decode()
    assert last_look(cast.bob).purpose.startswith("task:emergency ")
    assert in_words(last_look(cast.bob).purpose) == "opened in an emergency"


def test_opening__of_a_referral_is_for_it_and_only_its_own_house_learns_of_it(cast: Cast, idle: Casefile) -> None:
    referral = sent_referral(idle, cast, at=timezone.now() - timedelta(minutes=30), subject="Something")
    address = reverse("cases:referral", args=[idle.reference, referral.number])
    liaison = stranger(cast.liaison)
    assert "Something" in liaison.get(address).content.decode()
    assert last_look(cast.liaison).purpose == f"task:referral {referral.pk}"
    carla = stranger(cast.carla)
    assert ASKS in carla.get(address).content.decode()
    answered(carla, idle, address)
    carla.get(address)
    carla.session.flush()
    carla = stranger(cast.carla)
    carla.get(overview(idle), headers={"Referer": f"http://testserver{address}"})
    assert (last_look(cast.carla).compartment, last_look(cast.carla).purpose) == ("CORE", "cases:case")


def test_opening__by_the_data_protection_officer_asks_too(cast: Cast, idle: Casefile) -> None:
    dana, here = stranger(cast.dana), reverse("cases:who_can_see", args=[idle.reference])
    assert ASKS in dana.get(here).content.decode()
    assert answered(dana, idle, here, why="OVERSEE")["Location"] == here
    assert idle.reference in dana.get(here).content.decode()
    assert last_look(cast.dana).purpose == "why:OVERSEE"
