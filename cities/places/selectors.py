"""Cities, and what is known of them on a day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Q, QuerySet

from cities.places.models import City, CitySettings, HotSpotDesignation, Population, SchoolHoliday


def cities() -> QuerySet[City]:
    """Every city of the apparatus, by code."""
    return City.objects.all()


def city_by_code(code: str) -> City | None:
    """The city of a code such as VIL, or None."""
    return City.objects.filter(code=code.upper()).first()


def populations() -> QuerySet[Population]:
    """Every known population."""
    return Population.objects.select_related("city")


def population_on(city: City, day: date) -> Population | None:
    """The last count of inhabitants up to the year of `day`. Not known is None: a later count is not guessed back."""
    return Population.objects.filter(city=city, year__lte=day.year).order_by("-year").first()


def designations() -> QuerySet[HotSpotDesignation]:
    """Every designation, past ones too."""
    return HotSpotDesignation.objects.select_related("city")


def designations_on(day: date) -> QuerySet[HotSpotDesignation]:
    """The cities that were hot spots on `day`, with their designation."""
    return designations().filter(Q(ends_on__isnull=True) | Q(ends_on__gt=day), starts_on__lte=day).order_by("city")


def designation_on(city: City, day: date) -> HotSpotDesignation | None:
    """The designation by which the city was a hot spot on `day`, or None."""
    return designations_on(day).filter(city=city).first()


def settings_of(city: City) -> CitySettings:
    """How the city follows up: its own settings, or the defaults, in a row that isn't kept."""
    return settings_by_city([city.pk])[city.pk]


def settings_by_city(city_ids: Iterable[int]) -> dict[int, CitySettings]:
    """The settings of several cities, each with its own or the defaults, in one query."""
    wanted = set(city_ids)
    own = {row.city_id: row for row in CitySettings.objects.filter(city__in=wanted)}
    return {city_id: own.get(city_id) or CitySettings(city_id=city_id) for city_id in wanted}


def city_settings() -> QuerySet[CitySettings]:
    """The settings that cities have of their own."""
    return CitySettings.objects.select_related("city")


def school_holidays() -> QuerySet[SchoolHoliday]:
    """Every known holiday of the schools, by community and day."""
    return SchoolHoliday.objects.all()
