"""What is done with a version of a plan: drafted, changed, proposed, taken back, agreed, ended."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cases.access.selectors import beside_in
from cases.casefiles.models import Casefile
from cases.casefiles.selectors import case_for
from cases.plans.models import FollowUpPlan
from cases.plans.rules import PlanState, review_day
from cases.plans.selectors import plan_for, plan_in_force
from cases.plans.services import (
    agree_plan,
    change_plan,
    draft_plan,
    end_plan,
    propose_plan,
    take_back_plan,
)
from cases.web.pages import FORM, act_page, typed
from cases.web.plans.forms import AgreeForm, ChangeDraftForm, ConsentForm, DraftPlanForm, EndPlanForm
from cases.web.plans.views import about
from cases.web.shapes import Button
from cities.roles.permissions import Permission
from cities.roles.rules import Compartment
from cities.web.requests import SignedIn, signed_in

#: How every page with an act on a plan is opened.
CHANGE: dict[str, Any] = {"permission": Permission.PLAN_CHANGE, "compartment": Compartment.CARE}

#: What stays as it is while the other half of a version is being changed.
WORDS = ("starts_on", "summary")
CONSENT = ("consent", "consent_by", "consent_on")


def page_of(plan: FollowUpPlan) -> str:
    """The address of a version."""
    return reverse("cases:plan_version", args=[plan.casefile.reference, plan.number])


def _find(request: SignedIn, reference: str, number: int) -> tuple[Casefile, FollowUpPlan]:
    case = case_for(request.user, reference, at=request.at)
    return case, plan_for(request.user, case, number, at=request.at)


@require_http_methods(FORM)
@signed_in
def draft(request: SignedIn, reference: str) -> HttpResponse:
    """A new version; the goals still open in the plan in force come along."""
    case = case_for(request.user, reference, at=request.at)
    before = plan_in_force(case, request.user, at=request.at)
    begins: dict[str, Any] = {"starts_on": timezone.localdate(request.at)}
    if before:
        begins |= {"summary": before.summary, "person_view": before.person_view}
    return act_page(
        request, case, DraftPlanForm(typed(request), initial=begins), partial(draft_plan, case=case), **CHANGE,
        also=beside_in([before] if before else []),
        said=_("The draft is there. Add the goals now."), to=page_of,
        title=_("Draft a new version") if before else _("Draft the follow-up plan"), submit=_("Begin the draft"),
        cancel=reverse("cases:plan", args=[case.reference]),
        lead=_("The goals that are still open come along.") if before else "",
    )  # fmt: skip


@require_http_methods(FORM)
@signed_in
def change(request: SignedIn, reference: str, number: int) -> HttpResponse:
    """The words of a draft; of a proposal only what the person says to it."""
    case, plan = _find(request, reference, number)
    drafted = plan.state == PlanState.DRAFT
    form_class = ChangeDraftForm if drafted else ConsentForm
    stays = CONSENT if drafted else WORDS
    form = form_class(typed(request), of=plan, initial={name: getattr(plan, name) for name in form_class.base_fields})
    return act_page(
        request, case, form, partial(change_plan, plan=plan, **{name: getattr(plan, name) for name in stays}),
        record=plan, **CHANGE, said=_("The draft is changed.") if drafted else _("The consent is recorded."),
        to=page_of, cancel=page_of(plan),
        title=(_("Change version %(number)s") if drafted else _("Consent to version %(number)s")) % {"number": number},
    )  # fmt: skip


@require_POST
@signed_in
def propose(request: SignedIn, reference: str, number: int) -> HttpResponse:
    """One button on the page of the version; what is refused stands on that page."""
    case, plan = _find(request, reference, number)
    return act_page(
        request, case, Button(request.POST, of=plan), partial(propose_plan, plan=plan), **CHANGE,
        said=_("The plan is proposed. Record the agreement when there is one."), to=page_of,
        template="cases/plans/plan.html", **about(request, case, plan),
    )  # fmt: skip


@require_POST
@signed_in
def take_back(request: SignedIn, reference: str, number: int) -> HttpResponse:
    case, plan = _find(request, reference, number)
    return act_page(
        request, case, Button(request.POST, of=plan), partial(take_back_plan, plan=plan), **CHANGE,
        said=_("The plan is a draft again."), to=page_of, template="cases/plans/plan.html",
        **about(request, case, plan),
    )  # fmt: skip


@require_http_methods(FORM)
@signed_in
def agree(request: SignedIn, reference: str, number: int) -> HttpResponse:
    case, plan = _find(request, reference, number)
    today = timezone.localdate(request.at)
    begins = {"agreed_on": today, "review_on": plan.review_on or review_day(today)}
    before = plan_in_force(case, request.user, at=request.at)
    lead = _("Consent: %(consent)s.") % {"consent": plan.get_consent_display()}
    if before:
        lead += " " + _("Version %(number)s, in force now, is superseded by it.") % {"number": before.number}
    return act_page(
        request, case, AgreeForm(typed(request), of=plan, initial=begins), partial(agree_plan, plan=plan),
        record=plan, **CHANGE, said=_("The plan is agreed and in force."), to=page_of,
        title=_("Record the agreement on version %(number)s") % {"number": number}, submit=_("It is agreed"),
        cancel=page_of(plan), lead=lead,
    )  # fmt: skip


@require_http_methods(FORM)
@signed_in
def end(request: SignedIn, reference: str, number: int) -> HttpResponse:
    case, plan = _find(request, reference, number)
    begins = {"ended_on": timezone.localdate(request.at)}
    return act_page(
        request, case, EndPlanForm(typed(request), of=plan, initial=begins), partial(end_plan, plan=plan),
        record=plan, **CHANGE, said=_("The plan has ended."), to=page_of,
        title=_("End version %(number)s") % {"number": number}, submit=_("End the plan"), grave=True,
        cancel=page_of(plan), lead=_("To replace it by another, draft a new version instead."),
    )  # fmt: skip
