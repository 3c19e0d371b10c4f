"""A contact, or a whole rhythm, to a colleague."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cases.access.rules import Refused, Stale
from cases.casefiles.selectors import case_for
from cases.checkins.models import CheckIn
from cases.checkins.selectors import checkin_for, rhythm_for
from cases.checkins.services import Chosen, reassign_checkins, reassign_rhythm
from cases.web.checkins.forms import HandOverForm, HandOverRhythmForm
from cases.web.checkins.words import lateness
from cases.web.colleagues import who_can_hold
from cases.web.pages import FORM, act_page, typed
from cities.places.rules import day_of
from cities.roles.permissions import Permission
from cities.staff.models import User
from cities.web.requests import SignedIn, signed_in


@require_http_methods(FORM)
@signed_in
def checkin(request: SignedIn, reference: str, pk: int) -> HttpResponse:
    """One contact; the day stays."""
    case = case_for(request.user, reference, at=request.at)
    found = checkin_for(request.user, case, pk, at=request.at)
    back = reverse("cases:checkin", args=[case.reference, found.pk])
    form = HandOverForm(typed(request), of=found, rows={"caseworker": who_can_hold(case, at=request.at)})
    return act_page(
        request, case, form, partial(_hand_over, found), permission=Permission.CHECKIN_RESCHEDULE,
        template="cases/checkins/act.html", title=_("Hand a contact to a colleague"), submit=_("Hand over"),
        record=found, checkin=found, late=lateness(found, day_of(request.at)), cancel=back,
        lead=_("Whoever is on the case can hold it. The day stays."), said=_("The contact is handed over."),
        to=reverse("cases:board") if request.GET.get("from") == "board" else back,
    )  # fmt: skip


def _hand_over(found: CheckIn, *, by: User, at: datetime, version: int, caseworker: User, reason: str) -> CheckIn:
    """The act for several, with one: what it says of that one is said beside the form."""
    (told,) = reassign_checkins(by=by, at=at, chosen=[Chosen(found.pk, version)], to=caseworker, reason=reason)
    if not told.done:
        raise Stale(told.said) if told.checkin.version != version else Refused(told.said)
    return told.checkin


@require_http_methods(FORM)
@signed_in
def rhythm(request: SignedIn, reference: str, pk: int) -> HttpResponse:
    """A rhythm, and what is planned of it but for what was changed by hand."""
    case = case_for(request.user, reference, at=request.at)
    found: Any = rhythm_for(request.user, case, pk, at=request.at)
    back = reverse("cases:checkin_list", args=[case.reference])
    form = HandOverRhythmForm(typed(request), of=found, rows={"caseworker": who_can_hold(case, at=request.at)})
    return act_page(
        request, case, form, partial(reassign_rhythm, rhythm=found), record=found,
        permission=Permission.CHECKIN_ARRANGE, title=_("Hand a rhythm to a colleague"), submit=_("Hand over"),
        lead=_("What is planned of it goes along, but for what was changed by hand."), cancel=back, to=back,
        said=_("The rhythm is handed over."),
    )  # fmt: skip
