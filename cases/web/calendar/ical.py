"""What a calendar feed tells, as RFC 5545 and 7986 have it. Made of `Told`, it can't reach a name or a place."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, timedelta
from functools import lru_cache
from uuid import NAMESPACE_URL, uuid5

from django.urls import reverse
from django.utils.translation import get_language
from icalendar import Calendar, Event

from cases.checkins.rules import CheckInKind, Told, monday_of
from cities.places.rules import moment_of

#: Changes with what is written below, so that no program keeps what an older release told it.
FORM = 1

#: How often a calendar program is asked to come back.
REFRESHED_EVERY = timedelta(hours=1)

_DAY = timedelta(days=1)
_END = b"END:VCALENDAR\r\n"


@dataclass(frozen=True)
class Feed:
    """A feed: its name in the reader's language, at which site, and what it tells."""

    name: str
    site: str
    told: Sequence[Told]

    def mark(self) -> str:
        """The entity tag: the same as long as a program that asks again would get the same, to the byte."""
        said = repr((FORM, get_language(), self.name, self.site, tuple(self.told)))
        return f'"{hashlib.sha256(said.encode()).hexdigest()[:32]}"'

    def text(self) -> bytes:
        """The calendar."""
        calendar = Calendar()
        calendar.add("PRODID", "-//Apparatus//Check-ins//EN")
        calendar.add("VERSION", "2.0")
        calendar.add("CALSCALE", "GREGORIAN")
        calendar.add("NAME", self.name)
        calendar.add("X-WR-CALNAME", self.name)  # what came before NAME, and is still what most programs read
        calendar.add("REFRESH-INTERVAL", REFRESHED_EVERY, parameters={"VALUE": "DURATION"})
        calendar.add("X-PUBLISHED-TTL", "PT1H")
        frame: bytes = calendar.to_ical()
        events = [_event(one, self.site, f"{one.reference} {CheckInKind(one.kind).label}") for one in self.told]
        return b"".join([frame.removesuffix(_END), *events, _END])


@lru_cache(maxsize=8192)
def _event(one: Told, site: str, summary: str) -> bytes:
    """One contact. At an hour, in universal time: right on both sides of a clock change, whatever a program knows of
    Brussels. Without one it takes the whole day, or the days of the week, and leaves them free for others.

    Remembered, because a calendar that was asked for an hour ago differs from this one in a contact or two, and it
    takes a millisecond to be right to the letter.
    """
    event = Event()
    event.add("UID", str(uuid5(NAMESPACE_URL, f"{site}/check-ins/{one.first}")))
    event.add("DTSTAMP", one.changed_at.astimezone(UTC).replace(microsecond=0))
    event.add("LAST-MODIFIED", one.changed_at.astimezone(UTC).replace(microsecond=0))
    event.add("SEQUENCE", one.sequence)
    event.add("SUMMARY", summary)
    event.add("STATUS", "CANCELLED" if one.is_cancelled else "CONFIRMED")
    event.add("CLASS", "PRIVATE")
    event.add("URL", site + reverse("cases:checkin", args=[one.reference, one.number]))
    if one.within_week:
        event.add("DTSTART", monday_of(one.due_on))
        event.add("DTEND", monday_of(one.due_on) + 5 * _DAY)
    elif one.due_time is None:
        event.add("DTSTART", one.due_on)
        event.add("DTEND", one.due_on + _DAY)
    else:
        start = moment_of(one.due_on, one.due_time)
        event.add("DTSTART", start)
        event.add("DTEND", start + timedelta(minutes=one.minutes))
    is_at_an_hour = one.due_time is not None and not one.within_week
    event.add("TRANSP", "OPAQUE" if is_at_an_hour and not one.is_cancelled else "TRANSPARENT")
    text: bytes = event.to_ical()
    return text
