"""Agencies, and who sits in the cell of a city."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Q, QuerySet

from cities.agencies.models import Agency, CellSeat, ClosingDays
from cities.places.models import City


def agencies() -> QuerySet[Agency]:
    """Every agency, those no longer in use too."""
    return Agency.objects.select_related("city")


def agencies_of(city: City) -> QuerySet[Agency]:
    """The agencies in use that belong to the city."""
    return agencies().filter(city=city, is_active=True)


def agencies_for(city: City) -> QuerySet[Agency]:
    """The agencies in use that somebody can be posted at for the city: its own, and those of no one city."""
    return agencies().filter(Q(city=city) | Q(city__isnull=True), is_active=True)


def seats() -> QuerySet[CellSeat]:
    """Every seat in a cell, past ones too."""
    return CellSeat.objects.select_related("city", "agency")


def seats_of(city: City, *, on: date) -> QuerySet[CellSeat]:
    """The cell of the city on a day: which agencies have a seat."""
    held = Q(ends_on__isnull=True) | Q(ends_on__gt=on)
    return seats().filter(held, city=city, starts_on__lte=on).order_by("agency__name")


def closing_days() -> QuerySet[ClosingDays]:
    """The days on which agencies are closed, those to come too; what was withdrawn never was."""
    return ClosingDays.objects.filter(withdrawn_at__isnull=True).select_related("agency")


def closings_between(agencies: Iterable[int | None], first: date, until: date) -> QuerySet[ClosingDays]:
    """The days from `first` until `until` (half-open) on which these agencies are closed."""
    rows = ClosingDays.objects.filter(agency__in=agencies, withdrawn_at__isnull=True)
    return rows.filter(starts_on__lt=until, ends_on__gt=first).order_by("starts_on", "pk")
