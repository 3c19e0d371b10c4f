"""The coordinator's board: what in her city waits for somebody, the longest waiting first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from cases.access.selectors import acts_of, may
from cases.access.services import require
from cases.casefiles.selectors import caseload, next_steps_due, reviews_due, unassigned
from cases.checkins.models import CheckIn, MissedStep
from cases.checkins.rules import working_days_late
from cases.checkins.selectors import (
    for_the_conference,
    held_by_nobody,
    otherwise_late,
    set_aside,
    with_the_coordinator,
)
from cases.emergencies.selectors import awaiting_review
from cases.outbox.selectors import dead_in_city
from cases.prosecution.selectors import referrals_for
from cases.recertification.selectors import grants_to_confirm, without_sight
from cases.web.checkins.missed import Shown, shown
from cases.web.pages import WHO, listed
from cases.web.prosecution.pages import stages_of
from cities.places.rules import day_of
from cities.roles.permissions import Permission
from cities.web.pages import page
from cities.web.requests import SignedIn, signed_in

#: So many rows a block; the rest is on the block's own page.
MOST = 5
MOST_OF_ONE = 100

#: From so many working days on, what is late stands under these words.
AGES = (
    (11, gettext_lazy("more than ten working days late")),
    (6, gettext_lazy("six to ten working days late")),
    (3, gettext_lazy("three to five working days late")),
    (1, gettext_lazy("one or two working days late")),
)


@dataclass(frozen=True)
class Block:
    """One thing the board keeps an eye on. `empty` says what would be here; `shows` names what a line of it says."""

    name: str
    title: Any
    rows: Callable[..., QuerySet[Any]]
    template: str
    empty: Any
    shows: str
    needs: Permission | None = None


MISSED = (
    "step since deadline_on acknowledged_at acknowledged_by missedcontact.cause missedcontact.in_a_row "
    f"missedcontact.answer checkin.kind checkin.due_on checkin.caseworker {WHO}"
)
OPENING = "reference user opened_at review_by emergencyreview.outcome emergencyreview.reviewed_at"

BLOCKS = (
    Block(
        "emergencies", gettext_lazy("Emergency openings to review"), awaiting_review, "cases/board/_emergencies.html",
        gettext_lazy("Every emergency opening was reviewed."), OPENING, Permission.EMERGENCY_REVIEW,
    ),
    Block(
        "coordinator", gettext_lazy("With the coordinator"), with_the_coordinator, "cases/board/_missed.html",
        gettext_lazy("Nothing waits for you. A missed contact that its caseworker does not see to in time comes here."),
        MISSED,
    ),
    Block(
        "conference", gettext_lazy("On the agenda of the next conference"), for_the_conference,
        "cases/board/_missed.html",
        gettext_lazy("Nothing is on the agenda. What nobody answers comes here, and what is missed time and again."),
        MISSED,
    ),
    Block(
        "unheld", gettext_lazy("Contacts nobody holds"), held_by_nobody, "cases/board/_unheld.html",
        gettext_lazy("Every contact of the next two weeks has somebody who will hold it."),
        f"kind due_on due_time caseworker late_from {WHO}",
    ),
    Block(
        "late", gettext_lazy("Other overdue check-ins"), otherwise_late, "cases/board/_late.html",
        gettext_lazy("No other check-in is late."), f"kind due_on late_from caseworker {WHO}",
    ),
    Block(
        "unassigned", gettext_lazy("Nobody leads"), unassigned, "cases/board/_unassigned.html",
        gettext_lazy("Every open case has a lead caseworker."),
        f"stage opened_on next_step next_step_on owner {WHO}",
    ),
    Block(
        "steps", gettext_lazy("Next steps due"), next_steps_due, "cases/board/_steps.html",
        gettext_lazy("No next step is due today or overdue."), f"next_step next_step_on owner {WHO}",
    ),
    Block(
        "handed_over", gettext_lazy("Held by somebody who no longer sees it"), without_sight,
        "cases/board/_handed_over.html",
        gettext_lazy("Everybody who leads a case, or owns its next step, still sees it."),
        f"user ended_because ends_at casefile.owner casefile.lead_caseworker {WHO}",
    ),
    Block(
        "confirm", gettext_lazy("Grants to confirm"), grants_to_confirm, "cases/board/_confirm.html",
        gettext_lazy("Nothing is to be confirmed. Each quarter you say who still has to see which case."),
        "reference user agency ground confirm_by", Permission.GRANT_CONFIRM,
    ),
    Block(
        "reviews", gettext_lazy("Reviews due"), reviews_due, "cases/board/_reviews.html",
        gettext_lazy("No review is due. Whether a file is still needed is asked every six months."),
        f"review_on lead_caseworker {WHO}",
    ),
    Block(
        "messages", gettext_lazy("Messages that could not be sent"), dead_in_city, "cases/board/_messages.html",
        gettext_lazy("Every message was sent, or is being tried again."),
        "kind about_on reference recipient channel attempts last_error",
    ),
    Block(
        "rhythms", gettext_lazy("Rhythms set aside"), set_aside, "cases/board/_rhythms.html",
        gettext_lazy("The clock could make the check-ins of every rhythm."),
        "kind caseworker set_aside_at set_aside_error casefile.reference",
    ),
)  # fmt: skip


@require_safe
@signed_in
def board(request: SignedIn) -> HttpResponse:
    """All blocks, a few rows each; `?show=late` is one of them whole."""
    require(request.user, Permission.BOARD_READ, at=request.at)
    may_do = acts_of(request.user, at=request.at)
    blocks = [block for block in BLOCKS if block.needs is None or block.needs in may_do]
    wanted = [block for block in blocks if block.name == request.GET.get("show")]
    acts = {act.name for act in may_do}
    context: dict[str, Any] = {
        "blocks": [_filled(request, block, most=MOST_OF_ONE if wanted else MOST) for block in wanted or blocks],
        "one": bool(wanted),
        "acts": acts,
        "today": day_of(request.at),
        "now": request.at,
        "caseload": caseload(request.user, at=request.at),
    }
    if "REFERRAL_READ" in acts:
        context["stages"] = stages_of(referrals_for(request.user, at=request.at))
    return page(request, "cases/board/board.html", context)


def _filled(request: SignedIn, block: Block, *, most: int) -> dict[str, Any]:
    """A block with its rows; what is shown of them is in the ledger."""
    found = block.rows(request.user, at=request.at)
    rows: list[Any] = list(found[: most + 1])
    number = len(rows) if len(rows) <= most else found.count()
    rows = rows[:most]
    if rows:
        listed(request, rows, shows=block.shows, permission=Permission.BOARD_READ)
    shape = SHAPES.get(block.template)
    told: Sequence[Any] = shape(request, rows) if shape else rows
    return {"block": block, "rows": told, "number": number, "more": number - len(rows)}


@dataclass(frozen=True)
class Late:
    """A late check-in, with how late it is in words, and the words it stands under."""

    checkin: CheckIn
    words: str
    age: Any


def _lates(request: SignedIn, rows: Sequence[CheckIn]) -> list[Late]:
    return [_late(row, day_of(request.at)) for row in rows]


def _late(checkin: CheckIn, today: date) -> Late:
    days = working_days_late(checkin.late_from, today)
    words = ngettext("%(days)s working day late", "%(days)s working days late", days) % {"days": days}
    return Late(checkin, words, next((age for least, age in AGES if days >= least), AGES[-1][1]))


def _missed(request: SignedIn, rows: Sequence[MissedStep]) -> list[Shown]:
    """Whoever reads the board covers the city; she sees to it when her role has the act there."""
    act, today = Permission.CHECKIN_ACKNOWLEDGE, day_of(request.at)
    hers = {city: may(request.user, act, city_id=city, at=request.at) for city in {row.city_id for row in rows}}
    return [shown(row.missed, row, today, sees_to=hers[row.city_id]) for row in rows]


#: template -> how a row of it is shown, when it isn't the row itself.
SHAPES: dict[str, Callable[[SignedIn, Any], Sequence[Any]]] = {
    "cases/board/_late.html": _lates,
    "cases/board/_missed.html": _missed,
}
