"""How a message is worded: its template is given case reference, day and time, and can reach nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time, timedelta
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation

from cases.outbox.models import Message
from cases.outbox.rules import MessageKind

#: A day and an hour; and whether any day of its week will do.
When = tuple[date, time | None, bool]

_ORDER = {kind: place for place, kind in enumerate(MessageKind.values)}


def in_order(rows: Sequence[Message]) -> list[Message]:
    """What presses comes first, then by day and time. A function of the rows alone: a copy says the same."""
    return sorted(
        rows, key=lambda row: (_ORDER[row.kind], row.about_on, row.about_time or time.max, row.reference, row.pk)
    )


def sections(rows: Sequence[Message]) -> list[tuple[str, list[dict[str, Any]]]]:
    """The causes of one delivery, a section a kind: case reference, day and time of each."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in in_order(rows):
        said = {
            "reference": row.reference, "day": row.about_on, "time": row.about_time, "within_week": row.within_week,
        }  # fmt: skip
        found.setdefault(row.kind, []).append(said)
    return list(found.items())


def for_staff(rows: Sequence[Message], *, language: str, address: str) -> tuple[str, str]:
    """Subject and text of one e-mail, in the recipient's language."""
    told = {"sections": sections(rows), "number": len(rows), "address": address}
    with translation.override(language):
        return (
            " ".join(render_to_string("emails/staff_subject.txt", told).split()),
            render_to_string("emails/staff.txt", told),
        )


def for_person(rows: Sequence[Message]) -> str:
    """The text of an SMS to the person: days, times, a number to call; nothing that says what it is about."""
    first = rows[0]
    days = [(row.about_on, row.about_time, row.within_week) for row in in_order(rows)]
    return to_person("sms", days, language=first.language, callback=first.callback)


def to_person(how: str, days: Sequence[When], *, language: str, callback: str) -> str:
    """What the person gets, "sms" or "letter": shown to him too, before he agrees to it.

    Of a contact on any day of the week he is told the week by its Monday: "this week" is wrong once it lies about.
    """
    told = {
        "days": [
            {"day": day - timedelta(days=day.weekday()) if in_week else day, "time": at, "within_week": in_week}
            for day, at, in_week in days
        ],
        "callback": callback,
    }
    with translation.override(language):
        text = render_to_string(f"letters/{how}.txt", told)
    return "\n".join(line.rstrip() for line in text.strip().splitlines())
