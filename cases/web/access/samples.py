"""Openings drawn by chance, for whoever reads the ledger to look at, and what she found."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cases.access.rules import NotAllowed, OutOfSight
from cases.access.selectors import may
from cases.audit.selectors import sample_for, samples_for
from cases.audit.services import open_ledger, record_finding
from cases.web.access.entries import told
from cases.web.access.forms import FindingForm
from cases.web.pages import FORM, attempt, typed
from cities.roles.permissions import Permission
from cities.web.pages import page
from cities.web.requests import SignedIn, here, signed_in


@require_safe
@signed_in
def samples(request: SignedIn) -> HttpResponse:
    """What has no finding yet first."""
    found = samples_for(request.user, at=request.at)
    open_ledger(by=request.user, at=request.at, entries=[one.entry for one in found], purpose=here(request))
    lines = list(zip(found, told([one.entry for one in found]), strict=True))
    return page(request, "cases/access/samples.html", {"lines": lines})


@require_http_methods(FORM)
@signed_in
def sample(request: SignedIn, pk: int) -> HttpResponse:
    """One opening, with what was found of it so far; what is said anew takes back what was said before."""
    try:
        one = sample_for(request.user, pk, at=request.at)
    except OutOfSight:
        if may(request.user, Permission.LEDGER_READ, at=request.at):
            raise
        raise NotAllowed(Permission.LEDGER_READ.value) from None
    latest = one.latest
    first = {"outcome": latest.outcome, "note": latest.note} if latest else {}
    form = FindingForm(typed(request), initial=first, stands=latest.pk if latest else None)
    if request.method == "POST" and form.is_valid():
        act = partial(record_finding, sample=one.sample, by=request.user, at=request.at, **form.cleaned_data)
        if attempt(form, act) is not None:
            messages.success(request, _("Written down."))
            return redirect("cases:samples")
    open_ledger(by=request.user, at=request.at, entries=[one.entry], purpose=here(request))
    return page(request, "cases/access/sample.html", {"one": one, "entries": told([one.entry])}, form=form)
