"""Emergency openings: for whoever opens, by reference and with a reason; and for whoever reviews."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.access.services import require
from cases.audit.selectors import done_during
from cases.emergencies.rules import not_there
from cases.emergencies.selectors import awaiting_review, opening_for, openings_of, openings_to_review
from cases.emergencies.services import end_emergency, open_in_emergency, read_emergency, review_emergency
from cases.web.access.entries import told
from cases.web.emergencies.forms import EmergencyForm, ReviewForm
from cases.web.pages import FORM, attempt, listed, number_in_the_address, typed
from cities.roles.permissions import Permission
from cities.web.entrance.step_up import ask_again
from cities.web.pages import page
from cities.web.requests import SignedIn, here, signed_in

A_PAGE = 25
#: What she did lately stands under the form, with what was said of it.
OF_LATE = 10

#: What is said of an opening to whoever reviews it, and to whoever did it.
OPENING = "reference user posting opened_at review_by emergencyreview.outcome emergencyreview.reviewed_at"
OWN = (
    "reference opened_at ends_at ended_at reason emergencyreview.outcome emergencyreview.note "
    "emergencyreview.consequence"
)


@require_http_methods(FORM)
@signed_in
def open_one(request: SignedIn) -> HttpResponse:
    """By the whole reference, with a reason. What leads nowhere is answered alike, whatever there is elsewhere."""
    require(request.user, Permission.EMERGENCY_OPEN, at=request.at)
    if (asked := ask_again(request)) is not None:
        return asked
    form = EmergencyForm(typed(request))
    if request.method == "POST" and form.is_valid():
        act = partial(open_in_emergency, by=request.user, at=request.at, purpose=here(request), **form.cleaned_data)
        done = attempt(form, lambda: (act(),))
        if done is not None and done[0] is not None:
            messages.warning(request, _("You see this case until the hour is over. Your coordinator was told."))
            return redirect("cases:case", done[0].reference)
        if done is not None:
            refused = not_there()
            form.add_error(refused.field, ValidationError(refused.message, code=refused.code))
    mine = list(openings_of(request.user, at=request.at)[:OF_LATE])
    if mine:
        listed(request, mine, shows=OWN, permission=Permission.EMERGENCY_OPEN)
    context = {"mine": mine, "now": request.at, "cancel": reverse("cases:my_day")}
    return page(request, "cases/emergencies/open.html", context, form=form)


@require_POST
@signed_in
def end(request: SignedIn, pk: int) -> HttpResponse:
    """She is done: the case is not there for her any more, so she goes to where her openings are."""
    opening = opening_for(request.user, pk, at=request.at)
    end_emergency(opening=opening, by=request.user, at=request.at)
    messages.success(request, _("It is over: you do not see %(case)s any more.") % {"case": opening.reference})
    return redirect("cases:emergency_open")


@require_safe
@signed_in
def review_list(request: SignedIn) -> HttpResponse:
    """What awaits a review, the first due first; and what was reviewed, the newest first, a page at a time."""
    require(request.user, Permission.EMERGENCY_REVIEW, at=request.at)
    before = number_in_the_address(request, "before")
    waiting = [] if before else list(awaiting_review(request.user, at=request.at)[:100])
    found = openings_to_review(request.user, at=request.at).filter(reviews__isnull=False).distinct()
    if before:
        found = found.filter(pk__lt=before)
    done = list(found[: A_PAGE + 1])
    if shown := [*waiting, *done[:A_PAGE]]:
        listed(request, shown, shows=OPENING, permission=Permission.EMERGENCY_REVIEW)
    context = {
        "waiting": waiting, "done": done[:A_PAGE], "now": request.at,
        "next": done[A_PAGE - 1].pk if len(done) > A_PAGE else None,
    }  # fmt: skip
    return page(request, "cases/emergencies/list.html", context)


@require_http_methods(FORM)
@signed_in
def review(request: SignedIn, pk: int) -> HttpResponse:
    """Who opened what, when and why, what she did there; what was said of it, and what is to be said."""
    opening = opening_for(request.user, pk, at=request.at)
    require(request.user, Permission.EMERGENCY_REVIEW, city_id=opening.city_id, at=request.at)
    form = ReviewForm(typed(request))
    if request.method == "POST" and form.is_valid():
        act = partial(review_emergency, opening=opening, by=request.user, at=request.at, **form.cleaned_data)
        if attempt(form, act) is not None:
            messages.success(request, _("The review of %(case)s is written down.") % {"case": opening.reference})
            return redirect("cases:emergency_list")
    read_emergency(opening=opening, by=request.user, at=request.at, purpose=here(request))
    during = done_during(
        opening.user_id, opening.casefile_id, since=opening.opened_at, until=min(opening.lasts_until, timezone.now())
    )
    context = {
        "opening": opening, "said": sorted(opening.reviews.all(), key=lambda one: -one.pk), "now": request.at,
        "during": told(during), "own": opening.user_id == request.user.pk, "cancel": reverse("cases:emergency_list"),
    }  # fmt: skip
    return page(request, "cases/emergencies/review.html", context, form=form)
