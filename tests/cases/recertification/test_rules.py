"""When a grant is told of, and when it lapses."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from cases.recertification.rules import NOTICE, has_lapsed, next_date, notice_is_due

DAY = date(2026, 11, 2)


def test_next_date__after_so_many_days() -> None:
    assert next_date(DAY, 92) == date(2027, 2, 2)


def test_notice__a_fortnight_before() -> None:
    assert not notice_is_due(DAY, DAY - NOTICE - timedelta(days=1))
    assert notice_is_due(DAY, DAY - NOTICE)


@given(st.integers(0, 100), st.integers(0, 100))
def test_has_lapsed__never_within_a_fortnight_of_being_told(confirm_by: int, told: int) -> None:
    due, said = DAY + timedelta(days=confirm_by), DAY + timedelta(days=told)
    lapses = next(day for day in range(200) if has_lapsed(due, said, DAY + timedelta(days=day)))
    assert lapses == max(confirm_by, told + 14) + 1


def test_has_lapsed__never_when_nobody_was_told() -> None:
    assert not has_lapsed(DAY, None, DAY + timedelta(days=900))
