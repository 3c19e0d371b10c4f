"""Standing at the door of a case: on whose behalf, locked, granted, ended."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from cases.access.models import CaseAccess
from cases.access.rules import Ground, NotAllowed, OutOfSight, Refused
from cases.access.selectors import compartments_open_to
from cases.access.services import act_as, acting, end_grants, grant, grant_office, locked, require_clock
from cities.ledger.rules import Clock
from cities.records import as_set_up
from cities.roles.permissions import Permission
from cities.roles.rules import Compartment, Role
from tests.databases import OwnDatabase
from tests.factories import AT, TODAY, Cast, a_case, a_user, posted, posting_of


def test_act_as__only_within_a_transaction(own_database: OwnDatabase) -> None:
    with pytest.raises(RuntimeError, match="transaction"):
        act_as(a_user())


def test_require_clock__refuses_a_person() -> None:
    require_clock(Clock.CLOCK)
    with pytest.raises(NotAllowed):
        require_clock("clock")  # type: ignore[arg-type]


@pytest.mark.django_db
def test_locked__is_out_of_sight_for_who_cannot_see_it(cast: Cast) -> None:
    case = a_case(by=cast.carla, lead=cast.alice)
    with acting(cast.alice):
        assert locked(case, version=case.version) == case
    with acting(cast.bob), pytest.raises(OutOfSight):
        locked(case)


@pytest.mark.django_db
@pytest.mark.parametrize(("who", "code"), [("mayor", "role"), ("charlie", "other_city")])
def test_grant__never_more_than_the_role_may_and_never_elsewhere(cast: Cast, who: str, code: str) -> None:
    case = a_case(by=cast.carla)
    given: dict[str, Any] = {"by": cast.carla, "at": AT, "case": case, "ground": Ground.TEAM}
    with acting(cast.carla), pytest.raises(Refused) as caught:
        grant(**given, to=posting_of(getattr(cast, who)), compartments=[Compartment.CARE])
    assert caught.value.code == code


@pytest.mark.django_db
def test_grant__by_a_new_posting_makes_room_only_for_what_is_given_again(cast: Cast) -> None:
    before = AT - timedelta(days=20)
    case = a_case(by=cast.carla, team=(cast.bob,), at=before)
    first = posting_of(cast.bob)
    first.ends_on = TODAY - timedelta(days=1)
    with as_set_up():
        first.save(update_fields=["ends_on"])
    second = posted(cast.bob, Role.CASEWORKER, cast.city, starts_on=TODAY)
    given: dict[str, Any] = {"by": cast.carla, "at": AT, "case": case, "ground": Ground.TEAM, "to": second}
    with acting(cast.carla):
        assert len(grant(**given, compartments=[Compartment.CORE])) == 1
        assert grant(**given, compartments=[Compartment.CORE]) == []
        assert compartments_open_to(cast.bob, case, at=AT) == {Compartment.CORE}
        ended = CaseAccess.grants.filter(casefile=case, user=cast.bob, ends_at__isnull=False)
        assert [row.compartment for row in ended] == ["CORE"]


@pytest.mark.django_db
def test_grant__until_a_day_and_for_longer_when_asked_again(cast: Cast) -> None:
    case = a_case(by=cast.carla)
    week, month = AT + timedelta(days=7), AT + timedelta(days=30)
    given: dict[str, Any] = {"by": cast.carla, "at": AT, "case": case, "ground": Ground.DEPUTY}
    given |= {"to": posting_of(cast.bob), "compartments": [Compartment.CORE]}
    with acting(cast.carla):
        assert [row.ends_at for row in grant(**given, until=week)] == [week]
        assert grant(**given, until=AT + timedelta(days=3)) == []
        assert compartments_open_to(cast.bob, case, at=AT) == {Compartment.CORE}
        assert not compartments_open_to(cast.bob, case, at=week)
        assert [row.ends_at for row in grant(**given, until=month)] == [month]
        assert [row.ends_at for row in grant(**given)] == [None]
        assert grant(**given, until=month) == []
        assert CaseAccess.grants.in_force(at=AT).filter(user=cast.bob).count() == 1
        assert end_grants(by=cast.carla, at=AT, case=case, user=cast.bob, ground=Ground.DEPUTY) == 1
        assert not compartments_open_to(cast.bob, case, at=AT)


@pytest.mark.django_db
def test_end_grants__also_what_would_end_by_itself(cast: Cast) -> None:
    case = a_case(by=cast.carla)
    given: dict[str, Any] = {"by": cast.carla, "at": AT, "case": case, "ground": Ground.DEPUTY}
    with acting(cast.carla):
        grant(
            **given, to=posting_of(cast.bob), compartments=[Compartment.CORE, Compartment.CARE],
            until=AT + timedelta(days=7),
        )  # fmt: skip
        assert end_grants(by=cast.carla, at=AT, case=case, user=cast.bob, ground=Ground.DEPUTY) == 2
        assert end_grants(by=cast.carla, at=AT, case=case, user=cast.bob, ground=Ground.DEPUTY) == 0


@pytest.mark.django_db
def test_grant_office__again_changes_nothing(cast: Cast) -> None:
    case = a_case(by=cast.carla)
    given: dict[str, Any] = {"by": cast.carla, "at": AT, "case": case, "office": cast.office}
    with acting(cast.carla):
        first = grant_office(**given, permission=Permission.REFERRAL_SEND)
        assert grant_office(**given, permission=Permission.REFERRAL_SEND) == first


@pytest.mark.django_db
def test_end_grants__of_somebody_who_has_none(cast: Cast) -> None:
    case = a_case(by=cast.carla)
    with acting(cast.carla):
        assert end_grants(by=cast.carla, at=AT, case=case, user=cast.bob, ground=Ground.TEAM) == 0
