"""Published figures."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db import models

from cities.admin.base import SettingsAdmin
from cities.statistics.models import Figure, Series
from cities.statistics.services import put_figure, put_series


@admin.register(Series)
class SeriesAdmin(SettingsAdmin):
    """Who published, and what."""

    list_display = ("code", "name")
    fields = ("code", "name", "note")
    given_once = ("code",)
    of_the_country = is_code_list = True

    def keep(self, values: dict[str, Any], row: Any, *, by: Any, at: datetime) -> models.Model:
        return put_series(by=by, at=at, **({} if row is None else {"code": row.code}), **values)


@admin.register(Figure)
class FigureAdmin(SettingsAdmin):
    """One published number, with the publisher's own word for how sure it was."""

    list_display = ("series", "as_of", "area", "measure", "qualifier", "value")
    list_filter = ("series", "area", "measure")
    list_select_related = ("series",)
    date_hierarchy = "as_of"
    fields = ("series", "as_of", "area", "measure", "qualifier", "value", "source")
    given_once = ("series", "as_of", "area", "measure")
    of_the_country = is_code_list = True

    def keep(self, values: dict[str, Any], row: Any, *, by: Any, at: datetime) -> models.Model:
        known = {} if row is None else {name: getattr(row, name) for name in self.given_once}
        return put_figure(by=by, at=at, **known, **values)
