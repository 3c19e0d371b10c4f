"""What becomes of each occurrence, against an oracle that shares no line with the rules."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable
from dataclasses import replace
from datetime import date
from functools import partial
from random import Random

import pytest

from cases.checkins import rules
from cases.checkins.planning import shape_of
from cases.checkins.rules import Away, DaysOff, MovePolicy, MoveReason, Pattern, Planned
from tests.cases.checkins import oracle
from tests.cases.checkins.invention import a_day, a_pattern, a_trouble, a_window

ONE = oracle.ONE


# --- Against the oracle: 20,000 rhythms in ten parts, so that both cores share them ---


@pytest.mark.parametrize("part", range(10))
def test_planned__same_days_each_with_its_reason(part: int) -> None:
    for number in range(part * 2000, (part + 1) * 2000):
        dice = Random(number)
        pattern = a_pattern(dice)
        first, until = a_window(dice, pattern)
        trouble = a_trouble(dice, first, until)
        falls = rules.occurrences(pattern, first, until)
        by_hand = dice.sample(falls, min(len(falls), dice.choice([0, 0, 1, 2])))
        if pattern.times and dice.random() < 0.5:
            pattern = replace(pattern, ends_on=rules.ends_with_count(pattern))
        found = rules.planned(
            pattern, first, until, pauses=trouble.pauses, calendar=trouble.calendar, away=trouble.away, by_hand=by_hand
        )
        rows = [(one.occurs_on, one.due_on, one.because or "", one.held_by) for one in found]
        expected = oracle.planned(
            pattern, first, until, pauses=trouble.pauses, world=trouble.world, by_hand=by_hand
        )  # fmt: skip
        assert rows == expected, f"rhythm {number}"
        due = [one.due_on for one in found if one.due_on]
        assert len(due) == len(set(due))  # never two contacts on one day


def test_planned__two_windows_give_what_one_does() -> None:
    for number in range(400):
        dice = Random(number)
        pattern = a_pattern(dice)
        first, until = a_window(dice, pattern)
        middle = first + dice.randint(0, (until - first).days) * ONE
        trouble = a_trouble(dice, first, until)
        become = partial(rules.planned, pauses=trouble.pauses, calendar=trouble.calendar, away=trouble.away)
        parts = [*become(pattern, first, middle), *become(pattern, middle, until)]
        assert parts == become(pattern, first, until), f"rhythm {number}"


def test_shape_of__same_shape_same_days() -> None:
    """Rhythms that differ in when they started, and in what doesn't count, beside others of the same kind."""
    shared = 0
    for number in range(300):
        dice = Random(number)
        pattern = a_pattern(dice, every=dice.randint(1, 3), times=None)
        first = pattern.starts_on + dice.randint(-10, 100) * ONE
        until = first + dice.randint(1, 60) * ONE
        trouble = a_trouble(dice, first, until)
        become = partial(rules.planned, pauses=trouble.pauses, calendar=trouble.calendar, away=trouble.away)
        by_shape: dict[Hashable, list[list[Planned]]] = defaultdict(list)
        ends = [None, until + dice.randint(-20, 10) * ONE, until + dice.randint(0, 300) * ONE]
        for _one in range(12):
            start = pattern.starts_on - dice.choice([0, dice.randint(0, 30), dice.randint(60, 900)]) * ONE
            end = dice.choice(ends)
            one = replace(
                pattern, starts_on=start, ends_on=end, times=dice.choice([None, 500, 3]),
                within_week=dice.random() < 0.5, policy=dice.choice([pattern.policy, "NEAREST"]),
            )  # fmt: skip
            if one.times and end is None and dice.random() < 0.5:
                one = replace(one, ends_on=rules.ends_with_count(one))
            for limit in (None, until):
                key = (limit, shape_of(one, first, limit))
                if not rules.fault_of(one):
                    by_shape[key].append(become(one, first, until))
        for found in by_shape.values():
            assert all(days == found[0] for days in found), f"rhythm {number}"
            shared += len(found) - 1
    assert shared > 300


def test_shape_of__weekly_and_two_weekly_rhythms_are_a_handful() -> None:
    first, until, dice = date(2026, 11, 24), date(2027, 1, 19), Random(1)
    shapes = {
        shape_of(
            Pattern(
                frequency="WEEKS", every=dice.choice([1, 2]), weekdays=[dice.randrange(5)],
                starts_on=date(2026, 9, 1) - dice.randrange(2000) * ONE, ends_on=date(2027, 6, 1) + number * ONE,
            ),
            first, until,
        )
        for number in range(3000)
    }  # fmt: skip
    assert len(shapes) == 15  # on five days: every week, and every other week in one week or the other


