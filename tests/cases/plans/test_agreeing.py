"""A version of a plan is agreed: with consent, in force, in the place of the one before."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from cases.access.rules import Refused, Stale
from cases.access.services import acting
from cases.casefiles.models import Casefile
from cases.plans.models import FollowUpPlan
from cases.plans.rules import Consent, GoalState, PlanState
from cases.plans.selectors import goals_of, plan_in_force, plan_in_the_making, plans_of, state_changes_of
from cases.plans.services import (
    add_action,
    add_goal,
    agree_plan,
    change_goal,
    change_plan,
    draft_plan,
    finish_action,
    propose_plan,
)
from tests.cases.plans.conftest import DAY, as_it_stands, entries
from tests.factories import AT, TODAY, Cast, a_case, a_plan


def proposed_with(cast: Cast, case: Casefile, **consent: Any) -> FollowUpPlan:
    """A proposal of Alice's with this consent noted."""
    plan = a_plan(case, by=cast.alice, state=PlanState.PROPOSED)
    with acting(cast.alice):
        return change_plan(by=cast.alice, at=AT, **as_it_stands(plan, **consent)) if consent else plan


def test_agree_plan__in_force_with_its_review(cast: Cast, case: Casefile) -> None:
    plan = proposed_with(cast, case, consent=Consent.GIVEN, consent_on=TODAY)
    with acting(cast.alice):
        before = Casefile.objects.get(pk=case.pk).version
        plan = agree_plan(plan=plan, by=cast.alice, at=AT, version=plan.version, agreed_on=TODAY)
        assert (plan.state, plan.agreed_on, plan.review_on) == (PlanState.AGREED, TODAY, date(2025, 2, 5))
        assert plan_in_force(case, cast.alice, at=AT) == plan
        assert plan_in_the_making(case, cast.alice, at=AT) is None
        now = Casefile.objects.get(pk=case.pk)
        assert (now.review_on, now.version) == (plan.review_on, before + 1)
    assert entries()[-1].fields == ["agreed_on", "review_on", "state"]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"agreed_on": TODAY + DAY}, ("agreed_on", "future")),
        ({"agreed_on": TODAY - DAY}, ("agreed_on", "too_early")),
        ({"agreed_on": TODAY, "review_on": TODAY}, ("review_on", "too_early")),
        ({"agreed_on": TODAY, "review_on": TODAY + 200 * DAY}, ("review_on", "too_far")),
    ],
)
def test_agree_plan__refuses_days(
    cast: Cast, case: Casefile, fields: dict[str, Any], expected: tuple[str, str]
) -> None:
    plan = proposed_with(cast, case, consent=Consent.GIVEN, consent_on=TODAY)
    with acting(cast.alice), pytest.raises(Refused) as caught:
        agree_plan(plan=plan, by=cast.alice, at=AT, version=plan.version, **fields)
    assert (caught.value.field, caught.value.code) == expected


def test_agree_plan__not_before_the_consent(cast: Cast, case: Casefile) -> None:
    later = AT + 5 * DAY
    plan = a_plan(case, by=cast.alice, state=PlanState.PROPOSED)
    with acting(cast.alice):
        yes = {"consent": Consent.GIVEN, "consent_on": later.date()}
        plan = change_plan(by=cast.alice, at=later, **as_it_stands(plan, **yes))
        with pytest.raises(Refused) as caught:
            agree_plan(plan=plan, by=cast.alice, at=later, version=plan.version, agreed_on=TODAY)
    assert (caught.value.field, caught.value.code) == ("agreed_on", "before_consent")


@pytest.mark.parametrize("consent", [None, Consent.REFUSED])
def test_agree_plan__needs_consent(cast: Cast, case: Casefile, consent: str | None) -> None:
    plan = proposed_with(cast, case, **({"consent": consent} if consent else {}))
    with acting(cast.alice), pytest.raises(Refused) as caught:
        agree_plan(plan=plan, by=cast.alice, at=AT, version=plan.version, agreed_on=TODAY)
    assert (caught.value.field, caught.value.code) == ("consent", "no_consent")


