"""Agencies and their seats in the cells."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db import models

from cities.admin.base import SettingsAdmin
from cities.agencies.models import Agency, CellSeat
from cities.agencies.services import add_agency, change_agency, end_seat, seat_agency


@admin.register(Agency)
class AgencyAdmin(SettingsAdmin):
    """An agency stays in the city it belongs to; one that is no longer in use is marked so."""

    list_display = ("name", "kind", "city", "is_active")
    list_filter = ("kind", "city", "is_active")
    search_fields = ("name",)
    fields = ("name", "kind", "city", "email", "phone", "is_active")
    given_once = ("city",)

    def get_fields(self, request: Any, obj: models.Model | None = None) -> Any:
        return [name for name in self.fields if obj is not None or name != "is_active"]

    def keep(self, values: dict[str, Any], row: Any, *, by: Any, at: datetime) -> models.Model:
        if row is None:
            return add_agency(by=by, at=at, **values)
        return change_agency(agency=row, by=by, at=at, **values)


@admin.register(CellSeat)
class SeatAdmin(SettingsAdmin):
    """A seat is given for a period, and ended."""

    list_display = ("city", "agency", "starts_on", "ends_on")
    list_filter = ("city",)
    fields = ("city", "agency", "starts_on", "ends_on")
    given_once = ("city", "agency", "starts_on")

    def keep(self, values: dict[str, Any], row: Any, *, by: Any, at: datetime) -> models.Model:
        if row is None:
            return seat_agency(by=by, at=at, **values)
        return end_seat(seat=row, by=by, at=at, ends_on=values["ends_on"])

    def get_form(self, request: Any, obj: models.Model | None = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        if obj is not None and "ends_on" in form.base_fields:
            form.base_fields["ends_on"].required = True
        return form
