"""Which cases there are for whoever asks, and what is to be done with them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.access.rules import OutOfSight
from cases.access.services import acting
from cases.casefiles.selectors import (
    case_for,
    caseload,
    cases_for,
    may_own,
    next_steps_due,
    next_steps_of,
    reviews_due,
    stage_changes_of,
    unassigned,
)
from cities.roles.rules import Role
from tests.factories import AT, TODAY, Cast, a_case, posted

pytestmark = pytest.mark.django_db


def test_cases_for__the_team_the_cell_and_nobody_else(cast: Cast) -> None:
    mine = a_case(by=cast.carla, lead=cast.alice)
    other = a_case(by=cast.carla)
    elsewhere = a_case(by=cast.carlo, lead=cast.charlie)
    expected = {
        cast.alice: [mine], cast.carla: [other, mine], cast.mayor: [other, mine], cast.charlie: [elsewhere],
        cast.carlo: [elsewhere],
    }  # fmt: skip
    for user in cast.everybody():
        with acting(user):
            assert list(cases_for(user, at=AT)) == expected.get(user, [])


def test_cases_for__the_row_of_a_list_in_one_query(cast: Cast) -> None:
    a_case(by=cast.carla, lead=cast.alice)
    with acting(cast.carla), CaptureQueriesContext(connection) as queries:
        for case in cases_for(cast.carla, at=AT):
            assert all(str(each) for each in (case.person, case.city, case.owner, case.lead_caseworker))
    assert len([query for query in queries if query["sql"].startswith("SELECT")]) == 1


def test_case_for__hidden_and_never_was_are_alike(cast: Cast) -> None:
    case = a_case(by=cast.carla, lead=cast.alice)
    with acting(cast.alice):
        assert case_for(cast.alice, case.reference.lower(), at=AT) == case
    for user in (cast.bob, cast.charlie):
        for asked in (case.reference, "VIL-2024-9999", "", "x", "\x00", "VIL-2024-" + "9" * 400, "../etc/passwd"):
            with acting(user), pytest.raises(OutOfSight):
                case_for(user, asked, at=AT)


def test_unassigned__open_ones_of_ones_own_city_the_longest_waiting_first(cast: Cast) -> None:
    later = a_case(by=cast.carla)
    first = a_case(by=cast.carla, at=AT - timedelta(days=3))
    a_case(by=cast.carla, lead=cast.alice)
    a_case(by=cast.carla, stage="CLOSED")
    a_case(by=cast.carlo)
    with acting(cast.carla):
        assert list(unassigned(cast.carla, at=AT)) == [first, later]
    with acting(cast.alice):
        assert not unassigned(cast.alice, at=AT).exists()


def test_reviews_due__from_the_day_on(cast: Cast) -> None:
    before = AT - timedelta(days=300)
    old = a_case(by=cast.carla, lead=cast.alice, at=before)
    a_case(by=cast.carla, at=before, stage="CLOSED")
    a_case(by=cast.carla)
    with acting(cast.carla):
        assert list(reviews_due(cast.carla, at=AT)) == [old]
        on_the_day = AT.replace(year=old.review_on.year, month=old.review_on.month, day=old.review_on.day)  # type: ignore[union-attr]
        assert list(reviews_due(cast.carla, at=on_the_day)) == [old]
        assert not reviews_due(cast.carla, at=on_the_day - timedelta(days=1)).exists()
    with acting(cast.alice):
        assert list(reviews_due(cast.alice, at=AT)) == [old]


def test_next_steps_of__ones_own_within_a_fortnight_and_those_that_are_late(cast: Cast) -> None:
    soon = a_case(by=cast.carla, lead=cast.alice, next_step_on=TODAY + timedelta(days=14))
    late = a_case(by=cast.carla, lead=cast.alice, at=AT - timedelta(days=30), next_step_on=TODAY - timedelta(days=20))
    a_case(by=cast.carla, lead=cast.alice, next_step_on=TODAY + timedelta(days=15))
    a_case(by=cast.carla, lead=cast.alice, next_step_on=TODAY, owner=cast.carla)
    a_case(by=cast.carla, lead=cast.alice, next_step_on=TODAY, stage="CLOSED")
    with acting(cast.alice):
        assert list(next_steps_of(cast.alice, at=AT)) == [late, soon]
        assert list(next_steps_of(cast.alice, at=AT, within_days=1)) == [late]


def test_next_steps_due__of_the_whole_city_whoever_takes_them(cast: Cast) -> None:
    before = a_case(by=cast.carla, lead=cast.alice, at=AT - timedelta(days=30), next_step_on=TODAY - timedelta(days=1))
    today = a_case(by=cast.carla, next_step_on=TODAY)
    a_case(by=cast.carla, next_step_on=TODAY + timedelta(days=1))
    a_case(by=cast.carla, next_step_on=TODAY, stage="CLOSED")
    a_case(by=cast.carlo, next_step_on=TODAY)
    with acting(cast.carla):
        assert list(next_steps_due(cast.carla, at=AT)) == [before, today]
    with acting(cast.alice):  # she covers no city
        assert not next_steps_due(cast.alice, at=AT).exists()


def test_caseload__by_name_with_those_who_lead_none(cast: Cast) -> None:
    for _number in range(2):
        a_case(by=cast.carla, lead=cast.bob)
    a_case(by=cast.carla, lead=cast.bob, stage="CLOSED")
    a_case(by=cast.carla)
    with acting(cast.mayor):
        found = {load.posting.user: load.cases for load in caseload(cast.mayor, at=AT)}
    assert found == {cast.alice: 0, cast.bob: 2}
    with acting(cast.alice):
        assert caseload(cast.alice, at=AT) == []


def test_stage_changes_of__the_newest_first(cast: Cast) -> None:
    case = a_case(by=cast.carla, lead=cast.alice)
    with acting(cast.alice):
        changes = stage_changes_of(case, cast.alice, at=AT)
        assert [change.to_stage for change in changes] == ["FOLLOW_UP", "ASSESSMENT", "INTAKE"]
    with acting(cast.bob):
        assert not stage_changes_of(case, cast.bob, at=AT).exists()


def test_may_own__who_sees_the_case_and_may_change_it(cast: Cast) -> None:
    case = a_case(by=cast.carla, lead=cast.alice)
    with acting(cast.carla):
        assert [user for user in cast.everybody() if may_own(user, case, at=AT)] == [cast.alice, cast.carla]


def test_sight__begins_and_ends_with_a_posting(cast: Cast) -> None:
    case = a_case(by=cast.carla)
    posted(
        cast.bob, Role.COORDINATOR, cast.city, starts_on=TODAY - timedelta(days=9), ends_on=TODAY - timedelta(days=2)
    )
    with acting(cast.carla):  # who sees what is asked about Bob, so that PostgreSQL's today doesn't matter
        for days, sees in ((10, False), (9, True), (3, True), (2, False)):
            moment = AT - timedelta(days=days)
            assert cases_for(cast.bob, at=moment).filter(pk=case.pk).exists() == sees
