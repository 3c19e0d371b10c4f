"""How a message is worded: its template is given case reference, day and time, and can reach nothing else."""

from __future__ import annotations

from datetime import date

from django.template.loader import render_to_string
from django.utils import translation

from cases.outbox.models import Message


def worded(message: Message, *, language: str, today: date, address: str) -> tuple[str, str]:
    """Subject and text of a message, in the recipient's language."""
    told = {
        "reference": message.reference,
        "day": message.about_on,
        "time": message.about_time,
        "is_past": message.about_on < today,
        "address": address,
    }
    name = f"emails/{message.kind.lower()}"
    with translation.override(language):
        return (
            " ".join(render_to_string(f"{name}_subject.txt", told).split()),
            render_to_string(f"{name}.txt", told),
        )
