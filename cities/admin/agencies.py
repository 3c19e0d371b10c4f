"""Agencies and their seats in the cells."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.utils.translation import gettext_lazy as _

from cities.admin.base import SettingsAdmin, SettingsForm
from cities.agencies.models import Agency, CellSeat, ClosingDays
from cities.agencies.services import (
    add_agency,
    add_closing_days,
    change_agency,
    end_seat,
    seat_agency,
    withdraw_closing_days,
)


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
        return end_seat(seat=row, by=by, at=at, **values)

    def get_form(self, request: Any, obj: models.Model | None = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        if obj is not None and "ends_on" in form.base_fields:
            form.base_fields["ends_on"].required = True
        return form


class ClosingForm(SettingsForm):
    """Days that stand are withdrawn, or left."""

    withdraw = forms.BooleanField(label=_("It is open on these days after all"), required=False)

    def _get_validation_exclusions(self) -> set[str]:
        """Whether days overlap, the room asks: a form without `withdrawn_at` can't."""
        return {*super()._get_validation_exclusions(), "agency"}  # type: ignore[misc]


@admin.register(ClosingDays)
class ClosingDaysAdmin(SettingsAdmin):
    """Days on which an agency is closed are given for a period, and withdrawn when it is open after all."""

    form = ClosingForm
    list_display = ("agency", "starts_on", "ends_on", "occasion", "withdrawn_at")
    list_filter = ("agency__city",)
    fields = ("agency", "starts_on", "ends_on", "occasion")
    given_once = ("agency", "starts_on", "ends_on", "occasion")

    def city_of(self, row: models.Model) -> int | None:
        city_id: int | None = row.agency.city_id  # type: ignore[attr-defined]
        return city_id

    def get_fields(self, request: Any, obj: models.Model | None = None) -> Any:
        stands = obj is not None and obj.withdrawn_at is None  # type: ignore[attr-defined]
        return (*self.fields, "withdraw") if stands else self.fields

    def keep(self, values: dict[str, Any], row: Any, *, by: Any, at: datetime) -> models.Model:
        if row is None:
            return add_closing_days(by=by, at=at, **{name: values[name] for name in self.given_once})
        closing: ClosingDays = row
        if values.get("withdraw"):
            closing = withdraw_closing_days(closing=row, by=by, at=at, version=values["version"])
        return closing
