"""The ladder by itself: where a missed contact begins, how long it stays, and how it goes up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from cases.checkins import ladder
from cases.checkins.rules import MissStep, Outcome
from tests.cases.checkins import oracle

ONE = timedelta(days=1)
HUNDREDS = settings(max_examples=200)
CASEWORKER, COORDINATOR, CONFERENCE = ladder.STEPS


@dataclass
class Terms:
    coordinator_after: int = 2
    conference_after: int = 5
    misses_in_a_row: int = 3


day = st.dates(date(2020, 1, 1), date(2030, 12, 31))
terms = st.builds(Terms, st.integers(1, 30), st.integers(1, 60), st.integers(2, 20))
step = st.sampled_from(ladder.STEPS)


def later(first: date, count: int) -> date:
    """The working day so many after, by counting them off a plain calendar."""
    return oracle.working_days(first + ONE, first + 120 * ONE)[count - 1]


@HUNDREDS
@given(day, step, terms)
def test_deadline__so_many_working_days_later(begins_on: date, on: MissStep, here: Terms) -> None:
    days = {CASEWORKER: here.coordinator_after, COORDINATOR: here.conference_after, CONFERENCE: 20}[on]
    assert ladder.deadline(on, begins_on, here) == later(begins_on, days)


@HUNDREDS
@given(st.integers(1, 40), st.booleans(), st.booleans(), terms)
def test_first_step__with_who_holds_it_and_never_nowhere(row: int, critical: bool, held: bool, here: Terms) -> None:
    found = ladder.first_step(in_a_row=row, is_critical=critical, has_holder=held, terms=here)
    if critical or row >= here.misses_in_a_row:
        assert found == CONFERENCE
    else:
        assert found == (CASEWORKER if held else COORDINATOR)


@HUNDREDS
@given(step, day, st.integers(-10, 150), terms)
def test_climbs__one_step_after_another_without_a_gap(on: MissStep, ends_on: date, passed: int, here: Terms) -> None:
    today = ends_on + passed * ONE
    found = ladder.climbs(on, ends_on, today, here)
    steps = [on, *(climb.step for climb in found)]
    first = ladder.STEPS.index(on)
    assert steps == list(ladder.STEPS[first : first + len(steps)])
    ends = [ends_on, *(climb.deadline_on for climb in found)]
    assert [climb.begins_on for climb in found] == ends[:-1]  # each begins on the day the one below it ended
    assert all(end <= today for end in ends[:-1])
    assert ends[-1] > today or steps[-1] == CONFERENCE  # and none that is due is left out


@HUNDREDS
@given(step, day, st.integers(0, 100), st.integers(0, 100), terms)
def test_climbs__days_without_a_clock_change_nothing(
    on: MissStep, ends_on: date, early: int, late: int, here: Terms
) -> None:
    """Asked once at the end, or on the way too, it stands on the same step until the same day."""
    early, late = sorted((early, late))
    at_once = ladder.climbs(on, ends_on, ends_on + late * ONE, here)
    before = ladder.climbs(on, ends_on, ends_on + early * ONE, here)
    last = before[-1] if before else ladder.Climb(on, ends_on, ends_on)
    assert before + ladder.climbs(last.step, last.deadline_on, ends_on + late * ONE, here) == at_once


@HUNDREDS
@given(step, day, st.integers(-30, 30), terms)
def test_longer__as_long_once_more_and_never_over_already(on: MissStep, ends_on: date, ago: int, here: Terms) -> None:
    today = ends_on + ago * ONE
    found = ladder.longer(on, ends_on, today, here)
    assert found == later(max(ends_on, today), ladder.days_of(on, here))
    assert found > today


@HUNDREDS
@given(st.lists(st.sampled_from(Outcome.values), max_size=12))
def test_in_a_row__until_the_last_contact_that_took_place(latest_first: list[str]) -> None:
    told = "".join({"MISSED": "m", "HELD": "h", "PARTLY": "h"}.get(outcome, "") for outcome in latest_first)
    assert ladder.in_a_row(iter(latest_first)) == len(told.split("h", maxsplit=1)[0])
