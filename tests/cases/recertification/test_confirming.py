"""Each quarter a grant is confirmed by who answers for the city, or ended."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.access.models import CaseAccess
from cases.access.rules import NotAllowed, OutOfSight, Refused
from cases.access.selectors import team_of
from cases.access.services import acting
from cases.casefiles.models import Casefile
from cases.casefiles.services import add_to_team, move_case
from cases.recertification.models import GrantConfirmation
from cases.recertification.selectors import grants_to_confirm
from cases.recertification.services import Tended, confirm_grants, end_unneeded
from cities.roles.rules import Role
from cities.staff.models import Posting, User
from tests.cases.recertification.conftest import DAY, LATER, due, grants_of, tend
from tests.factories import AT, Cast, a_case, posted, posting_of, sent_referral


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
