"""Goals of a plan and the steps towards them. What is added is answered with the version of the plan it belongs to."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api.naming import names_in
from cases.api.plans import GoalShape, PlanDetail, PlanView
from cases.assessments.rules import LifeDomain
from cases.plans.models import Goal
from cases.plans.rules import GoalState
from cases.plans.selectors import action_for, goal_for, plan_for
from cases.plans.services import add_action, add_goal, change_goal, finish_action, reopen_action
from cities.api.base import Shape
from cities.api.described import described
from cities.roles.permissions import Permission
from cities.roles.rules import Compartment


class AddGoal(Shape):
    """A goal for a version that is being drafted."""

    domain = serializers.ChoiceField(choices=LifeDomain.choices)
    text = serializers.CharField(max_length=2_000)
    owner = serializers.IntegerField(min_value=1, help_text="A user who can see the plan.")
    target_on = serializers.DateField()


class ChangeGoal(Shape):
    """What is to be different; what is left out stays as it is."""

    domain = serializers.ChoiceField(choices=LifeDomain.choices, required=False)
    text = serializers.CharField(max_length=2_000, required=False)
    owner = serializers.IntegerField(min_value=1, required=False)
    target_on = serializers.DateField(required=False)
    state = serializers.ChoiceField(choices=GoalState.choices, required=False)
    result = serializers.CharField(max_length=4_000, allow_blank=True, required=False)


class AddAction(Shape):
    """A step towards a goal."""

    text = serializers.CharField(max_length=2_000)
    owner = serializers.IntegerField(min_value=1)
    due_on = serializers.DateField()


class FinishAction(Shape):
    """The day on which it was done."""

    done_on = serializers.DateField()


class PlanGoals(PlanView):
    """A new goal."""

    @described(
        "goals_add", "Add a goal to a version that is being drafted", body=AddGoal, answers=PlanDetail, status=201
    )
    def post(self, request: Request, reference: str, number: int) -> Response:
        case = self.case_in_care(reference, Permission.PLAN_CHANGE)
        plan = plan_for(self.by, case, number, at=self.at)
        told = self.body(AddGoal)
        told["owner"] = self.a_user(case.city, told["owner"], "owner")
        add_goal(plan=plan, by=self.by, at=self.at, **told)
        return Response(self.shown(plan), status=201)


class OneGoal(PlanView):
    """One goal."""

    def goal(self, goal: Goal) -> dict[str, Any]:
        """The goal as it stands now, opened."""
        row = goal_for(self.by, goal.pk, at=self.at)
        self.opened(row.casefile, Permission.PLAN_READ, Compartment.CARE, row, names_in(GoalShape))
        return dict(GoalShape(row).data)

    @described("goals_read", "A goal with its actions", answers=GoalShape)
    def get(self, request: Request, pk: int) -> Response:
        goal = goal_for(self.by, pk, at=self.at)
        self.allowed(Permission.PLAN_READ, goal.casefile)
        return Response(self.goal(goal))

    @described(
        "goals_change", "Change a goal, or say what came of it", body=ChangeGoal, answers=GoalShape, guarded=True
    )
    def patch(self, request: Request, pk: int) -> Response:
        goal = goal_for(self.by, pk, at=self.at)
        self.allowed(Permission.PLAN_CHANGE, goal.casefile)
        with self.on_what_was_read(goal, self.goal) as version:
            told = self.changes(goal, ChangeGoal)
            if told["owner"] != goal.owner:
                told["owner"] = self.a_user(goal.casefile.city, told["owner"], "owner")
            change_goal(goal=goal, by=self.by, at=self.at, version=version, **told)
        return Response(self.goal(goal))


class GoalActions(PlanView):
    """A new step."""

    @described("actions_add", "Add a step towards a goal", body=AddAction, answers=PlanDetail, status=201)
    def post(self, request: Request, pk: int) -> Response:
        goal = goal_for(self.by, pk, at=self.at)
        self.allowed(Permission.PLAN_CHANGE, goal.casefile)
        told = self.body(AddAction)
        told["owner"] = self.a_user(goal.casefile.city, told["owner"], "owner")
        add_action(goal=goal, by=self.by, at=self.at, **told)
        return Response(self.shown(goal.plan), status=201)


class ActionFinish(PlanView):
    """Done."""

    @described("actions_finish", "A step is done", body=FinishAction, answers=PlanDetail)
    def post(self, request: Request, pk: int) -> Response:
        action = action_for(self.by, pk, at=self.at)
        self.allowed(Permission.PLAN_CHANGE, action.casefile)
        finish_action(action=action, by=self.by, at=self.at, **self.body(FinishAction))
        return Response(self.shown(action.goal.plan))


class ActionReopen(PlanView):
    """Not done after all."""

    @described("actions_reopen", "A step was not done after all", answers=PlanDetail, acts=True)
    def post(self, request: Request, pk: int) -> Response:
        action = action_for(self.by, pk, at=self.at)
        self.allowed(Permission.PLAN_CHANGE, action.casefile)
        reopen_action(action=action, by=self.by, at=self.at)
        return Response(self.shown(action.goal.plan))
