"""Grants and postings to be confirmed: a queue, ticked and confirmed many at once, by colleague or by case."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from cases.access.rules import read_reference
from cases.access.services import require
from cases.recertification.selectors import grants_to_confirm
from cases.recertification.services import confirm_grants, end_unneeded
from cases.web.pages import FORM, attempt, listed, number_in_the_address
from cities.places.rules import day_of
from cities.roles.permissions import Permission
from cities.staff.selectors import postings_to_confirm
from cities.staff.services import confirm_postings
from cities.web.pages import page
from cities.web.requests import SignedIn, signed_in

A_PAGE = 50


class TickedForm(forms.Form):
    """The rows that were ticked, by number."""

    rows = forms.TypedMultipleChoiceField(
        coerce=int, error_messages={"required": gettext_lazy("Tick the ones you mean.")}, label=gettext_lazy("Which")
    )

    def __init__(self, *args: Any, numbers: Sequence[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["rows"]
        field.choices = [(number, number) for number in numbers]


@require_http_methods(FORM)
@signed_in
def queue(request: SignedIn) -> HttpResponse:
    """The first due first, a page at a time; `?of=` a colleague, or `?case=`, is what one can confirm as a whole."""
    require(request.user, Permission.GRANT_CONFIRM, at=request.at)
    holder, reference = number_in_the_address(request, "of"), read_reference(request.GET.get("case", ""))
    found = grants_to_confirm(request.user, at=request.at, holder=holder, reference=reference or "")
    rows = list(found[: A_PAGE + 1])
    shown = rows[:A_PAGE]
    form, act = _sent(request, [row.pk for row in shown])
    if form.is_bound and form.is_valid():
        done = attempt(form, lambda: (act(by=request.user, at=request.at, grants=form.cleaned_data["rows"]),))
        if done is not None:
            messages.success(request, _said(act, done[0]))
            return redirect(request.get_full_path())
    listed(
        request, shown, shows="reference user agency ground compartment starts_at confirm_by casefile.lead_caseworker",
        permission=Permission.GRANT_CONFIRM,
    )  # fmt: skip
    context = {
        "rows": shown, "today": day_of(request.at), "more": len(rows) > A_PAGE, "case": reference or "",
        "whole": bool(shown) and (holder is not None or bool(reference)), "ticked": request.POST.getlist("rows"),
        "holder": shown[0].user if shown and holder is not None else None,
    }  # fmt: skip
    return page(request, "cases/recertification/grants.html", context, form=form)


def _sent(request: SignedIn, shown: Sequence[int]) -> tuple[TickedForm, Callable[..., int]]:
    """What was ticked, or all that stood on the page; and what is to be done with it."""
    act = end_unneeded if request.POST.get("act") == "end" else confirm_grants
    if request.method != "POST":
        return TickedForm(numbers=shown), act
    sent = request.POST.getlist("all" if request.POST.get("act") == "confirm_all" else "rows")
    numbers = [int(number) for number in sent if number.isascii() and number.isdecimal() and len(number) < 19]
    return TickedForm({"rows": numbers}, numbers=numbers), act


def _said(act: Callable[..., int], number: int) -> str:
    if act is end_unneeded:
        words = ngettext("%(number)s grant ended.", "%(number)s grants ended.", number)
    else:
        words = ngettext("%(number)s grant confirmed.", "%(number)s grants confirmed.", number)
    return words % {"number": number}


@require_http_methods(FORM)
@signed_in
def postings(request: SignedIn) -> HttpResponse:
    """Who covers a whole city, for whoever looks after the looking there. Ending one is the administrator's act."""
    require(request.user, Permission.POSTING_CONFIRM, at=request.at)
    rows = list(postings_to_confirm(request.user, at=request.at)[:A_PAGE])
    form, _act = _sent(request, [row.pk for row in rows])
    if form.is_bound and form.is_valid():
        numbers = form.cleaned_data["rows"]
        done = attempt(form, lambda: (confirm_postings(by=request.user, at=request.at, postings=numbers),))
        if done is not None:
            words = ngettext("%(number)s posting confirmed.", "%(number)s postings confirmed.", done[0])
            messages.success(request, words % {"number": done[0]})
            return redirect("cases:confirm_postings")
    context = {"rows": rows, "today": day_of(request.at), "ticked": request.POST.getlist("rows")}
    return page(request, "cases/recertification/postings.html", context, form=form)
