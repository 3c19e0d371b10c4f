"""What is done with one contact: arranged, recorded, corrected, moved, called off."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cases.access.selectors import beside_in
from cases.casefiles.models import Casefile
from cases.casefiles.selectors import case_for
from cases.checkins.models import CheckIn
from cases.checkins.selectors import checkin_for, clashes, earlier_misses, following, notes_of, off_because
from cases.checkins.services import (
    arrange_checkin,
    cancel_checkin,
    change_checkin,
    correct_checkin,
    record_checkin,
    reinstate_checkin,
    reschedule_checkin,
)
from cases.plans.selectors import plan_in_force
from cases.web.checkins.forms import CancelForm, CorrectForm, RecordForm, RescheduleForm
from cases.web.checkins.shapes import ArrangeCheckInForm, ChangeCheckInForm
from cases.web.checkins.words import in_the_way, lateness
from cases.web.colleagues import who_can_hold
from cases.web.pages import FORM, act_page, case_page, typed
from cases.web.shapes import Versioned
from cities.roles.permissions import Permission
from cities.web.requests import SignedIn, signed_in


def _found(request: SignedIn, reference: str, pk: int) -> tuple[Casefile, CheckIn, str]:
    """The case, the check-in, and the address of its page."""
    case = case_for(request.user, reference, at=request.at)
    checkin = checkin_for(request.user, case, pk, at=request.at)
    return case, checkin, reverse("cases:checkin", args=[case.reference, checkin.pk])


def _about(checkin: CheckIn, request: SignedIn) -> dict[str, Any]:
    """What every page about one check-in shows."""
    return {"record": checkin, "checkin": checkin, "late": lateness(checkin, timezone.localdate(request.at))}


@require_http_methods(FORM)
@signed_in
def arrange(request: SignedIn, reference: str) -> HttpResponse:
    case = case_for(request.user, reference, at=request.at)
    plan = plan_in_force(case, request.user, at=request.at)
    if plan is None:
        return case_page(
            request, case, "cases/checkins/no_plan.html", permission=Permission.CHECKIN_ARRANGE,
            title=_("Arrange a check-in"),
        )  # fmt: skip
    form = ArrangeCheckInForm(typed(request), initial={"caseworker": request.user}, rows=_colleagues(request, case))
    back = reverse("cases:checkin_list", args=[case.reference])
    return act_page(
        request, case, form, partial(arrange_checkin, case=case, plan=plan), permission=Permission.CHECKIN_ARRANGE,
        template="cases/checkins/arrange.html", title=_("Arrange a check-in"), cancel=back,
        said=_("The check-in is arranged."), to=partial(_there, request),
    )  # fmt: skip


def _warn(request: SignedIn, checkin: CheckIn) -> None:
    """What stands in its way, said once it is there: whoever arranges it decides."""
    if because := off_because(checkin, at=request.at):
        told = {"day": formats.date_format(checkin.due_on, "l j F"), "why": because.label}
        messages.warning(request, _("%(day)s is a day off: %(why)s.") % told)
    there = {user.pk: user for user in (checkin.caseworker, checkin.second) if user is not None}
    busy = clashes(
        [(user, checkin.due_on) for user in there], request.user, at=request.at, hour=checkin.due_time,
        minutes=checkin.duration, but=checkin,
    )  # fmt: skip
    if clash := busy.get(checkin.due_on):
        told = {"who": str(there[clash.holder]), "clash": in_the_way(clash)}
        messages.warning(request, _("For %(who)s this %(clash)s.") % told)


def _there(request: SignedIn, checkin: CheckIn) -> str:
    """On to the contact as it stands now, with what there is to say of its day."""
    _warn(request, checkin)
    return reverse("cases:checkin", args=[checkin.casefile.reference, checkin.pk])


def _colleagues(request: SignedIn, case: Casefile) -> dict[str, Any]:
    on_it = who_can_hold(case, at=request.at)
    return {"caseworker": on_it, "second": on_it}


@require_http_methods(FORM)
@signed_in
def change(request: SignedIn, reference: str, pk: int) -> HttpResponse:
    """ "This one": how it is held and by whom, not its day. A change of its rhythm leaves it as it is then."""
    case, checkin, back = _found(request, reference, pk)
    now = {name: getattr(checkin, name) for name in ChangeCheckInForm.base_fields}
    form = ChangeCheckInForm(typed(request), of=checkin, initial=now, rows=_colleagues(request, case))
    return act_page(
        request, case, form, partial(change_checkin, checkin=checkin),
        permission=Permission.CHECKIN_RESCHEDULE, template="cases/checkins/arrange.html", **_about(checkin, request),
        cancel=back, to=partial(_there, request), title=_("Change this check-in"), submit=_("Change this one"),
        said=_("This one is changed; the others of its rhythm go on as they are."),
    )  # fmt: skip


@require_http_methods(FORM)
@signed_in
def record(request: SignedIn, reference: str, pk: int) -> HttpResponse:
    """Outcome, reason, note, what was agreed, the next contact: one page; what was missed before stands beside it."""
    case, checkin, back = _found(request, reference, pk)
    misses = earlier_misses(case, request.user, at=request.at)
    return act_page(
        request, case, RecordForm(typed(request), of=checkin),
        partial(record_checkin, checkin=checkin), permission=Permission.CHECKIN_RECORD,
        template="cases/checkins/record.html", **_about(checkin, request), cancel=back, title=_("Record a check-in"),
        misses=misses, also=beside_in(misses),
        following=following(checkin, request.user, at=request.at),
        said=lambda done: _("Recorded: %(outcome)s.") % {"outcome": done.get_outcome_display()},
        to=reverse("cases:my_day") if request.GET.get("from") == "my_day" else back,
    )  # fmt: skip


@require_http_methods(FORM)
@signed_in
def correct(request: SignedIn, reference: str, pk: int) -> HttpResponse:
    case, checkin, back = _found(request, reference, pk)
    note = notes_of(checkin, request.user, at=request.at).first()
    now = {"outcome": checkin.outcome}
    if note is not None:
        now |= {name: getattr(note, name) for name in ("held_on", "reason", "note", "agreed", "concerns")}
    return act_page(
        request, case, CorrectForm(typed(request), of=checkin, initial=now),
        partial(correct_checkin, checkin=checkin), permission=Permission.CHECKIN_RECORD,
        **_about(checkin, request), also=beside_in([note] if note else []), cancel=back, to=back,
        template="cases/checkins/correct.html", title=_("Correct what was recorded"),
        said=_("Corrected. What was written before stays to be read."),
    )  # fmt: skip


@require_http_methods(FORM)
@signed_in
def reschedule(request: SignedIn, reference: str, pk: int) -> HttpResponse:
    case, checkin, back = _found(request, reference, pk)
    now = {"due_time": checkin.due_time}
    return act_page(
        request, case, RescheduleForm(typed(request), of=checkin, initial=now),
        partial(reschedule_checkin, checkin=checkin), permission=Permission.CHECKIN_RESCHEDULE,
        **_about(checkin, request), cancel=back,
        template="cases/checkins/act.html", title=_("Reschedule a check-in"), submit=_("Reschedule"),
        lead=_("The old entry stays; the new one takes its place."), said=_("The check-in has a new day."),
        to=partial(_there, request),
    )  # fmt: skip


@require_http_methods(FORM)
@signed_in
def cancel(request: SignedIn, reference: str, pk: int) -> HttpResponse:
    case, checkin, back = _found(request, reference, pk)
    return act_page(
        request, case, CancelForm(typed(request), of=checkin),
        partial(cancel_checkin, checkin=checkin), permission=Permission.CHECKIN_RESCHEDULE,
        **_about(checkin, request), cancel=back, to=back, template="cases/checkins/act.html",
        title=_("Cancel a check-in"), submit=_("Cancel the check-in"),
        lead=_("The entry stays, as cancelled. The other check-ins of its rhythm go on."),
        said=_("The check-in is cancelled."),
    )  # fmt: skip


@require_http_methods(FORM)
@signed_in
def reinstate(request: SignedIn, reference: str, pk: int) -> HttpResponse:
    case, checkin, back = _found(request, reference, pk)
    return act_page(
        request, case, Versioned(typed(request), of=checkin),
        partial(reinstate_checkin, checkin=checkin), permission=Permission.CHECKIN_RESCHEDULE,
        **_about(checkin, request), cancel=back, to=back, template="cases/checkins/act.html",
        title=_("Take back the cancellation"), submit=_("Plan it again"), said=_("The check-in is planned again."),
    )  # fmt: skip
