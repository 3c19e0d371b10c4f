"""The list of cases, and the page of one."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from cases.access.selectors import acts_of, beside_in, team_of
from cases.casefiles.models import Casefile
from cases.casefiles.selectors import case_for, listed_cases, may_share, stage_changes_of
from cases.checkins.selectors import last_recorded, missed_for, next_checkin, planned
from cases.plans.selectors import goals_of, plan_in_force
from cases.web.casefiles.attention import attention
from cases.web.casefiles.contacts import with_contacts
from cases.web.casefiles.filters import CaseFilter
from cases.web.casefiles.progress import progress
from cases.web.pages import case_page, listed, number_in_the_address
from cities.roles.permissions import Permission
from cities.web.pages import page
from cities.web.requests import SignedIn, signed_in

A_PAGE = 25

#: What a line of the list says; what stands beside it of contacts has an entry of its own.
COLUMNS = "reference city stage lead_caseworker next_step next_step_on review_on person.official_name"


@require_safe
@signed_in
def case_list(request: SignedIn) -> HttpResponse:
    """The newest first, a page at a time; a page is named by the last case of the one before."""
    found = listed_cases(request.user, at=request.at)
    chosen = CaseFilter(request.GET, found, request=request)
    cases = chosen.qs if chosen.form.is_valid() else found.none()
    if (after := number_in_the_address(request, "after")) is not None:
        cases = cases.filter(pk__lt=after)
    shown: list[Casefile] = list(cases[: A_PAGE + 1])
    listed(request, shown[:A_PAGE], shows=COLUMNS, permission=Permission.CASE_READ)
    context = {
        "filter": chosen,
        "cases": with_contacts(request, shown[:A_PAGE]),
        "next": shown[A_PAGE - 1].pk if len(shown) > A_PAGE else None,
        "may_open": Permission.CASE_OPEN in acts_of(request.user, at=request.at),
    }
    template = "cases/casefiles/_list.html" if request.htmx.target == "cases" else "cases/casefiles/list.html"
    return page(request, template, context, form=chosen.form)


@require_safe
@signed_in
def overview(request: SignedIn, reference: str) -> HttpResponse:
    """What stands, what comes next, and what needs attention. The plan is care: shown to whoever may read it."""
    case = case_for(request.user, reference, at=request.at)
    today = timezone.localdate(request.at)
    acts = acts_of(request.user, at=request.at, city_id=case.city_id)
    reads_plans = Permission.PLAN_READ in acts
    plan = plan_in_force(case, request.user, at=request.at) if reads_plans else None
    late = planned(request.user, at=request.at).filter(casefile=case, late_from__lte=today)
    missed = missed_for(request.user, at=request.at).filter(casefile=case, cause="MISSED", answered_at__isnull=True)
    coming = next_checkin(case, request.user, at=request.at)
    last = last_recorded(case, request.user, at=request.at)
    goals = list(goals_of(plan)) if plan else []
    changes = list(stage_changes_of(case, request.user, at=request.at)[:1])
    overdue, missing = list(late[:3]), list(missed[:3])
    box = attention(
        case, today=today, late=overdue, missed=missing, plan=plan, reads_plans=reads_plans
    )  # fmt: skip
    return case_page(
        request,
        case,
        "cases/casefiles/overview.html",
        permission=Permission.CASE_READ,
        also=beside_in(filter(None, [coming, last]), overdue, missing, filter(None, [plan]), goals, changes),
        attention=[
            (line, line.address(reference) if line.page and line.act in {act.name for act in acts} else "")
            for line in box
        ],
        next_contact=coming,
        last_contact=last,
        plan=plan,
        progress=progress(goals) if plan else None,
        team=team_of(case, at=request.at),
        shares=may_share(request.user, case, at=request.at),
        stage_change=changes[0] if changes else None,
    )
