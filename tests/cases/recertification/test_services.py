"""Each quarter a grant is confirmed, or it lapses; and what an ended posting leaves open is ended."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from cases.access.models import CaseAccess
from cases.access.rules import Ground, NotAllowed, OutOfSight, Refused
from cases.access.selectors import team_of
from cases.access.services import acting, as_clock
from cases.casefiles.models import Casefile
from cases.casefiles.services import add_to_team, assign_lead, leave_team, move_case
from cases.outbox.models import Message
from cases.outbox.services import send_due
from cases.recertification import services
from cases.recertification.models import GrantConfirmation
from cases.recertification.selectors import grants_to_confirm, without_sight
from cases.recertification.services import Tended, confirm_grants, end_unneeded, tend_access
from cities.ledger.rules import Clock
from cities.places.models import CitySettings
from cities.roles.rules import Role
from cities.staff.models import Posting, User
from cities.staff.selectors import postings_to_confirm
from cities.staff.services import appoint, change_user, confirm_postings, end_posting
from tests.databases import OwnDatabase
from tests.factories import AT, TODAY, Cast, a_case, a_cast, posted, posting_of, sent_referral

DAY = timedelta(days=1)
LATER = AT + 80 * DAY


def tend(days: int = 0) -> Tended:
    return tend_access(by=Clock.CLOCK, at=AT + days * DAY)


@pytest.fixture
def case(cast: Cast) -> Casefile:
    """Alice leads, Bob is on the team; their grants have their day since AT."""
    made = a_case(by=cast.carla, lead=cast.alice, team=(cast.bob,))
    assert tend().dated == 4
    return made


def grants_of(user: User, case: Casefile, reader: User) -> list[CaseAccess]:
    with acting(reader):
        return list(CaseAccess.grants.filter(user=user, casefile=case).order_by("pk"))


def due(user: User, days: int = 80) -> list[CaseAccess]:
    with acting(user):
        return list(grants_to_confirm(user, at=AT + days * DAY))


def test_clock__dates_tells_and_lapses_each_once(cast: Cast, case: Casefile) -> None:
    assert [row.confirm_by for row in grants_of(cast.bob, case, cast.carla)] == [TODAY + 92 * DAY] * 2
    assert tend(1) == Tended()
    assert tend(77) == Tended()
    assert tend(78).told == 4
    assert tend(79) == Tended()
    assert tend(92) == Tended()
    assert tend(93).lapsed == 4
    assert tend(94) == Tended()
    assert {row.ended_because for row in grants_of(cast.bob, case, cast.carla)} == {"LAPSED"}
    with acting(cast.carla):
        assert not team_of(case, at=AT + 94 * DAY).exists()


def test_clock__that_was_down_tells_first_and_waits_a_fortnight(cast: Cast, case: Casefile) -> None:
    assert tend(400) == Tended(told=4)
    assert tend(414) == Tended()
    assert tend(415) == Tended(lapsed=4)


def test_clock__tells_those_who_answer_for_the_city_in_one_message_without_names(cast: Cast, case: Casefile) -> None:
    other = a_case(by=cast.carla, lead=cast.alice)
    tend()
    tend(80)
    mail.outbox.clear()
    send_due(by=Clock.CLOCK, at=AT + 80 * DAY)
    [message] = mail.outbox
    assert message.to == [cast.carla.email]
    for word in (case.reference, other.reference):
        assert word in message.body
    for name in ("Alice", "Bob", "Nemo"):
        assert name not in message.body


def test_clock__tells_the_officer_where_there_is_no_coordinator(cast: Cast, case: Casefile) -> None:
    Posting.objects.filter(user=cast.carla).update(ends_on=TODAY + DAY)
    tend(80)
    with as_clock():
        assert {row.recipient_id for row in Message.objects.filter(kind="CONFIRM")} == {cast.dana.pk}


def test_clock__keeps_to_the_days_of_the_city(cast: Cast) -> None:
    CitySettings.objects.create(recorded_at=AT, city=cast.city, confirm_days=30)
    case = a_case(by=cast.carla, lead=cast.alice)
    tend()
    assert grants_of(cast.alice, case, cast.carla)[0].confirm_by == TODAY + 30 * DAY


def test_clock__leaves_out_what_is_short_by_nature(cast: Cast) -> None:
    case = a_case(by=cast.carla)
    with acting(cast.carla):
        services_grant(case, cast.bob, cast.carla, Ground.DEPUTY)
    assert tend() == Tended()


def services_grant(case: Casefile, to: User, by: User, ground: Ground) -> None:
    CaseAccess.grants.create(
        recorded_at=AT, recorded_by=by, casefile=case, city_id=case.city_id, user=to, posting=posting_of(to),
        reference=case.reference, compartment="CORE", ground=ground, starts_at=AT, ends_at=AT + 30 * DAY,
    )  # fmt: skip


def test_clock__one_sweep_that_fails_keeps_no_other_from_its_work(
    cast: Cast, case: Casefile, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_given: Any) -> int:
        raise RuntimeError("broken")

    monkeypatch.setattr(services, "date_grants", broken)
    with pytest.raises(ExceptionGroup):
        tend(80)
    with as_clock():
        assert CaseAccess.grants.filter(notice_on__isnull=False).count() == 4


def test_clock__in_batches(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "BATCH", 1)
    a_case(by=cast.carla, lead=cast.alice, team=(cast.bob,))
    assert tend().dated == 4
    assert tend(80).told == 4


def test_confirm__for_another_quarter_in_all_compartments(cast: Cast, case: Casefile) -> None:
    tend(80)
    rows = due(cast.carla)
    assert [(row.user, row.reference) for row in rows] == [
        (cast.alice, case.reference), (cast.bob, case.reference),
    ]  # fmt: skip
    with acting(cast.carla):
        assert confirm_grants(by=cast.carla, at=LATER, grants=[row.pk for row in rows]) == 2
        assert confirm_grants(by=cast.carla, at=LATER, grants=[row.pk for row in rows]) == 0
        assert GrantConfirmation.objects.count() == 4
    assert {row.confirm_by for row in grants_of(cast.bob, case, cast.carla)} == {LATER.date() + 92 * DAY}
    assert due(cast.carla) == []
    assert tend(93) == Tended()
    assert tend(80 + 78).told == 4  # and so each quarter


def test_confirm__never_ones_own(cast: Cast) -> None:
    posted(cast.carla, Role.CASEWORKER, cast.city)
    case = a_case(by=cast.carla)
    with acting(cast.carla):
        caseworker = Posting.objects.get(user=cast.carla, role=Role.CASEWORKER)
        add_to_team(case=case, by=cast.carla, at=AT, to=caseworker)
    tend()
    assert due(cast.carla) == []
    [core, _care] = grants_of(cast.carla, case, cast.carla)
    with acting(cast.carla), pytest.raises(OutOfSight):
        confirm_grants(by=cast.carla, at=LATER, grants=[core.pk])


@pytest.mark.parametrize(
    ("who", "error"),
    [("alice", NotAllowed), ("mayor", NotAllowed), ("dana", NotAllowed), ("carlo", OutOfSight), ("bob", NotAllowed)],
)
def test_confirm__is_for_who_answers_for_the_city(cast: Cast, case: Casefile, who: str, error: type[Exception]) -> None:
    numbers = [row.pk for row in grants_of(cast.bob, case, cast.carla)]
    for act in (confirm_grants, end_unneeded):
        with acting(getattr(cast, who)), pytest.raises(error):
            act(by=getattr(cast, who), at=LATER, grants=numbers)


def test_end_unneeded__ends_at_once_and_leaves_out_what_has_ended(cast: Cast, case: Casefile) -> None:
    numbers = [grants_of(cast.bob, case, cast.carla)[0].pk]
    with acting(cast.carla):
        assert end_unneeded(by=cast.carla, at=LATER, grants=numbers) == 1
        assert end_unneeded(by=cast.carla, at=LATER, grants=numbers) == 0
        assert not team_of(case, at=LATER).filter(pk=cast.bob.pk).exists()
        add_to_team(case=case, by=cast.carla, at=LATER, to=posting_of(cast.bob))  # it can be given anew
    assert [row.ended_because for row in grants_of(cast.bob, case, cast.carla)] == ["NOT_NEEDED"] * 2 + [""] * 2


@pytest.mark.parametrize("code", ["lead", "owner"])
def test_end_unneeded__whoever_holds_the_case_hands_over_first(cast: Cast, case: Casefile, code: str) -> None:
    who = cast.alice if code == "lead" else cast.bob
    with acting(cast.carla):
        if code == "owner":
            Casefile.objects.filter(pk=case.pk).update(owner=cast.bob)
        with pytest.raises(Refused) as caught:
            end_unneeded(by=cast.carla, at=LATER, grants=[row.pk for row in grants_of(who, case, cast.carla)])
    assert caught.value.code == code


def test_end_unneeded__of_a_closed_case_asks_nobody_to_hand_over(cast: Cast, case: Casefile) -> None:
    referral = sent_referral(case, cast)
    with acting(cast.carla):
        move_case(case=case, by=cast.carla, at=AT, version=case.version, to="CLOSED", reason="It is over")
    tend()
    [row] = due(cast.carla, 80)
    assert row.agency == referral.addressed_to
    with acting(cast.carla):
        assert end_unneeded(by=cast.carla, at=LATER, grants=[row.pk]) == 1


def test_grants_to_confirm__of_a_colleague_of_a_case_in_a_number_of_queries(cast: Cast, case: Casefile) -> None:
    other = a_case(by=cast.carla, lead=cast.alice)
    tend()
    with acting(cast.carla):
        with CaptureQueriesContext(connection) as queries:
            rows = [
                (str(row.user), str(row.posting and row.posting.agency), row.casefile.reference)
                for row in due_now(cast.carla)
            ]
        assert len(rows) == 3
        assert len(queries) == 1
        assert len(due_now(cast.carla, holder=cast.alice.pk)) == 2
        assert len(due_now(cast.carla, reference=other.reference)) == 1


def due_now(user: User, **which: Any) -> list[CaseAccess]:
    return list(grants_to_confirm(user, at=LATER, **which))


# Leaving ends what was granted.


def test_posting__that_ended_ends_its_grants_and_a_new_one_brings_nothing_back(cast: Cast, case: Casefile) -> None:
    noon = AT.replace(hour=12)
    end_posting(posting=posting_of(cast.bob), by=cast.administrator, at=noon, ends_on=TODAY)
    with acting(cast.carla):  # at once, before any clock comes by
        assert not team_of(case, at=noon).filter(pk=cast.bob.pk).exists()
    again = appoint(
        by=cast.administrator, at=noon, user=cast.bob, role=Role.CASEWORKER, agency=cast.agency, city=cast.city,
        starts_on=TODAY,
    )  # fmt: skip
    with acting(cast.bob):
        assert not Casefile.objects.exists()
    assert tend(1).ended == 2
    ended = grants_of(cast.bob, case, cast.carla)
    assert [(row.ended_because, row.ends_at) for row in ended] == [("POSTING", noon)] * 2
    with acting(cast.carla):
        assert len(add_to_team(case=case, by=cast.carla, at=AT + DAY, to=again)) == 2


def test_posting__that_ends_on_a_day_to_come_ends_them_then(cast: Cast, case: Casefile) -> None:
    end_posting(posting=posting_of(cast.bob), by=cast.administrator, at=AT, ends_on=TODAY + 3 * DAY)
    assert tend(2).ended == 0
    assert tend(5).ended == 2
    midnight = (AT + 3 * DAY).replace(hour=0, minute=0)
    assert {row.ends_at for row in grants_of(cast.bob, case, cast.carla)} == {midnight}


def test_account__that_is_closed_ends_its_postings_and_opened_again_sees_nothing(cast: Cast, case: Casefile) -> None:
    said = {"first_name": "Bob", "last_name": "Example", "language": "en", "phone": ""}
    posted(cast.bob, Role.CASEWORKER, cast.city, starts_on=date(2024, 12, 1))
    for is_active in (False, True):
        change_user(user=cast.bob, by=cast.administrator, at=AT, **said, is_active=is_active)
    with acting(cast.bob):
        assert not Casefile.objects.exists()
    assert not Posting.objects.in_force(at=AT + 40 * DAY).filter(user=cast.bob).exists()
    assert tend(1).ended == 2
    assert {row.ends_at for row in grants_of(cast.bob, case, cast.carla)} == {AT}


def test_account__that_was_closed_before_this_was_kept_is_ended_by_the_clock(cast: Cast, case: Casefile) -> None:
    User.objects.filter(pk=cast.bob.pk).update(is_active=False)
    assert tend(1).ended == 2


def test_leaving__says_why(cast: Cast, case: Casefile) -> None:
    def because(user: User) -> set[str]:
        return {row.ended_because for row in grants_of(user, case, cast.carla) if row.ends_at}

    with acting(cast.carla):
        leave_team(case=case, by=cast.carla, at=AT, user=cast.bob)
    assert because(cast.bob) == {"LEFT"}
    with acting(cast.carla):
        assign_lead(case=case, by=cast.carla, at=AT, version=case.version, to=posting_of(cast.bob))
        assert because(cast.alice) == {"LEAD"}
        services_grant(case, cast.alice, cast.carla, Ground.DEPUTY)
        fresh = Casefile.objects.get(pk=case.pk)
        move_case(case=fresh, by=cast.carla, at=AT, version=fresh.version, to="CLOSED", reason="It is over")
    assert because(cast.bob) == {"LEFT", "CLOSED"}
    assert because(cast.alice) == {"LEAD", "CLOSED"}


def test_without_sight__names_who_still_leads_or_owns_what_she_lost(cast: Cast, case: Casefile) -> None:
    with acting(cast.carla):
        assert not without_sight(cast.carla, at=AT).exists()
    end_posting(posting=posting_of(cast.alice), by=cast.administrator, at=AT, ends_on=TODAY)
    tend()
    for who, expected in ((cast.carla, [cast.alice]), (cast.mayor, []), (cast.carlo, [])):
        with acting(who):
            assert [row.user for row in without_sight(who, at=AT)] == expected
    with acting(cast.carla):
        assign_lead(case=case, by=cast.carla, at=AT, version=case.version, to=posting_of(cast.bob))
        assert not without_sight(cast.carla, at=AT).exists()


# Postings that cover a whole city.


def test_postings__are_confirmed_by_the_officer_each_quarter(cast: Cast) -> None:
    due = list(postings_to_confirm(cast.dana, at=AT))
    assert {row.user for row in due} == {cast.carla, cast.mayor}
    assert confirm_postings(by=cast.dana, at=AT, postings=[row.pk for row in due]) == 2
    assert confirm_postings(by=cast.dana, at=AT, postings=[row.pk for row in due]) == 0
    assert not postings_to_confirm(cast.dana, at=AT + 77 * DAY).exists()
    assert postings_to_confirm(cast.dana, at=AT + 78 * DAY).count() == 2
    tend(400)
    assert Posting.objects.in_force(at=AT + 400 * DAY).filter(user=cast.carla).exists()  # nothing lapses here


@pytest.mark.parametrize(
    ("who", "whose", "error"),
    [
        ("carla", "mayor", NotAllowed), ("administrator", "mayor", NotAllowed), ("dana", "carlo", OutOfSight),
        ("dana", "dana", OutOfSight),
    ],
)  # fmt: skip
def test_postings__by_nobody_else_and_not_elsewhere(cast: Cast, who: str, whose: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        confirm_postings(by=getattr(cast, who), at=AT, postings=[posting_of(getattr(cast, whose)).pk])


def test_two_clocks__do_each_thing_once(own_database: OwnDatabase) -> None:
    cast = a_cast()
    case = a_case(by=cast.carla, lead=cast.alice, team=(cast.bob,))
    together, done = threading.Barrier(2), []

    def run(days: int) -> None:
        try:
            together.wait()
            done.append(tend(days))
        finally:
            connections.close_all()

    for days in (0, 80, 95):
        clocks = [threading.Thread(target=run, args=(days,)) for _clock in range(2)]
        for clock in clocks:
            clock.start()
        for clock in clocks:
            clock.join()
    assert sum(one.dated for one in done) == 4
    assert sum(one.told for one in done) == 4
    assert sum(one.lapsed for one in done) == 4
    with as_clock():
        assert Message.objects.filter(kind="CONFIRM").count() == 1
    assert {row.ended_because for row in grants_of(cast.bob, case, cast.carla)} == {"LAPSED"}
