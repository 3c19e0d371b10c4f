"""Acts on goals and actions."""

from __future__ import annotations

from typing import Any

import pytest

from cases.access.rules import OutOfSight, Refused, Stale
from cases.access.services import acting
from cases.casefiles.models import Casefile
from cases.plans.models import Action, FollowUpPlan, Goal
from cases.plans.rules import GoalState, PlanState
from cases.plans.selectors import action_for, actions_due, goal_for, goals_of, plan_for
from cases.plans.services import add_action, add_goal, change_goal, finish_action, reopen_action
from cities.ledger.models import LedgerEntry
from cities.staff.models import User
from tests.cases.plans.conftest import DAY
from tests.factories import AT, TODAY, Cast, a_case, a_plan


@pytest.fixture
def draft(cast: Cast, case: Casefile) -> FollowUpPlan:
    """A draft without goals."""
    return a_plan(case, by=cast.alice, state=PlanState.DRAFT, goals=0)


def a_goal(owner: User, **fields: Any) -> dict[str, Any]:
    return {"domain": "WORK", "text": "To find work", "owner": owner, "target_on": TODAY + 30 * DAY, **fields}


def as_it_stands(goal: Goal, **fields: Any) -> dict[str, Any]:
    return {
        "goal": goal, "version": goal.version, "domain": goal.domain, "text": goal.text, "owner": goal.owner,
        "target_on": goal.target_on, "state": goal.state, "result": goal.result, **fields,
    }  # fmt: skip


def the_goal(case: Casefile, user: User, *, state: str = PlanState.AGREED) -> Goal:
    """The one goal of a plan in this state."""
    plan = a_plan(case, by=user, state=state)
    with acting(user):
        return goals_of(plan)[0]


def test_add_goal__in_the_order_they_came(cast: Cast, draft: FollowUpPlan) -> None:
    with acting(cast.alice):
        for text in ("First", "Second"):
            add_goal(plan=draft, by=cast.alice, at=AT, **a_goal(cast.carla, text=text))
        assert [(goal.position, goal.text) for goal in goals_of(draft)] == [(0, "First"), (1, "Second")]
    entry = LedgerEntry.objects.order_by("id").last()
    assert entry is not None
    assert (entry.object_type, entry.operation, entry.compartment) == ("goal", "COLLECT", "CARE")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"target_on": TODAY - DAY}, ("target_on", "too_early")),
        ({"domain": "LUCK"}, ("domain", "unknown_code")),
        ({"text": "\n"}, ("text", "required")),
        ({"text": "x" * 2_001}, ("text", "too_long")),
    ],
)
def test_add_goal__refuses(cast: Cast, draft: FollowUpPlan, fields: dict[str, Any], expected: tuple[str, str]) -> None:
    with acting(cast.alice), pytest.raises(Refused) as caught:
        add_goal(plan=draft, by=cast.alice, at=AT, **a_goal(cast.alice, **fields))
    assert (caught.value.field, caught.value.code) == expected


@pytest.mark.parametrize("name", ["bob", "charlie", "mayor", "liaison"])
def test_add_goal__its_owner_can_see_the_plan(cast: Cast, draft: FollowUpPlan, name: str) -> None:
    with acting(cast.alice), pytest.raises(Refused) as caught:
        add_goal(plan=draft, by=cast.alice, at=AT, **a_goal(getattr(cast, name)))
    assert (caught.value.field, caught.value.code) == ("owner", "owner")


@pytest.mark.parametrize("state", [PlanState.PROPOSED, PlanState.AGREED, PlanState.ENDED])
def test_add_goal__to_a_draft_only(cast: Cast, case: Casefile, state: str) -> None:
    plan = a_plan(case, by=cast.alice, state=state)
    with acting(cast.alice), pytest.raises(Refused) as caught:
        add_goal(plan=plan, by=cast.alice, at=AT, **a_goal(cast.alice))
    assert caught.value.code == "state"


def test_change_goal__in_a_draft(cast: Cast, case: Casefile) -> None:
    goal = the_goal(case, cast.alice, state=PlanState.DRAFT)
    with acting(cast.alice):
        changed = change_goal(by=cast.alice, at=AT, **as_it_stands(goal, text="Other words", owner=cast.carla))
        assert (changed.text, changed.owner, changed.version) == ("Other words", cast.carla, 2)
        with pytest.raises(Stale):
            change_goal(by=cast.alice, at=AT, **as_it_stands(goal, text="From another tab"))
        dropped = change_goal(by=cast.alice, at=AT, **as_it_stands(changed, state=GoalState.DROPPED))
        assert dropped.state == GoalState.DROPPED


def test_change_goal__that_changes_nothing_leaves_nothing(cast: Cast, case: Casefile) -> None:
    goal = the_goal(case, cast.alice, state=PlanState.DRAFT)
    before = LedgerEntry.objects.count()
    with acting(cast.alice):
        assert change_goal(by=cast.alice, at=AT, **as_it_stands(goal)).version == goal.version
    assert LedgerEntry.objects.count() == before


def test_change_goal__what_was_agreed_keeps_its_words(cast: Cast, case: Casefile) -> None:
    goal = the_goal(case, cast.alice)
    with acting(cast.alice):
        for name, value in (("text", "Other words"), ("domain", "WORK"), ("target_on", goal.target_on + DAY)):
            with pytest.raises(Refused) as caught:
                change_goal(by=cast.alice, at=AT, **as_it_stands(goal, **{name: value}))
            assert (caught.value.field, caught.value.code) == (name, "agreed")
        with pytest.raises(Refused) as caught:
            change_goal(by=cast.alice, at=AT, **as_it_stands(goal, owner=cast.bob))
        assert caught.value.field == "owner"
        done = change_goal(by=cast.alice, at=AT, **as_it_stands(goal, state=GoalState.REACHED, result="A flat"))
        assert (done.state, done.result) == (GoalState.REACHED, "A flat")


