"""Who can see a case, on any day, and who opened it and why; the ledger of a city, for whoever reads it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from cases.access.rules import OutOfSight, read_reference
from cases.access.selectors import acts_of, seen_by, whole_day
from cases.access.selectors import who_can_see as sights_of
from cases.access.services import open_list
from cases.audit.selectors import cities_read, ledger_for, who_looked
from cases.audit.services import open_case_ledger, open_colleague_sights
from cases.casefiles.models import Casefile
from cases.casefiles.selectors import case_for
from cases.web.access.entries import told
from cases.web.access.forms import DayForm, LedgerForm
from cases.web.pages import case_page, moment_in_the_address, whence
from cities.places.rules import day_of
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
        return page(
            request, "cases/access/who_could_see.html", {"case": case, "reviews": True, **shown}, form=shown["form"]
        )
    return case_page(
        request, case, "cases/access/who_can_see.html", permission=Permission.ACCESS_READ, **_shown(request, case)
    )


def _shown(request: SignedIn, case: Casefile) -> dict[str, Any]:
    form = DayForm(request.GET)
    day = form.cleaned_data["on"] if form.is_valid() else None
    looked = who_looked(
        case, request.user, at=request.at, before=moment_in_the_address(request, "before"), limit=A_PAGE + 1
    )
    return {
        "form": form,
        **_when(day, request.at),
        "sights": sights_of(case, **_from_until(day, request.at)),
        "looked": told(looked[:A_PAGE]),
        "next": looked[A_PAGE - 1].at.isoformat() if len(looked) > A_PAGE else None,
    }


def _from_until(day: date | None, now: datetime) -> dict[str, datetime]:
    """Now; or the whole of a day gone by, or of today, of which what is past stays true."""
    if day is None or day > day_of(now):
        return {"at": now}
    first, last = whole_day(day)
    return {"at": first, "until": min(last, now)}


def _when(day: date | None, now: datetime) -> dict[str, Any]:
    is_past = day is not None and day <= day_of(now)
    return {"on": day if is_past else now, "is_past": is_past}


@require_safe
@signed_in
def colleague_sights(request: SignedIn, pk: int) -> HttpResponse:
    """The other way round, for whoever reads the ledger of a city: what somebody could see there on a day."""
    colleague = open_colleague_sights(by=request.user, at=request.at, user_id=pk)
    form = DayForm(request.GET)
    day = form.cleaned_data["on"] if form.is_valid() else None
    cities = cities_read(request.user, at=request.at)
    context = {
        "colleague": colleague,
        "of_somebody": True,
        **_when(day, request.at),
        "sights": seen_by(colleague, cities=cities, **_from_until(day, request.at)),
    }
    return page(request, "cases/access/colleague.html", context, form=form)


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
