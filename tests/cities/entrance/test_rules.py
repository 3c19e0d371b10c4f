"""How long a session goes on, and what of a provider's word counts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cities.entrance.rules import Vouching, authenticated_at, ending, ends_at
from tests.factories import AT

MINUTE = timedelta(minutes=1)
SPANS = st.timedeltas(min_value=MINUTE, max_value=timedelta(days=1))


@given(used_after=SPANS, idle=SPANS, longest=SPANS, later=st.timedeltas(timedelta(), timedelta(days=2)))
def test_ending__begins_at_the_moment_that_was_told(
    used_after: timedelta, idle: timedelta, longest: timedelta, later: timedelta
) -> None:
    of: dict[str, Any] = {"began": AT, "seen": AT + used_after, "idle": idle, "longest": longest}
    at = AT + used_after + later
    assert (ending(**of, at=at) is not None) == (at >= ends_at(**of))


@pytest.mark.parametrize(
    ("claims", "does"),
    [
        ({"acr": "high"}, True), ({"acr": ["low", "high"]}, True), ({"acr": ["low"]}, False), ({"acr": [7]}, False),
        ({"acr": 7}, False), ({"acr": None}, False), ({"acr": {"high": 1}}, False), ({"amr": "high"}, False),
    ],
)  # fmt: skip
def test_vouching__counts_what_the_administrator_named_and_nothing_else(claims: dict[str, Any], does: bool) -> None:
    assert Vouching("acr", frozenset({"high"})).counts(claims) is does
    assert not Vouching().counts(claims)


@pytest.mark.parametrize("said", [None, "1730797200", True, 0, -5, 1.5, 10**30, int(AT.timestamp()) + 120])
def test_authenticated_at__silence_and_nonsense_are_no_answer(said: object) -> None:
    assert authenticated_at({"auth_time": said}, at=AT) is None


def test_authenticated_at__is_a_moment_of_the_past() -> None:
    assert authenticated_at({"auth_time": int(AT.timestamp())}, at=AT) == datetime(2024, 11, 5, 9, 0, tzinfo=UTC)
