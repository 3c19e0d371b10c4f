"""Who leads a case, who is on its team, and who says so."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from cases.access.models import CaseAccess
from cases.access.rules import NotAllowed, OutOfSight, Stale
from cases.access.selectors import compartments_open_to, team_of
from cases.access.services import acting
from cases.casefiles.selectors import case_for, cases_for
from cases.casefiles.services import add_to_team, assign_lead, leave_team, set_next_step
from cities.records import as_set_up
from cities.roles.rules import Role
from tests.cases.casefiles.conftest import TEAM
from tests.factories import AT, TODAY, Cast, a_case, posted, posting_of, staff
from tests.refusals import refusal

pytestmark = pytest.mark.django_db


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
    with as_set_up():
        first.save(update_fields=["ends_on"])
    second = posted(cast.bob, Role.CASEWORKER, cast.city, starts_on=TODAY)
    with acting(cast.bob):
        assert not cases_for(cast.bob, at=AT).exists()
    with acting(cast.carla):
        assert len(add_to_team(case=case, by=cast.carla, at=AT, to=second)) == 2
    with acting(cast.bob):
        assert list(cases_for(cast.bob, at=AT)) == [case]
