"""What the address of a calendar page asks for: which days, whose contacts. Nonsense in it asks for nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date

from cases.checkins.rules import Whose, monday_of
from cities.roles.permissions import Permission
from cities.web.requests import SignedIn

DAY, WEEK = timedelta(days=1), timedelta(days=7)

#: Nobody turns the leaves of a calendar further than this.
YEARS = range(2000, 2101)


@dataclass(frozen=True)
class Asked:
    """The view, the day it is about, and whose contacts."""

    view: str
    on: date
    whose: str
    today: date

    @property
    def first(self) -> date:
        """The first day that is shown. A month begins with the week of its first day."""
        if self.view == "day":
            return self.on
        return monday_of(self.on.replace(day=1) if self.view == "month" else self.on)

    @property
    def until(self) -> date:
        """The first day that is no longer shown."""
        if self.view == "month":
            return monday_of(_next_month(self.on) - DAY) + WEEK
        return self.first + (DAY if self.view == "day" else WEEK)

    @property
    def earlier(self) -> date:
        return (self.on.replace(day=1) - DAY).replace(day=1) if self.view == "month" else self.on - self._step

    @property
    def later(self) -> date:
        return _next_month(self.on) if self.view == "month" else self.on + self._step

    @property
    def _step(self) -> timedelta:
        return DAY if self.view == "day" else WEEK

    def days(self) -> list[date]:
        return [self.first + passed * DAY for passed in range((self.until - self.first).days)]

    def address(self, *, view: str = "", on: date | None = None, whose: str = "", **more: str) -> str:
        """The address of the same page with something else asked."""
        wanted = view or self.view
        about = {"on": (on or self.on).isoformat(), "whose": whose or self.whose}
        if wanted == "day":
            return f"{reverse('cases:calendar_day')}?{urlencode({**about, **more})}"
        return f"{reverse('cases:calendar')}?{urlencode({'view': wanted, **about})}"


def asked_for(request: SignedIn, acts: frozenset[Permission], *, views: tuple[str, ...]) -> Asked:
    """What the address says. Where it says nothing: this week, one's own contacts; who holds none, the team's."""
    view, whose = request.GET.get("view", ""), request.GET.get("whose", "")
    today = timezone.localdate(request.at)
    if whose not in Whose.values:
        whose = Whose.OWN.value if Permission.CHECKIN_RECORD in acts else Whose.TEAM.value
    return Asked(view if view in views else views[0], _day(request.GET.get("on", "")) or today, whose, today)


def _day(text: str) -> date | None:
    try:
        found = parse_date(text)
    except ValueError:
        return None
    return found if found and found.year in YEARS else None


def _next_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)
