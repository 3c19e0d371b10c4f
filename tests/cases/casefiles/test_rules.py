"""Stages and arrows, references, and days that a next step can lie on."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.access.rules import read_reference
from cases.casefiles.rules import (
    ARROWS,
    BEGINNINGS,
    Stage,
    check_next_step_day,
    may_move,
    needs_reason,
    reference,
    review_day,
)
from cities.refusals import Refused

TODAY = date(2024, 11, 5)

#: The picture that hangs on the wall of the cell, arrow by arrow.
PICTURE = """
ABROAD     -> INTAKE     CLOSED
INTAKE     -> ASSESSMENT ABROAD CLOSED
ASSESSMENT -> FOLLOW_UP  INTAKE ABROAD CLOSED
FOLLOW_UP  -> ASSESSMENT AFTERCARE ABROAD CLOSED
AFTERCARE  -> FOLLOW_UP  ABROAD CLOSED
CLOSED     -> INTAKE     FOLLOW_UP
"""
DRAWN = {
    (line.split()[0], to) for line in PICTURE.strip().splitlines() for to in line.split("->")[1].split()
}  # fmt: skip


@pytest.mark.parametrize(("stage", "to"), list(product(Stage.values, Stage.values)))
def test_may_move__as_drawn(stage: str, to: str) -> None:
    assert may_move(stage, to) == ((stage, to) in DRAWN)


@pytest.mark.parametrize(("stage", "to"), sorted(DRAWN))
def test_needs_reason__unless_the_case_goes_on_as_it_should(stage: str, to: str) -> None:
    onward = ["ABROAD", "INTAKE", "ASSESSMENT", "FOLLOW_UP", "AFTERCARE"]
    goes_on = stage in onward and to in onward and onward.index(to) == onward.index(stage) + 1
    assert needs_reason(stage, to) == (not goes_on)


def test_every_stage__can_be_reached_and_left() -> None:
    reached: set[str] = set(BEGINNINGS)
    while True:
        further = reached | {to for stage in reached for to in ARROWS[stage]}
        if further == reached:
            break
        reached = further
    assert reached == set(Stage.values)
    assert all(ARROWS[stage] for stage in Stage.values)
    assert all("CLOSED" in ARROWS[stage] for stage in Stage.values if stage != "CLOSED")


@given(st.from_regex(r"\A[A-Z]{3}\Z"), st.integers(1000, 9999), st.integers(1, 999_999))
def test_reference__is_read_back_however_it_is_typed(code: str, year: int, number: int) -> None:
    written = reference(code, year, number)
    for typed in (
        written,
        written.lower(),
        f"  {code} {year} {number} ",
        f"{code}-{year}/{number}",
        f"{code}{year}-{number}",
    ):
        assert read_reference(typed) == written


@given(st.text(max_size=30))
def test_read_reference__reads_nothing_into_anything_else(text: str) -> None:
    found = read_reference(text)
    assert found is None or text.strip()[:3].upper() == found[:3]


def test_reference__grows_a_digit_above_9999() -> None:
    assert reference("VIL", 2024, 42) == "VIL-2024-0042"
    assert reference("VIL", 2024, 12345) == "VIL-2024-12345"


def test_review_day__is_half_a_year_later() -> None:
    assert review_day(date(2024, 8, 31)) == date(2025, 2, 28)


@given(st.integers(-400, 800))
def test_check_next_step_day__from_today_to_a_year_from_now(offset: int) -> None:
    day = TODAY + timedelta(days=offset)
    code = "past" if offset < 0 else "too_far" if day > date(2025, 11, 5) else None
    if code is None:
        check_next_step_day(day, today=TODAY)
        return
    with pytest.raises(Refused) as caught:
        check_next_step_day(day, today=TODAY)
    assert (caught.value.field, caught.value.code) == ("next_step_on", code)
