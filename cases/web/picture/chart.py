"""Bars drawn by the server: each month beside the same month a year before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from cases.figures.rules import Month

WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 720, 220, 30, 24, 8


@dataclass(frozen=True)
class Bar:
    """One bar, in units of the drawing."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Pair:
    """A month and its two bars."""

    starts_on: date
    middle: float
    before: Bar
    now: Bar


@dataclass(frozen=True)
class Line:
    """A line across at a number."""

    number: int
    y: float


@dataclass(frozen=True)
class Chart:
    """Everything the drawing needs, so that the template only writes it down."""

    width: int
    height: int
    left: int
    floor: float
    pairs: tuple[Pair, ...]
    lines: tuple[Line, ...]


def step_for(most: int) -> int:
    """The distance of the lines across: 1, 2, 5, 10, 20, … so that there are five at most."""
    step, multiples = 1, (2, 2.5, 2)
    turn = 0
    while most > 5 * step:
        step = int(step * multiples[turn % 3])
        turn += 1
    return step


def departures(months: Sequence[Month]) -> Chart:
    """The departures of each month, and of the same month a year before."""
    most = max((max(month.departures, month.departures_year_before) for month in months), default=0)
    step = step_for(max(most, 1))
    top = step * -(-max(most, 1) // step)
    floor, tall = HEIGHT - BOTTOM, HEIGHT - BOTTOM - TOP
    wide = (WIDTH - LEFT) / max(len(months), 1)

    def bar(people: int, x: float) -> Bar:
        height = round(tall * people / top, 1)
        return Bar(x=round(x, 1), y=round(floor - height, 1), width=round(wide * 0.36, 1), height=height)

    pairs = []
    for number, month in enumerate(months):
        x = LEFT + number * wide
        before = bar(month.departures_year_before, x + wide * 0.12)
        now = bar(month.departures, x + wide * 0.5)
        pairs.append(Pair(month.starts_on, round(x + wide / 2, 1), before, now))
    lines = tuple(Line(number, round(floor - tall * number / top, 1)) for number in range(0, top + 1, step))
    return Chart(WIDTH, HEIGHT, LEFT, floor, tuple(pairs), lines)