def test_shape_of__a_pattern_that_makes_no_sense_is_apart() -> None:
    pattern = Pattern(frequency="WEEKS", starts_on=date(2020, 1, 1))
    assert shape_of(pattern, date(2026, 1, 1)) == "weekdays"


# --- One by one ---


def test_moved__as_the_oracle_steps() -> None:
    for number in range(4000):
        dice = Random(number)
        day, policy = a_day(dice), dice.choice(MovePolicy.values)
        pattern = Pattern(frequency="DAYS", starts_on=day, policy=policy)
        assert rules.moved(day, policy) == oracle.moved(pattern, day, oracle.World())


def test_moved__nearest_prefers_the_later_of_two() -> None:
    wednesday = date(2026, 11, 11)  # Armistice
    assert rules.moved(wednesday, MovePolicy.NEAREST) == wednesday + ONE


def test_planned__every_day_on_working_days_is_once_a_day() -> None:
    pattern = Pattern(frequency="DAYS", starts_on=date(2026, 11, 23), policy=MovePolicy.NEXT)
    found = rules.planned(pattern, date(2026, 11, 27), date(2026, 12, 1))
    assert found == [
        Planned(date(2026, 11, 27), date(2026, 11, 27)),
        Planned(date(2026, 11, 28), None, MoveReason.WEEKEND),
        Planned(date(2026, 11, 29), None, MoveReason.WEEKEND),
        Planned(date(2026, 11, 30), date(2026, 11, 30)),
    ]
    assert not any(one.is_moved for one in found)


def test_planned__nothing_is_moved_before_the_rhythm_starts() -> None:
    sunday = date(2026, 11, 1)
    pattern = Pattern(frequency="DAYS", every=30, starts_on=sunday, policy=MovePolicy.PREVIOUS)
    assert rules.planned(pattern, sunday, sunday + ONE) == [Planned(sunday, None, MoveReason.WEEKEND)]


def test_next_days__shows_what_moves_and_why() -> None:
    fridays = Pattern(frequency="WEEKS", weekdays=(4,), starts_on=date(2026, 12, 1), policy=MovePolicy.NEXT)
    found = rules.next_days(fridays, first=date(2026, 12, 14), count=3)
    assert found == [
        Planned(date(2026, 12, 18), date(2026, 12, 18)),
        Planned(date(2026, 12, 25), date(2026, 12, 28), MoveReason.HOLIDAY),
        Planned(date(2027, 1, 1), date(2027, 1, 4), MoveReason.HOLIDAY),
    ]
    assert found[1].is_moved


def test_next_days__a_pause_without_end_ends_the_preview() -> None:
    daily = Pattern(frequency="DAYS", starts_on=date(2026, 12, 1))
    pauses = [(date(2026, 12, 3), None)]
    assert [one.occurs_on.day for one in rules.next_days(daily, first=date(2026, 12, 1), pauses=pauses)] == [1, 2]


FRIDAYS = Pattern(frequency="WEEKS", weekdays=(4,), starts_on=date(2026, 12, 1))
CHRISTMAS = date(2026, 12, 25)


def become(pattern: Pattern, day: date, **given: object) -> Planned:
    """What becomes of the occurrence of that day."""
    [one] = rules.planned(pattern, day, day + ONE, **given)  # type: ignore[arg-type]
    return one


@pytest.mark.parametrize("policy", ["NEXT", "PREVIOUS", "NEAREST"])
def test_planned__after_sixty_days_off_in_a_row_it_is_not_held(policy: str) -> None:
    friday = date(2027, 6, 4)
    rhythm = replace(FRIDAYS, every=30, starts_on=friday, policy=policy)
    weekends_around = DaysOff(away=(Away(friday - 57 * ONE, friday + 60 * ONE),))
    assert become(replace(rhythm, starts_on=friday - 210 * ONE), friday, calendar=weekends_around).is_moved
    longer = [Away(friday - 80 * ONE, friday + 62 * ONE)]
    assert become(rhythm, friday, away=longer) == Planned(friday, None, MoveReason.ABSENCE)


def test_planned__a_deputy_keeps_the_day_and_nobody_moves_it() -> None:
    friday = date(2026, 12, 11)
    away = [Away(friday, friday + ONE), Away(friday, None, 7), Away(friday, None, 8)]
    assert become(FRIDAYS, friday, away=away) == Planned(friday, friday, None, held_by=7)
    assert become(FRIDAYS, friday - 7 * ONE, away=away).held_by is None
    assert become(FRIDAYS, friday, away=away[:1]) == Planned(friday, friday + 3 * ONE, MoveReason.ABSENCE)
    assert become(FRIDAYS, CHRISTMAS, away=away) == Planned(CHRISTMAS, date(2026, 12, 28), MoveReason.HOLIDAY, 7)


