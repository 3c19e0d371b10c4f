"""The life of a plan: consent, days, states."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.access.rules import Refused
from cases.plans.rules import (
    ARROWS,
    Consent,
    GoalState,
    PlanState,
    check_consent,
    check_day_in_plan,
    check_goal_state,
    check_review,
    check_start,
    check_who_consents,
    consent_allows,
    is_given,
    may_move,
    review_day,
)

TODAY = date(2026, 11, 24)
DAY = timedelta(days=1)


def refusal(check: Callable[..., object], *args: Any, **kwargs: Any) -> tuple[str, str] | None:
    """Where a check refuses, and its code; None when it lets it through."""
    try:
        check(*args, **kwargs)
    except Refused as refused:
        return refused.field, refused.code
    return None


def test_arrows__every_state_has_them() -> None:
    assert set(ARROWS) == set(PlanState)
    assert may_move(PlanState.PROPOSED, PlanState.AGREED)
    assert not may_move(PlanState.DRAFT, PlanState.AGREED)
    assert not any(may_move(PlanState.ENDED, to) for to in PlanState)
    assert not any(may_move(PlanState.SUPERSEDED, to) for to in PlanState)


@given(st.sampled_from(Consent), st.none() | st.integers(0, 110))
def test_consent_allows__under_18_a_parent(consent: str, age: int | None) -> None:
    expected = {
        Consent.NOT_NEEDED: True,
        Consent.GIVEN: age is None or age >= 18,
        Consent.GIVEN_BY_PARENT: age is not None and age < 18,
    }.get(Consent(consent), False)
    assert consent_allows(consent, age=age) == expected
    assert (refusal(check_who_consents, consent, age=age) is None) == expected


@pytest.mark.parametrize(
    ("consent", "age", "code"),
    [
        (Consent.GIVEN, 17, "parent"),
        (Consent.GIVEN_BY_PARENT, 18, "adult"),
        (Consent.NOT_ASKED, 30, "no_consent"),
        (Consent.REFUSED, None, "no_consent"),
    ],
)
def test_check_who_consents__says_what_is_missing(consent: str, age: int | None, code: str) -> None:
    assert refusal(check_who_consents, consent, age=age) == ("consent", code)


def consenting(**fields: Any) -> dict[str, Any]:
    return {
        "consent": Consent.GIVEN, "consent_by": "", "consent_on": TODAY, "state": PlanState.PROPOSED, "age": 30,
        "today": TODAY, **fields,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, None),
        ({"consent": Consent.GIVEN_BY_PARENT, "age": 17, "consent_by": "Una Invented"}, None),
        ({"consent": Consent.REFUSED, "state": PlanState.DRAFT, "consent_on": None}, None),
        ({"consent": Consent.NOT_NEEDED, "state": PlanState.DRAFT, "consent_on": None}, None),
        ({"consent": "MAYBE"}, ("consent", "unknown_code")),
        ({"consent_on": TODAY + DAY}, ("consent_on", "future")),
        ({"consent_on": None}, ("consent_on", "required")),
        ({"state": PlanState.DRAFT}, ("consent", "not_proposed")),
        ({"consent": Consent.GIVEN_BY_PARENT, "age": 17}, ("consent_by", "required")),
        ({"age": 17}, ("consent", "parent")),
    ],
)
def test_check_consent(fields: dict[str, Any], expected: tuple[str, str] | None) -> None:
    wanted = consenting(**fields)
    assert refusal(check_consent, wanted.pop("consent"), **wanted) == expected


@pytest.mark.parametrize("consent", list(Consent))
def test_is_given__a_yes_is_a_yes(consent: str) -> None:
    assert is_given(consent) == consent.startswith("GIVEN")


def test_check_start__from_the_opening_within_a_year() -> None:
    opened_on = TODAY - 30 * DAY
    asked = {
        day: refusal(check_start, day, opened_on=opened_on, today=TODAY)
        for day in (opened_on - DAY, opened_on, date(2027, 11, 24), date(2027, 11, 25))
    }
    assert list(asked.values()) == [("starts_on", "too_early"), None, None, ("starts_on", "too_far")]


def test_check_day_in_plan__not_before_it_starts() -> None:
    days = (TODAY - DAY, TODAY, date(2031, 11, 24), date(2031, 11, 25))
    found = [refusal(check_day_in_plan, day, starts_on=TODAY, field="target_on") for day in days]
    assert found == [("target_on", "too_early"), None, None, ("target_on", "too_far")]


def test_check_review__within_half_a_year() -> None:
    days = (TODAY, TODAY + DAY, date(2027, 5, 24), date(2027, 5, 25))
    found = [refusal(check_review, day, after=TODAY) for day in days]
    assert found == [("review_on", "too_early"), None, None, ("review_on", "too_far")]


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_review_day__after_three_months_is_always_allowed(agreed_on: date) -> None:
    assert refusal(check_review, review_day(agreed_on), after=agreed_on) is None
    assert timedelta(days=88) < review_day(agreed_on) - agreed_on < timedelta(days=93)


@pytest.mark.parametrize(
    ("state", "plan_state", "result", "expected"),
    [
        (GoalState.OPEN, PlanState.DRAFT, "", None),
        (GoalState.DROPPED, PlanState.DRAFT, "", None),
        (GoalState.REACHED, PlanState.DRAFT, "So it is", ("state", "draft")),
        (GoalState.OPEN, PlanState.AGREED, "", None),
        (GoalState.REACHED, PlanState.AGREED, "So it is", None),
        (GoalState.PARTLY, PlanState.AGREED, "", ("result", "required")),
        ("HALF", PlanState.AGREED, "", ("state", "unknown_code")),
    ],
)
def test_check_goal_state(state: str, plan_state: str, result: str, expected: tuple[str, str] | None) -> None:
    assert refusal(check_goal_state, state, plan_state=plan_state, result=result) == expected
