"""Questions about follow-up plans: versions, goals, and what is to be done."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TypeVar

from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from cases.access.rules import OutOfSight
from cases.casefiles.models import Casefile
from cases.plans.models import Action, FollowUpPlan, Goal, PlanStateChange
from cases.plans.rules import PlanState
from cities.staff.models import User

RowT = TypeVar("RowT", FollowUpPlan, Goal, Action)


def plans_for(user: User, *, at: datetime) -> QuerySet[FollowUpPlan]:
    """Every version of every plan that `user` may know of."""
    return FollowUpPlan.objects.visible_to(user, at=at).select_related("casefile", "recorded_by")


def plans_of(case: Casefile, user: User, *, at: datetime) -> QuerySet[FollowUpPlan]:
    """The versions of a case's plan, the newest first."""
    return plans_for(user, at=at).filter(casefile_id=case.pk).order_by("-number")


def listed_plans(user: User, *, at: datetime) -> QuerySet[FollowUpPlan]:
    """Those of them that stand in lists: a plan of a case that she opened in an emergency doesn't."""
    return FollowUpPlan.objects.listed_to(user, at=at).select_related("casefile", "recorded_by")


def plan_for(user: User, case: Casefile, number: int, *, at: datetime) -> FollowUpPlan:
    """One version of a case's plan by its number, or `OutOfSight`."""
    return _found(plans_of(case, user, at=at).filter(number=number).first())


def plan_in_force(case: Casefile, user: User, *, at: datetime) -> FollowUpPlan | None:
    """The version that is agreed, if there is one."""
    return plans_of(case, user, at=at).filter(state=PlanState.AGREED).first()


def plan_in_the_making(case: Casefile, user: User, *, at: datetime) -> FollowUpPlan | None:
    """The version that is being drafted or is proposed, if there is one."""
    return plans_of(case, user, at=at).filter(state__in=[PlanState.DRAFT, PlanState.PROPOSED]).first()


def state_changes_of(plan: FollowUpPlan) -> QuerySet[PlanStateChange]:
    """How a version that was found for somebody came to stand where it stands, the first change first."""
    return plan.state_changes.select_related("recorded_by").order_by("changed_at", "pk")


def goals_of(plan: FollowUpPlan) -> QuerySet[Goal]:
    """The goals of a version that was found for somebody, with their actions, in the order of the plan."""
    return plan.goals.select_related("owner").prefetch_related(_with_actions()).order_by("position", "pk")


def _with_actions() -> Prefetch[str]:
    return Prefetch("actions", Action.objects.select_related("owner", "done_by").order_by("due_on", "pk"))


def goal_for(user: User, pk: int, *, at: datetime) -> Goal:
    """One goal, or `OutOfSight`."""
    goals = Goal.objects.visible_to(user, at=at).select_related("plan", "casefile", "owner")
    goals = goals.prefetch_related(_with_actions())
    return _found(goals.filter(pk=pk).first())


def action_for(user: User, pk: int, *, at: datetime) -> Action:
    """One action, or `OutOfSight`."""
    actions = Action.objects.visible_to(user, at=at).select_related("goal__plan", "casefile", "owner")
    return _found(actions.filter(pk=pk).first())


def actions_due(user: User, *, at: datetime, within_days: int = 14) -> QuerySet[Action]:
    """What `user` has to do soon, or should have done, in the plans in force of open cases; the first due first."""
    until = timezone.localdate(at) + timedelta(days=within_days)
    mine = Action.objects.listed_to(user, at=at).filter(owner=user, done_on__isnull=True, due_on__lte=until)
    in_force = mine.filter(goal__plan__state=PlanState.AGREED, casefile__closed_on__isnull=True)
    return in_force.select_related("goal__plan", "casefile__person", "owner").order_by("due_on", "pk")


def _found(row: RowT | None) -> RowT:
    if row is None:
        raise OutOfSight
    return row
