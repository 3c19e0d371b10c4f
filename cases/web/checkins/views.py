"""The check-ins of a case, and one of them."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from cases.access.selectors import beside_in
from cases.casefiles.selectors import case_for
from cases.checkins.rules import ONE_DAY, CheckInState, RhythmState, in_words_to_the_end
from cases.checkins.selectors import (
    avoided_days_of,
    chains,
    checkin_for,
    checkins_for,
    missed_of,
    notes_of,
    rhythms_of,
)
from cases.outbox.selectors import told_about
from cases.web.checkins.missed import ladder
from cases.web.checkins.words import Story, lateness, may_be_held
from cases.web.pages import case_page, number_in_the_address
from cities.roles.permissions import Permission
from cities.web.requests import SignedIn, signed_in

A_PAGE = 15


@require_safe
@signed_in
def checkin_list(request: SignedIn, reference: str) -> HttpResponse:
    """The rhythms, what is to come, and what was; the past a page at a time."""
    case = case_for(request.user, reference, at=request.at)
    today = timezone.localdate(request.at)
    every = checkins_for(request.user, at=request.at).filter(casefile=case)
    to_come = [
        (checkin, lateness(checkin, today))
        for checkin in every.filter(state=CheckInState.PLANNED).order_by("due_on", "due_time", "pk")[:20]
    ]
    past = every.exclude(state=CheckInState.PLANNED)
    page = number_in_the_address(request, "page") or 1
    start = (min(page, 1000) - 1) * A_PAGE
    shown = list(past[start : start + A_PAGE + 1])
    rhythms = list(rhythms_of(case, request.user, at=request.at))
    ended = [(row, in_words_to_the_end(row)) for row in rhythms if row.state == RhythmState.ENDED]
    avoided = [(row, row.ends_on - ONE_DAY) for row in avoided_days_of(case, request.user, at=request.at)]
    return case_page(
        request, case, "cases/checkins/list.html", permission=Permission.CHECKIN_READ, ended=ended,
        also=beside_in((row for row, _late in to_come), shown, rhythms, (row for row, _until in avoided)),
        chains=[Story(chain, today) for chain in chains(rhythms, on=today)],
        avoided=avoided,
        to_come=to_come, past=shown[:A_PAGE], next=page + 1 if len(shown) > A_PAGE else None,
    )  # fmt: skip


@require_safe
@signed_in
def checkin(request: SignedIn, reference: str, pk: int) -> HttpResponse:
    case = case_for(request.user, reference, at=request.at)
    found = checkin_for(request.user, case, pk, at=request.at)
    notes, missed = notes_of(found, request.user, at=request.at), missed_of(found, request.user, at=request.at)
    told = told_about(found.pk, request.user, at=request.at)
    return case_page(
        request, case, "cases/checkins/checkin.html", permission=Permission.CHECKIN_READ, record=found, checkin=found,
        also=beside_in(notes, [missed] if missed else [], missed.steps.all() if missed else [], told),
        late=lateness(found, timezone.localdate(request.at)), may_be_held=may_be_held(found, request.at),
        notes=notes,
        replaced_by=checkins_for(request.user, at=request.at).filter(replaces=found).first(),
        ladder=ladder(request, missed),
        told=told,
    )  # fmt: skip
