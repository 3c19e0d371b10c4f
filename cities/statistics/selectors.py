"""Published figures, as they stood on a day."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet

from cities.statistics.models import Figure, Series


def series() -> QuerySet[Series]:
    """Every series of published figures."""
    return Series.objects.all()


def figures() -> QuerySet[Figure]:
    """Every published figure."""
    return Figure.objects.select_related("series")


def figures_on(day: date, series: Series | None = None) -> QuerySet[Figure]:
    """The last figure published as of `day` or before: one for each series, area and measure."""
    found = figures().filter(as_of__lte=day)
    if series is not None:
        found = found.filter(series=series)
    last_first = ("series__code", "area", "measure", "-as_of")
    return found.order_by(*last_first).distinct("series__code", "area", "measure")