@pytest.mark.parametrize(
    ("born_on", "precision", "consent", "code"),
    [
        (date(2006, 11, 5), "DAY", Consent.GIVEN, None),
        (date(2006, 11, 6), "DAY", Consent.GIVEN, "parent"),
        (date(2006, 11, 6), "DAY", Consent.GIVEN_BY_PARENT, None),
        (date(2006, 11, 5), "DAY", Consent.GIVEN_BY_PARENT, "adult"),
        (date(2006, 11, 1), "MONTH", Consent.GIVEN, "parent"),
        (date(2006, 1, 1), "YEAR", Consent.GIVEN, "parent"),
        (date(2005, 1, 1), "ABOUT", Consent.GIVEN, None),
        (None, "UNKNOWN", Consent.GIVEN, None),
    ],
)
def test_change_plan__under_18_a_parent_consents(
    cast: Cast, born_on: date | None, precision: str, consent: str, code: str | None
) -> None:
    person = {"official_name": "Nemo Invented", "born_on": born_on, "birth_precision": precision}
    case = a_case(by=cast.carla, lead=cast.alice, new_person=person)
    plan = a_plan(case, by=cast.alice, state=PlanState.PROPOSED)
    yes = {"consent": consent, "consent_on": TODAY, "consent_by": "Una Invented"}
    with acting(cast.alice):
        if code is None:
            plan = change_plan(by=cast.alice, at=AT, **as_it_stands(plan, **yes))
            agreed = agree_plan(plan=plan, by=cast.alice, at=AT, version=plan.version, agreed_on=TODAY)
            assert (agreed.consent, agreed.consent_by) == (consent, "Una Invented")
            return
        with pytest.raises(Refused) as caught:
            change_plan(by=cast.alice, at=AT, **as_it_stands(plan, **yes))
        assert (caught.value.field, caught.value.code) == ("consent", code)


def test_agree_plan__whoever_comes_of_age_meanwhile_consents_in_person(cast: Cast) -> None:
    person = {"official_name": "Nemo Invented", "born_on": date(2006, 11, 10), "birth_precision": "DAY"}
    case = a_case(by=cast.carla, lead=cast.alice, new_person=person)
    yes = {"consent": Consent.GIVEN_BY_PARENT, "consent_on": TODAY, "consent_by": "Una Invented"}
    plan = proposed_with(cast, case, **yes)
    later = AT + 10 * DAY
    with acting(cast.alice), pytest.raises(Refused) as caught:
        agree_plan(plan=plan, by=cast.alice, at=later, version=plan.version, agreed_on=later.date())
    assert caught.value.code == "adult"


def test_agree_plan__twice_is_once(cast: Cast, case: Casefile) -> None:
    plan = proposed_with(cast, case, consent=Consent.GIVEN, consent_on=TODAY)
    with acting(cast.alice):
        agreed = agree_plan(plan=plan, by=cast.alice, at=AT, version=plan.version, agreed_on=TODAY)
        with pytest.raises(Stale):
            agree_plan(plan=plan, by=cast.alice, at=AT, version=plan.version, agreed_on=TODAY)
        with pytest.raises(Refused):
            agree_plan(plan=agreed, by=cast.alice, at=AT, version=agreed.version, agreed_on=TODAY)
        assert [row.state for row in plans_of(case, cast.alice, at=AT)] == [PlanState.AGREED]


def test_agree_plan__needs_a_goal_that_is_still_open(cast: Cast, case: Casefile) -> None:
    plan = proposed_with(cast, case, consent=Consent.NOT_NEEDED)
    with acting(cast.alice):
        plan.goals.update(state=GoalState.DROPPED)
        with pytest.raises(Refused) as caught:
            agree_plan(plan=plan, by=cast.alice, at=AT, version=plan.version, agreed_on=TODAY)
    assert caught.value.code == "no_goal"


def step(goal: Any, cast: Cast, text: str, due_on: date = TODAY + 7 * DAY) -> Any:
    return add_action(goal=goal, by=cast.alice, at=AT, text=text, owner=cast.alice, due_on=due_on)


