"""Acts on a case as a whole."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from cases.access.models import CaseAccess
from cases.access.rules import NotAllowed, OutOfSight, Refused, Stale
from cases.access.selectors import compartments_open_to, team_of
from cases.access.services import acting
from cases.casefiles.models import Casefile
from cases.casefiles.rules import AFTER_CLOSING
from cases.casefiles.selectors import case_for, cases_for, stage_changes_of
from cases.casefiles.services import add_to_team, assign_lead, leave_team, move_case, open_case, set_next_step
from cases.people.models import Person
from cases.people.services import add_contact
from cities.ledger.models import LedgerEntry
from cities.roles.rules import Compartment, Role
from tests.factories import AT, TODAY, Cast, a_case, a_person, an_agency, posted, posting_of, staff

pytestmark = pytest.mark.django_db

TEAM = frozenset({Compartment.CORE, Compartment.CARE})


def last_entry() -> LedgerEntry:
    return LedgerEntry.objects.order_by("id").reverse()[0]


def refusal(act: Callable[..., object], **values: Any) -> tuple[str, str]:
    with pytest.raises(Refused) as caught:
        act(**values)
    return caught.value.field, caught.value.code


def opening(cast: Cast, **values: Any) -> dict[str, Any]:
    given: dict[str, Any] = {
        "by": cast.carla, "at": AT, "city": cast.city, "ground": "LIVC", "agency": cast.agency,
        "new_person": {"official_name": "Nemo Invented"}, "next_step": " Make an\nappointment ", "next_step_on": TODAY,
    }  # fmt: skip
    return {**given, **values}


def test_open_case__is_seen_by_its_team_and_cell_alone(cast: Cast) -> None:
    case = a_case(by=cast.carla, lead=cast.alice)
    assert case.reference == "VIL-2024-0001"
    for user in (cast.alice, cast.carla, cast.mayor):
        with acting(user):
            assert list(cases_for(user, at=AT)) == [case]
            assert case_for(user, "vil 2024 1", at=AT) == case
    for user in (cast.bob, cast.charlie, cast.carlo, cast.dana, cast.liaison, cast.analyst, cast.administrator):
        with acting(user), pytest.raises(OutOfSight):
            case_for(user, case.reference, at=AT)


def test_open_case__for_a_new_person(cast: Cast) -> None:
    with acting(cast.carla):
        case = open_case(**opening(cast))
        case.refresh_from_db()
        assert (case.person.official_name, case.owner, case.lead_caseworker) == ("Nemo Invented", cast.carla, None)
        assert (case.next_step, case.next_step_on) == ("Make an appointment", TODAY)
        assert (case.stage, case.opened_on, case.closed_on, case.version) == ("INTAKE", TODAY, None, 1)
        assert case.review_on is not None
        assert [(change.from_stage, change.to_stage) for change in stage_changes_of(case, cast.carla, at=AT)] == [
            ("", "INTAKE")
        ]
    entry = last_entry()
    assert (entry.operation, entry.act, entry.case_reference) == ("COLLECT", "CASE_OPEN", case.reference)
    assert (entry.role, entry.ground, entry.city_id) == ("COORDINATOR", "LIVC", cast.city.pk)


def test_open_case__with_a_lead_who_owns_the_next_step_and_sees_core_and_care(cast: Cast) -> None:
    with acting(cast.carla):
        case = open_case(**opening(cast, lead_caseworker=posting_of(cast.alice), stage="ABROAD"))
        assert (case.owner, case.lead_caseworker, case.stage) == (cast.alice, cast.alice, "ABROAD")
        assert compartments_open_to(cast.alice, case, at=AT) == TEAM
        assert list(team_of(case, at=AT)) == [cast.alice]


def test_open_case__for_a_known_person_without_an_open_case(cast: Cast) -> None:
    person = a_person(by=cast.carla)
    with acting(cast.carla):
        known = opening(cast, person=person, new_person=None)
        case = open_case(**known)
        assert refusal(open_case, **known) == ("person", "open_case")
        move_case(case=case, by=cast.carla, at=AT, version=1, to="CLOSED", reason="Moved away")
        assert open_case(**known).number == 2


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"new_person": None}, ("person", "required")),
        ({"stage": "FOLLOW_UP"}, ("stage", "stage")),
        ({"stage": "NOWHERE"}, ("stage", "stage")),
        ({"ground": "BECAUSE"}, ("ground", "unknown_code")),
        ({"next_step": " "}, ("next_step", "required")),
        ({"next_step": "x" * 201}, ("next_step", "too_long")),
        ({"next_step": "a\x00"}, ("next_step", "characters")),
        ({"next_step_on": TODAY - timedelta(days=1)}, ("next_step_on", "past")),
        ({"next_step_on": TODAY + timedelta(days=400)}, ("next_step_on", "too_far")),
        ({"new_person": {"official_name": ""}}, ("official_name", "required")),
        ({"new_person": {"official_name": "Nemo", "born_on": TODAY + timedelta(days=1)}}, ("born_on", "future")),
    ],
)
def test_open_case__refuses_beside_the_field(cast: Cast, values: dict[str, Any], expected: tuple[str, str]) -> None:
    with acting(cast.carla):
        assert refusal(open_case, **opening(cast, **values)) == expected
        assert not Casefile.objects.exists()
        assert not Person.objects.exists()


def test_open_case__refuses_two_persons_or_an_agency_or_colleague_from_elsewhere(cast: Cast) -> None:
    person = a_person(by=cast.carla)
    ended = staff(Role.CASEWORKER, cast.city)
    posting = posting_of(ended)
    posting.ends_on = TODAY
    posting.save()
    closed_agency = an_agency(cast.city, is_active=False)
    with acting(cast.carla):
        for values, expected in (
            ({"person": person}, ("person", "required")),
            ({"agency": an_agency(cast.other_city)}, ("agency", "agency")),
            ({"agency": closed_agency}, ("agency", "agency")),
            ({"owner": cast.bob}, ("owner", "owner")),
            ({"owner": cast.mayor}, ("owner", "owner")),
            ({"owner": cast.charlie}, ("owner", "owner")),
            ({"lead_caseworker": posting_of(cast.charlie)}, ("lead_caseworker", "other_city")),
            ({"lead_caseworker": posting_of(cast.mayor)}, ("lead_caseworker", "role")),
            ({"lead_caseworker": posting}, ("lead_caseworker", "posting_ended")),
        ):
            assert refusal(open_case, **opening(cast, **values)) == expected


def test_open_case__by_a_coordinator_of_the_city_alone(cast: Cast) -> None:
    for user in (cast.alice, cast.mayor, cast.charlie, cast.carlo, cast.dana, cast.administrator):
        with acting(user), pytest.raises(NotAllowed):
            open_case(**opening(cast, by=user))


def test_open_case__for_a_person_of_another_city_is_out_of_sight(cast: Cast) -> None:
    person = a_person(by=cast.carlo)
    with acting(cast.carla), pytest.raises(OutOfSight):
        open_case(**opening(cast, person=person, new_person=None))


def test_move_case__along_the_arrows(cast: Cast) -> None:
    case = a_case(by=cast.carla, lead=cast.alice, stage="INTAKE")
    with acting(cast.alice):
        row = move_case(case=case, by=cast.alice, at=AT, version=1, to="ASSESSMENT", reason="")
        assert (row.stage, row.version) == ("ASSESSMENT", 2)
        with pytest.raises(Stale):
            move_case(case=case, by=cast.alice, at=AT, version=1, to="FOLLOW_UP", reason="")
        act: dict[str, Any] = {"case": case, "by": cast.alice, "at": AT, "version": 2}
        assert refusal(move_case, **act, to="AFTERCARE", reason="") == ("to", "stage")
        assert refusal(move_case, **act, to="DONE", reason="") == ("to", "stage")
        assert refusal(move_case, **act, to="INTAKE", reason=" ") == ("reason", "required")
        assert refusal(move_case, **act, to="INTAKE", reason="x" * 2001) == ("reason", "too_long")
        assert move_case(**act, to="INTAKE", reason="Begin again").stage == "INTAKE"
    assert last_entry().fields == ["stage"]


def test_move_case__closing_and_reopening_say_why_and_are_the_coordinators(cast: Cast) -> None:
    now = timezone.now()
    case = a_case(by=cast.carla, lead=cast.alice, at=now - timedelta(days=250))
    with acting(cast.alice), pytest.raises(NotAllowed):
        move_case(case=case, by=cast.alice, at=now, version=case.version, to="CLOSED", reason="Done")
    with acting(cast.carla):
        act: dict[str, Any] = {"case": case, "by": cast.carla, "at": now, "version": case.version}
        assert refusal(move_case, **act, to="CLOSED", reason="") == ("reason", "required")
        closed = move_case(**act, to="CLOSED", reason="All went well")
        assert (closed.closed_on, closed.stage) == (timezone.localdate(now), "CLOSED")
    with acting(cast.alice), pytest.raises(NotAllowed):  # what she read may be older: the row decides
        move_case(case=case, by=cast.alice, at=now, version=closed.version, to="INTAKE", reason="Back")
    with acting(cast.carla):
        later = now + timedelta(days=2)
        again: dict[str, Any] = {"case": case, "by": cast.carla, "at": later, "version": closed.version}
        assert refusal(move_case, **again, to="INTAKE", reason="") == ("reason", "required")
        row = move_case(**again, to="INTAKE", reason="Back in town")
        assert (row.closed_on, row.next_step_on, row.owner) == (None, timezone.localdate(later), cast.carla)
        assert row.review_on is not None
        assert row.review_on > timezone.localdate(later)


def test_move_case__whoever_reopens_it_owns_it_when_the_owner_is_gone(cast: Cast) -> None:
    case = a_case(by=cast.carla, lead=cast.alice, stage="CLOSED")
    posting = posting_of(cast.alice)
    posting.ends_on = TODAY
    posting.save()
    with acting(cast.carla):
        row = move_case(case=case, by=cast.carla, at=AT, version=case.version, to="FOLLOW_UP", reason="Back")
        assert row.owner == cast.carla


def test_move_case__does_not_reopen_beside_an_open_one(cast: Cast) -> None:
    person = a_person(by=cast.carla)
    old = a_case(by=cast.carla, person=person, stage="CLOSED")
    a_case(by=cast.carla, person=person)
    with acting(cast.carla):
        act: dict[str, Any] = {"case": old, "by": cast.carla, "at": AT, "version": old.version, "reason": "Back"}
        assert refusal(move_case, **act, to="INTAKE") == ("person", "open_case")


def test_set_next_step(cast: Cast) -> None:
    case = a_case(by=cast.carla, lead=cast.alice)
    with acting(cast.alice):
        act: dict[str, Any] = {"case": case, "by": cast.alice, "at": AT, "version": case.version, "next_step_on": TODAY}
        for values, expected in (
            ({"owner": cast.bob, "next_step": "Call"}, ("owner", "owner")),
            ({"owner": cast.mayor, "next_step": "Call"}, ("owner", "owner")),
            ({"owner": cast.alice, "next_step": "\u200b"}, ("next_step", "required")),
            (
                {"owner": cast.alice, "next_step": "Call", "next_step_on": TODAY - timedelta(1)},
                ("next_step_on", "past"),
            ),
        ):
            assert refusal(set_next_step, **{**act, **values}) == expected
        row = set_next_step(**act, owner=cast.carla, next_step="Call the school")
        assert (row.owner, row.next_step, row.version) == (cast.carla, "Call the school", case.version + 1)
        with pytest.raises(Stale):
            set_next_step(**act, owner=cast.alice, next_step="Call")


def test_assign_lead__the_new_one_sees_the_former_one_no_longer(cast: Cast) -> None:
    case = a_case(by=cast.carla, lead=cast.alice)
    with acting(cast.carla):
        act: dict[str, Any] = {"case": case, "by": cast.carla, "at": AT, "version": case.version}
        row = assign_lead(**act, to=posting_of(cast.bob), reason="Alice is ill")
        assert (row.lead_caseworker, row.owner) == (cast.bob, cast.bob)
        assert compartments_open_to(cast.bob, row, at=AT) == TEAM
        assert compartments_open_to(cast.alice, row, at=AT) == frozenset()
        with pytest.raises(Stale):
            assign_lead(**act, to=posting_of(cast.alice))
        again: dict[str, Any] = {**act, "version": row.version}
        assert refusal(assign_lead, **again, to=posting_of(cast.bob)) == ("to", "leads_already")
    with acting(cast.alice), pytest.raises(OutOfSight):
        case_for(cast.alice, case.reference, at=AT)
    with acting(cast.bob):
        assert case_for(cast.bob, case.reference, at=AT) == case


def test_assign_lead__the_former_one_may_stay_on_the_team(cast: Cast) -> None:
    case = a_case(by=cast.carla, lead=cast.alice)
    with acting(cast.carla):
        to = posting_of(cast.bob)
        assign_lead(case=case, by=cast.carla, at=AT, version=case.version, to=to, keep_former=True)
        assert set(team_of(case, at=AT)) == {cast.alice, cast.bob}
    ended = CaseAccess.grants.filter(casefile=case, ends_at__isnull=False)
    with acting(cast.carla):
        assert not ended.exists()


def test_assign_lead__is_the_coordinators(cast: Cast) -> None:
    case = a_case(by=cast.carla, lead=cast.alice, team=(cast.bob,))
    for user in (cast.alice, cast.bob, cast.mayor):
        with acting(user), pytest.raises(NotAllowed):
            assign_lead(case=case, by=user, at=AT, version=case.version, to=posting_of(cast.bob))


def test_assign_lead__to_who_can_lead_here_today(cast: Cast) -> None:
    case = a_case(by=cast.carla)
    with acting(cast.carla):
        act: dict[str, Any] = {"case": case, "by": cast.carla, "at": AT, "version": case.version}
        for user, code in (
            (cast.charlie, "other_city"),
            (cast.mayor, "role"),
            (cast.dana, "role"),
            (cast.liaison, "other_city"),
        ):
            assert refusal(assign_lead, **act, to=posting_of(user)) == ("to", code)
        assert assign_lead(**act, to=posting_of(cast.carla)).lead_caseworker == cast.carla


def test_team__joins_once_and_leaves_once(cast: Cast) -> None:
    case = a_case(by=cast.carla, lead=cast.alice)
    with acting(cast.alice):
        act: dict[str, Any] = {"case": case, "by": cast.alice, "at": AT}
        assert {row.compartment for row in add_to_team(**act, to=posting_of(cast.bob))} == TEAM
        assert refusal(add_to_team, **act, to=posting_of(cast.bob)) == ("to", "on_team")
        leave_team(**act, user=cast.bob)
        assert refusal(leave_team, **act, user=cast.bob) == ("user", "not_on_team")
        assert refusal(add_to_team, **act, to=posting_of(cast.charlie)) == ("to", "other_city")
        assert refusal(add_to_team, **act, to=posting_of(cast.dana)) == ("to", "role")
        [mayors] = add_to_team(**act, to=posting_of(cast.mayor))
        assert mayors.compartment == "CORE"
    with acting(cast.bob), pytest.raises(OutOfSight):
        leave_team(case=case, by=cast.bob, at=AT, user=cast.alice)


def test_team__the_lead_and_the_owner_hand_over_first(cast: Cast) -> None:
    case = a_case(by=cast.carla, lead=cast.alice, team=(cast.bob,))
    with acting(cast.carla):
        act: dict[str, Any] = {"case": case, "by": cast.carla, "at": AT}
        assert refusal(leave_team, **act, user=cast.alice) == ("user", "lead")
        set_next_step(**act, version=case.version, owner=cast.bob, next_step="Call", next_step_on=TODAY)
        assert refusal(leave_team, **act, user=cast.bob) == ("user", "owner")


def test_team__is_the_coordinators_and_the_leads(cast: Cast) -> None:
    third = staff(Role.CASEWORKER, cast.city)
    case = a_case(by=cast.carla, lead=cast.alice, team=(cast.bob,))
    for user in (cast.alice, cast.carla):
        with acting(user):
            act: dict[str, Any] = {"case": case, "by": user, "at": AT}
            add_to_team(**act, to=posting_of(third))
            leave_team(**act, user=third)
    with acting(cast.bob):
        act = {"case": case, "by": cast.bob, "at": AT}
        with pytest.raises(NotAllowed):
            add_to_team(**act, to=posting_of(third))
        with pytest.raises(NotAllowed):
            leave_team(**act, user=cast.alice)


def test_team__somebody_may_leave_by_herself(cast: Cast) -> None:
    case = a_case(by=cast.carla, lead=cast.alice, team=(cast.bob,))
    with acting(cast.bob):
        leave_team(case=case, by=cast.bob, at=AT, user=cast.bob)
        assert not cases_for(cast.bob, at=AT).exists()


def test_team__joins_again_by_another_posting_after_the_first_ended(cast: Cast) -> None:
    """The grant given by a posting that has ended is still there, and opens nothing."""
    case = a_case(by=cast.carla, lead=cast.alice, team=(cast.bob,), at=AT - timedelta(days=20))
    first = posting_of(cast.bob)
    first.ends_on = TODAY - timedelta(days=10)
    first.save()
    second = posted(cast.bob, Role.CASEWORKER, cast.city, starts_on=TODAY)
    with acting(cast.bob):
        assert not cases_for(cast.bob, at=AT).exists()
    with acting(cast.carla):
        assert len(add_to_team(case=case, by=cast.carla, at=AT, to=second)) == 2
    with acting(cast.bob):
        assert list(cases_for(cast.bob, at=AT)) == [case]


def test_closed_case__is_left_alone(cast: Cast) -> None:
    case = a_case(by=cast.carla, lead=cast.alice, team=(cast.bob,), stage="CLOSED")
    with acting(cast.carla):
        act: dict[str, Any] = {"case": case, "by": cast.carla, "at": AT}
        editing: dict[str, Any] = {**act, "version": case.version}
        step: dict[str, Any] = {"owner": cast.carla, "next_step": "Call", "next_step_on": TODAY}
        assert refusal(set_next_step, **editing, **step) == ("", "closed")
        assert refusal(assign_lead, **editing, to=posting_of(cast.bob)) == ("", "closed")
        assert refusal(add_to_team, **act, to=posting_of(cast.carla)) == ("", "closed")
        assert list(team_of(case, at=AT)) == [cast.alice]
        leave_team(**act, user=cast.alice)  # but anybody can be taken off it, the lead too, and at once
        assert not team_of(case, at=AT).exists()


def test_closing__leaves_the_lead_two_weeks_and_everybody_else_at_once(cast: Cast) -> None:
    now = timezone.now()
    case = a_case(by=cast.carla, lead=cast.alice, team=(cast.bob,), at=now - timedelta(hours=1))
    with acting(cast.carla):
        move_case(case=case, by=cast.carla, at=now, version=case.version, to="CLOSED", reason="Went well")
        assert list(team_of(case, at=now + AFTER_CLOSING - timedelta(seconds=1))) == [cast.alice]
        assert not team_of(case, at=now + AFTER_CLOSING).exists()
    with acting(cast.bob):
        assert not cases_for(cast.bob, at=now).exists()
        assert not Casefile.objects.exists()
    with acting(cast.alice):
        assert list(cases_for(cast.alice, at=now)) == [case]
        assert not cases_for(cast.alice, at=now + AFTER_CLOSING).exists()
        with pytest.raises(NotAllowed):  # it is no longer hers to share
            leave_team(case=case, by=cast.alice, at=now, user=cast.bob)


def test_reopening__begins_without_a_lead_or_a_team(cast: Cast) -> None:
    now = timezone.now()
    case = a_case(by=cast.carla, lead=cast.alice, team=(cast.bob,), at=now - timedelta(hours=1))
    with acting(cast.carla):
        act: dict[str, Any] = {"by": cast.carla, "at": now}
        row = move_case(case=case, **act, version=case.version, to="CLOSED", reason="Went well")
        row = move_case(case=row, **act, version=row.version, to="FOLLOW_UP", reason="He rang again")
        assert (row.lead_caseworker, row.owner) == (None, cast.carla)
        assert not team_of(row, at=now).exists()
        assign_lead(case=row, **act, version=row.version, to=posting_of(cast.alice))
        assert list(team_of(row, at=now + AFTER_CLOSING)) == [cast.alice]


def test_every_act__is_out_of_sight_for_bob_and_charlie(cast: Cast) -> None:
    case = a_case(by=cast.carla, lead=cast.alice)
    case.person_id  # noqa: B018 -- read already, as a door would have
    step: dict[str, Any] = {"owner": cast.alice, "next_step": "Call", "next_step_on": TODAY}
    for user in (cast.bob, cast.charlie, cast.carlo, cast.dana, cast.analyst):
        act: dict[str, Any] = {"case": case, "by": user, "at": AT}
        with acting(user):
            for service, values in (
                (move_case, {"version": 1, "to": "CLOSED", "reason": "No"}),
                (set_next_step, {"version": 1, **step}),
                (assign_lead, {"version": 1, "to": posting_of(cast.bob)}),
                (add_to_team, {"to": posting_of(cast.bob)}),
                (leave_team, {"user": cast.alice}),
                (add_contact, {"official_name": "Mother Invented", "kind": "PARENT"}),
            ):
                with pytest.raises(OutOfSight):
                    service(**act, **values)


def test_every_act__outside_a_transaction_of_somebody_sees_nothing(cast: Cast) -> None:
    case = a_case(by=cast.carla, lead=cast.alice)
    with pytest.raises(OutOfSight):
        move_case(case=case, by=cast.alice, at=AT, version=case.version, to="AFTERCARE", reason="")
