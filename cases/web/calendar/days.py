"""The days of a calendar: what is on them, how much more there is, and why one is off, in words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cases.checkins.models import CheckIn
from cases.web.calendar.asked import Asked
from cases.web.calendar.entries import Entry, entry_of
from cities.agencies.selectors import closings_between
from cities.places.rules import is_weekend, public_holidays
from cities.staff.models import User
from cities.staff.selectors import absences_between, postings_of


@dataclass(frozen=True)
class Day:
    """One day. `off`: why the reader doesn't work on it; `more`: how many contacts are not shown."""

    day: date
    address: str
    off: tuple[str, ...]
    entries: tuple[Entry, ...]
    count: int
    is_today: bool
    is_beside: bool = False

    @property
    def more(self) -> int:
        return self.count - len(self.entries)


@dataclass(frozen=True)
class AnyDay:
    """What may be held on any day of the week."""

    entries: tuple[Entry, ...]
    count: int

    @property
    def more(self) -> int:
        return self.count - len(self.entries)


def days_of(asked: Asked, rows: Sequence[CheckIn], reader: User, *, at: datetime, apart: bool) -> list[Day]:
    """Every day that is asked for. `apart`: what may be held on any day of the week stands elsewhere."""
    found: dict[date, list[CheckIn]] = defaultdict(list)
    for row in rows:
        if not (apart and row.within_week):
            found[row.due_on].append(row)
    off = reasons_off(asked, reader, at=at)
    return [
        Day(
            day=day,
            address=asked.address(view="day", on=day),
            off=tuple(off[day]),
            entries=tuple(entry_of(row, reader, asked.today) for row in found[day]),
            count=_number(found[day]),
            is_today=day == asked.today,
            is_beside=asked.view == "month" and day.month != asked.on.month,
        )
        for day in asked.days()
    ]


def any_day(asked: Asked, rows: Iterable[CheckIn], reader: User) -> AnyDay:
    """What may be held on any day of the week that is asked for."""
    found = [row for row in rows if row.within_week]
    return AnyDay(tuple(entry_of(row, reader, asked.today) for row in found), _number(found))


def _number(rows: Iterable[CheckIn]) -> int:
    """How many there are on the days of these rows, shown or not."""
    return sum({(row.due_on, row.within_week): row.of_day for row in rows}.values())  # type: ignore[attr-defined]


def reasons_off(asked: Asked, reader: User, *, at: datetime) -> dict[date, list[str]]:
    """Why the reader doesn't work on each of the days: all there is to be said, as a colleague would."""
    language = get_language() or "en"
    said: dict[date, list[str]] = defaultdict(list)
    for day in asked.days():
        if is_weekend(day):
            said[day].append(_("weekend"))
        if name := public_holidays(day.year, language).get(day):
            said[day].append(name)
    agencies = {posting.agency_id: str(posting.agency) for posting in postings_of(reader, at=at)}
    for closing in closings_between(agencies, asked.first, asked.until):
        closed = _("%(agency)s is closed") % {"agency": agencies[closing.agency_id]}
        for day in _within(asked, closing.starts_on, closing.ends_on):
            said[day].append(f"{closed} ({closing.occasion})" if closing.occasion else closed)
    for absence in absences_between(reader, asked.first, asked.until):
        away = _("you are away")
        if absence.deputy is not None:
            away = _("you are away, %(who)s stands in") % {"who": absence.deputy}
        for day in _within(asked, absence.starts_on, absence.ends_on):
            said[day].append(away)
    return said


def _within(asked: Asked, first: date, until: date) -> list[date]:
    return [day for day in asked.days() if first <= day < until]
