"""The coordinator's board: what in her city waits for somebody, the longest waiting first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from cases.access.rules import OutOfSight
from cases.access.selectors import acts_of
from cases.access.services import require
from cases.casefiles.selectors import caseload, next_steps_due, reviews_due, unassigned
from cases.checkins.models import CheckIn
from cases.checkins.rules import working_days_late
from cases.checkins.selectors import checkins_for, otherwise_late, set_aside, to_acknowledge
from cases.checkins.services import acknowledge_late
from cases.outbox.selectors import dead_in_city
from cases.prosecution.selectors import referrals_for
from cases.web.pages import attempt, listed
from cases.web.prosecution.pages import stages_of
from cases.web.shapes import Versioned
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
    """One thing the board keeps an eye on. `empty` says what would be here."""

    name: str
    title: Any
    rows: Callable[..., QuerySet[Any]]
    template: str
    empty: Any


BLOCKS = (
    Block(
        "climbed", gettext_lazy("With the coordinator"), to_acknowledge, "cases/board/_late.html",
        gettext_lazy("Nothing waits to be acknowledged. What stays late for two working days comes here."),
    ),
    Block(
        "late", gettext_lazy("Other overdue check-ins"), otherwise_late, "cases/board/_late.html",
        gettext_lazy("No other check-in is late."),
    ),
    Block(
        "unassigned", gettext_lazy("Nobody leads"), unassigned, "cases/board/_unassigned.html",
        gettext_lazy("Every open case has a lead caseworker."),
    ),
    Block(
        "steps", gettext_lazy("Next steps due"), next_steps_due, "cases/board/_steps.html",
        gettext_lazy("No next step is due today or overdue."),
    ),
    Block(
        "reviews", gettext_lazy("Reviews due"), reviews_due, "cases/board/_reviews.html",
        gettext_lazy("No review is due. Whether a file is still needed is asked every six months."),
    ),
    Block(
        "messages", gettext_lazy("Messages that could not be sent"), dead_in_city, "cases/board/_messages.html",
        gettext_lazy("Every message was sent, or is being tried again."),
    ),
    Block(
        "rhythms", gettext_lazy("Rhythms set aside"), set_aside, "cases/board/_rhythms.html",
        gettext_lazy("The clock could make the check-ins of every rhythm."),
    ),
)  # fmt: skip


@require_safe
@signed_in
def board(request: SignedIn) -> HttpResponse:
    """All blocks, a few rows each; `?show=late` is one of them whole."""
    require(request.user, Permission.BOARD_READ, at=request.at)
    wanted = [block for block in BLOCKS if block.name == request.GET.get("show")]
    acts = {act.name for act in acts_of(request.user, at=request.at)}
    context: dict[str, Any] = {
        "blocks": [_filled(request, block, most=MOST_OF_ONE if wanted else MOST) for block in wanted or BLOCKS],
        "one": bool(wanted),
        "acts": acts,
        "today": day_of(request.at),
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
        listed(request, rows, permission=Permission.BOARD_READ)
    shown: list[Any] = (
        [_late(row, day_of(request.at)) for row in rows] if block.template.endswith("_late.html") else rows
    )
    return {"block": block, "rows": shown, "number": number, "more": number - len(rows)}


@dataclass(frozen=True)
class Late:
    """A late check-in, with how late it is in words, and the words it stands under."""

    checkin: CheckIn
    words: str
    age: Any


def _late(checkin: CheckIn, today: date) -> Late:
    days = working_days_late(checkin.late_from, today)
    words = ngettext("%(days)s working day late", "%(days)s working days late", days) % {"days": days}
    return Late(checkin, words, next((age for least, age in AGES if days >= least), AGES[-1][1]))


@require_POST
@signed_in
def acknowledge(request: SignedIn, pk: int) -> HttpResponse:
    """The coordinator has seen it; the row says so from then on."""
    checkin = checkins_for(request.user, at=request.at).filter(pk=pk).first()
    if checkin is None:
        raise OutOfSight
    require(request.user, Permission.CHECKIN_ACKNOWLEDGE, case=checkin.casefile, at=request.at)
    form = Versioned(request.POST)
    done = None
    if form.is_valid():
        act = partial(acknowledge_late, checkin=checkin, by=request.user, at=request.at, **form.cleaned_data)
        done = attempt(form, act)
    if done is None:
        messages.error(request, " ".join(str(error) for found in form.errors.values() for error in found))
    else:
        messages.success(request, _("Acknowledged: %(reference)s.") % {"reference": checkin.casefile.reference})
    if request.htmx:
        now = checkins_for(request.user, at=request.at).select_related("answered_by").get(pk=pk)
        listed(request, [now], permission=Permission.BOARD_READ)
        shown = {"late": _late(now, day_of(request.at)), "swapped": True, "focus": True}
        return page(request, "cases/board/_acknowledged.html", shown)
    return redirect("cases:board")
