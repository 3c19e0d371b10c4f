"""What the person agreed to be told before a contact, in his words; and the letters that go to him."""

from __future__ import annotations

from datetime import time, timedelta
from functools import partial

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.access.rules import OutOfSight
from cases.access.selectors import beside_in
from cases.access.services import require
from cases.casefiles.models import Casefile
from cases.casefiles.selectors import case_for
from cases.checkins.selectors import agreed_reminder_for, agreed_reminders_of, next_checkin
from cases.checkins.services import agree_reminder, withdraw_reminder
from cases.outbox.models import Message
from cases.outbox.rendering import When, to_person
from cases.outbox.rules import Channel
from cases.outbox.selectors import message_for
from cases.outbox.services import mark_posted
from cases.web.outbox.forms import AgreeForm
from cases.web.pages import FORM, act_page, attempt, case_page, typed
from cities.places.rules import day_of
from cities.roles.permissions import Permission
from cities.staff.models import User
from cities.web.requests import SignedIn, signed_in


@require_http_methods(FORM)
@signed_in
def reminders(request: SignedIn, reference: str) -> HttpResponse:
    """What is agreed, and the very words in each language, to be shown to the person before."""
    case = case_for(request.user, reference, at=request.at)
    here = reverse("cases:checkin_reminders", args=[case.reference])
    agreed = agreed_reminders_of(case, request.user, at=request.at)
    form = AgreeForm(typed(request), initial={"channel": "SMS", "language": "nl", "days_before": 1})
    return act_page(
        request, case, form, partial(agree_reminder, case=case), permission=Permission.CHECKIN_ARRANGE,
        template="cases/outbox/reminders.html", title=_("Reminders to the person"),
        submit=_("The person agreed to this"),
        cancel=reverse("cases:checkin_list", args=[case.reference]), said=_("Agreed: it holds from now on."),
        to=here, also=beside_in(agreed), agreed=agreed, texts=_texts(case, request),
    )  # fmt: skip


def _texts(case: Casefile, request: SignedIn) -> list[tuple[str, str, str]]:
    """Language, SMS and letter, with the day of the next contact or an example."""
    coming = next_checkin(case, request.user, at=request.at)
    days: list[When] = [(day_of(request.at) + timedelta(days=7), time(14, 30), False)]
    if coming:
        days = [(coming.due_on, coming.due_time, coming.within_week)]
    worker = coming.caseworker if coming else case.lead_caseworker
    callback = case.agency.phone or (worker.phone if worker else "")
    return [
        (name, *(to_person(how, days, language=code, callback=callback) for how in ("sms", "letter")))
        for code, name in User._meta.get_field("language").flatchoices
    ]


@require_POST
@signed_in
def withdraw(request: SignedIn, reference: str, pk: int) -> HttpResponse:
    case = case_for(request.user, reference, at=request.at)
    found = agreed_reminder_for(request.user, case, pk, at=request.at)
    require(request.user, Permission.CHECKIN_ARRANGE, case=case, at=request.at)
    form = forms.Form(request.POST)
    form.is_valid()
    if attempt(form, partial(withdraw_reminder, reminder=found, by=request.user, at=request.at)) is None:
        messages.error(request, " ".join(str(error) for error in form.non_field_errors()))
    else:
        messages.success(request, _("Withdrawn: nothing more is sent this way."))
    return redirect("cases:checkin_reminders", case.reference)


def _found(request: SignedIn, reference: str, pk: int) -> tuple[Casefile, Message]:
    case = case_for(request.user, reference, at=request.at)
    found = message_for(request.user, pk, at=request.at)
    if found.casefile_id != case.pk or found.channel != Channel.LETTER:
        raise OutOfSight
    return case, found


@require_safe
@signed_in
def letter(request: SignedIn, reference: str, pk: int) -> HttpResponse:
    """The letter as it is printed: nothing else of the page goes on the paper."""
    case, found = _found(request, reference, pk)
    days = [(found.about_on, found.about_time, found.within_week)]
    text = to_person("letter", days, language=found.language, callback=found.callback)
    return case_page(
        request, case, "cases/outbox/letter.html", permission=Permission.CHECKIN_READ, record=found, message=found,
        text=text,
    )  # fmt: skip


@require_POST
@signed_in
def posted(request: SignedIn, reference: str, pk: int) -> HttpResponse:
    case, found = _found(request, reference, pk)
    require(request.user, Permission.CHECKIN_RECORD, case=case, at=request.at)
    form = forms.Form(request.POST)
    form.is_valid()
    if attempt(form, partial(mark_posted, message=found, by=request.user, at=request.at)) is None:
        messages.error(request, " ".join(str(error) for error in form.non_field_errors()))
    else:
        messages.success(request, _("The letter is marked as posted."))
    return redirect("cases:my_day")
