"""Who can see a case, on any day, and who opened it and why; the ledger of a city, for whoever reads it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from cases.access.models import CaseAccess
from cases.access.rules import OutOfSight
from cases.access.selectors import acts_of, beside, seen_by, whole_day
from cases.access.selectors import who_can_see as sights_of
from cases.audit.rules import LOOKED
from cases.audit.selectors import (
    a_page_of,
    asked_for,
    cities_with_ledgers_for,
    filed_case,
    known_faults,
    last_dispatches,
    last_verification,
    ledger_for,
    looks_of,
    standing_of_the_ledger,
    who_looked,
)
from cases.audit.services import open_case_ledger, open_colleague_sights, open_ledger, open_own_looks
from cases.casefiles.models import Casefile
from cases.casefiles.selectors import case_for
from cases.web.access.entries import told
from cases.web.access.forms import DayForm, LedgerForm
from cases.web.pages import case_page, entry_in_the_address, moment_in_the_address
from cases.web.whence import reason_or_question
from cities.places.rules import day_of
from cities.roles.permissions import Permission
from cities.roles.rules import Compartment
from cities.web.pages import page
from cities.web.requests import SignedIn, here, signed_in

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
        why = reason_or_question(
            request, filed_case(request.user, reference, at=request.at), compartment=Compartment.CORE
        )
        if isinstance(why, HttpResponse):
            return why
        case = open_case_ledger(
            by=request.user, at=request.at, reference=reference, purpose=why.purpose, justification=why.words
        )
        shown = _shown(request, case)
        return page(
            request, "cases/access/who_could_see.html", {"case": case, "reviews": True, **shown}, form=shown["form"]
        )
    return case_page(
        request,
        case,
        "cases/access/who_can_see.html",
        permission=Permission.ACCESS_READ,
        also=[*beside(CaseAccess), *LOOKED],
        **_shown(request, case),
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
        "sights": sights_of(case, request.user, now=request.at, **_from_until(day, request.at)),
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
    colleague = open_colleague_sights(by=request.user, at=request.at, user_id=pk, purpose=here(request))
    form = DayForm(request.GET)
    day = form.cleaned_data["on"] if form.is_valid() else None
    cities = [city.pk for city in cities_with_ledgers_for(request.user, at=request.at)]
    context = {
        "colleague": colleague,
        "of_somebody": True,
        **_when(day, request.at),
        "sights": seen_by(colleague, request.user, cities=cities, now=request.at, **_from_until(day, request.at)),
    }
    return page(request, "cases/access/colleague.html", context, form=form)


@require_safe
@signed_in
def city_ledger(request: SignedIn) -> HttpResponse:
    """What happened with the records of one's cities, the newest first; and how the ledger itself is looked after."""
    form = LedgerForm(request.GET, cities=cities_with_ledgers_for(request.user, at=request.at))
    wanted = form.asked() if form.is_valid() else None
    entries = ledger_for(request.user, at=request.at, city=form.of_city())
    entries = entries.none() if wanted is None else asked_for(entries, wanted)
    found, last = a_page_of(entries, before=entry_in_the_address(request, "before"), limit=A_PAGE)
    verified = last_verification()
    asked = [name for name, value in form.cleaned_data.items() if value] if wanted else []
    open_ledger(by=request.user, at=request.at, entries=found, asked=asked, purpose=here(request))
    context = {
        "entries": told(found), "next": last, "with_requests": True,
        "standing": standing_of_the_ledger(at=request.at), "dispatches": last_dispatches(limit=5),
        "verified": verified, "faults": known_faults() if verified and not verified.is_whole else [],
        "asked": asked,
    }  # fmt: skip
    return page(request, "cases/access/ledger.html", context, form=form)


@require_safe
@signed_in
def own_looks(request: SignedIn) -> HttpResponse:
    """What one opened oneself: what, when, and why."""
    found, last = a_page_of(
        looks_of(request.user), before=entry_in_the_address(request, "before"), limit=A_PAGE
    )  # fmt: skip
    open_own_looks(by=request.user, at=request.at, entries=found, purpose=here(request))
    return page(request, "cases/access/own_looks.html", {"entries": told(found), "next": last})
