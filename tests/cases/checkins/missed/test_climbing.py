"""With whom a missed contact is, and how it goes up: caseworker, coordinator, conference."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.access.models import CaseAccess
from cases.access.rules import Stale
from cases.access.services import acting
from cases.checkins.models import CheckIn, MissedStep
from cases.checkins.selectors import is_with, missed_with
from cases.checkins.services import acknowledge_miss, climb, mark_late
from cities.records import as_set_up
from cities.staff.models import Posting, User
from tests.cases.checkins.conftest import CLOCK, Followed, after, contact
from tests.cases.checkins.missed.conftest import absent, answer, missed, path_of, step_of, ticked
from tests.factories import AT, TODAY, on_the_team

# --- With whom ---


def test_mark_late__with_the_deputy_while_the_caseworker_is_absent(followed: Followed, checkin: CheckIn) -> None:
    on_the_team(followed.case, followed.cast.bob, by=followed.carla)
    absent(followed.alice, deputy=followed.cast.bob)
    mark_late(by=CLOCK, at=after(1))
    step = step_of(followed, checkin)
    assert (step.step, step.owner) == ("CASEWORKER", followed.cast.bob)


@pytest.mark.parametrize(
    "why", ["no deputy", "a deputy who may not know", "a deputy away", "closed", "moved away", "no account of hers"]
)
def test_mark_late__with_nobody_to_hold_it_is_with_the_coordinator(
    followed: Followed, checkin: CheckIn, why: str
) -> None:
    bob = followed.cast.bob
    if why == "no deputy":
        absent(followed.alice)
    elif why == "a deputy who may not know":
        absent(followed.alice, deputy=bob)
    elif why == "a deputy away":
        on_the_team(followed.case, bob, by=followed.carla)
        absent(followed.alice, deputy=bob)
        absent(bob)
    elif why == "closed":
        with as_set_up():
            User.objects.filter(pk=followed.alice.pk).update(is_active=False)
    elif why == "moved away":
        with as_set_up():
            Posting.objects.filter(user=followed.alice).update(ends_on=TODAY)
    else:
        with acting(followed.carla):
            CaseAccess.grants.filter(user=followed.alice).update(ends_at=AT)
    mark_late(by=CLOCK, at=after(1))
    step = step_of(followed, checkin)
    assert (step.step, step.owner, step.deadline_on) == ("COORDINATOR", None, date(2024, 11, 14))


def test_missed_with__ones_own_and_those_of_whom_one_stands_in_for(followed: Followed, checkin: CheckIn) -> None:
    bob = followed.cast.bob
    on_the_team(followed.case, bob, by=followed.carla)
    ticked(after(1))
    with acting(bob):
        assert not missed_with(bob, at=after(1)).exists()
        assert not is_with(step_of(followed, checkin), bob, at=after(1))
    absent(followed.alice, 1, deputy=bob)
    for user in (followed.alice, bob):
        with acting(user):
            assert [row.missed.checkin for row in missed_with(user, at=after(1))] == [checkin]
    assert answer(followed, checkin, by=bob, at=after(1)).answered_by == bob


# --- Up ---


def test_climb__caseworker_coordinator_conference(followed: Followed, checkin: CheckIn) -> None:
    ticked(after(1))
    assert climb(by=CLOCK, at=after(2)) == 0
    assert climb(by=CLOCK, at=after(3)) == 1
    assert climb(by=CLOCK, at=after(3)) == 0
    step = step_of(followed, checkin)
    assert (step.step, step.owner, step.since) == ("COORDINATOR", None, after(3))
    assert climb(by=CLOCK, at=after(12)) == 0
    assert climb(by=CLOCK, at=after(13)) == 1
    assert climb(by=CLOCK, at=after(300)) == 0
    assert path_of(followed, checkin) == [
        ("CASEWORKER", date(2024, 11, 8), False), ("COORDINATOR", date(2024, 11, 18), False),
        ("CONFERENCE", date(2024, 12, 16), True),
    ]  # fmt: skip


def test_climb__after_days_without_a_clock_it_stands_where_it_would(followed: Followed, checkin: CheckIn) -> None:
    mark_late(by=CLOCK, at=after(30))
    assert climb(by=CLOCK, at=after(30)) == 2
    assert [step for step, *_ in path_of(followed, checkin)] == ["CASEWORKER", "COORDINATOR", "CONFERENCE"]
    with acting(followed.carla):
        rows = list(MissedStep.objects.order_by("pk"))
    assert [row.over_at for row in rows[:2]] == [row.since for row in rows[1:]]
    assert [row.since.astimezone(AT.tzinfo).date() for row in rows] == [
        date(2024, 11, 6), date(2024, 11, 8), date(2024, 11, 18),
    ]  # fmt: skip


def test_climb__costs_a_few_statements_for_many(followed: Followed) -> None:
    def cost(count: int) -> int:
        for _number in range(count):
            contact(followed)
        mark_late(by=CLOCK, at=after(1))
        with CaptureQueriesContext(connection) as asked:
            assert climb(by=CLOCK, at=after(4)) == count
        return len(asked)

    assert cost(2) == cost(20)


def test_climb__a_tab_of_before_is_told(followed: Followed, checkin: CheckIn) -> None:
    ticked(after(1))
    before = missed(followed, checkin)
    climb(by=CLOCK, at=after(3))
    with acting(followed.carla), pytest.raises(Stale):
        acknowledge_miss(missed=before, by=followed.carla, at=after(3), version=before.version)
