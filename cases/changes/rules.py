"""How a day, an hour or a moment of the past is said."""

from __future__ import annotations

from datetime import date, datetime, time

from django.utils import formats, timezone


def moment_in_words(value: date | datetime | time) -> str:
    """The day; the hour; or both, by the clock of whoever reads."""
    if isinstance(value, datetime):
        return formats.date_format(timezone.localtime(value), "SHORT_DATETIME_FORMAT")
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return formats.date_format(value, "DATE_FORMAT")
