"""How the pages of cases answer: found or not there, opened and written down, refused beside the field."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from cases.access.rules import Refused, Stale
from cases.access.selectors import acts_of, beside_in
from cases.access.services import open_file, open_list
from cases.casefiles.models import Casefile
from cases.emergencies.selectors import open_now
from cases.people.rules import age_on
from cases.prosecution.selectors import caution_on
from cases.web.compared import Compared
from cases.web.tabs import tabs
from cases.web.whence import reason_or_question
from cities.roles.permissions import Permission
from cities.roles.rules import Compartment
from cities.web.pages import page
from cities.web.requests import SignedIn, here

T = TypeVar("T")

#: What stands above every page of a case, by name.
ABOVE = (
    "person.official_name", "person.born_on", "person.birth_precision", "person.language",
    "person.interpreter_needed", "casefile.reference", "casefile.stage", "casefile.lead_caseworker",
)  # fmt: skip

#: What a line of a list says of whom it is about.
WHO = "person.official_name casefile.reference"

#: The methods of a page with a form.
FORM = ["GET", "HEAD", "POST"]


def attempt(form: forms.Form, act: Callable[[], T]) -> T | None:
    """One service, called for a valid form. What it refuses stands beside its field; nothing typed is lost.

    When somebody else changed the record meanwhile, the form says what differs and goes on from there, so that sending
    it once more is a decision.
    """
    try:
        return act()
    except Refused as refusal:
        error = ValidationError(refusal.message, code=refusal.code)
        form.add_error(refusal.field if refusal.field in form.fields else None, error)
        if isinstance(refusal, Stale) and isinstance(form, Compared):
            form.overtaken()
        return None


def case_page(
    request: SignedIn,
    case: Casefile,
    template: str,
    *,
    permission: Permission,
    compartment: Compartment = Compartment.CORE,
    record: Model | None = None,
    also: Iterable[str] = (),
    form: forms.Form | None = None,
    **shown: Any,
) -> HttpResponse:
    """A page of one case. The ledger has it, and why, before it is drawn, or it is not drawn.

    `also`: the names of what stands on the page beside the record, and beside what stands above every page of a case.
    """
    why = reason_or_question(request, case, compartment=compartment, permission=permission)
    if isinstance(why, HttpResponse):
        return why
    caution = caution_on(case, request.user, at=request.at)
    open_file(
        by=request.user,
        at=request.at,
        case=case,
        permission=permission,
        compartment=compartment,
        record=record or case,
        beside=[*ABOVE, *beside_in([caution] if caution else []), *also],
        purpose=why.purpose,
        justification=why.words,
    )
    acts = acts_of(request.user, at=request.at, city_id=case.city_id)
    everything = {
        "case": case,
        "person": case.person,
        "age": age_on(case.person.born_on, timezone.localdate(request.at)),
        "caution": caution,
        "acts": {act.name for act in acts},
        "tabs": tabs(request, case, acts),
        "emergency": open_now(request.user, case, at=request.at) if Permission.EMERGENCY_OPEN in acts else None,
        "today": timezone.localdate(request.at),
        "cancel": reverse("cases:case", args=[case.reference]),
        **shown,
    }
    return page(request, template, everything, form=form)


def act_page(
    request: SignedIn,
    case: Casefile,
    form: forms.Form,
    act: Callable[..., T],
    *,
    said: str | Callable[[T], str],
    to: str | Callable[[T], str] = "",
    template: str = "cases/form.html",
    **shown: Any,
) -> HttpResponse:
    """A page that is one form for one act on a case: the form again, or the act, a word about it, and on.

    `act` is a service that still lacks `by`, `at` and what the form has; `to` is where one goes afterwards.
    """
    if request.method == "POST" and form.is_valid():
        done = attempt(form, lambda: (act(by=request.user, at=request.at, **form.cleaned_data),))
        if done is not None:
            messages.success(request, said if isinstance(said, str) else said(done[0]))
            onward = to(done[0]) if callable(to) else to
            return redirect(onward or reverse("cases:case", args=[case.reference]))
    return case_page(request, case, template, form=form, **shown)


def typed(request: SignedIn) -> QueryDict | None:
    """What was sent, for a form; nothing when the page is only being opened."""
    return request.POST if request.method == "POST" else None


def number_in_the_address(request: SignedIn, name: str) -> int | None:
    """A row's number in the query of the address, or None when there is none that could be one."""
    value = request.GET.get(name, "")
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 19 else None


def entry_in_the_address(request: SignedIn, name: str) -> uuid.UUID | None:
    """An entry of the ledger in the query of the address, such as the last that was shown already."""
    try:
        return uuid.UUID(request.GET.get(name, ""))
    except ValueError:
        return None


def moment_in_the_address(request: SignedIn, name: str) -> datetime | None:
    """A moment in the query of the address, such as the one up to which the past was shown already."""
    try:
        moment = parse_datetime(request.GET.get(name, ""))
    except ValueError:
        return None
    return moment if moment is None or timezone.is_aware(moment) else timezone.make_aware(moment)


def listed(
    request: SignedIn,
    rows: Sequence[Model],
    *,
    shows: str,
    permission: Permission,
    compartment: Compartment = Compartment.CORE,
) -> None:
    """A list that is about to be shown: an entry in the ledger, with what stands on the page, and on which page.

    `shows`: the names of what its lines say, separated by spaces.
    """
    kind = rows[0]._meta.model_name or "" if rows else ""
    open_list(
        by=request.user, at=request.at, permission=permission, compartment=compartment, kind=kind,
        rows=rows, fields=shows.split(), purpose=here(request),
    )  # fmt: skip
