"""The blocks of my day: for each, what is in it, and which act each row asks for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

from django.db.models import Model, QuerySet
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.casefiles.selectors import next_steps_of
from cases.checkins.models import CheckIn
from cases.checkins.selectors import due_today, overdue, to_record
from cases.web.checkins.words import lateness
from cases.web.pages import listed
from cities.places.rules import working_days_between
from cities.roles.permissions import Permission
from cities.roles.rules import Compartment
from cities.web.requests import SignedIn

RowT = TypeVar("RowT", bound=Model)


@dataclass(frozen=True)
class Row:
    """One line: when, about whom, what, and its one button."""

    what: str
    reference: str
    address: str
    when: str = ""
    detail: str = ""
    late: str = ""
    act: str = ""
    act_address: str = ""


@dataclass(frozen=True)
class Block:
    """Some rows under a heading. `more`: how many are not shown; `empty`: what stands here when nothing is."""

    name: str
    title: str
    rows: Sequence[Row]
    more: int = 0
    empty: str = ""
    comes_first: bool = True

    @property
    def count(self) -> int:
        return len(self.rows) + self.more


def _shown(
    request: SignedIn,
    found: QuerySet[RowT],
    most: int,
    permission: Permission,
    part: Compartment = Compartment.CORE,
) -> tuple[list[RowT], int]:
    """The first rows, written down as shown, and how many there are besides."""
    rows = list(found[:most])
    more = found.count() - most if len(rows) == most else 0
    if rows:
        listed(request, rows, permission=permission, compartment=part)
    return rows, more


def _checkins(request: SignedIn, found: QuerySet[CheckIn], most: int) -> tuple[list[Row], int]:
    """Contacts that are her own: the hour today, else the day; each is recorded from here."""
    today = timezone.localdate(request.at)
    shown, more = _shown(request, found, most, Permission.CHECKIN_READ)
    rows = [
        Row(
            when=_when(checkin, today),
            what=str(checkin.casefile.person),
            reference=checkin.casefile.reference,
            address=reverse("cases:case", args=[checkin.casefile.reference]),
            detail=", ".join(filter(None, [checkin.get_kind_display(), checkin.place])),
            late=lateness(checkin, today),
            act=_("Record"),
            act_address=_record(checkin),
        )
        for checkin in shown
    ]
    return rows, more


def _when(checkin: CheckIn, today: date) -> str:
    if checkin.due_on != today:
        return formats.date_format(checkin.due_on, "D j M")
    return formats.time_format(checkin.due_time, "H:i") if checkin.due_time else _("today")


def _record(checkin: CheckIn) -> str:
    return reverse("cases:checkin_record", args=[checkin.casefile.reference, checkin.pk]) + "?from=my_day"


def todays(request: SignedIn, most: int) -> Block:
    rows, more = _checkins(request, due_today(request.user, at=request.at), most)
    return Block("today", _("Today"), rows, more, _("No contact is planned for today."))


def outcomes(request: SignedIn, most: int) -> Block:
    rows, more = _checkins(request, to_record(request.user, at=request.at), most)
    return Block("outcomes", _("Outcomes to record"), rows, more, _("Every contact of the last days has its outcome."))


def late(request: SignedIn, most: int) -> Block:
    rows, more = _checkins(request, overdue(request.user, at=request.at), most)
    return Block("overdue", _("Overdue"), rows, more, _("Nothing is overdue."))


def steps(request: SignedIn, most: int) -> Block:
    """The next steps of cases that are hers to take in a fortnight."""
    today = timezone.localdate(request.at)
    shown, more = _shown(request, next_steps_of(request.user, at=request.at), most, Permission.CASE_READ)
    rows = [
        Row(
            when=formats.date_format(case.next_step_on, "D j M"),
            what=case.next_step,
            reference=case.reference,
            address=reverse("cases:case", args=[case.reference]),
            detail=str(case.person),
            late=_days_late(case.next_step_on, today),
            act=_("Next step"),
            act_address=reverse("cases:case_next_step", args=[case.reference]),
        )
        for case in shown
    ]
    return Block("steps", _("Next steps within 14 days"), rows, more, _("No next step is due."), comes_first=False)


def _days_late(day: date, today: date) -> str:
    days = working_days_between(day + timedelta(days=1), today)
    return (
        ngettext("%(days)s working day late", "%(days)s working days late", days) % {"days": days} if days > 0 else ""
    )


#: name, what it takes to have the block at all, and what makes it.
BLOCKS: list[tuple[str, Permission, Callable[[SignedIn, int], Block]]] = [
    ("today", Permission.CHECKIN_RECORD, todays),
    ("outcomes", Permission.CHECKIN_RECORD, outcomes),
    ("overdue", Permission.CHECKIN_RECORD, late),
    ("steps", Permission.CASE_CHANGE, steps),
]
