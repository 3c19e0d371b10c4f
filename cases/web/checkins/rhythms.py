"""The rhythm of check-ins: arranged with its next days in sight, ended, paused, resumed."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cases.access.services import require
from cases.casefiles.models import Casefile
from cases.casefiles.selectors import case_for
from cases.checkins.models import Rhythm
from cases.checkins.recurrence import Pattern, fault_of
from cases.checkins.rules import Planned, next_days, rhythm_in_words
from cases.checkins.selectors import rhythm_for
from cases.checkins.services import arrange_rhythm, end_rhythm, pause_rhythm, resume_rhythm, take_up_rhythm
from cases.plans.selectors import plan_in_force
from cases.web.checkins.forms import EndRhythmForm, PauseForm, ResumeForm, RhythmForm
from cases.web.colleagues import who_can_hold
from cases.web.pages import FORM, act_page, case_page, typed
from cases.web.shapes import Versioned
from cities.roles.permissions import Permission
from cities.web.pages import page
from cities.web.requests import SignedIn, signed_in

WHEN = ("frequency", "every", "weekdays", "month_day", "nth", "nth_weekday", "starts_on", "ends_on", "policy")


def _list(case: Casefile) -> str:
    return reverse("cases:checkin_list", args=[case.reference])


@require_http_methods(FORM)
@signed_in
def arrange(request: SignedIn, reference: str) -> HttpResponse:
    """A new rhythm. Its next ten days are shown before anything is saved: in place, or by a button."""
    case = case_for(request.user, reference, at=request.at)
    plan = plan_in_force(case, request.user, at=request.at)
    if plan is None:
        return case_page(
            request, case, "cases/checkins/no_plan.html", permission=Permission.CHECKIN_ARRANGE,
            title=_("Arrange a rhythm"),
        )  # fmt: skip
    form = RhythmForm(
        typed(request), initial={"caseworker": request.user, "starts_on": timezone.localdate(request.at)},
        rows={"caseworker": who_can_hold(case, at=request.at)},
    )  # fmt: skip
    words, days = _preview(form) if form.is_bound else ("", [])
    shown: dict[str, Any] = {"words": words, "days": days, "title": _("Arrange a rhythm"), "cancel": _list(case)}
    template = "cases/checkins/rhythm.html"
    if "preview" in request.POST:
        if request.htmx:
            require(request.user, Permission.CHECKIN_ARRANGE, case=case, at=request.at)
            return page(request, "cases/checkins/_preview.html", shown)
        return case_page(request, case, template, form=form, permission=Permission.CHECKIN_ARRANGE, **shown)
    return act_page(
        request, case, form, partial(arrange_rhythm, case=case, plan=plan), permission=Permission.CHECKIN_ARRANGE,
        template=template, said=_("The rhythm is arranged; its check-ins of the coming weeks are there."),
        to=_list(case), **shown,
    )  # fmt: skip


def _preview(form: RhythmForm) -> tuple[str, list[Planned]]:
    """In words, and on which ten days; nothing as long as what is typed does not make a rhythm."""
    form.is_valid()
    told = form.cleaned_data
    if not {"frequency", "every", "starts_on", "policy"} <= told.keys() or told["starts_on"] is None:
        return "", []
    pattern = Pattern(**{name: told[name] for name in WHEN if name in told})
    if fault_of(pattern):
        return "", []
    return rhythm_in_words(pattern), next_days(pattern, first=pattern.starts_on)


def _found(request: SignedIn, reference: str, pk: int) -> tuple[Casefile, Rhythm]:
    case = case_for(request.user, reference, at=request.at)
    return case, rhythm_for(request.user, case, pk, at=request.at)


@require_http_methods(FORM)
@signed_in
def end(request: SignedIn, reference: str, pk: int) -> HttpResponse:
    case, rhythm = _found(request, reference, pk)
    return act_page(
        request, case, EndRhythmForm(typed(request), initial={"version": rhythm.version}),
        partial(end_rhythm, rhythm=rhythm), now=rhythm, permission=Permission.CHECKIN_ARRANGE, record=rhythm,
        to=_list(case), cancel=_list(case), title=_("End a rhythm"), lead=rhythm_in_words(rhythm),
        submit=_("End the rhythm"), said=_("The rhythm ends."),
    )  # fmt: skip


@require_http_methods(FORM)
@signed_in
def pause(request: SignedIn, reference: str, pk: int) -> HttpResponse:
    case, rhythm = _found(request, reference, pk)
    return act_page(
        request, case, PauseForm(typed(request), initial={"version": rhythm.version}),
        partial(pause_rhythm, rhythm=rhythm), now=rhythm, permission=Permission.CHECKIN_ARRANGE, record=rhythm,
        to=_list(case), cancel=_list(case), title=_("Pause a rhythm"), lead=rhythm_in_words(rhythm),
        submit=_("Pause"), said=_("The rhythm pauses."),
    )  # fmt: skip


@require_http_methods(FORM)
@signed_in
def resume(request: SignedIn, reference: str, pk: int) -> HttpResponse:
    case, rhythm = _found(request, reference, pk)
    now = {"version": rhythm.version, "on": timezone.localdate(request.at)}
    return act_page(
        request, case, ResumeForm(typed(request), initial=now), partial(resume_rhythm, rhythm=rhythm), now=rhythm,
        permission=Permission.CHECKIN_ARRANGE, record=rhythm, to=_list(case), cancel=_list(case),
        title=_("Resume a rhythm"), lead=rhythm_in_words(rhythm), submit=_("Resume"), said=_("The rhythm goes on."),
    )  # fmt: skip


@require_http_methods(FORM)
@signed_in
def take_up(request: SignedIn, reference: str, pk: int) -> HttpResponse:
    case, rhythm = _found(request, reference, pk)
    return act_page(
        request, case, Versioned(typed(request), initial={"version": rhythm.version}),
        partial(take_up_rhythm, rhythm=rhythm), now=rhythm, permission=Permission.CHECKIN_ARRANGE, record=rhythm,
        to=_list(case), cancel=_list(case), title=_("Try a rhythm again"), lead=rhythm_in_words(rhythm),
        submit=_("Try again"), said=_("The clock will try this rhythm again."),
    )  # fmt: skip
