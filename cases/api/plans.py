"""Follow-up plans: versions, and what moves one from draft to agreed. Care, under professional secrecy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases.access.services import open_list
from cases.api.base import CaseDoor
from cases.api.naming import names_in
from cases.api.versions import OfAVersion
from cases.api.words import Nothing, UserName
from cases.assessments.rules import LifeDomain
from cases.casefiles.models import Casefile
from cases.plans.models import FollowUpPlan
from cases.plans.rules import Consent, GoalState, PlanState
from cases.plans.selectors import goals_of, plan_for, plans_of
from cases.plans.services import agree_plan, change_plan, draft_plan, end_plan, propose_plan, take_back_plan
from cities.api.base import Shape
from cities.api.described import described
from cities.refusals import LONGEST_TEXT
from cities.roles.permissions import Permission
from cities.roles.rules import Compartment


class ActionShape(Shape):
    """A step towards a goal."""

    of_kind = "action"

    id = serializers.IntegerField()
    text = serializers.CharField()
    owner = UserName()
    due_on = serializers.DateField()
    done_on = serializers.DateField(allow_null=True)
    done_by = UserName(allow_null=True)


class GoalShape(OfAVersion):
    """Something to reach in a domain of life."""

    of_kind = "goal"

    id = serializers.IntegerField()
    domain = serializers.ChoiceField(choices=LifeDomain.choices)
    text = serializers.CharField()
    owner = UserName()
    target_on = serializers.DateField()
    state = serializers.ChoiceField(choices=GoalState.choices)
    result = serializers.CharField(allow_blank=True)
    actions = ActionShape(many=True)


class PlanShape(OfAVersion):
    """A version of a case's plan, as in a list."""

    case = serializers.CharField(source="casefile.reference")
    number = serializers.IntegerField()
    state = serializers.ChoiceField(choices=PlanState.choices)
    starts_on = serializers.DateField()
    agreed_on = serializers.DateField(allow_null=True)
    review_on = serializers.DateField(allow_null=True)
    ended_on = serializers.DateField(allow_null=True)


class PlanDetail(PlanShape):
    """A version, opened, with its goals and their actions."""

    summary = serializers.CharField(allow_blank=True)
    person_view = serializers.CharField(allow_blank=True, help_text="The person's own view.")
    consent = serializers.ChoiceField(choices=Consent.choices)
    consent_by = serializers.CharField(allow_blank=True)
    consent_on = serializers.DateField(allow_null=True)
    goals = GoalShape(many=True, source="goals_shown")


class DraftPlan(Shape):
    """A version to be worked on. It takes over the open goals of the plan in force."""

    starts_on = serializers.DateField()
    summary = serializers.CharField(max_length=LONGEST_TEXT, allow_blank=True, default="")
    person_view = serializers.CharField(max_length=LONGEST_TEXT, allow_blank=True, default="")


class ChangePlan(Shape):
    """What is to be different; what is left out stays as it is."""

    starts_on = serializers.DateField(required=False)
    summary = serializers.CharField(max_length=LONGEST_TEXT, allow_blank=True, required=False)
    person_view = serializers.CharField(max_length=LONGEST_TEXT, allow_blank=True, required=False)
    consent = serializers.ChoiceField(choices=Consent.choices, required=False)
    consent_by = serializers.CharField(max_length=200, allow_blank=True, required=False)
    consent_on = serializers.DateField(allow_null=True, required=False)
    review_on = serializers.DateField(allow_null=True, required=False)


class AgreePlan(Shape):
    """The day on which the person agreed."""

    agreed_on = serializers.DateField()
    review_on = serializers.DateField(allow_null=True, default=None, help_text="Three months later, when left out.")


class EndPlan(Shape):
    """The end of a plan in force, or of a version that never was."""

    ended_on = serializers.DateField()
    reason = serializers.CharField(max_length=LONGEST_TEXT)


