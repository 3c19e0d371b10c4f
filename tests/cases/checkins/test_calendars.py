"""Which days are off, and the reason that is said when there are several."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from cases.checkins import rules
from cases.checkins.rules import Away, DaysOff, MoveReason, Pattern, days_off

ONE = timedelta(days=1)
DAY = date(2026, 11, 27)  # a Friday
THEN = ((DAY, DAY + ONE),)


def test_why_off__a_holiday_in_a_weekend_is_a_weekend() -> None:
    assert rules.why_off(date(2026, 11, 1)) == MoveReason.WEEKEND
    assert rules.why_off(date(2026, 12, 25)) == MoveReason.HOLIDAY
    assert rules.why_off(date(2026, 12, 24)) is None


def test_days_off__the_reason_that_is_said_first() -> None:
    everything = {
        "avoided": THEN, "feasts": frozenset({(11, 27)}), "school": THEN, "closed": THEN,
        "away": (Away(DAY, DAY + ONE),),
    }  # fmt: skip
    said = []
    for name in ("avoided", "feasts", "school", "closed", "away"):
        said.append(DaysOff(**everything)(DAY))  # type: ignore[arg-type]
        del everything[name]
    assert said == ["AVOIDED", "REGIONAL", "SCHOOL", "CLOSED", "ABSENCE"]
    assert DaysOff()(DAY) is None
    saturday = ((DAY + ONE, DAY + 2 * ONE),)
    assert DaysOff(school=saturday)(DAY + ONE) == MoveReason.WEEKEND
    assert DaysOff(avoided=saturday)(DAY + ONE) == MoveReason.AVOIDED


def test_days_off__half_open_and_perhaps_without_an_end() -> None:
    calendar = DaysOff(closed=((DAY, DAY + 4 * ONE), (DAY + 10 * ONE, None)))
    found = [calendar(DAY + passed * ONE) for passed in (-1, 0, 3, 4, 10, 700)]
    assert found == [None, "CLOSED", "CLOSED", None, "CLOSED", "CLOSED"]


def test_days_off__an_absence_is_one_only_when_nobody_stands_in() -> None:
    calendar = DaysOff(away=(Away(DAY, DAY + 4 * ONE), Away(DAY, DAY + ONE, 7)))
    assert [calendar(DAY), calendar(DAY + 3 * ONE)] == [None, MoveReason.ABSENCE]
    assert [rules.deputy_on(DAY + passed * ONE, calendar.away) for passed in (0, 3)] == [7, None]


@pytest.mark.parametrize(("regional", "school"), [(True, False), (False, True), (False, False)])
def test_days_off__regional_and_school_holidays_if_that_was_agreed(regional: bool, school: bool) -> None:
    pattern = Pattern(frequency="DAYS", starts_on=DAY, avoids_regional=regional, avoids_school=school)
    calendar = days_off(
        pattern, region="WALLONIA", languages="fr", school=[(DAY, DAY + ONE)], closed=[(DAY + 3 * ONE, None)],
        away=[Away(DAY, None, 7)], avoided=[(DAY - ONE, DAY)],
    )  # fmt: skip
    found = [calendar(day) for day in (date(2027, 9, 27), DAY, DAY - ONE)]
    assert found == [MoveReason.REGIONAL if regional else MoveReason.CLOSED, "SCHOOL" if school else None, "AVOIDED"]
    assert calendar == days_off(
        pattern, region="WALLONIA", languages="fr", school=[(DAY, DAY + ONE)], closed=[(DAY + 3 * ONE, None)],
        away=[Away(DAY, None, 7)], avoided=[(DAY - ONE, DAY)],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("one", "other", "answer"),
    [
        ((1, 5), (5, 9), False),
        ((1, 5), (4, 9), True),
        ((1, None), (9, None), True),
        ((5, None), (1, 5), False),
        ((5, 6), (1, None), True),
    ],
)
def test_overlaps__half_open(one: tuple[int, int | None], other: tuple[int, int | None], answer: bool) -> None:
    def period(days: tuple[int, int | None]) -> rules.Period:
        return date(2026, 1, days[0]), date(2026, 1, days[1]) if days[1] else None

    assert rules.overlaps(period(one), period(other)) is answer
