"""Keeping the published figures: a corrected source replaces what was noted, field by field in the ledger."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from cities.ledger.rules import Clock
from cities.records import keep_version, put_in, require_as_read
from cities.refusals import clean_text
from cities.staff.models import User
from cities.staff.services import require_settings, write_settings
from cities.statistics.models import Figure, Series


@transaction.atomic
def put_series(
    *, by: User | Clock, at: datetime, code: str, name: str, note: str = "", version: int | None = None
) -> Series:
    """A series of published figures, known by its code: made, or the one that was read, by its `version`, put right.
    Nothing different: nothing is written."""
    found = require_settings(by, at=at, city_id=None, code_list=True)
    row = Series.objects.select_for_update().filter(code=code).first()
    row = row or Series(recorded_at=at, recorded_by=None if isinstance(by, Clock) else by, code=code)
    require_as_read(row, version, field="code")
    values = {
        "name": clean_text(name, field="name", most=200, needed=True, one_line=True),
        "note": clean_text(note, field="note"),
    }
    if changed := put_in(row, values):
        keep_version(row, changed, field="code")
        write_settings(by=by, act="PUT_SERIES", row=row, fields=changed, standing=found)
    return row


@transaction.atomic
def put_figure(
    *, by: User | Clock, at: datetime, series: Series, as_of: date, area: str, measure: str, value: Decimal,
    qualifier: str = "", source: str, version: int | None = None,
) -> Figure:  # fmt: skip
    """One published number, known by series, day, area and measure: noted, or the one that was read, by its
    `version`, put right. The qualifier is the publisher's own word for how sure it was; a number without its
    source is refused."""
    found = require_settings(by, at=at, city_id=None, code_list=True)
    Series.objects.select_for_update().get(pk=series.pk)
    key = {
        "as_of": as_of,
        "area": clean_text(area, field="area", most=5, needed=True, one_line=True),
        "measure": clean_text(measure, field="measure", most=40, needed=True, one_line=True),
    }
    row = Figure.objects.filter(series=series, **key).first()
    row = row or Figure(recorded_at=at, recorded_by=None if isinstance(by, Clock) else by, series=series, **key)
    require_as_read(row, version, field="measure")
    values = {
        "value": value,
        "qualifier": clean_text(qualifier, field="qualifier", most=30, one_line=True),
        "source": clean_text(source, field="source", needed=True),
    }
    if changed := put_in(row, values):
        keep_version(row, changed, field="measure")
        write_settings(by=by, act="PUT_FIGURE", row=row, fields=changed, standing=found)
    return row
