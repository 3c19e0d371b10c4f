"""Follow-up plans, made through the services of the house."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from cases.access.services import acting
from cases.assessments.rules import LifeDomain
from cases.casefiles.models import Casefile
from cases.plans.models import FollowUpPlan
from cases.plans.rules import Consent, PlanState
from cases.plans.services import add_goal, agree_plan, change_plan, draft_plan, end_plan, propose_plan
from cities.staff.models import User
from tests.factories.places import AT


def a_plan(
    case: Casefile,
    *,
    by: User,
    state: str = PlanState.AGREED,
    at: datetime = AT,
    goals: int = 1,
    starts_on: date | None = None,
    summary: str = "To find a place to live",
) -> FollowUpPlan:
    """A version of the plan of a case, brought to `state`, with goals that `by` looks after."""
    today = timezone.localdate(at)
    who: dict[str, Any] = {"by": by, "at": at}
    with acting(by):
        plan = draft_plan(case=case, **who, starts_on=starts_on or today, summary=summary)
        for number in range(goals):
            add_goal(
                plan=plan, **who, domain=LifeDomain.HOUSING, text=f"Invented goal {number + 1}", owner=by,
                target_on=plan.starts_on + timedelta(days=60),
            )  # fmt: skip
        if state in (PlanState.PROPOSED, PlanState.AGREED, PlanState.ENDED):
            plan = propose_plan(plan=plan, **who, version=plan.version)
        if state in (PlanState.AGREED, PlanState.ENDED):
            plan = change_plan(
                plan=plan, **who, version=plan.version, starts_on=plan.starts_on, summary=plan.summary, person_view="",
                consent=Consent.GIVEN, consent_on=today,
            )  # fmt: skip
            plan = agree_plan(plan=plan, **who, version=plan.version, agreed_on=today)
        if state == PlanState.ENDED:
            plan = end_plan(plan=plan, **who, version=plan.version, ended_on=today, reason="Invented reason")
    return plan