def test_agree_plan__supersedes_and_takes_over_what_is_open(cast: Cast, case: Casefile) -> None:
    first = a_plan(case, by=cast.alice, goals=3)
    with acting(cast.alice):
        one, two, three = goals_of(first)
        steps = [step(one, cast, "Telephone"), step(one, cast, "Write"), step(two, cast, "Visit")]
        finish_action(action=steps[0], by=cast.alice, at=AT, done_on=TODAY)
        same: dict[str, Any] = {
            "domain": three.domain,
            "text": three.text,
            "owner": three.owner,
            "target_on": three.target_on,
        }
        change_goal(goal=three, by=cast.alice, at=AT, version=1, **same, state=GoalState.REACHED, result="Well done")

        second = draft_plan(case=case, by=cast.alice, at=AT, starts_on=TODAY + 80 * DAY)
        copies = list(goals_of(second))
        assert [goal.continues for goal in copies] == [one, two]
        assert {goal.target_on for goal in copies} == {second.starts_on}
        assert [[action.text for action in goal.actions.all()] for goal in copies] == [["Write"], ["Visit"]]

        # While the new version is in the making, the old one goes on.
        finish_action(action=steps[1], by=cast.alice, at=AT, done_on=TODAY)
        step(one, cast, "Ask again")
        same = {"domain": two.domain, "text": two.text, "owner": two.owner, "target_on": two.target_on}
        change_goal(goal=two, by=cast.alice, at=AT, version=1, **same, state=GoalState.PARTLY, result="Half of it")
        step_of_two = {action.text for action in copies[1].actions.all()}
        add_goal(
            plan=second, by=cast.alice, at=AT, domain="WORK", text="New", owner=cast.alice, target_on=second.starts_on
        )  # fmt: skip

        second = propose_plan(plan=second, by=cast.alice, at=AT, version=second.version)
        yes = {"consent": Consent.GIVEN, "consent_on": TODAY}
        second = change_plan(by=cast.alice, at=AT, **as_it_stands(second, **yes))
        second = agree_plan(plan=second, by=cast.alice, at=AT, version=second.version, agreed_on=TODAY)

        assert [(row.number, row.state) for row in plans_of(case, cast.alice, at=AT)] == [
            (2, PlanState.AGREED), (1, PlanState.SUPERSEDED),
        ]  # fmt: skip
        was = plans_of(case, cast.alice, at=AT).get(number=1)
        assert (was.ended_on, [row.to_state for row in state_changes_of(was)][-1]) == (TODAY, PlanState.SUPERSEDED)
        first_goal, second_goal, new_goal = goals_of(second)
        assert (new_goal.continues, new_goal.position) == (None, 2)
        assert {(action.text, action.done_on) for action in first_goal.actions.all()} == {
            ("Write", TODAY), ("Ask again", None),
        }  # fmt: skip
        assert (second_goal.state, second_goal.result) == (GoalState.PARTLY, "Half of it")
        assert {action.text for action in second_goal.actions.all()} == step_of_two
        assert goals_of(was).count() == 3


def test_agree_plan__not_before_the_version_that_is_in_force(cast: Cast, case: Casefile) -> None:
    later = AT + 10 * DAY
    first = a_plan(case, by=cast.alice, state=PlanState.PROPOSED)
    with acting(cast.alice):
        yes = {"consent": Consent.NOT_NEEDED}
        first = change_plan(by=cast.alice, at=later, **as_it_stands(first, **yes))
        agree_plan(plan=first, by=cast.alice, at=later, version=first.version, agreed_on=later.date())
        second = a_plan(case, by=cast.alice, state=PlanState.PROPOSED, at=later)
        second = change_plan(by=cast.alice, at=later, **as_it_stands(second, **yes))
        with pytest.raises(Refused) as caught:
            agree_plan(plan=second, by=cast.alice, at=later, version=second.version, agreed_on=TODAY)
    assert (caught.value.field, caught.value.code) == ("agreed_on", "too_early")
