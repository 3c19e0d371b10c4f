"""The follow-up plan to read: the version in force, any other, two beside one another, and on paper."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cases.access.rules import OutOfSight
from cases.access.selectors import beside_in
from cases.assessments.rules import LifeDomain
from cases.casefiles.models import Casefile
from cases.casefiles.selectors import case_for
from cases.plans.models import FollowUpPlan, Goal
from cases.plans.rules import Consent, GoalState, PlanState, is_given
from cases.plans.selectors import goals_of, plan_for, plan_in_force, plan_in_the_making, plans_of
from cases.web.pages import case_page
from cases.web.plans.comparison import goals_by_domain, side_by_side
from cases.web.plans.forms import CompareForm
from cases.web.shapes import Button
from cities.roles.permissions import Permission
from cities.roles.rules import Compartment
from cities.web.requests import SignedIn, signed_in

#: How every page of a plan is opened.
PLAN: dict[str, Any] = {"permission": Permission.PLAN_READ, "compartment": Compartment.CARE}


@require_safe
@signed_in
def plan(request: SignedIn, reference: str) -> HttpResponse:
    """The version in force; where there is none, the one in the making, else the last there was."""
    case = case_for(request.user, reference, at=request.at)
    shown = (
        plan_in_force(case, request.user, at=request.at)
        or plan_in_the_making(case, request.user, at=request.at)
        or plans_of(case, request.user, at=request.at).first()
    )
    return plan_page(request, case, shown)


@require_safe
@signed_in
def version(request: SignedIn, reference: str, number: int) -> HttpResponse:
    case = case_for(request.user, reference, at=request.at)
    return plan_page(request, case, plan_for(request.user, case, number, at=request.at))


def plan_page(request: SignedIn, case: Casefile, shown: FollowUpPlan | None, **more: Any) -> HttpResponse:
    """The page of one version, or of a case that has no plan yet."""
    return case_page(request, case, "cases/plans/plan.html", **PLAN, **about(request, case, shown), **more)


def about(request: SignedIn, case: Casefile, shown: FollowUpPlan | None) -> dict[str, Any]:
    """All that the page of a version shows."""
    goals = list(goals_of(shown)) if shown else []
    return {
        "record": shown,
        "also": beside_in(goals, *(goal.actions.all() for goal in goals)),
        "plan": shown,
        "button": Button(of=shown) if shown else None,
        "domains": by_domain(goals),
        "versions": plans_of(case, request.user, at=request.at),
        "making": plan_in_the_making(case, request.user, at=request.at),
        "in_force": plan_in_force(case, request.user, at=request.at),
        "consented": bool(shown and (is_given(shown.consent) or shown.consent == Consent.NOT_NEEDED)),
        "review_overdue": bool(
            shown
            and shown.state == PlanState.AGREED
            and shown.review_on
            and shown.review_on < timezone.localdate(request.at)
        ),
    }


def by_domain(goals: list[Goal]) -> list[dict[str, Any]]:
    """Goals under their domain of life, in the order of the domains, with what came of them in words."""
    order = list(LifeDomain)
    goals = sorted(goals, key=lambda goal: (order.index(LifeDomain(goal.domain)), goal.position, goal.pk))
    found = []
    for domain, within in groupby(goals, key=lambda goal: goal.domain):
        rows = list(within)
        reached = sum(goal.state == GoalState.REACHED for goal in rows)
        words = (
            _("%(reached)s of %(all)s reached") % {"reached": reached, "all": len(rows)}
            if reached and len(rows) > 1
            else ""
        )
        found.append({"label": LifeDomain(domain).label, "goals": rows, "words": words})
    return found


@require_safe
@signed_in
def to_print(request: SignedIn, reference: str, number: int) -> HttpResponse:
    """A version as it is signed on paper."""
    case = case_for(request.user, reference, at=request.at)
    shown = plan_for(request.user, case, number, at=request.at)
    return case_page(request, case, "cases/plans/print.html", **PLAN, **about(request, case, shown))


@require_safe
@signed_in
def compare(request: SignedIn, reference: str) -> HttpResponse:
    """Two versions beside one another: which, is said in the address; without that the last two."""
    case = case_for(request.user, reference, at=request.at)
    versions = list(plans_of(case, request.user, at=request.at))
    if len(versions) < 2:  # there is nothing to put beside it
        raise OutOfSight
    last_two = {"before": versions[1].number, "after": versions[0].number}
    form = CompareForm({**last_two, **{name: request.GET[name] for name in last_two if name in request.GET}})
    for name in last_two:
        form.fields[name].choices = [(row.number, str(row.number)) for row in versions]  # type: ignore[attr-defined]
    shown: dict[str, Any] = {}
    if form.is_valid():
        chosen = form.cleaned_data
        before, after = (next(row for row in versions if row.number == chosen[name]) for name in last_two)
        shown = _compared(before, after, versions)
    return case_page(request, case, "cases/plans/compare.html", **PLAN, form=form, **shown)


def _compared(before: FollowUpPlan, after: FollowUpPlan, versions: list[FollowUpPlan]) -> dict[str, Any]:
    goals = {row.number: list(goals_of(row)) for row in versions if row.number <= max(before.number, after.number)}
    origins = {goal.pk: goal.continues_id for rows in goals.values() for goal in rows}
    if before.number > after.number:  # read backwards, a goal is continued by a later one
        origins = {origin: pk for pk, origin in origins.items() if origin is not None}
    texts = [
        (_("What this plan is for"), side_by_side(before.summary, after.summary)),
        (_("The person's own view"), side_by_side(before.person_view, after.person_view)),
    ]
    return {
        "record": after,
        "also": beside_in(goals[before.number], goals[after.number]),
        "before": before,
        "after": after,
        "sides": (before, after),
        "texts": texts,
        "domains": goals_by_domain(goals[before.number], goals[after.number], origins),
    }
