"""A calendar feed as another program reads it, and as RFC 5545 has it to the letter."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.test import Client
from icalendar import Calendar

from cases.access.services import acting
from cases.checkins.models import CheckIn
from cities.staff.models import User
from cities.tokens.services import issue_feed
from tests.factories import AT, Cast

NOW = AT + timedelta(hours=1)

ONCE_IN_A_CALENDAR = ("PRODID", "VERSION", "CALSCALE", "NAME", "REFRESH-INTERVAL")
ONCE_IN_AN_EVENT = (
    "UID", "DTSTAMP", "LAST-MODIFIED", "SEQUENCE", "SUMMARY", "STATUS", "CLASS", "URL", "DTSTART", "DTEND", "TRANSP"
)  # fmt: skip
LINE = re.compile(
    r"(?P<name>[A-Z][A-Z0-9-]*)(?P<parameters>(;[A-Z-]+=[^;:,\"]+)*):(?P<value>[^\x00-\x08\x0a-\x1f\x7f]*)"
)
MOMENT, DAY = re.compile(r"\d{8}T\d{6}Z"), re.compile(r"\d{8}")


def address_of(user: User, *, of_team: bool = False) -> str:
    _feed, secret = issue_feed(by=user, at=AT, of_team=of_team)
    return f"/calendar/feed/{secret}.ics"


def fetched(address: str, **headers: str) -> HttpResponse:
    """As a calendar program does: without a session."""
    return Client().get(address, headers=headers)  # type: ignore[return-value]


def events(address: str) -> list[Any]:
    """As another program reads them; first held against the letter."""
    answer = fetched(address)
    assert answer.status_code == 200
    strict(answer.content)
    calendar: Any = Calendar.from_ical(answer.content.decode())
    return list(calendar.walk("VEVENT"))


def change(row: CheckIn, cast: Cast, **fields: Any) -> None:
    with acting(cast.carla):
        CheckIn.objects.filter(pk=row.pk).update(**fields)


def strict(body: bytes) -> list[dict[str, tuple[str, str]]]:
    """RFC 5545 by hand: line ends, folding at 75 octets, blocks, what is needed once, and the form of values."""
    assert body.endswith(b"\r\n")
    lines = body[:-2].split(b"\r\n")
    for line in lines:
        assert b"\n" not in line
        assert b"\r" not in line
        assert 0 < len(line) <= 75, line
        line.decode()  # no character is cut in two
    text = body.decode()[:-2].replace("\r\n ", "").split("\r\n")
    assert (text[0], text[-1]) == ("BEGIN:VCALENDAR", "END:VCALENDAR")
    found: list[dict[str, tuple[str, str]]] = []
    around: dict[str, tuple[str, str]] = {}
    inside = around
    for line_ in text[1:-1]:
        match = LINE.fullmatch(line_)
        assert match is not None, line_
        name, parameters, value = match["name"], match["parameters"], match["value"]
        if (name, value) == ("BEGIN", "VEVENT"):
            assert inside is around
            inside = {}
        elif (name, value) == ("END", "VEVENT"):
            found.append(inside)
            inside = around
        else:
            assert name not in ("BEGIN", "END")
            assert name not in inside, f"{name} stands twice"
            inside[name] = (parameters, value)
    assert inside is around
    assert all(name in around for name in ONCE_IN_A_CALENDAR)
    assert around["VERSION"] == ("", "2.0")
    assert around["REFRESH-INTERVAL"] == (";VALUE=DURATION", "PT1H")
    assert len({event["UID"] for event in found}) == len(found)
    for event in found:
        assert set(event) == set(ONCE_IN_AN_EVENT)
        assert re.fullmatch(r"[0-9a-f-]{36}", event["UID"][1])
        assert event["STATUS"][1] in ("CONFIRMED", "CANCELLED")
        assert event["CLASS"] == ("", "PRIVATE")
        assert event["SEQUENCE"][1].isdecimal()
        assert MOMENT.fullmatch(event["DTSTAMP"][1])
        assert MOMENT.fullmatch(event["LAST-MODIFIED"][1])
        start, end = event["DTSTART"], event["DTEND"]
        assert start[0] == end[0]
        assert start[0] in ("", ";VALUE=DATE")
        assert (DAY if start[0] else MOMENT).fullmatch(start[1])
        assert (DAY if end[0] else MOMENT).fullmatch(end[1])
        assert end[1] > start[1]
        assert re.fullmatch(r"[A-Z]{3}-\d{4}-\d{4} [\w ]+", event["SUMMARY"][1])
    return found
