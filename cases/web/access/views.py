"""Who can see a case, on any day, and who opened it and why; the ledger of a city, for whoever reads it."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from cases.access.rules import OutOfSight, read_reference
from cases.access.selectors import acts_of
from cases.access.selectors import who_can_see as sights_of
from cases.access.services import open_list
from cases.audit.selectors import ledger_for, who_looked
from cases.audit.services import open_case_ledger
from cases.casefiles.models import Casefile
from cases.casefiles.selectors import case_for
from cases.web.access.entries import told
from cases.web.access.forms import DayForm, LedgerForm
from cases.web.pages import case_page, moment_in_the_address, whence
from cities.roles.permissions import Permission
from cities.roles.rules import Compartment
from cities.web.pages import page
from cities.web.requests import SignedIn, signed_in

A_PAGE = 50


@require_safe
@signed_in
def who_can_see(request: SignedIn, reference: str) -> HttpResponse:
    """For whoever may know of the case; and for whoever reads the ledger of its city, without anything else of it."""
    reviews = Permission.LEDGER_READ in acts_of(request.user, at=request.at)
    try:
        case = case_for(request.user, reference, at=request.at)
    except OutOfSight:
        if not reviews:
            raise
        case = open_case_ledger(by=request.user, at=request.at, reference=reference, purpose=whence(request))
        shown = _shown(request, case)
        return page(request, "cases/access/who_could_see.html", {"case": case, **shown}, form=shown["form"])
    return case_page(
        request, case, "cases/access/who_can_see.html", permission=Permission.ACCESS_READ, **_shown(request, case)
    )


def _shown(request: SignedIn, case: Casefile) -> dict[str, Any]:
    form = DayForm(request.GET)
    day = form.cleaned_data["on"] if form.is_valid() else None
    on = request.at
    if day is not None and day < timezone.localdate(request.at):
        on = timezone.make_aware(datetime.combine(day, time(12)))
    looked = who_looked(
        case, request.user, at=request.at, before=moment_in_the_address(request, "before"), limit=A_PAGE + 1
    )
    return {
        "form": form,
        "on": on,
        "is_past": on != request.at,
        "sights": sights_of(case, at=on),
        "looked": told(looked[:A_PAGE]),
        "next": looked[A_PAGE - 1].at.isoformat() if len(looked) > A_PAGE else None,
    }


@require_safe
@signed_in
def city_ledger(request: SignedIn) -> HttpResponse:
    """What happened with the records of one's cities, the newest first."""
    form = LedgerForm(request.GET)
    entries = ledger_for(request.user, at=request.at)
    if form.is_valid():
        asked = form.cleaned_data
        if asked["case"]:
            entries = entries.filter(case_reference=read_reference(asked["case"]) or asked["case"])
        if asked["operation"]:
            entries = entries.filter(operation=asked["operation"])
        if asked["on"]:
            entries = entries.filter(at__date=asked["on"])
        for word in asked["who"].split():
            entries = entries.filter(Q(actor__first_name__icontains=word) | Q(actor__last_name__icontains=word))
    else:
        entries = entries.none()
    if moment := moment_in_the_address(request, "before"):
        entries = entries.filter(at__lt=moment)
    found = list(entries[: A_PAGE + 1])
    open_list(
        by=request.user, at=request.at, permission=Permission.LEDGER_READ, compartment=Compartment.CORE,
        kind="ledgerentry", ids=[],
    )  # fmt: skip
    context = {
        "entries": told(found[:A_PAGE]),
        "next": found[A_PAGE - 1].at.isoformat() if len(found) > A_PAGE else None,
    }
    return page(request, "cases/access/ledger.html", context, form=form)
