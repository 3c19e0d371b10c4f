"""Leaving ends what was granted; what it leaves open is named."""

from __future__ import annotations

from datetime import date
from typing import Any

from cases.access.rules import Ground
from cases.access.selectors import team_of
from cases.access.services import acting
from cases.casefiles.models import Casefile
from cases.casefiles.services import add_to_team, assign_lead, leave_team, move_case
from cases.recertification.selectors import without_sight
from cities.records import as_set_up
from cities.roles.rules import Role
from cities.staff.models import Posting, User
from cities.staff.services import appoint, change_user, end_posting
from tests.cases.recertification.conftest import DAY, grants_of, services_grant, tend
from tests.factories import AT, TODAY, Cast, posted, posting_of


def test_posting__that_ended_ends_its_grants_and_a_new_one_brings_nothing_back(cast: Cast, case: Casefile) -> None:
    noon = AT.replace(hour=12)
    with acting(cast.administrator):
        end_posting(posting=posting_of(cast.bob), by=cast.administrator, at=noon, version=1, ends_on=TODAY)
    with acting(cast.carla):  # at once, before any clock comes by
        assert not team_of(case, at=noon).filter(pk=cast.bob.pk).exists()
    with acting(cast.administrator):
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
    with acting(cast.administrator):
        end_posting(posting=posting_of(cast.bob), by=cast.administrator, at=AT, version=1, ends_on=TODAY + 3 * DAY)
    assert tend(2).ended == 0
    assert tend(5).ended == 2
    midnight = (AT + 3 * DAY).replace(hour=0, minute=0)
    assert {row.ends_at for row in grants_of(cast.bob, case, cast.carla)} == {midnight}


def test_account__that_is_closed_ends_its_postings_and_opened_again_sees_nothing(cast: Cast, case: Casefile) -> None:
    said: dict[str, Any] = {"first_name": "Bob", "last_name": "Example", "language": "en", "phone": ""}
    posted(cast.bob, Role.CASEWORKER, cast.city, starts_on=date(2024, 12, 1))
    for version, is_active in ((1, False), (2, True)):
        with acting(cast.administrator):
            change_user(user=cast.bob, by=cast.administrator, at=AT, version=version, **said, is_active=is_active)
    with acting(cast.bob):
        assert not Casefile.objects.exists()
    assert not Posting.objects.in_force(at=AT + 40 * DAY).filter(user=cast.bob).exists()
    assert tend(1).ended == 2
    assert {row.ends_at for row in grants_of(cast.bob, case, cast.carla)} == {AT}


def test_account__that_was_closed_before_this_was_kept_is_ended_by_the_clock(cast: Cast, case: Casefile) -> None:
    with as_set_up():
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
    with acting(cast.administrator):
        end_posting(posting=posting_of(cast.alice), by=cast.administrator, at=AT, version=1, ends_on=TODAY)
    tend()
    for who, expected in ((cast.carla, [cast.alice]), (cast.mayor, []), (cast.carlo, [])):
        with acting(who):
            assert [row.user for row in without_sight(who, at=AT)] == expected
    with acting(cast.carla):
        assign_lead(case=case, by=cast.carla, at=AT, version=case.version, to=posting_of(cast.bob))
        assert not without_sight(cast.carla, at=AT).exists()
