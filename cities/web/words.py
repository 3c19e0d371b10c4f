"""Words that every page needs: days and periods as people write them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django import template
from django.utils import formats, timezone

from cities.statistics.rules import AREAS, MEASURES

register = template.Library()


@register.filter
def day(value: date | datetime | None) -> str:
    """ "Tuesday 8 December 2026", in the reader's language."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = timezone.localdate(value)
    written = formats.date_format(value, "MONTH_DAY_FORMAT")
    return f"{written} {value.year}"


@register.filter
def on(value: date | datetime | None) -> str:
    """ "8 December 2026"."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = timezone.localdate(value)
    return formats.date_format(value, "DATE_FORMAT")


@register.filter
def last_day(ends_on: date | None) -> date | None:
    """Periods are kept half-open; people name the last day on which something holds."""
    return None if ends_on is None else ends_on - timedelta(days=1)


@register.filter
def measured(code: str) -> str:
    """What a published figure measures, in words; a measure not heard of before by its code."""
    return str(MEASURES.get(code, code))


@register.filter
def area(code: str) -> str:
    """Where a published figure is about."""
    return str(AREAS.get(code, code))


@register.filter
def at(value: datetime | None) -> str:
    """ "8 December 2026, 14:30", by the clock of Brussels."""
    return "" if value is None else formats.date_format(timezone.localtime(value), "DATETIME_FORMAT")


@register.filter
def iso(value: date | datetime | None) -> str:
    """For `<time datetime>`."""
    return "" if value is None else value.isoformat()


@register.simple_tag(takes_context=True)
def with_query(context: dict[str, Any], **changes: object) -> str:
    """The present address's query with some parts changed, beginning at the first page."""
    query = context["request"].GET.copy()
    query.pop("after", None)
    for name, value in changes.items():
        query[name] = str(value)
    return f"?{query.urlencode()}"


@register.simple_tag(takes_context=True)
def without(context: dict[str, Any], *names: str) -> str:
    """The present address's query without some parts, beginning at the first page."""
    query = context["request"].GET.copy()
    for name in (*names, "after"):
        query.pop(name, None)
    return f"?{query.urlencode()}"
