"""An emergency opening: one case, an hour at most, a reason, told at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from cases.access.models import CaseAccess
from cases.access.rules import NotAllowed, OutOfSight, Refused
from cases.access.selectors import compartments_open_to, knowers, those_who_may
from cases.access.services import acting, as_clock
from cases.casefiles.models import Casefile
from cases.casefiles.selectors import cases_for, listed_cases, may_own
from cases.casefiles.services import leave_team
from cases.checkins.selectors import calendar_of, checkins_for
from cases.emergencies.models import EmergencyOpening
from cases.emergencies.services import (
    end_emergency,
    open_in_emergency,
)
from cases.outbox.models import Message
from cases.outbox.services import send_due
from cases.people.selectors import listed_people, people_for, search
from cases.plans.selectors import actions_due
from cases.plans.services import add_action
from cities.ledger.models import LedgerEntry
from cities.ledger.rules import Clock
from cities.records import as_set_up
from cities.roles.permissions import Permission
from cities.roles.rules import Compartment, Role
from cities.staff.models import Posting, User
from tests.factories import Cast, a_case, a_plan, on_the_team, posted
from tests.factories.checkins import a_checkin, an_agreed_plan
from tests.factories.emergencies import WHY, an_emergency

pytestmark = pytest.mark.django_db


def attempt(by: User, reference: str, reason: str = WHY) -> EmergencyOpening | None:
    with acting(by):
        return open_in_emergency(by=by, at=timezone.now(), reference=reference, reason=reason)


def test_opening__gives_what_the_role_may_for_an_hour_and_no_more(cast: Cast, case: Casefile) -> None:
    opening = an_emergency(case, by=cast.bob)
    now = timezone.now()
    with acting(cast.bob):
        assert compartments_open_to(cast.bob, case, at=now) == {Compartment.CORE, Compartment.CARE}
        assert Casefile.objects.filter(pk=case.pk).exists()  # PostgreSQL shows it too
        assert not compartments_open_to(cast.bob, case, at=opening.ends_at)
        held = CaseAccess.grants.filter(user=cast.bob)
        assert {(row.ground, row.starts_at + timedelta(hours=1)) for row in held} == {("EMERGENCY", opening.ends_at)}
        assert {row.ends_at for row in held} == {opening.ends_at}
    entry = LedgerEntry.objects.filter(operation="EMERGENCY").get()
    assert (entry.actor, entry.case_id, entry.role, entry.ground) == (cast.bob, case.pk, "CASEWORKER", "EMERGENCY")
    assert WHY not in entry.justification  # the ledger has no content


def test_opening__stands_in_no_list_and_nobody_is_told_by_it(cast: Cast, case: Casefile) -> None:
    plan = an_agreed_plan(case, by=cast.alice, at=timezone.now())
    a_checkin(case, plan, by=cast.alice, at=timezone.now(), due_on=timezone.localdate())
    an_emergency(case, by=cast.bob)
    now = timezone.now()
    with acting(cast.bob):
        assert list(cases_for(cast.bob, at=now)) == [case]
        assert list(people_for(cast.bob, at=now)) == [case.person]
        assert checkins_for(cast.bob, at=now).count() == 1
        assert not listed_cases(cast.bob, at=now).exists()
        assert not listed_people(cast.bob, at=now).exists()
        assert search(cast.bob, "Voorbeeld", at=now) == []
        assert search(cast.bob, case.reference, at=now) == []
        for whose in ("MINE", "TEAM", "DEPUTISED"):
            assert not calendar_of(cast.bob, whose, at=now).exists()
        assert not knowers([cast.bob.pk], [case.pk], at=now).include(cast.bob.pk, case_id=case.pk, city_id=case.city_id)
        wanted = [(cast.bob.pk, case.pk, case.city_id)]
        assert those_who_may(wanted, Permission.CHECKIN_RECORD, at=now) == set()
        assert not may_own(cast.bob, case, at=now)


def test_opening__brings_back_nothing_that_was_hers_to_do(cast: Cast, case: Casefile) -> None:
    now = timezone.now()
    on_the_team(case, cast.bob, by=cast.carla, at=now)
    plan = a_plan(case, by=cast.alice, at=now)
    with acting(cast.alice):
        add_action(
            goal=plan.goals.get(), by=cast.alice, at=now, text="Call", owner=cast.bob, due_on=timezone.localdate()
        )
    with acting(cast.bob):
        assert actions_due(cast.bob, at=now).count() == 1
    with acting(cast.carla):
        leave_team(case=case, by=cast.carla, at=timezone.now(), user=cast.bob)
    an_emergency(case, by=cast.bob)
    with acting(cast.bob):
        assert not actions_due(cast.bob, at=timezone.now()).exists()


def test_opening__stands_in_no_list_of_the_administration_either(cast: Cast, case: Casefile) -> None:
    at = timezone.now()
    a_checkin(case, an_agreed_plan(case, by=cast.alice, at=at), by=cast.alice, at=at, due_on=timezone.localdate())
    posted(cast.bob, Role.ADMINISTRATOR, cast.city)
    an_emergency(case, by=cast.bob)
    client = Client()
    client.force_login(cast.bob)
    for table in ("casefile", "followupplan", "checkin"):
        answer = client.get(f"/admin/cases/{table}/")
        assert answer.status_code == 200
        assert case.reference not in answer.content.decode()


def test_opening__puts_who_comes_onto_the_team_meanwhile_in_her_lists(cast: Cast, case: Casefile) -> None:
    an_emergency(case, by=cast.bob)
    on_the_team(case, cast.bob, by=cast.carla, at=timezone.now())
    with acting(cast.bob):
        assert list(listed_cases(cast.bob, at=timezone.now())) == [case]


@pytest.mark.parametrize("reference", ["VIL-2001-0999", "MEC-2024-0001", "elsewhere"])
def test_opening__of_what_is_not_there_or_elsewhere_is_refused_and_written_down(cast: Cast, reference: str) -> None:
    elsewhere = a_case(by=cast.carlo, at=timezone.now() - timedelta(hours=2))
    reference = elsewhere.reference if reference == "elsewhere" else reference
    assert attempt(cast.bob, reference) is None
    entry = LedgerEntry.objects.filter(operation="DENIED").get()
    assert (entry.actor, entry.act, entry.case_reference, entry.outcome, entry.case_id) == (
        cast.bob, "EMERGENCY_OPEN", reference, "out of sight", None,
    )  # fmt: skip
    assert not LedgerEntry.objects.filter(operation="EMERGENCY").exists()
    with acting(cast.bob):
        assert not CaseAccess.grants.exists()
    with as_clock():
        assert not Message.objects.filter(kind="EMERGENCY").exists()


def test_opening__twice_is_one(cast: Cast, case: Casefile) -> None:
    first = an_emergency(case, by=cast.bob)
    assert attempt(cast.bob, case.reference) == first
    assert LedgerEntry.objects.filter(operation="EMERGENCY").count() == 1


def test_opening__of_what_she_sees_already_is_refused(cast: Cast, case: Casefile) -> None:
    with pytest.raises(Refused) as caught:
        attempt(cast.alice, case.reference)
    assert caught.value.code == "known"


@pytest.mark.parametrize("who", ["carla", "mayor", "dana", "liaison", "analyst", "administrator"])
def test_opening__is_for_caseworkers(cast: Cast, case: Casefile, who: str) -> None:
    with pytest.raises(NotAllowed):
        attempt(getattr(cast, who), case.reference)


@pytest.mark.parametrize(
    ("reference", "reason", "field", "code"),
    [
        ("VIL-2024-0001", "", "reason", "required"), ("VIL-2024-0001", "urgent", "reason", "too_short"),
        ("VIL-2024-0001", "- . ! ?", "reason", "too_short"), ("Nemo", WHY, "reference", "shape"),
    ],
)  # fmt: skip
def test_opening__says_which_case_and_why(cast: Cast, reference: str, reason: str, field: str, code: str) -> None:
    with pytest.raises(Refused) as caught:
        attempt(cast.bob, reference, reason)
    assert (caught.value.field, caught.value.code) == (field, code)


def test_opening__where_nobody_can_be_told_is_refused_whatever_the_reference(cast: Cast, case: Casefile) -> None:
    with as_set_up():
        Posting.objects.filter(user__in=[cast.carla, cast.dana]).update(ends_on=timezone.localdate())
    for reference in (case.reference, "VIL-2001-0999"):
        with pytest.raises(Refused) as caught:
            attempt(cast.bob, reference)
        assert caught.value.code == "nobody"


def test_opening__is_told_at_once_by_night_too_without_a_name(cast: Cast, case: Casefile) -> None:
    at = timezone.now()
    an_emergency(case, by=cast.bob, at=at)
    mail.outbox.clear()
    send_due(by=Clock.CLOCK, at=at)
    assert {message.to[0] for message in mail.outbox} == {cast.carla.email, cast.dana.email}
    for message in mail.outbox:
        text = f"{message.subject} {message.body}"
        assert case.reference in text
        for secret in ("Nemo", "Voorbeeld", "Bob", WHY, "station"):
            assert secret not in text
    with acting(cast.dana):
        assert [row.state for row in Message.objects.visible_to(cast.dana, at=at)] == ["SENT"]


def test_message__to_who_no_longer_answers_for_the_city_is_not_sent(cast: Cast, case: Casefile) -> None:
    at = timezone.now()
    an_emergency(case, by=cast.bob, at=at)
    with as_set_up():
        Posting.objects.filter(user=cast.dana).update(ends_on=timezone.localdate())
    mail.outbox.clear()
    send_due(by=Clock.CLOCK, at=at)
    assert cast.dana.email not in {message.to[0] for message in mail.outbox}


def test_end__is_at_once_and_once(cast: Cast, case: Casefile) -> None:
    opening = an_emergency(case, by=cast.bob)
    for _again in range(2):
        with acting(cast.bob):
            done = end_emergency(opening=opening, by=cast.bob, at=timezone.now())
    assert done.ended_at is not None
    assert done.lasts_until == done.ended_at
    with acting(cast.bob):
        assert not compartments_open_to(cast.bob, case, at=timezone.now())
        assert not Casefile.objects.exists()
        assert set(CaseAccess.grants.values_list("ended_because", flat=True)) == {"DONE"}


def test_end__by_a_clock_that_is_behind_is_when_it_began(cast: Cast, case: Casefile) -> None:
    opening = an_emergency(case, by=cast.bob)
    with acting(cast.bob):
        done = end_emergency(opening=opening, by=cast.bob, at=opening.opened_at - timedelta(seconds=1))
        assert done.ended_at == opening.opened_at
        assert not compartments_open_to(cast.bob, case, at=timezone.now())


def test_end__is_the_openers(cast: Cast, case: Casefile) -> None:
    opening = an_emergency(case, by=cast.bob)
    for who, error in ((cast.alice, NotAllowed), (cast.carla, NotAllowed), (cast.charlie, OutOfSight)):
        with acting(who), pytest.raises(error):
            end_emergency(opening=opening, by=who, at=timezone.now())
