"""Acts on follow-up plans."""

from datetime import timedelta
from functools import partial

from cases.access.services import acting
from cases.plans.models import Action, FollowUpPlan, Goal
from cases.plans.rules import Consent, PlanState
from cases.plans.selectors import goals_of
from cases.plans.services import (
    add_action,
    add_goal,
    agree_plan,
    change_goal,
    change_plan,
    draft_plan,
    end_plan,
    finish_action,
    propose_plan,
    reopen_action,
    take_back_plan,
)
from tests.architecture.acts import Scene, scene_of
from tests.factories import AT, TODAY, Cast, a_case, a_plan

SOON = TODAY + timedelta(days=30)


def _plan(cast: Cast, state: str) -> FollowUpPlan:
    return a_plan(a_case(by=cast.carla, lead=cast.alice), by=cast.alice, state=state)


def _goal(cast: Cast, state: str = PlanState.AGREED) -> Goal:
    plan = _plan(cast, state)
    with acting(cast.alice):
        return goals_of(plan)[0]


def _action(cast: Cast) -> Action:
    goal = _goal(cast)
    with acting(cast.alice):
        return add_action(goal=goal, by=cast.alice, at=AT, text="Telephone", owner=cast.alice, due_on=SOON)


@scene_of(draft_plan)
def _(cast: Cast) -> Scene:
    case = a_case(by=cast.carla, lead=cast.alice)
    a_plan(case, by=cast.alice)  # so that goals are taken over
    return Scene(cast.alice, partial(draft_plan, case=case, by=cast.alice, at=AT, starts_on=TODAY))


@scene_of(change_plan)
def _(cast: Cast) -> Scene:
    plan = _plan(cast, PlanState.DRAFT)
    act = partial(
        change_plan, plan=plan, by=cast.alice, at=AT, version=plan.version, starts_on=TODAY, summary="Other words",
        person_view="", consent=Consent.NOT_ASKED,
    )  # fmt: skip
    return Scene(cast.alice, act)


@scene_of(propose_plan)
def _(cast: Cast) -> Scene:
    plan = _plan(cast, PlanState.DRAFT)
    return Scene(cast.alice, partial(propose_plan, plan=plan, by=cast.alice, at=AT, version=plan.version))


@scene_of(take_back_plan)
def _(cast: Cast) -> Scene:
    plan = _plan(cast, PlanState.PROPOSED)
    return Scene(cast.alice, partial(take_back_plan, plan=plan, by=cast.alice, at=AT, version=plan.version))


@scene_of(agree_plan)
def _(cast: Cast) -> Scene:
    case = a_case(by=cast.carla, lead=cast.alice)
    a_plan(case, by=cast.alice)
    plan = a_plan(case, by=cast.alice, state=PlanState.PROPOSED)
    with acting(cast.alice):
        plan = change_plan(
            plan=plan, by=cast.alice, at=AT, version=plan.version, starts_on=plan.starts_on, summary=plan.summary,
            person_view="", consent=Consent.NOT_NEEDED,
        )  # fmt: skip
    act = partial(agree_plan, plan=plan, by=cast.alice, at=AT, version=plan.version, agreed_on=TODAY)
    return Scene(cast.alice, act)


@scene_of(end_plan)
def _(cast: Cast) -> Scene:
    plan = _plan(cast, PlanState.AGREED)
    act = partial(
        end_plan, plan=plan, by=cast.alice, at=AT, version=plan.version, ended_on=TODAY, reason="Moved away"
    )  # fmt: skip
    return Scene(cast.alice, act)


@scene_of(add_goal)
def _(cast: Cast) -> Scene:
    plan = _plan(cast, PlanState.DRAFT)
    act = partial(
        add_goal, plan=plan, by=cast.alice, at=AT, domain="WORK", text="To find work", owner=cast.alice, target_on=SOON
    )  # fmt: skip
    return Scene(cast.alice, act)


@scene_of(change_goal)
def _(cast: Cast) -> Scene:
    goal = _goal(cast)
    act = partial(
        change_goal, goal=goal, by=cast.alice, at=AT, version=goal.version, domain=goal.domain, text=goal.text,
        owner=cast.alice, target_on=goal.target_on, state="REACHED", result="A flat",
    )  # fmt: skip
    return Scene(cast.alice, act)


@scene_of(add_action)
def _(cast: Cast) -> Scene:
    goal = _goal(cast)
    act = partial(add_action, goal=goal, by=cast.alice, at=AT, text="Telephone", owner=cast.alice, due_on=SOON)
    return Scene(cast.alice, act)


@scene_of(finish_action)
def _(cast: Cast) -> Scene:
    action = _action(cast)
    return Scene(cast.alice, partial(finish_action, action=action, by=cast.alice, at=AT, done_on=TODAY))


@scene_of(reopen_action)
def _(cast: Cast) -> Scene:
    action = _action(cast)
    with acting(cast.alice):
        action = finish_action(action=action, by=cast.alice, at=AT, done_on=TODAY)
    return Scene(cast.alice, partial(reopen_action, action=action, by=cast.alice, at=AT))
