"""What the acts on a plan stand on: who may, which version is locked, what it takes over. Used within acts only."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import models
from django.utils.translation import gettext as _

from cases.access.rules import OutOfSight, Refused
from cases.access.services import locked, require, write_ledger
from cases.casefiles.models import Casefile
from cases.plans.models import Action, FollowUpPlan, Goal
from cases.plans.rules import GoalState, PlanState
from cities.ledger.rules import Operation
from cities.roles.permissions import Permission
from cities.roles.rules import Compartment
from cities.staff.models import User
from cities.staff.selectors import Standing


def require_plan(plan: FollowUpPlan, *, by: User, at: datetime, even_closed: bool = False) -> tuple[Standing, Casefile]:
    """May `by` change this version: may she know of it, has she the act, and is its case open?"""
    if not FollowUpPlan.objects.visible_to(by, at=at).filter(pk=plan.pk).exists():
        raise OutOfSight
    found = require(by, Permission.PLAN_CHANGE, case=plan.casefile, at=at)
    if plan.casefile.closed_on is not None and not even_closed:
        raise Refused(_("This case is closed: reopen it first."), code="closed")
    return found, plan.casefile


def plan_of(row: Goal | Action) -> FollowUpPlan:
    """The version that a goal or an action belongs to, as far as the user of the transaction can see it."""
    key = {"pk": row.plan_id} if isinstance(row, Goal) else {"goals": row.goal_id}
    plan = FollowUpPlan.objects.select_related("casefile").filter(**key).first()
    if plan is None:
        raise OutOfSight
    return plan


def locked_plan(
    plan: FollowUpPlan, *, states: Collection[str] = tuple(PlanState), version: int | None = None
) -> FollowUpPlan:
    """The version as it stands, locked. Raises `Refused` when it is in a state in which this isn't done."""
    row = locked(plan, version=version)
    if row.state not in states:
        raise Refused(_("This cannot be changed any more: draft a new version."), code="state")
    return row


def write_plan_ledger(
    row: models.Model, case: Casefile, *, by: User, standing: Standing, fields: Iterable[str], collected: bool = False
) -> None:
    """One entry about a version, a goal or an action."""
    write_ledger(
        operation=Operation.COLLECT if collected else Operation.ALTER, by=by, act=Permission.PLAN_CHANGE, case=case,
        record=row, compartment=Compartment.CARE, standing=standing, fields=fields,
    )  # fmt: skip


def take_over(plan: FollowUpPlan, former: FollowUpPlan, *, by: User, at: datetime) -> None:
    """Into a new version: the open goals of the one in force, each with what is still to be done for it."""
    for goal in former.goals.filter(state=GoalState.OPEN).order_by("position", "pk"):
        copy = Goal.objects.create(
            recorded_at=at, recorded_by=by, casefile_id=plan.casefile_id, city_id=plan.city_id, plan=plan,
            domain=goal.domain, text=goal.text, owner_id=goal.owner_id, position=goal.position,
            target_on=max(goal.target_on, plan.starts_on), continues=goal,
        )  # fmt: skip
        for action in goal.actions.filter(done_on__isnull=True):
            _continue_action(action, copy, plan, by=by, at=at)


def catch_up(plan: FollowUpPlan, *, by: User, at: datetime) -> None:
    """What happened under the version before while this one was in the making: done is done, new steps come along."""
    for goal in plan.goals.filter(state=GoalState.OPEN).select_related("continues"):
        before = goal.continues
        if before is None:
            continue
        if before.state != GoalState.OPEN:
            goal.state, goal.result = before.state, before.result
            goal.version += 1
            goal.save(update_fields=["state", "result", "version"])
        copies = {action.continues_id: action for action in goal.actions.all()}
        for action in before.actions.all():
            copy = copies.get(action.pk)
            if copy is None and action.done_on is None and goal.state == GoalState.OPEN:
                _continue_action(action, goal, plan, by=by, at=at)
            elif copy is not None and action.done_on is not None:
                copy.done_on, copy.done_by_id = action.done_on, action.done_by_id
                copy.save(update_fields=["done_on", "done_by"])


def _continue_action(action: Action, goal: Goal, plan: FollowUpPlan, *, by: User, at: datetime) -> None:
    Action.objects.create(
        recorded_at=at, recorded_by=by, casefile_id=plan.casefile_id, city_id=plan.city_id, goal=goal, text=action.text,
        owner_id=action.owner_id, due_on=action.due_on, continues=action,
    )  # fmt: skip
