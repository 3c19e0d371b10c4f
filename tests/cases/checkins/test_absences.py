"""What becomes of contacts while somebody is absent."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.access.models import CaseAccess
from cases.access.rules import NotAllowed, OutOfSight, Stale
from cases.access.services import acting
from cases.checkins.models import CheckIn, CheckInNote, Rhythm
from cases.checkins.selectors import contacts_of, contacts_within, day_past, standing_in_for
from cases.checkins.services import (
    Chosen,
    Told,
    hand_over_absence,
    record_checkin,
    take_back_absence,
)
from cities.staff.models import Absence, User
from cities.staff.services import change_absence
from tests.cases.checkins import oracle
from tests.cases.checkins.conftest import DAY, Followed, contact, sees
from tests.factories import AT, TODAY, Cast, a_case, on_the_team
from tests.factories.absences import an_absence
from tests.factories.checkins import a_checkin, an_agreed_plan
from tests.factories.plans import a_plan


def hand_over(
    followed: Followed, absence: Absence, *choices: tuple[CheckIn, str], by: User | None = None, version: int = 1
) -> list[Told]:
    by = by or followed.alice
    chosen = [Chosen(row.pk, row.version, what) for row, what in choices]
    with acting(by):
        return hand_over_absence(absence=absence, by=by, at=AT, version=version, chosen=chosen)


def test_hand_over_absence__to_the_deputy_past_it_or_left(followed: Followed) -> None:
    bob, alice = followed.cast.bob, followed.alice
    first, second, third, outside = contact(followed), contact(followed, 1), contact(followed, 2), contact(followed, 9)
    absence = an_absence(alice, deputy=bob)
    with acting(alice):
        assert list(contacts_within(absence, alice, at=AT)) == [first, second, third]
    told = hand_over(followed, absence, (first, "DEPUTY"), (second, "MOVE"), (third, "LEAVE"))
    assert [one.done for one in told] == [True, True, True]
    held = followed.fresh(first)
    assert (held.caseworker_id, held.stands_in_for_id, held.by_hand, held.due_on) == (bob.pk, alice.pk, False, TODAY)
    (moved,) = followed.checkins(replaces=second)
    assert (moved.due_on, moved.caseworker_id, followed.fresh(second).state) == (
        date(2024, 11, 12), alice.pk, "RESCHEDULED",
    )  # fmt: skip
    assert followed.fresh(third).caseworker_id == followed.fresh(outside).caseworker_id == alice.pk
    assert sees(followed, bob) == {"CORE", "CARE"}
    with acting(followed.carla):
        grants = list(CaseAccess.grants.filter(user=bob))
    assert {grant.ground for grant in grants} == {"DEPUTY"}
    assert {timezone.localtime(grant.ends_at).isoformat()[:16] for grant in grants if grant.ends_at} == {
        "2024-11-12T00:00"
    }
    with acting(alice):
        assert list(contacts_of(bob, alice, at=AT)) == [held]
        assert list(standing_in_for(alice, alice, at=AT)) == [held]


def test_hand_over_absence__the_deputy_reads_and_records(cast: Cast) -> None:
    """Now, not in 2024: PostgreSQL judges by its own clock until when she sees the case."""
    at, alice, bob = timezone.now(), cast.alice, cast.bob
    case = a_case(by=cast.carla, lead=alice, at=at - DAY)
    plan = an_agreed_plan(case, by=alice, starts_on=timezone.localdate(at), at=at)
    row = a_checkin(case, plan, by=alice, at=at, due_on=timezone.localdate(at))
    absence = an_absence(alice, at=at, deputy=bob)
    with acting(bob):
        assert not CheckIn.objects.exists()
    with acting(alice):
        hand_over_absence(absence=absence, by=alice, at=at, version=1, chosen=[Chosen(row.pk, 1, "DEPUTY")])
    with acting(bob):
        assert [held.pk for held in contacts_of(bob, bob, at=timezone.now())] == [row.pk]
        done = record_checkin(
            checkin=row, by=bob, at=timezone.now(), version=2, outcome="HELD", note="Talked of football"
        )  # fmt: skip
        assert done.outcome_by == bob
        assert CheckInNote.objects.get(checkin=row).note == "Talked of football"
    with acting(alice):
        take_back_absence(absence=absence, by=alice, at=timezone.now(), version=1)
    with acting(bob):
        assert not CheckIn.objects.exists()
        assert not CheckInNote.objects.exists()


def test_hand_over_absence__gives_nothing_to_who_sees_it_already(followed: Followed) -> None:
    on_the_team(followed.case, followed.cast.bob, by=followed.carla)
    row = contact(followed)
    hand_over(followed, an_absence(followed.alice, deputy=followed.cast.bob), (row, "DEPUTY"))
    with acting(followed.carla):
        assert not CaseAccess.grants.filter(ground="DEPUTY").exists()
    assert followed.fresh(row).caseworker == followed.cast.bob


def test_hand_over_absence__by_the_coordinator_to_herself(followed: Followed) -> None:
    row = contact(followed)
    absence = an_absence(followed.alice, by=followed.carla, deputy=followed.carla)
    (told,) = hand_over(followed, absence, (row, "DEPUTY"), by=followed.carla)
    assert (told.done, followed.fresh(row).caseworker) == (True, followed.carla)


def test_hand_over_absence__what_is_refused_of_one_stops_no_other(followed: Followed) -> None:
    stale, recorded, good, far, odd = (contact(followed, days) for days in (0, 0, 1, 9, 1))
    with acting(followed.alice):
        record_checkin(checkin=recorded, by=followed.alice, at=AT, version=1, outcome="HELD")
    absence = an_absence(followed.alice, deputy=followed.cast.bob)
    stale.version = 7
    told = hand_over(
        followed, absence, (stale, "DEPUTY"), (recorded, "DEPUTY"), (good, "DEPUTY"), (far, "DEPUTY"), (odd, "?")
    )  # fmt: skip
    assert [one.done for one in told] == [False, False, True, False, False]
    assert all(one.said for one in told)
    assert followed.fresh(stale).caseworker == followed.alice


def test_hand_over_absence__without_a_deputy_there_is_nobody_to_hold_it(followed: Followed) -> None:
    row = contact(followed)
    (told,) = hand_over(followed, an_absence(followed.alice), (row, "DEPUTY"))
    assert (told.done, told.said) == (False, "Nobody stands in for her.")


def test_hand_over_absence__is_hers_or_the_coordinators(followed: Followed) -> None:
    row = contact(followed)
    absence = an_absence(followed.alice, deputy=followed.cast.bob)
    for stranger in (followed.cast.bob, followed.cast.charlie, followed.cast.carlo):
        with pytest.raises(OutOfSight):
            hand_over(followed, absence, (row, "DEPUTY"), by=stranger)
    with pytest.raises(NotAllowed):
        hand_over(followed, absence, (row, "DEPUTY"), by=followed.cast.mayor)
    with pytest.raises(Stale):
        hand_over(followed, absence, (row, "DEPUTY"), version=2)
    hidden = a_checkin(*_elsewhere(followed), by=followed.cast.charlie)
    with pytest.raises(OutOfSight):
        hand_over(followed, absence, (hidden, "DEPUTY"))


def _elsewhere(followed: Followed) -> Any:
    case = a_case(by=followed.cast.carlo, lead=followed.cast.charlie)
    return case, a_plan(case, by=followed.cast.charlie)


def test_take_back_absence__gives_back_and_closes_the_case_to_the_deputy(followed: Followed) -> None:
    bob = followed.cast.bob
    row, held = contact(followed), contact(followed, 1)
    absence = an_absence(followed.alice, deputy=bob)
    hand_over(followed, absence, (row, "DEPUTY"), (held, "DEPUTY"))
    with acting(followed.carla):
        record_checkin(checkin=held, by=followed.carla, at=AT + DAY, version=2, outcome="HELD")
    with acting(followed.alice):
        back = take_back_absence(absence=absence, by=followed.alice, at=AT, version=1)
    assert [one.pk for one in back] == [row.pk]
    again = followed.fresh(row)
    assert (again.caseworker, again.stands_in_for, followed.fresh(held).caseworker_id) == (followed.alice, None, bob.pk)
    assert sees(followed, bob) == set()
    with pytest.raises(OutOfSight), acting(followed.alice):
        take_back_absence(absence=absence, by=followed.alice, at=AT, version=2)


def test_take_back_absence__what_was_recorded_already_leaves_no_sight_behind(followed: Followed) -> None:
    bob, row = followed.cast.bob, contact(followed)
    absence = an_absence(followed.alice, deputy=bob)
    hand_over(followed, absence, (row, "DEPUTY"))
    with acting(followed.carla):
        record_checkin(checkin=row, by=followed.carla, at=AT, version=2, outcome="HELD")
    with acting(followed.alice):
        assert take_back_absence(absence=absence, by=followed.alice, at=AT, version=1) == []
    assert sees(followed, bob) == set()


def test_take_back_absence__without_a_deputy_and_what_she_may_not_hold_stays(followed: Followed) -> None:
    row = contact(followed)
    absence = an_absence(followed.alice, by=followed.carla, deputy=followed.cast.bob)
    hand_over(followed, absence, (row, "DEPUTY"), by=followed.carla)
    with acting(followed.carla):
        CaseAccess.grants.filter(user=followed.alice).update(ends_at=AT)
        assert take_back_absence(absence=absence, by=followed.carla, at=AT, version=1) == []
    assert followed.fresh(row).caseworker == followed.cast.bob
    other = an_absence(followed.cast.bob)
    with acting(followed.cast.bob):
        assert take_back_absence(absence=other, by=followed.cast.bob, at=AT, version=1) == []


def test_hand_over_absence__after_a_change_puts_right_what_was_handed(followed: Followed) -> None:
    bob, alice = followed.cast.bob, followed.alice
    early, late = contact(followed), contact(followed, 5)
    absence = an_absence(alice, deputy=bob)
    hand_over(followed, absence, (early, "DEPUTY"), (late, "DEPUTY"))
    with acting(alice):
        change_absence(
            absence=absence, by=alice, at=AT, version=1, starts_on=TODAY, ends_on=TODAY + 3 * DAY, deputy=bob
        )
    hand_over(followed, absence, version=2)
    assert [followed.fresh(row).caseworker for row in (early, late)] == [bob, alice]
    assert sees(followed, bob) == {"CORE", "CARE"}
    with acting(alice):
        change_absence(
            absence=absence, by=alice, at=AT, version=2, starts_on=TODAY, ends_on=TODAY + 9 * DAY, deputy=bob
        )
    hand_over(followed, absence, (followed.fresh(late), "DEPUTY"), version=3)
    with acting(followed.carla):
        ends = set(CaseAccess.grants.in_force(at=AT).filter(user=bob).values_list("ends_at", flat=True))
    assert {timezone.localtime(end).date() for end in ends if end} == {date(2024, 11, 14)}
    with acting(alice):
        change_absence(
            absence=absence, by=alice, at=AT, version=3, starts_on=TODAY, ends_on=TODAY + 9 * DAY, deputy=followed.carla
        )
    hand_over(followed, absence, version=4)
    assert [followed.fresh(row).caseworker for row in (early, late)] == [alice, alice]
    assert sees(followed, bob) == set()


def test_hand_over_absence__another_absence_of_that_day_keeps_it(followed: Followed) -> None:
    bob, row = followed.cast.bob, contact(followed, 8)
    first = an_absence(followed.alice, begins=7, ends=10, deputy=bob)
    hand_over(followed, first, (row, "DEPUTY"))
    second = an_absence(followed.alice, ends=5, deputy=bob)
    hand_over(followed, second)
    assert followed.fresh(row).caseworker == bob


@settings(max_examples=150)
@given(
    st.dates(date(2024, 1, 1), date(2026, 12, 31)),
    st.integers(0, 20),
    st.integers(1, 30),
    st.integers(0, 30),
    st.sampled_from(["KEEP", "NEXT", "PREVIOUS", "NEAREST", "SKIP", None]),
)
def test_day_past__a_working_day_outside_the_absence(
    today: date, begins: int, length: int, at: int, policy: str | None
) -> None:
    starts_on = today + begins * DAY
    absence = Absence(starts_on=starts_on, ends_on=starts_on + length * DAY)
    due_on = starts_on + min(at, length - 1) * DAY
    row = CheckIn(due_on=due_on, rhythm=Rhythm(policy=policy) if policy else None)
    found = day_past(row, absence, today=today)
    assert oracle.working_days(found, found) == [found]
    assert found >= today
    assert not absence.starts_on <= found < absence.ends_on
    if found >= absence.ends_on:
        assert oracle.working_days(absence.ends_on, found) == [found]
    else:
        assert policy in ("PREVIOUS", "NEAREST")
        assert oracle.working_days(found, absence.starts_on - DAY) == [found]