def test_change_goal__not_of_a_proposal(cast: Cast, case: Casefile) -> None:
    goal = the_goal(case, cast.alice, state=PlanState.PROPOSED)
    with acting(cast.alice), pytest.raises(Refused) as caught:
        change_goal(by=cast.alice, at=AT, **as_it_stands(goal, state=GoalState.DROPPED))
    assert caught.value.code == "state"


def an_action(goal: Goal, user: User, **fields: Any) -> Action:
    with acting(user):
        return add_action(
            **{"goal": goal, "by": user, "at": AT, "text": "Telephone", "owner": user, "due_on": TODAY + DAY, **fields}
        )


def test_add_action__to_an_open_goal(cast: Cast, case: Casefile) -> None:
    goal = the_goal(case, cast.alice)
    action = an_action(goal, cast.alice)
    for fields, field in (
        ({"due_on": TODAY - DAY}, "due_on"), ({"text": ""}, "text"), ({"owner": cast.bob}, "owner"),
    ):  # fmt: skip
        with pytest.raises(Refused) as caught:
            an_action(goal, cast.alice, **fields)
        assert caught.value.field == field
    with acting(cast.alice):
        assert action_for(cast.alice, action.pk, at=AT) == action
        done = change_goal(by=cast.alice, at=AT, **as_it_stands(goal, state=GoalState.REACHED, result="A flat"))
    with pytest.raises(Refused) as caught:
        an_action(done, cast.alice)
    assert caught.value.code == "goal_closed"


def test_finish_action__twice_is_once(cast: Cast, case: Casefile) -> None:
    action = an_action(the_goal(case, cast.alice), cast.alice)
    with acting(cast.alice):
        for _ in range(2):
            done = finish_action(action=action, by=cast.alice, at=AT, done_on=TODAY)
            assert (done.done_on, done.done_by) == (TODAY, cast.alice)
    assert LedgerEntry.objects.filter(object_type="action", operation="ALTER").count() == 1
    with acting(cast.carla), pytest.raises(Refused) as caught:
        finish_action(action=action, by=cast.carla, at=AT, done_on=TODAY)
    assert caught.value.code == "done"


@pytest.mark.parametrize(("days", "code"), [(1, "future"), (-1, "too_early")])
def test_finish_action__on_a_day_that_can_be(cast: Cast, case: Casefile, days: int, code: str) -> None:
    action = an_action(the_goal(case, cast.alice), cast.alice)
    with acting(cast.alice), pytest.raises(Refused) as caught:
        finish_action(action=action, by=cast.alice, at=AT, done_on=TODAY + days * DAY)
    assert (caught.value.field, caught.value.code) == ("done_on", code)


def test_finish_action__of_a_plan_in_force(cast: Cast, case: Casefile) -> None:
    action = an_action(the_goal(case, cast.alice, state=PlanState.DRAFT), cast.alice)
    with acting(cast.alice), pytest.raises(Refused) as caught:
        finish_action(action=action, by=cast.alice, at=AT, done_on=TODAY)
    assert caught.value.code == "state"


def test_reopen_action__a_slip_is_put_right(cast: Cast, case: Casefile) -> None:
    action = an_action(the_goal(case, cast.alice), cast.alice)
    with acting(cast.alice):
        finish_action(action=action, by=cast.alice, at=AT, done_on=TODAY)
        for _ in range(2):
            again = reopen_action(action=action, by=cast.alice, at=AT)
            assert (again.done_on, again.done_by) == (None, None)
    assert LedgerEntry.objects.filter(object_type="action", operation="ALTER").count() == 2


def test_selectors__outside_the_case_nothing_exists(cast: Cast, case: Casefile) -> None:
    goal = the_goal(case, cast.alice)
    action = an_action(goal, cast.alice)
    for user in (cast.bob, cast.charlie, cast.carlo, cast.mayor, cast.dana, cast.liaison, cast.analyst):
        with acting(user):
            for ask in (
                lambda who: plan_for(who, case, 1, at=AT),
                lambda who: goal_for(who, goal.pk, at=AT),
                lambda who: action_for(who, action.pk, at=AT),
            ):
                with pytest.raises(OutOfSight):
                    ask(user)
            if user not in (cast.bob, cast.charlie, cast.carlo):
                continue  # the others have no right on these tables at all: tests/architecture/test_policies.py
            assert not Goal.objects.exists()
            assert not Action.objects.exists()
            with pytest.raises(OutOfSight):
                finish_action(action=action, by=user, at=AT, done_on=TODAY)
    with acting(cast.alice):
        assert plan_for(cast.alice, case, 1, at=AT) == goal.plan
        assert goal_for(cast.alice, goal.pk, at=AT) == goal


def test_actions_due__mine_in_force_and_soon(cast: Cast, case: Casefile) -> None:
    goal = the_goal(case, cast.alice)
    soon = an_action(goal, cast.alice, due_on=TODAY + 14 * DAY)
    first = an_action(goal, cast.alice, due_on=TODAY)
    done = an_action(goal, cast.alice)
    an_action(goal, cast.alice, due_on=TODAY + 15 * DAY)
    an_action(goal, cast.alice, owner=cast.carla)
    closed = a_case(by=cast.carla, lead=cast.alice)
    an_action(the_goal(closed, cast.alice, state=PlanState.DRAFT), cast.alice)
    with acting(cast.alice):
        finish_action(action=done, by=cast.alice, at=AT, done_on=TODAY)
        assert list(actions_due(cast.alice, at=AT)) == [first, soon]
        assert list(actions_due(cast.alice, at=AT, within_days=7)) == [first]