class PlanView(CaseDoor):
    """What the views of plans share."""

    def shown(self, plan: FollowUpPlan) -> dict[str, Any]:
        """The version as it stands now, opened."""
        row: Any = plan_for(self.by, plan.casefile, plan.number, at=self.at)
        self.opened(row.casefile, Permission.PLAN_READ, Compartment.CARE, row, names_in(PlanDetail))
        row.goals_shown = goals_of(row)
        return dict(PlanDetail(row).data)

    def case_in_care(self, reference: str, permission: Permission) -> Casefile:
        """The case, for who may do the act and may read its care."""
        case = self.case(reference)
        self.allowed(permission, case)
        self.in_sight(case, Compartment.CARE)
        return case


class Plans(PlanView):
    """The versions of a case's plan."""

    @described("plans_list", "The versions of a plan, the newest first", answers=PlanShape(many=True))
    def get(self, request: Request, reference: str) -> Response:
        case = self.case_in_care(reference, Permission.PLAN_READ)
        rows = list(plans_of(case, self.by, at=self.at))
        open_list(
            by=self.by, at=self.at, permission=Permission.PLAN_READ, compartment=Compartment.CARE,
            kind="followupplan", rows=rows, fields=names_in(PlanShape), case=case,
        )  # fmt: skip
        return Response(PlanShape(rows, many=True).data)

    @described("plans_draft", "Begin a version", body=DraftPlan, answers=PlanDetail, status=201)
    def post(self, request: Request, reference: str) -> Response:
        case = self.case_in_care(reference, Permission.PLAN_CHANGE)
        plan = draft_plan(case=case, by=self.by, at=self.at, **self.body(DraftPlan))
        return Response(self.shown(plan), status=201)


class OnePlan(PlanView):
    """One version."""

    @described("plans_read", "A version with its goals and actions", answers=PlanDetail)
    def get(self, request: Request, reference: str, number: int) -> Response:
        case = self.case_in_care(reference, Permission.PLAN_READ)
        return Response(self.shown(plan_for(self.by, case, number, at=self.at)))

    @described(
        "plans_change", "Change a version that is in the making", body=ChangePlan, answers=PlanDetail, guarded=True
    )
    def patch(self, request: Request, reference: str, number: int) -> Response:
        case = self.case_in_care(reference, Permission.PLAN_CHANGE)
        plan = plan_for(self.by, case, number, at=self.at)
        with self.on_what_was_read(plan, self.shown) as version:
            change_plan(plan=plan, by=self.by, at=self.at, version=version, **self.changes(plan, ChangePlan))
        return Response(self.shown(plan))


class PlanAct(PlanView):
    """An act on one version: found, allowed, shaped, done, shown."""

    def act(self, reference: str, number: int, shape: type[Shape], service: Callable[..., object]) -> Response:
        case = self.case_in_care(reference, Permission.PLAN_CHANGE)
        plan = plan_for(self.by, case, number, at=self.at)
        with self.on_what_was_read(plan, self.shown) as version:
            service(plan=plan, by=self.by, at=self.at, version=version, **self.body(shape))
        return Response(self.shown(plan))


class PlanPropose(PlanAct):
    """Before the person."""

    @described("plans_propose", "Put a version before the person", answers=PlanDetail, guarded=True)
    def post(self, request: Request, reference: str, number: int) -> Response:
        return self.act(reference, number, Nothing, propose_plan)


class PlanTakeBack(PlanAct):
    """Back to draft."""

    @described("plans_take_back", "Take a proposal back to draft", answers=PlanDetail, guarded=True)
    def post(self, request: Request, reference: str, number: int) -> Response:
        return self.act(reference, number, Nothing, take_back_plan)


class PlanAgree(PlanAct):
    """In force."""

    @described(
        "plans_agree", "The person agrees: the version is in force", body=AgreePlan, answers=PlanDetail, guarded=True
    )
    def post(self, request: Request, reference: str, number: int) -> Response:
        return self.act(reference, number, AgreePlan, agree_plan)


class PlanEnd(PlanAct):
    """The end."""

    @described("plans_end", "End a plan, or drop a version", body=EndPlan, answers=PlanDetail, guarded=True)
    def post(self, request: Request, reference: str, number: int) -> Response:
        return self.act(reference, number, EndPlan, end_plan)
