"""Who is absent when, who stands in, and what becomes of the contacts of that time."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from cases.access.selectors import acts_of, those_who_may
from cases.access.services import require
from cases.checkins.selectors import contacts_within, day_past, standing_in_for
from cases.checkins.services import Told, hand_over_absence, rearrange_absence, take_back_absence
from cases.web.absences.forms import AbsenceForm, ChangeAbsenceForm, chosen_of
from cases.web.pages import FORM, WHO, attempt, listed, typed
from cases.web.shapes import Versioned
from cities.places.rules import day_of
from cities.roles.permissions import Permission
from cities.staff.models import Absence
from cities.staff.selectors import absence_for, absences_for, can_be_absent, could_stand_in_for, users
from cities.staff.services import record_absence
from cities.web.pages import page
from cities.web.requests import SignedIn, signed_in

#: What is said of each contact.
CONTACT = f"kind due_on due_time caseworker {WHO}"


@require_safe
@signed_in
def absence_list(request: SignedIn) -> HttpResponse:
    """Her own that are not over, and those of the colleagues whose absences she arranges."""
    require(request.user, Permission.ABSENCE_RECORD, at=request.at)
    rows = absences_for(request.user, at=request.at).filter(ends_on__gt=day_of(request.at))
    context = {
        "own": rows.filter(user=request.user),
        "others": rows.exclude(user=request.user),
        "arranges": Permission.ABSENCE_ARRANGE in acts_of(request.user, at=request.at),
        "hands_over": Permission.CHECKIN_RESCHEDULE in acts_of(request.user, at=request.at),
    }
    return page(request, "cases/absences/list.html", context)


def _deputies(request: SignedIn) -> Any:
    """Whoever could stand in for somebody whose absence she may record: which of them for whom, the rules say."""
    found = could_stand_in_for(request.user, at=request.at)
    if Permission.ABSENCE_ARRANGE in acts_of(request.user, at=request.at):
        found = found | users().filter(pk=request.user.pk)
    return found.distinct()


@require_http_methods(FORM)
@signed_in
def new(request: SignedIn) -> HttpResponse:
    """Recorded first; what becomes of the contacts is asked on the next page."""
    require(request.user, Permission.ABSENCE_RECORD, at=request.at)
    rows = {"user": can_be_absent(request.user, at=request.at), "deputy": _deputies(request)}
    form = AbsenceForm(typed(request), initial={"user": request.user}, rows=rows)
    if request.method == "POST" and form.is_valid():
        act = partial(record_absence, by=request.user, at=request.at)
        absence = attempt(form, lambda: act(**form.cleaned_data))
        if absence is not None:
            messages.success(request, _("The absence is recorded."))
            return redirect(_onward(request, absence))
    context = {"title": _("Record an absence"), "cancel": reverse("cases:absences")}
    return page(request, "cases/absences/form.html", context, form=form)


def _onward(request: SignedIn, absence: Absence) -> str:
    """To what becomes of the contacts, for those who hold any."""
    if Permission.CHECKIN_RESCHEDULE in acts_of(request.user, at=request.at):
        return reverse("cases:absence", args=[absence.pk])
    return reverse("cases:absences")


@require_http_methods(FORM)
@signed_in
def change(request: SignedIn, pk: int) -> HttpResponse:
    absence = absence_for(request.user, pk, at=request.at)
    require(request.user, Permission.ABSENCE_RECORD, at=request.at)
    now = {name: getattr(absence, name) for name in ("starts_on", "ends_on", "deputy")}
    form = ChangeAbsenceForm(
        typed(request), of=absence, initial=now, rows={"deputy": could_stand_in_for(absence.user, at=request.at)}
    )
    if request.method == "POST" and form.is_valid():
        act = partial(rearrange_absence, absence=absence, by=request.user, at=request.at)
        done = attempt(form, lambda: act(**form.cleaned_data))
        if done is not None:
            messages.success(request, _("The absence is changed."))
            return redirect(_onward(request, done))
    context = {"title": _("Change an absence"), "absence": absence, "cancel": reverse("cases:absences")}
    return page(request, "cases/absences/form.html", context, form=form)


@require_http_methods(FORM)
@signed_in
def withdraw(request: SignedIn, pk: int) -> HttpResponse:
    """Asked once: contacts come back, and the deputy sees those cases no longer."""
    absence = absence_for(request.user, pk, at=request.at)
    require(request.user, Permission.ABSENCE_RECORD, at=request.at)
    form = Versioned(typed(request), of=absence)
    if request.method == "POST" and form.is_valid():
        act = partial(take_back_absence, absence=absence, by=request.user, at=request.at)
        back = attempt(form, lambda: act(**form.cleaned_data))
        if back is not None:
            said = ngettext(
                "The absence is withdrawn; %(number)s contact came back.",
                "The absence is withdrawn; %(number)s contacts came back.", len(back),
            )  # fmt: skip
            messages.success(request, said % {"number": len(back)})
            return redirect("cases:absences")
    context = {
        "title": _("Withdraw an absence"), "absence": absence, "cancel": reverse("cases:absences"),
        "lead": _("Contacts that a deputy still holds come back, and she no longer sees those cases by it."),
        "submit": _("Withdraw the absence"),
    }  # fmt: skip
    return page(request, "cases/absences/form.html", context, form=form)


@require_http_methods(FORM)
@signed_in
def hand_over(request: SignedIn, pk: int) -> HttpResponse:
    """Every contact of that time with a choice; confirmed at once, and then what became of each."""
    absence = absence_for(request.user, pk, at=request.at)
    require(request.user, Permission.CHECKIN_RESCHEDULE, at=request.at)
    form = Versioned(typed(request), of=absence)
    told: list[Told] | None = None
    if request.method == "POST" and form.is_valid():
        act = partial(hand_over_absence, absence=absence, by=request.user, at=request.at)
        chosen = chosen_of(request.POST, what="what")
        told = attempt(form, lambda: act(chosen=chosen, **form.cleaned_data))
    if told:
        listed(request, [one.checkin for one in told], shows=CONTACT, permission=Permission.CHECKIN_READ)
    return page(request, "cases/absences/absence.html", {**_preview(request, absence), "told": told}, form=form)


def _preview(request: SignedIn, absence: Absence) -> dict[str, Any]:
    """What could become of each contact: with the deputy, on which other day, and what is the likeliest choice."""
    rows = list(contacts_within(absence, request.user, at=request.at))
    standing = list(standing_in_for(absence.user, request.user, at=request.at))
    if rows or standing:
        listed(request, [*rows, *standing], shows=CONTACT, permission=Permission.CHECKIN_READ)
    today, deputy = day_of(request.at), absence.deputy
    wanted = [(deputy.pk, row.casefile_id, row.city_id) for row in rows] if deputy else []
    seen = {case for _user, case in those_who_may(wanted, Permission.CHECKIN_RECORD, at=request.at)}
    contacts = [
        {
            "checkin": row,
            "sees": row.casefile_id in seen,
            "moves_to": day_past(row, absence, today=today),
            "usual": request.POST.get(f"what_{row.pk}", "DEPUTY" if deputy else "MOVE"),
        }
        for row in rows
    ]
    fits = [row.caseworker_id == absence.deputy_id and _within(absence, row.due_on) for row in standing]
    return {"absence": absence, "contacts": contacts, "standing": standing, "misfits": not all(fits)}


def _within(absence: Absence, day: date) -> bool:
    return absence.starts_on <= day < absence.ends_on
