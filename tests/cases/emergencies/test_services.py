"""An emergency opening: one case, an hour at most, a reason, told at once, and reviewed by somebody else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from cases.access.models import CaseAccess
from cases.access.rules import NotAllowed, OutOfSight, Refused
from cases.access.selectors import compartments_open_to, knowers, those_who_may
from cases.access.services import acting, as_clock
from cases.casefiles.models import Casefile
from cases.casefiles.selectors import cases_for, listed_cases, may_own
from cases.checkins.selectors import calendar_of, checkins_for
from cases.emergencies.models import EmergencyOpening, EmergencyReview
from cases.emergencies.selectors import awaiting_review, openings_of
from cases.emergencies.services import (
    end_emergency,
    open_in_emergency,
    raise_unreviewed,
    read_emergency,
    review_emergency,
)
from cases.outbox.models import Message
from cases.outbox.services import send_due
from cases.people.selectors import listed_people, people_for, search
from cities.ledger.models import LedgerEntry
from cities.ledger.rules import Clock
from cities.roles.permissions import Permission
from cities.roles.rules import Compartment, Role
from cities.staff.models import Posting, User
from tests.factories import Cast, a_case, on_the_team, posted, posting_of
from tests.factories.checkins import a_checkin, an_agreed_plan
from tests.factories.emergencies import WHY, an_emergency

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(cast: Cast) -> Casefile:
    return a_case(by=cast.carla, lead=cast.alice, name="Nemo Voorbeeld", at=timezone.now() - timedelta(hours=2))


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


def test_end__is_the_openers(cast: Cast, case: Casefile) -> None:
    opening = an_emergency(case, by=cast.bob)
    for who, error in ((cast.alice, NotAllowed), (cast.carla, NotAllowed), (cast.charlie, OutOfSight)):
        with acting(who), pytest.raises(error):
            end_emergency(opening=opening, by=who, at=timezone.now())


def reviewed(by: User, opening: EmergencyOpening, **said: Any) -> EmergencyReview:
    said = {"outcome": "JUSTIFIED", "note": "She was right to"} | said
    with acting(by):
        return review_emergency(opening=opening, by=by, at=timezone.now(), **said)


def test_review__by_somebody_else_and_corrected_later(cast: Cast, case: Casefile) -> None:
    opening = an_emergency(case, by=cast.bob)
    for who in (cast.carla, cast.dana):
        with acting(who):
            assert list(awaiting_review(who, at=timezone.now())) == [opening]
    reviewed(cast.carla, opening)
    with acting(cast.dana):
        assert not awaiting_review(cast.dana, at=timezone.now()).exists()
    second = reviewed(cast.dana, opening, outcome="AVOIDABLE", consequence="Bob joins the team of this family")
    with acting(cast.bob):
        mine = openings_of(cast.bob, at=timezone.now()).get()
        assert mine.review == second
        assert mine.reviews.count() == 2


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"outcome": "GOOD"}, "outcome"), ({"note": " "}, "note"), ({"outcome": "UNJUSTIFIED"}, "consequence"),
        ({"outcome": "AVOIDABLE", "consequence": ""}, "consequence"),
    ],
)  # fmt: skip
def test_review__says_what_and_what_follows(cast: Cast, case: Casefile, said: dict[str, str], field: str) -> None:
    opening = an_emergency(case, by=cast.bob)
    with pytest.raises(Refused) as caught:
        reviewed(cast.dana, opening, **said)
    assert caught.value.field == field


def test_review__never_by_the_opener_whatever_else_she_is(cast: Cast, case: Casefile) -> None:
    posted(cast.bob, Role.DATA_PROTECTION_OFFICER, cast.city)
    opening = an_emergency(case, by=cast.bob)
    with pytest.raises(Refused) as caught:
        reviewed(cast.bob, opening)
    assert caught.value.code == "oneself"
    with acting(cast.bob), pytest.raises(DatabaseError), transaction.atomic():  # nor past the services
        EmergencyReview.objects.create(
            recorded_at=timezone.now(), recorded_by=cast.bob, casefile=case, city=case.city, opening=opening,
            outcome="JUSTIFIED", note="Fine", reviewed_at=timezone.now(),
        )  # fmt: skip


@pytest.mark.parametrize(("who", "error"), [("alice", NotAllowed), ("mayor", NotAllowed), ("carlo", OutOfSight)])
def test_review__is_for_who_answers_for_the_city(cast: Cast, case: Casefile, who: str, error: type[Exception]) -> None:
    opening = an_emergency(case, by=cast.bob)
    with pytest.raises(error):
        reviewed(getattr(cast, who), opening)
    with acting(getattr(cast, who)), pytest.raises(error):
        read_emergency(opening=opening, by=getattr(cast, who), at=timezone.now())


def test_read__by_the_opener_and_by_who_reviews_is_written_down(cast: Cast, case: Casefile) -> None:
    opening = an_emergency(case, by=cast.bob)
    for who in (cast.bob, cast.dana):
        with acting(who):
            assert read_emergency(opening=opening, by=who, at=timezone.now()).reason == WHY
        assert LedgerEntry.objects.filter(actor=who, operation="CONSULT", object_type="emergencyopening").exists()


def test_raise__what_is_late_goes_to_the_officer_once(cast: Cast, case: Casefile) -> None:
    opening = an_emergency(case, by=cast.bob)
    in_time, late = opening.review_by - timedelta(minutes=1), opening.review_by + timedelta(days=3)
    assert raise_unreviewed(by=Clock.CLOCK, at=in_time) == 0
    assert raise_unreviewed(by=Clock.CLOCK, at=late) == 1
    assert raise_unreviewed(by=Clock.CLOCK, at=late) == 0
    with as_clock():
        told = Message.objects.filter(kind="UNREVIEWED")
        assert [row.recipient_id for row in told] == [cast.dana.pk]


def test_raise__not_what_was_reviewed(cast: Cast, case: Casefile) -> None:
    opening = an_emergency(case, by=cast.bob)
    reviewed(cast.carla, opening)
    assert raise_unreviewed(by=Clock.CLOCK, at=opening.review_by + timedelta(days=3)) == 0


def test_raise__to_the_coordinator_where_there_is_no_officer(cast: Cast, case: Casefile) -> None:
    Posting.objects.filter(user=cast.dana).update(ends_on=timezone.localdate())
    opening = an_emergency(case, by=cast.bob)
    raise_unreviewed(by=Clock.CLOCK, at=opening.review_by)
    with as_clock():
        assert [row.recipient_id for row in Message.objects.filter(kind="UNREVIEWED")] == [cast.carla.pk]


def test_clock__knows_that_it_was_not_reviewed_and_not_why_it_was_made(cast: Cast, case: Casefile) -> None:
    an_emergency(case, by=cast.bob)
    with as_clock(), connection.cursor() as cursor:
        cursor.execute("SELECT id, review_by FROM cases_emergencyopening")
        for column in ("reason", "posting_id"):
            with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
                cursor.execute(f"SELECT {column} FROM cases_emergencyopening")  # noqa: S608


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"ground": "TEAM"}, "lets herself onto the team"), ({"ends_at": None}, "without an end"),
        ({"hours": 2}, "for longer"), ({"elsewhere": True}, "in another city"),
    ],
)  # fmt: skip
def test_postgresql__lets_nobody_into_a_case_otherwise(
    cast: Cast, case: Casefile, changed: dict[str, Any], why: str
) -> None:
    there = a_case(by=cast.carlo, at=timezone.now() - timedelta(hours=2)) if changed.pop("elsewhere", False) else case
    now = timezone.now()
    ends_at = now + timedelta(hours=changed.pop("hours", 1))
    said: dict[str, Any] = {"ground": "EMERGENCY", "starts_at": now, "ends_at": ends_at} | changed
    with acting(cast.bob), pytest.raises(DatabaseError), transaction.atomic():
        CaseAccess.grants.create(
            recorded_at=now, recorded_by=cast.bob, casefile_id=there.pk, city_id=there.city_id, user=cast.bob,
            posting=posting_of(cast.bob), reference=there.reference, compartment="CORE", **said,
        )  # fmt: skip


def test_postgresql__knows_no_case_by_reference_for_others(cast: Cast, case: Casefile) -> None:
    for user in (cast.charlie, cast.liaison, cast.administrator, cast.dana, cast.analyst, cast.mayor):
        with acting(user), connection.cursor() as cursor:
            cursor.execute("SELECT case_id FROM apparatus_emergency_case(%s)", [case.reference])
            assert cursor.fetchall() == []
