"""The calendar by week and by month, and the sheet of a day, to be taken along on paper."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from cases.access.selectors import acts_of
from cases.access.services import require
from cases.checkins.models import CheckIn
from cases.checkins.rules import Whose, monday_of
from cases.checkins.selectors import calendar_days
from cases.web.calendar.asked import DAY, WEEK, Asked, asked_for
from cases.web.calendar.days import any_day, days_of
from cases.web.pages import listed
from cities.roles.permissions import Permission
from cities.web.pages import page
from cities.web.requests import SignedIn, signed_in

#: How many contacts of a day stand on each page; the rest is counted, and on the sheet of the day.
A_DAY = {"week": 12, "month": 3, "day": 200}

#: What is said of each contact, and what more on paper.
ENTRY = (
    "kind due_on due_time within_week late_from state outcome moved_because occurs_on place caseworker stands_in_for "
    "second casefile.reference"
)
ON_PAPER = "duration who_else with_interpreter casefile.agency"

VIEWS = (("week", _("Week")), ("month", _("Month")))


@require_safe
@signed_in
def calendar(request: SignedIn) -> HttpResponse:
    """A week as a list of days, or a month as a table of weeks."""
    require(request.user, Permission.CHECKIN_READ, at=request.at)
    acts = acts_of(request.user, at=request.at)
    asked = asked_for(request, acts, views=("week", "month"))
    rows = _shown(request, asked, asked.first, asked.until, shows=f"{ENTRY} person.official_name")
    is_week = asked.view == "week"
    days = days_of(asked, rows, request.user, at=request.at, apart=is_week)
    context = _around(asked, acts) | {
        "days": days,
        "any_day": any_day(asked, rows, request.user) if is_week else None,
        "weeks": [(asked.address(view="week", on=days[n].day), days[n : n + 7]) for n in range(0, len(days), 7)],
        "nothing": not rows,
        "last": asked.until - DAY,
    }
    return page(request, f"cases/calendar/{asked.view}.html", context)


@require_safe
@signed_in
def day(request: SignedIn) -> HttpResponse:
    """One line a contact. Paper is left lying about, so names stand on it only when that is asked for."""
    require(request.user, Permission.CHECKIN_READ, at=request.at)
    acts = acts_of(request.user, at=request.at)
    asked = asked_for(request, acts, views=("day",))
    monday = monday_of(asked.on)
    named = request.GET.get("names") == "1"
    shows = f"{ENTRY} {ON_PAPER} {'person.official_name' if named else ''}"
    rows = _shown(request, asked, monday, monday + WEEK, only=asked.on, shows=shows)
    context = _around(asked, acts) | {
        "day": days_of(asked, rows, request.user, at=request.at, apart=True)[0],
        "any_day": any_day(asked, rows, request.user),
        "named": named,
        "the_other": asked.address() if named else asked.address(names="1"),
        "week": asked.address(view="week"),
    }
    return page(request, "cases/calendar/day.html", context)


def _shown(
    request: SignedIn, asked: Asked, first: date, until: date, *, shows: str, only: date | None = None
) -> list[CheckIn]:
    """The rows of a page, written down as shown. `only` of a day: of the rest of its week, what any day will do for."""
    found = calendar_days(request.user, asked.whose, first, until, at=request.at, most=A_DAY[asked.view], only=only)
    rows = list(found)
    if rows:
        listed(request, rows, shows=shows, permission=Permission.CHECKIN_READ)
    return rows


def _around(asked: Asked, acts: frozenset[Permission]) -> dict[str, Any]:
    """The ways to other days, and to other people's."""
    whose = [choice for choice in Whose if Permission.CHECKIN_RECORD in acts or choice == Whose.TEAM]
    return {
        "asked": asked,
        "earlier": asked.address(on=asked.earlier),
        "later": asked.address(on=asked.later),
        "now": asked.address(on=asked.today),
        "sheet": asked.address(view="day", on=asked.today if asked.first <= asked.today < asked.until else asked.first),
        "views": [(label, asked.address(view=view), view == asked.view) for view, label in VIEWS],
        "whose": [(choice.label, asked.address(whose=choice.value), choice == asked.whose) for choice in whose],
    }
