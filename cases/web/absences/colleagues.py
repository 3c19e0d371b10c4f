"""The contacts of a colleague: several of them handed to somebody else, or put on another day, in one act."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cases.access.rules import OutOfSight
from cases.access.selectors import acts_of
from cases.access.services import require
from cases.checkins.selectors import contacts_of
from cases.checkins.services import Told, reassign_checkins, reschedule_checkins
from cases.web.absences.forms import ReassignForm, RescheduleAllForm, chosen_of
from cases.web.checkins.words import lateness
from cases.web.pages import FORM, WHO, attempt, listed, number_in_the_address
from cities.places.rules import day_of
from cities.roles.permissions import Permission
from cities.staff.models import User
from cities.staff.selectors import could_stand_in_for, users
from cities.web.pages import page
from cities.web.requests import SignedIn, signed_in

A_PAGE = 100

#: What is said of each contact.
CONTACT = f"kind due_on due_time late_from place caseworker {WHO}"


@require_http_methods(FORM)
@signed_in
def contacts(request: SignedIn) -> HttpResponse:
    """`?of=` says whose; without it, one's own. Only contacts of cases that one may know of."""
    require(request.user, Permission.CHECKIN_RESCHEDULE, at=request.at)
    holder = _holder(request)
    others = could_stand_in_for(holder, at=request.at) | users().filter(pk=request.user.pk)
    arranges = Permission.ABSENCE_ARRANGE in acts_of(request.user, at=request.at)
    wanted = request.POST.get("act", "") if request.method == "POST" else ""
    reassign = ReassignForm(
        request.POST if wanted == "reassign" else None, prefix="reassign", rows={"to": others.distinct()}
    )
    reschedule = RescheduleAllForm(request.POST if wanted == "reschedule" else None, prefix="reschedule")
    if not arranges:
        del reassign.fields["lets_in"]
    told, form = None, reassign if wanted == "reassign" else reschedule
    if form.is_bound:
        told = _done(request, form, wanted)
    rows = list(contacts_of(holder, request.user, at=request.at)[:A_PAGE])
    if rows or told:
        shown = [*rows, *(one.checkin for one in told or ())]
        listed(request, shown, shows=CONTACT, permission=Permission.CHECKIN_READ)
    today = day_of(request.at)
    ticked = request.POST.getlist("chosen") if told is None else []
    context = {
        "holder": holder, "told": told, "reassign": reassign, "reschedule": reschedule, "ticked": ticked,
        "rows": [(row, lateness(row, today), f"{row.pk}:{row.version}") for row in rows],
        "colleagues": could_stand_in_for(request.user, at=request.at),
    }  # fmt: skip
    return page(request, "cases/absences/colleague.html", context, form=form)


def _holder(request: SignedIn) -> User:
    """Whose contacts: one's own, or a colleague's of a city in which one works."""
    if "of" not in request.GET:
        return request.user
    number = number_in_the_address(request, "of")
    known = could_stand_in_for(request.user, at=request.at) | users().filter(pk=request.user.pk)
    found = known.filter(pk=number).first() if number else None
    if found is None:
        raise OutOfSight
    return found


def _done(request: SignedIn, form: Any, wanted: str) -> list[Told] | None:
    chosen = chosen_of(request.POST)
    if not chosen:
        form.add_error(None, _("Tick the contacts that this is about."))
    if not form.is_valid():
        return None
    act = reassign_checkins if wanted == "reassign" else reschedule_checkins
    return attempt(form, lambda: act(by=request.user, at=request.at, chosen=chosen, **form.cleaned_data))
