"""What stands in the way of a contact: said to whoever arranges it, with the case only where she may know of it."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

import pytest

from cases.access.services import acting
from cases.checkins.models import Rhythm
from cases.checkins.rules import MoveReason, clash
from cases.checkins.selectors import Chain, Clash, chains, clashes, due_this_week, due_today, off_because, to_record
from cases.checkins.services import change_rhythm
from cities.staff.models import Absence, User
from tests.cases.checkins.conftest import Followed, after
from tests.factories import AT, TODAY, a_case
from tests.factories.checkins import a_checkin, a_rhythm
from tests.factories.plans import a_plan

TEN = time(10)


@pytest.mark.parametrize(
    ("one", "other", "overlaps"),
    [
        ((TEN, 45), (TEN, 45), True),
        ((TEN, 45), (time(10, 44), 5), True),
        ((TEN, 45), (time(10, 45), 45), False),
        ((time(10, 45), 45), (TEN, 45), False),
        ((time(9), 600), (time(12), 5), True),
        ((time(23, 30), 600), (time(0, 15), 45), False),
    ],
)
def test_clash__is_when_they_overlap(one: tuple[time, int], other: tuple[time, int], overlaps: bool) -> None:
    assert clash(TODAY, one, other) is overlaps
    assert clash(TODAY, other, one) is overlaps


def asked(followed: Followed, by: User, **told: Any) -> dict[Any, Clash]:
    said: dict[str, Any] = {"held": [(followed.alice.pk, TODAY)], "hour": TEN, "minutes": 45} | told
    with acting(by):
        return clashes(user=by, at=AT, **said)


def test_clashes__names_the_case_only_to_who_may_know_of_it(followed: Followed) -> None:
    other = a_case(by=followed.carla, lead=followed.alice)
    plan = a_plan(other, by=followed.alice)
    first = a_checkin(other, plan, by=followed.alice, due_time=time(10, 30))
    assert asked(followed, followed.alice) == {TODAY: Clash(time(10, 30), followed.alice.pk, other.reference)}
    assert asked(followed, followed.cast.bob) == {TODAY: Clash(time(10, 30), followed.alice.pk)}
    assert asked(followed, followed.cast.charlie) == {}  # another city is not told when she is busy
    assert asked(followed, followed.alice, but=first) == {}
    assert asked(followed, followed.alice, hour=None) == {}
    assert asked(followed, followed.alice, hour=time(8)) == {}
    assert asked(followed, followed.alice, held=[]) == {}
    assert asked(followed, followed.alice, held=[(followed.carla.pk, TODAY)]) == {}
    a_checkin(other, plan, by=followed.alice, due_time=time(9, 50), second=followed.carla)
    assert asked(followed, followed.alice)[TODAY].at == time(9, 50)  # the first of that day
    assert asked(followed, followed.alice, held=[(followed.carla.pk, TODAY)])[TODAY].at == time(9, 50)
    both = [(followed.cast.bob.pk, TODAY), (followed.carla.pk, TODAY)]  # Bob holds it, Carla comes along
    assert asked(followed, followed.alice, held=both)[TODAY].holder == followed.carla.pk


def test_clashes__not_with_what_is_being_changed(followed: Followed) -> None:
    rhythm = a_rhythm(followed.case, followed.plan, by=followed.alice, time=TEN)
    assert TODAY in asked(followed, followed.alice)
    assert asked(followed, followed.alice, but_of=rhythm) == {}


def test_off_because__says_why_that_day_is_off(followed: Followed) -> None:
    saturday = TODAY + timedelta(days=5 - TODAY.weekday())
    checkin = a_checkin(followed.case, followed.plan, by=followed.alice, due_on=saturday)
    worked = a_checkin(followed.case, followed.plan, by=followed.alice, due_on=saturday - timedelta(days=1))
    with acting(followed.alice):
        assert off_because(checkin, at=AT) == MoveReason.WEEKEND
        assert off_because(worked, at=AT) is None
        Absence.objects.create(
            recorded_at=AT, user=followed.alice, starts_on=worked.due_on, ends_on=worked.due_on + timedelta(days=1)
        )
        assert off_because(worked, at=AT) == MoveReason.ABSENCE


def test_any_day_of_the_week__stands_apart_until_the_week_is_over(followed: Followed) -> None:
    a_rhythm(followed.case, followed.plan, by=followed.alice, within_week=True)  # of Tuesday
    tuesday = 1

    def questions(days: int) -> list[int]:
        with acting(followed.alice):
            at = after(days - TODAY.weekday())
            return [ask(followed.alice, at=at).count() for ask in (due_today, due_this_week, to_record)]

    assert TODAY.weekday() == tuesday
    for day in (1, 2, 3, 4, 5):
        assert questions(day) == [0, 1, 0]


def story(chain: Chain) -> list[int]:
    return [step.pk for step in chain.steps]


def test_chains__one_story_and_which_step_is_in_force(followed: Followed) -> None:
    first = a_rhythm(followed.case, followed.plan, by=followed.alice)
    with acting(followed.alice):
        second = change_rhythm(
            rhythm=first, by=followed.alice, at=AT, version=1, from_on=TODAY + timedelta(days=14), kind="HOME",
            frequency="WEEKS", every=2, weekdays=[1], caseworker=followed.alice,
        )  # fmt: skip
        third = change_rhythm(
            rhythm=second, by=followed.alice, at=AT, version=1, from_on=second.starts_on, kind="HOME",
            frequency="WEEKS", every=3, weekdays=[1], caseworker=followed.alice,
        )  # fmt: skip
        rows = list(Rhythm.objects.filter(casefile=followed.case).order_by("state", "-starts_on", "-pk"))
    [chain] = chains(rows, on=TODAY)
    assert story(chain) == [first.pk, third.pk]  # what ended before it began is passed over
    assert (chain.in_force.pk, [step.pk for step in chain.to_come]) == (first.pk, [third.pk])
    assert chains(rows, on=third.starts_on)[0].in_force.pk == third.pk
    assert chains(rows, on=TODAY - timedelta(days=1))[0].in_force.pk == first.pk
    alone = [row for row in rows if row.pk == third.pk]
    assert [story(chain) for chain in chains(alone, on=TODAY)] == [[third.pk]]
