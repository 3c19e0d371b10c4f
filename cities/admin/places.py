"""Cities, their inhabitants, and when they were hot spots."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from cities.admin.base import SettingsAdmin
from cities.places.models import City, CitySettings, HotSpotDesignation, Population, SchoolHoliday
from cities.places.services import (
    add_city,
    change_city,
    change_city_settings,
    designate,
    put_school_holiday,
    record_population,
)

NAMES = ("name_nl", "name_fr", "name_de", "name_en")


@admin.register(City)
class CityAdmin(SettingsAdmin):
    """A city. Its code begins every case reference, so it is given once."""

    list_display = ("code", "name", "region", "languages", "published_departures", "published_departures_on")
    list_filter = ("region",)
    search_fields = ("code", "nis", *NAMES)
    fields = (
        "code", "nis", *NAMES, "region", "languages", "published_departures", "published_departures_on", "note",
    )  # fmt: skip
    given_once = ("code", "nis")

    def city_of(self, row: models.Model) -> int | None:
        return int(row.pk)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Which cities there are, the country says; how a city is called, its own administrator may."""
        return self._may(request, None)

    def keep(self, values: dict[str, Any], row: Any, *, by: Any, at: datetime) -> models.Model:
        if row is None:
            return add_city(by=by, at=at, **values)
        return change_city(city=row, by=by, at=at, **values)


@admin.register(Population)
class PopulationAdmin(SettingsAdmin):
    """How many people live in a city, by year."""

    list_display = ("city", "year", "inhabitants", "is_approximate", "source")
    list_filter = ("year", "city")
    fields = ("city", "year", "inhabitants", "is_approximate", "source")
    given_once = ("city", "year")

    def keep(self, values: dict[str, Any], row: Any, *, by: Any, at: datetime) -> models.Model:
        known = {} if row is None else {"city": row.city, "year": row.year}
        return record_population(by=by, at=at, **known, **values)


@admin.register(HotSpotDesignation)
class DesignationAdmin(SettingsAdmin):
    """When a city was a hot spot. The federal level says so, not the city."""

    list_display = ("city", "round", "starts_on", "ends_on", "grant_eur")
    list_filter = ("round", "city")
    fields = ("city", "round", "starts_on", "ends_on", "grant_eur", "source")
    given_once = ("city", "round")
    of_the_country = True

    def keep(self, values: dict[str, Any], row: Any, *, by: Any, at: datetime) -> models.Model:
        known = {} if row is None else {"city": row.city, "round": row.round}
        return designate(by=by, at=at, **known, **values)


@admin.register(CitySettings)
class CitySettingsAdmin(SettingsAdmin):
    """How a city follows up. Without a row of its own it has the defaults."""

    list_display = ("city", "coordinator_after", "conference_after", "misses_in_a_row", "confirm_days", "quiet_from")
    fields = (
        "city", "coordinator_after", "conference_after", "misses_in_a_row", "confirm_days", "quiet_from", "quiet_until",
    )  # fmt: skip
    given_once = ("city",)

    def keep(self, values: dict[str, Any], row: Any, *, by: Any, at: datetime) -> models.Model:
        known = {} if row is None else {"city": row.city}
        return change_city_settings(by=by, at=at, **known, **values)


@admin.register(SchoolHoliday)
class SchoolHolidayAdmin(SettingsAdmin):
    """When the schools of a community are closed: the country's, loaded from the file of reference data."""

    list_display = ("community", "name_en", "starts_on", "ends_on")
    list_filter = ("community",)
    fields = ("community", "starts_on", "ends_on", *NAMES, "source")
    given_once = ("community", "starts_on")
    of_the_country = True

    def keep(self, values: dict[str, Any], row: Any, *, by: Any, at: datetime) -> models.Model:
        known = {} if row is None else {"community": row.community, "starts_on": row.starts_on}
        return put_school_holiday(by=by, at=at, **known, **values)
