"""Follow-up plans."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from django.db.models import F
from django.utils import timezone

from cases.access.services import acting
from cases.assessments.rules import LifeDomain
from cases.casefiles.models import Casefile
from cases.plans.models import FollowUpPlan, Goal, PlanStateChange
from cases.plans.rules import Consent, PlanState, review_day
from cases.plans.services import add_goal, agree_plan, change_plan, draft_plan, end_plan, propose_plan
from cities.staff.models import User
from tests.factories.places import AT

#: What a version passes through.
_WAY_TO: dict[str, int] = {PlanState.PROPOSED: 2, PlanState.AGREED: 3}
_WAY = ["", PlanState.DRAFT, PlanState.PROPOSED, PlanState.AGREED]


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
    with acting(by):
        is_first = not FollowUpPlan.objects.filter(casefile=case).exists()
        make = _written if is_first and state in _WAY_TO and goals else by_its_acts
        return make(
            case, by=by, state=state, at=at, goals=goals, starts_on=starts_on or timezone.localdate(at), summary=summary
        )


def _written(
    case: Casefile, *, by: User, state: str, at: datetime, goals: int, starts_on: date, summary: str
) -> FollowUpPlan:
    """As the acts leave it, without asking each time whether it may: many tests begin with this."""
    today = timezone.localdate(at)
    row: dict[str, Any] = {"recorded_at": at, "recorded_by": by, "casefile": case, "city_id": case.city_id}
    plan = FollowUpPlan(**row, number=1, state=state, starts_on=starts_on, summary=summary, version=_WAY_TO[state])
    if state == PlanState.AGREED:
        plan.version += 1
        plan.consent, plan.consent_on, plan.agreed_on, plan.review_on = Consent.GIVEN, today, today, review_day(today)
        Casefile.objects.filter(pk=case.pk).update(review_on=plan.review_on, version=F("version") + 1)
    plan.save()
    way = _WAY[: _WAY_TO[state] + 1]
    PlanStateChange.objects.bulk_create(
        PlanStateChange(**row, plan=plan, from_state=before, to_state=to, changed_at=at) for before, to in pairwise(way)
    )
    Goal.objects.bulk_create(
        Goal(
            **row, plan=plan, domain=LifeDomain.HOUSING, text=_text_of(number), owner=by, position=number,
            target_on=starts_on + timedelta(days=60),
        )
        for number in range(goals)
    )  # fmt: skip
    return plan


def _text_of(number: int) -> str:
    return f"Invented goal {number + 1}"


def by_its_acts(
    case: Casefile, *, by: User, state: str, at: datetime, goals: int, starts_on: date, summary: str
) -> FollowUpPlan:
    """The same through the acts of the house."""
    today = timezone.localdate(at)
    who: dict[str, Any] = {"by": by, "at": at}
    plan = draft_plan(case=case, **who, starts_on=starts_on, summary=summary)
    for number in range(goals):
        add_goal(
            plan=plan, **who, domain=LifeDomain.HOUSING, text=_text_of(number), owner=by,
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
