"""Published figures."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db import models
from django.utils import formats
from django.utils.translation import gettext_lazy as _

from cities.admin.base import SettingsAdmin
from cities.statistics.models import Figure, Series
from cities.statistics.rules import AREAS, MEASURES
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

    list_display = ("series", "as_of", "where", "what", "qualifier", "number")
    list_filter = ("series", "area", "measure")
    list_select_related = ("series",)
    date_hierarchy = "as_of"
    fields = ("series", "as_of", "area", "measure", "qualifier", "value", "source")
    given_once = ("series", "as_of", "area", "measure")
    of_the_country = is_code_list = True

    @admin.display(description=_("area"), ordering="area")
    def where(self, row: Figure) -> str:
        return str(AREAS.get(row.area, row.area))

    @admin.display(description=_("measure"), ordering="measure")
    def what(self, row: Figure) -> str:
        """In words; a measure without words is shown by its code."""
        return str(MEASURES.get(row.measure, row.measure))

    @admin.display(description=_("value"), ordering="value")
    def number(self, row: Figure) -> str:
        """Without the digits behind the point that say nothing."""
        return formats.number_format(row.value.normalize(), use_l10n=True)

    def keep(self, values: dict[str, Any], row: Any, *, by: Any, at: datetime) -> models.Model:
        known = {} if row is None else {name: getattr(row, name) for name in self.given_once}
        return put_figure(by=by, at=at, **known, **values)
