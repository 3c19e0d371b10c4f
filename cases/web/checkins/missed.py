"""A missed contact: on which step of the ladder it is, who sees to it, and what is answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from cases.access.rules import OutOfSight
from cases.access.selectors import may
from cases.access.services import open_file, require
from cases.casefiles.models import Casefile
from cases.casefiles.selectors import case_for
from cases.checkins.models import MissedContact, MissedStep
from cases.checkins.rules import CheckInState, MissAnswer, MissCause, Outcome
from cases.checkins.selectors import is_with, missed_for
from cases.checkins.services import acknowledge_miss, answer_miss, reopen_miss
from cases.web.checkins.forms import AnswerForm
from cases.web.checkins.words import lateness
from cases.web.pages import FORM, WHO, act_page, attempt, listed, typed
from cases.web.shapes import Versioned
from cases.web.whence import reason_or_question
from cities.places.rules import day_of, working_days_between
from cities.roles.permissions import Permission
from cities.roles.rules import Compartment
from cities.web.pages import page
from cities.web.requests import SignedIn, signed_in

#: What the row of a missed contact says.
ROW = (
    "cause in_a_row answer answered_at answered_by missedstep.step missedstep.since missedstep.deadline_on "
    f"missedstep.acknowledged_at missedstep.acknowledged_by checkin.kind checkin.due_on checkin.caseworker {WHO}"
)


@dataclass(frozen=True)
class Shown:
    """A missed contact as a row or a section shows it. `step` is the one it is on, or was answered on."""

    missed: MissedContact
    step: MissedStep
    why: str
    since: str
    may_acknowledge: bool
    may_answer: bool
    may_reopen: bool


def shown(missed: MissedContact, step: MissedStep, today: date, *, sees_to: bool) -> Shown:
    """In words: why it counts as missed, and for how long it has been on its step."""
    is_open, checkin = missed.answered_at is None, missed.checkin
    back = missed.answer in (MissAnswer.EXPLAINED, MissAnswer.CLOSED)
    still = checkin.state == CheckInState.PLANNED or checkin.outcome == Outcome.MISSED
    return Shown(
        missed, step, in_words(missed), since_in_words(step, today),
        may_acknowledge=sees_to and is_open and step.acknowledged_at is None,
        may_answer=sees_to and is_open,
        may_reopen=sees_to and back and still,
    )  # fmt: skip


def in_words(missed: MissedContact) -> str:
    """ "The person was not met, the third time in a row" """
    if missed.cause == MissCause.MISSED and missed.in_a_row > 1:
        return _("%(cause)s, %(number)s times in a row") % {
            "cause": missed.get_cause_display(), "number": missed.in_a_row,
        }  # fmt: skip
    return missed.get_cause_display()


def since_in_words(step: MissedStep, today: date) -> str:
    """ "For three working days": how long it has been on its step; nothing on the first day."""
    days = working_days_between(day_of(step.since), today) - 1
    if days < 1:
        return _("since today")
    return ngettext("for %(days)s working day", "for %(days)s working days", days) % {"days": days}


def ladder(request: SignedIn, missed: MissedContact | None) -> dict[str, Any] | None:
    """The whole ladder of one missed contact, for the page of its check-in."""
    if missed is None:
        return None
    steps = list(missed.steps.all())
    last = steps[-1]
    sees_to = may(request.user, Permission.MISSED_ANSWER, city_id=missed.city_id, at=request.at) and (
        is_with(last, request.user, at=request.at) or missed.answered_by_id == request.user.pk
    )
    return {"steps": steps, "shown": shown(missed, last, day_of(request.at), sees_to=sees_to)}


def _found(request: SignedIn, reference: str, pk: int) -> tuple[Casefile, MissedContact]:
    case = case_for(request.user, reference, at=request.at)
    missed = missed_for(request.user, at=request.at).filter(casefile=case, pk=pk).first()
    if missed is None:
        raise OutOfSight
    return case, missed


def _back(request: SignedIn, missed: MissedContact) -> str:
    """Where one came from: the board, my day, or the page of the check-in."""
    came_from = request.GET.get("from", "")
    if came_from in ("board", "my_day"):
        return reverse(f"cases:{came_from}")
    return reverse("cases:checkin", args=[missed.casefile.reference, missed.checkin_id])


def _row(request: SignedIn, case: Casefile, missed: MissedContact) -> HttpResponse:
    """The row as it stands now, in place of the one on the board."""
    now = missed_for(request.user, at=request.at).get(pk=missed.pk)
    listed(request, [now], shows=ROW, permission=Permission.MISSED_READ)
    told = ladder(request, now)
    return page(
        request, "cases/board/_missed_again.html", {**(told or {}), "focus": True, "swapped": True, "case": case}
    )  # fmt: skip


@require_POST
@signed_in
def acknowledge(request: SignedIn, reference: str, pk: int) -> HttpResponse:
    """ "I see to it." From the board the row comes back, changed."""
    return _at_a_button(request, reference, pk, acknowledge_miss, _("You see to it: %(reference)s."))


@require_POST
@signed_in
def reopen(request: SignedIn, reference: str, pk: int) -> HttpResponse:
    """The answer is taken back."""
    return _at_a_button(request, reference, pk, reopen_miss, _("Open again: %(reference)s."))


def _at_a_button(
    request: SignedIn, reference: str, pk: int, service: Callable[..., MissedContact], said: str
) -> HttpResponse:
    case, missed = _found(request, reference, pk)
    require(request.user, Permission.MISSED_ANSWER, case=case, at=request.at)
    form = Versioned(request.POST, of=missed)
    act = partial(service, missed=missed, by=request.user, at=request.at)
    done = attempt(form, lambda: act(**form.cleaned_data)) if form.is_valid() else None
    if done is None:
        messages.error(request, " ".join(str(error) for found in form.errors.values() for error in found))
    else:
        messages.success(request, said % {"reference": case.reference})
    if request.htmx:
        return _row(request, case, missed)
    return redirect(_back(request, missed))


@require_http_methods(FORM)
@signed_in
def answer(request: SignedIn, reference: str, pk: int) -> HttpResponse:
    """Arranged anew, explained or closed. On the board the form stands in place of the row, and then the row again."""
    case, missed = _found(request, reference, pk)
    form = AnswerForm(typed(request), of=missed, initial={"next_time": missed.checkin.due_time})
    said = _("Answered: it goes no further.")
    act = partial(answer_miss, missed=missed)
    if not request.htmx:
        checkin = missed.checkin
        return act_page(
            request, case, form, act, permission=Permission.MISSED_ANSWER, record=missed, checkin=checkin,
            late=lateness(checkin, day_of(request.at)), ladder=ladder(request, missed), said=said,
            template="cases/checkins/answer.html", title=_("Answer a missed contact"), cancel=_back(request, missed),
            to=_back(request, missed),
        )  # fmt: skip
    require(request.user, Permission.MISSED_ANSWER, case=case, at=request.at)
    if request.method == "POST" and form.is_valid():
        who = {"by": request.user, "at": request.at}
        done = attempt(form, lambda: act(**who, **form.cleaned_data))  # type: ignore[arg-type]  # made so by the form
        if done is not None:
            messages.success(request, said)
            return _row(request, case, missed)
    why = reason_or_question(request, case, compartment=Compartment.CORE)
    if isinstance(why, HttpResponse):
        return why
    open_file(
        by=request.user, at=request.at, case=case, permission=Permission.MISSED_READ, compartment=Compartment.CORE,
        record=missed, fields=ROW.split(), purpose=why.purpose, justification=why.words,
    )  # fmt: skip
    told = ladder(request, missed) or {}
    return page(request, "cases/board/_missed_answer.html", {**told, "case": case}, form=form)
