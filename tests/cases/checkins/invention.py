"""Invented rhythms and what can get in their way, from a number: the same number, the same rhythm."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random

from cases.checkins.rules import Away, DaysOff, MovePolicy, Pattern, Period
from tests.cases.checkins.oracle import ONE, World

DAYS = (date(2014, 1, 1), date(2032, 12, 31))


def a_day(dice: Random) -> date:
    return DAYS[0] + timedelta(days=dice.randrange((DAYS[1] - DAYS[0]).days))


def a_pattern(dice: Random, **fields: object) -> Pattern:
    """Any rhythm that makes sense: of every kind, with and without an end, some for a number of times."""
    starts_on = a_day(dice)
    end = dice.choice([None, None, None, dice.randint(20, 900)])
    plain = Pattern(
        frequency="DAYS", every=dice.choice([1, *dice.sample(range(2, 41), 4)]), policy=dice.choice(MovePolicy.values),
        starts_on=starts_on, ends_on=None if end is None else starts_on + end * ONE, within_week=dice.random() < 0.3,
        times=dice.randint(1, 60) if end is None and dice.random() < 0.3 else None,
    )  # fmt: skip
    few = dice.choice([1, 1, 1, 2, 3, 4, 6, 9])
    kinds = [
        {},
        {"frequency": "WEEKS", "every": few, "weekdays": tuple(dice.sample(range(7), dice.choice([1, 1, 1, 2, 3, 7])))},
        {"frequency": "MONTHS", "every": few, "month_day": dice.choice([*range(1, 32), -1])},
        {"frequency": "MONTHS", "every": few, "nth": dice.choice([1, 2, 3, 4, -1]), "nth_weekday": dice.randrange(7)},
        {"frequency": "QUARTER", "every": dice.randint(1, 13)},
    ]
    return replace(plain, **{**dice.choice(kinds), **fields})


def a_window(dice: Random, pattern: Pattern) -> tuple[date, date]:
    """From a little before the pattern starts to some time after, up to three months long."""
    first = pattern.starts_on + dice.choice([dice.randint(-40, 60), dice.randint(0, 700)]) * ONE
    return first, first + dice.randint(0, 90) * ONE


@dataclass(frozen=True)
class Trouble:
    """What gets in the way of a rhythm, as the rules take it and as the oracle does."""

    calendar: DaysOff
    world: World
    pauses: list[Period]
    away: list[Away]
    by_hand: list[date] = field(default_factory=list)


def _spans(dice: Random, first: date, until: date, most: int, longest: int) -> list[Period]:
    spans: list[Period] = []
    for _one in range(dice.randint(0, most)):
        start = first + dice.randint(-60, (until - first).days + 30) * ONE
        spans.append((start, start + dice.randint(1, longest) * ONE if dice.random() < 0.95 else None))
    return spans


def a_trouble(dice: Random, first: date, until: date) -> Trouble:
    """Pauses, feasts, school holidays, closed offices, absences with and without a deputy, days to avoid."""
    feast = dice.choice([None, None, (7, 11), (5, 8), (9, 27), (11, 15)])
    school = _spans(dice, first, until, 2, 60)
    closed, avoided = _spans(dice, first, until, 2, 15), _spans(dice, first, until, 2, 30)
    away = [Away(start, end, dice.choice([None, 7, 8])) for start, end in _spans(dice, first, until, 2, 80)]
    if dice.random() < 0.3:
        school, closed, avoided, away = [], [], [], []
    calendar = DaysOff(
        feasts=frozenset([feast] if feast else []), school=tuple(school), closed=tuple(closed), avoided=tuple(avoided),
        away=tuple(away) if dice.random() < 0.5 else (),
    )  # fmt: skip
    world = World(feast, school, closed, avoided, [(one.starts_on, one.ends_on, one.deputy_id) for one in away])
    return Trouble(calendar, world, _spans(dice, first, until, 2, 60), away)