def test_planned__keep_keeps_the_day_but_never_one_to_avoid() -> None:
    keep = replace(FRIDAYS, policy="KEEP")
    everything = ((date(2026, 12, 20), date(2026, 12, 30)),)
    kept = Planned(CHRISTMAS, CHRISTMAS)
    assert become(keep, CHRISTMAS, calendar=DaysOff(school=everything, closed=everything)) == kept
    moves = Planned(CHRISTMAS, date(2026, 12, 30), MoveReason.AVOIDED)
    assert become(keep, CHRISTMAS, calendar=DaysOff(avoided=everything, closed=everything)) == moves


@pytest.mark.parametrize(
    ("policy", "off", "due"),
    [
        ("NEXT", [], "2026-12-24"),  # nothing is left of the week after Christmas
        ("PREVIOUS", [24], "2026-12-23"),
        ("SKIP", [], "2026-12-24"),  # not skipped, since another day will do
        ("KEEP", [], "2026-12-25"),
        ("NEAREST", [21, 22, 23, 24], "2026-12-28"),
        ("SKIP", [21, 22, 23, 24], None),
    ],
)
def test_planned__any_day_of_the_week_will_do(policy: str, off: list[int], due: str | None) -> None:
    rhythm = replace(FRIDAYS, policy=policy, within_week=True)
    closed = tuple((date(2026, 12, day), date(2026, 12, day + 1)) for day in off)
    found = become(rhythm, CHRISTMAS, calendar=DaysOff(closed=closed))
    assert found.due_on == (date.fromisoformat(due) if due else None)


def test_planned__the_last_of_a_number_of_times_is_held_wherever_it_is_moved() -> None:
    counted = replace(FRIDAYS, times=4)
    counted = replace(counted, ends_on=rules.ends_with_count(counted))
    assert become(counted, CHRISTMAS).due_on == date(2026, 12, 28)
    assert become(replace(counted, times=None), CHRISTMAS) == Planned(CHRISTMAS, None, MoveReason.HOLIDAY)


def test_planned__a_day_taken_by_hand_is_not_held_and_in_nobodys_way() -> None:
    rhythm = Pattern(frequency="WEEKS", weekdays=(4, 0), starts_on=date(2026, 12, 1))
    found = rules.planned(rhythm, CHRISTMAS, date(2026, 12, 29), by_hand=[date(2026, 12, 28)])
    assert found == [
        Planned(CHRISTMAS, date(2026, 12, 28), MoveReason.HOLIDAY),
        Planned(date(2026, 12, 28), None, MoveReason.BY_HAND),
    ]
    assert rules.next_days(rhythm, first=date(2026, 12, 28), count=1, by_hand=[date(2026, 12, 28)]) == found[1:]


# --- A rhythm is changed, and there are contacts arranged by hand ---


def december(*days: int) -> list[date]:
    return [date(2026, 12, day) for day in days]


@pytest.mark.parametrize(
    ("new", "exceptions", "taken"),
    [
        ([2, 9, 16], [8], {8: 9}),
        ([2, 9, 16], [8, 10], {8: 9}),  # as near as each other: the earlier one
        ([2, 9, 16], [7, 10], {10: 9}),
        ([2, 9, 16], [2, 9, 16], {2: 2, 9: 9, 16: 16}),
        ([2, 10, 18], [6], {}),  # in the middle: nearer than half to neither
        ([2, 10, 11], [6, 7], {7: 10}),
        ([8, 16], [4, 20], {}),
        ([8, 15], [5, 18], {5: 8, 18: 15}),  # at either end the gap of the other side counts
        ([9], [8, 9], {9: 9}),
        ([9], [8], {}),
        ([], [8], {}),
        ([9, 2], [], {}),
    ],
)
def test_taken_by_hand__the_nearest_that_is_free(new: list[int], exceptions: list[int], taken: dict[int, int]) -> None:
    found = rules.taken_by_hand(december(*new), december(*exceptions))
    assert {exception.day: day.day for exception, day in found.items()} == taken


def test_taken_by_hand__each_once_and_within_half_a_gap() -> None:
    for number in range(300):
        dice = Random(number)
        days = sorted({a_day(dice) for _one in range(dice.randint(2, 30))})
        exceptions = [a_day(dice) for _one in range(dice.randint(0, 30))] + dice.sample(days, 1)
        taken = rules.taken_by_hand(days, exceptions)
        assert len(set(taken.values())) == len(taken)
        assert set(taken) <= set(exceptions)
        near = {one: min(days, key=lambda day: abs(day - one)) for one in exceptions}
        assert all(near[one] == day for one, day in taken.items())
        assert taken[exceptions[-1]] == exceptions[-1]
