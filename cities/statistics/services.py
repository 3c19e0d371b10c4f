"""Keeping the published figures: a corrected source replaces what was noted, field by field in the ledger."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from cities.ledger.rules import Clock
from cities.records import keep, put_in
from cities.refusals import clean_text
from cities.staff.models import User
from cities.staff.services import require_settings, write_settings
from cities.statistics.models import Figure, Series


@transaction.atomic
def put_series(*, by: User | Clock, at: datetime, code: str, name: str, note: str = "") -> Series:
    """A series of published figures, known by its code: made, or put right. Nothing different: nothing is written."""
    found = require_settings(by, at=at, city_id=None, code_list=True)
    row = Series.objects.select_for_update().filter(code=code).first()
    is_new = row is None
    row = row or Series(recorded_at=at, recorded_by=None if isinstance(by, Clock) else by, code=code)
    values = {
        "name": clean_text(name, field="name", most=200, needed=True, one_line=True),
        "note": clean_text(note, field="note"),
    }
    changed = put_in(row, values)
    if is_new or changed:
        keep(row, field="code", fields=None if is_new else changed)
        write_settings(by=by, act="PUT_SERIES", row=row, fields=changed, standing=found)
    return row


@transaction.atomic
def put_figure(
    *, by: User | Clock, at: datetime, series: Series, as_of: date, area: str, measure: str, value: Decimal,
    qualifier: str = "", source: str,
) -> Figure:  # fmt: skip
    """One published number, known by series, day, area and measure: noted, or put right. The qualifier is the
    publisher's own word for how sure it was; a number without its source is refused."""
    found = require_settings(by, at=at, city_id=None, code_list=True)
    Series.objects.select_for_update().get(pk=series.pk)
    key = {
        "as_of": as_of,
        "area": clean_text(area, field="area", most=5, needed=True, one_line=True),
        "measure": clean_text(measure, field="measure", most=40, needed=True, one_line=True),
    }
    row = Figure.objects.filter(series=series, **key).first()
    is_new = row is None
    row = row or Figure(recorded_at=at, recorded_by=None if isinstance(by, Clock) else by, series=series, **key)
    values = {
        "value": value,
        "qualifier": clean_text(qualifier, field="qualifier", most=30, one_line=True),
        "source": clean_text(source, field="source", needed=True),
    }
    changed = put_in(row, values)
    if is_new or changed:
        keep(row, field="measure", fields=None if is_new else changed)
        write_settings(by=by, act="PUT_FIGURE", row=row, fields=changed, standing=found)
    return row
