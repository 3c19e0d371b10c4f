"""The messages that one got, read in the application; and trying again what could not be sent."""

from __future__ import annotations

import uuid
from functools import partial

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cases.access.services import require
from cases.outbox.rules import MessageKind
from cases.outbox.selectors import message_for, notices_of
from cases.outbox.services import mark_read, retry_message
from cases.web.outbox.forms import ReadForm
from cases.web.pages import attempt, listed
from cities.roles.permissions import Permission
from cities.web.pages import page
from cities.web.requests import SignedIn, signed_in

A_PAGE = 20


@require_safe
@signed_in
def messages_of_mine(request: SignedIn) -> HttpResponse:
    """The newest first, a page at a time; what left together stands together."""
    before = _number(request.GET.get("before", ""))
    found = notices_of(request.user, at=request.at, before=before, limit=A_PAGE + 1)
    shown = found[:A_PAGE]
    rows = [row for notice in shown for row in notice.rows]
    if rows:
        listed(request, rows, shows="kind reference about_on about_time within_week", permission=Permission.CITY_READ)
    context = {
        "notices": shown,
        "newest": shown[0].delivery if shown and any(not notice.is_read for notice in shown) else None,
        "next": shown[-1].delivery if len(found) > A_PAGE else None,
        "kinds": MessageKind,
    }
    return page(request, "cases/outbox/messages.html", context)


def _number(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


@require_POST
@signed_in
def read(request: SignedIn) -> HttpResponse:
    """One of them, or all up to the newest that was on the page."""
    form = ReadForm(request.POST)
    if form.is_valid() and any(form.cleaned_data.values()):
        mark_read(by=request.user, at=request.at, **form.cleaned_data)
    return redirect("cases:messages")


@require_POST
@signed_in
def retry(request: SignedIn, pk: int) -> HttpResponse:
    """From the board: a message that was given up is tried again."""
    found = message_for(request.user, pk, at=request.at)
    require(request.user, Permission.CHECKIN_ACKNOWLEDGE, case=found.casefile, at=request.at)
    form = forms.Form(request.POST)
    form.is_valid()
    if attempt(form, partial(retry_message, message=found, by=request.user, at=request.at)) is None:
        messages.error(request, " ".join(str(error) for error in form.non_field_errors()))
    else:
        messages.success(request, _("It is tried again: %(reference)s.") % {"reference": found.reference})
    return redirect("cases:board")
