"""What keeps contacts off: a rhythm ends, pauses and goes on; days the person would rather avoid."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cases.casefiles.selectors import case_for
from cases.checkins.models import Rhythm
from cases.checkins.rules import in_words_to_the_end
from cases.checkins.selectors import avoided_days_for
from cases.checkins.services import (
    avoid_days,
    end_rhythm,
    pause_rhythm,
    resume_rhythm,
    take_up_rhythm,
    withdraw_avoided_days,
)
from cases.web.checkins.rhythms import found, list_of
from cases.web.checkins.shapes import AvoidForm, EndRhythmForm, PauseForm, ResumeForm
from cases.web.pages import FORM, act_page, typed
from cases.web.shapes import Versioned
from cities.roles.permissions import Permission
from cities.web.requests import SignedIn, signed_in


def _words(rhythm: Rhythm) -> str:
    return capfirst(in_words_to_the_end(rhythm)) + "."


@require_http_methods(FORM)
@signed_in
def end(request: SignedIn, reference: str, pk: int) -> HttpResponse:
    case, rhythm = found(request, reference, pk)
    return act_page(
        request, case, EndRhythmForm(typed(request), of=rhythm, initial={"ends_on": rhythm.ends_on}),
        partial(end_rhythm, rhythm=rhythm), permission=Permission.CHECKIN_ARRANGE, record=rhythm,
        to=list_of(case), cancel=list_of(case), title=_("End a rhythm"), lead=_words(rhythm),
        submit=_("End the rhythm"), said=lambda row: _("The rhythm ends.") if row.ends_on else _("The rhythm goes on."),
    )  # fmt: skip


@require_http_methods(FORM)
@signed_in
def pause(request: SignedIn, reference: str, pk: int) -> HttpResponse:
    case, rhythm = found(request, reference, pk)
    return act_page(
        request, case, PauseForm(typed(request), of=rhythm, initial={"all_of_case": True}),
        partial(pause_rhythm, rhythm=rhythm), permission=Permission.CHECKIN_ARRANGE, record=rhythm,
        to=list_of(case), cancel=list_of(case), title=_("Pause a rhythm"), lead=_words(rhythm),
        submit=_("Pause"), said=_("The rhythm pauses."),
    )  # fmt: skip


@require_http_methods(FORM)
@signed_in
def resume(request: SignedIn, reference: str, pk: int) -> HttpResponse:
    case, rhythm = found(request, reference, pk)
    now = {"on": timezone.localdate(request.at)}
    return act_page(
        request, case, ResumeForm(typed(request), of=rhythm, initial=now), partial(resume_rhythm, rhythm=rhythm),
        permission=Permission.CHECKIN_ARRANGE, record=rhythm, to=list_of(case), cancel=list_of(case),
        title=_("Resume a rhythm"), lead=_words(rhythm), submit=_("Resume"), said=_("The rhythm goes on."),
    )  # fmt: skip


@require_http_methods(FORM)
@signed_in
def take_up(request: SignedIn, reference: str, pk: int) -> HttpResponse:
    case, rhythm = found(request, reference, pk)
    return act_page(
        request, case, Versioned(typed(request), of=rhythm),
        partial(take_up_rhythm, rhythm=rhythm), permission=Permission.CHECKIN_ARRANGE, record=rhythm,
        to=list_of(case), cancel=list_of(case), title=_("Try a rhythm again"), lead=_words(rhythm),
        submit=_("Try again"), said=_("The clock will try this rhythm again."),
    )  # fmt: skip


@require_http_methods(FORM)
@signed_in
def avoid(request: SignedIn, reference: str) -> HttpResponse:
    """Days the person would rather not be met on, as agreed with him; no reason is asked for."""
    case = case_for(request.user, reference, at=request.at)
    return act_page(
        request, case, AvoidForm(typed(request)), partial(avoid_days, case=case),
        permission=Permission.CHECKIN_ARRANGE, to=list_of(case), cancel=list_of(case), title=_("Days to avoid"),
        lead=_("As agreed with the person. Why is not asked, and not kept. What is planned there moves."),
        submit=_("Avoid these days"), said=_("These days are kept free."),
    )  # fmt: skip


@require_POST
@signed_in
def stop_avoiding(request: SignedIn, reference: str, pk: int) -> HttpResponse:
    """These days are fine after all; what had moved goes back."""
    case = case_for(request.user, reference, at=request.at)
    withdraw_avoided_days(
        days=avoided_days_for(request.user, case, pk, at=request.at), by=request.user, at=request.at
    )  # fmt: skip
    messages.success(request, _("These days are fine again."))
    return redirect(list_of(case))
