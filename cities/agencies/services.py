"""Keeping the agencies, and their seats in the cells."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cities.agencies.models import Agency, CellSeat, ClosingDays
from cities.ledger.rules import Clock
from cities.places.models import City
from cities.records import keep, keep_version, put_in, require_as_read
from cities.refusals import Refused, clean_text
from cities.staff.models import User
from cities.staff.services import require_settings, write_settings


@transaction.atomic
def add_agency(
    *, by: User | Clock, at: datetime, name: str, kind: str, city: City | None = None, email: str = "", phone: str = ""
) -> Agency:
    """An organisation that people can be posted at, or that something can be addressed to."""
    found = require_settings(by, at=at, city_id=city.pk if city else None)
    agency = Agency(recorded_at=at, recorded_by=None if isinstance(by, Clock) else by, city=city)
    values = _values(name, kind, email, phone)
    put_in(agency, values)
    keep(agency, field="name")
    write_settings(
        by=by, act="ADD_AGENCY", row=agency, fields=("city", *values), standing=found, city_id=agency.city_id
    )  # fmt: skip
    return agency


@transaction.atomic
def change_agency(
    *, agency: Agency, by: User | Clock, at: datetime, version: int, name: str, kind: str, email: str = "",
    phone: str = "", is_active: bool = True,
) -> Agency:  # fmt: skip
    """How an agency is called and reached, and whether it is still in use. It stays in the city it belongs to."""
    found = require_settings(by, at=at, city_id=agency.city_id)
    agency = Agency.objects.select_for_update().get(pk=agency.pk)
    require_as_read(agency, version)
    if changed := put_in(agency, {**_values(name, kind, email, phone), "is_active": is_active}):
        keep_version(agency, changed, field="name")
        write_settings(
            by=by, act="CHANGE_AGENCY", row=agency, fields=changed, standing=found, city_id=agency.city_id
        )  # fmt: skip
    return agency


def _values(name: str, kind: str, email: str, phone: str) -> dict[str, object]:
    return {
        "name": clean_text(name, field="name", most=160, needed=True, one_line=True),
        "kind": kind,
        "email": clean_text(email, field="email", most=254, one_line=True),
        "phone": clean_text(phone, field="phone", most=40, one_line=True),
    }


@transaction.atomic
def seat_agency(
    *, by: User | Clock, at: datetime, city: City, agency: Agency, starts_on: date, ends_on: date | None = None
) -> CellSeat:
    """The agency has a seat in the cell of the city, for a period that overlaps no other of its seats there."""
    found = require_settings(by, at=at, city_id=city.pk)
    City.objects.select_for_update().get(pk=city.pk)
    if agency.city_id not in (None, city.pk):
        raise Refused(_("This agency belongs to another city."), field="agency", code="other_city")
    seat = CellSeat(
        recorded_at=at, recorded_by=None if isinstance(by, Clock) else by, city=city, agency=agency,
        starts_on=starts_on, ends_on=ends_on,
    )  # fmt: skip
    keep(seat, field="starts_on")
    fields = ("agency", "city", "starts_on", "ends_on")
    write_settings(by=by, act="SEAT_AGENCY", row=seat, fields=fields, standing=found, city_id=city.pk)
    return seat


@transaction.atomic
def end_seat(*, seat: CellSeat, by: User | Clock, at: datetime, version: int, ends_on: date) -> CellSeat:
    """From `ends_on` the agency no longer sits in the cell."""
    found = require_settings(by, at=at, city_id=seat.city_id)
    seat = CellSeat.objects.select_for_update().get(pk=seat.pk)
    require_as_read(seat, version)
    if seat.ends_on is not None and seat.ends_on <= timezone.localdate(at):
        raise Refused(_("This seat has ended already."), field="ends_on", code="ended")
    if changed := put_in(seat, {"ends_on": ends_on}):
        keep_version(seat, changed, field="ends_on")
        write_settings(by=by, act="END_SEAT", row=seat, fields=changed, standing=found, city_id=seat.city_id)
    return seat


@transaction.atomic
def add_closing_days(
    *, by: User | Clock, at: datetime, agency: Agency, starts_on: date, ends_on: date, occasion: str = ""
) -> ClosingDays:
    """The agency is closed until `ends_on`, beside weekends and public holidays. The clock plans anew
    what its rhythms have there; what was arranged by hand stays."""
    found = require_settings(by, at=at, city_id=agency.city_id)
    Agency.objects.select_for_update().get(pk=agency.pk)
    row = ClosingDays(
        recorded_at=at, recorded_by=None if isinstance(by, Clock) else by, agency=agency, starts_on=starts_on,
        ends_on=ends_on, occasion=clean_text(occasion, field="occasion", most=80, one_line=True),
    )  # fmt: skip
    if ends_on <= starts_on:
        raise Refused(_("A period ends after it starts."), field="ends_on", code="period")
    keep(row, field="starts_on")
    write_settings(
        by=by, act="ADD_CLOSING_DAYS", row=row, fields=("agency", "starts_on", "ends_on", "occasion"), standing=found,
        city_id=agency.city_id,
    )  # fmt: skip
    return row


@transaction.atomic
def withdraw_closing_days(*, closing: ClosingDays, by: User | Clock, at: datetime, version: int) -> ClosingDays:
    """It is open after all: the clock puts back what had moved because of it."""
    found = require_settings(by, at=at, city_id=closing.agency.city_id)
    row = ClosingDays.objects.select_for_update().get(pk=closing.pk)
    if row.withdrawn_at is not None:
        raise Refused(_("These days were withdrawn already."), code="withdrawn")
    require_as_read(row, version)
    row.withdrawn_at, row.settled_at = at, None
    keep_version(row, ["withdrawn_at", "settled_at"])
    write_settings(
        by=by, act="WITHDRAW_CLOSING_DAYS", row=row, fields=["withdrawn_at"], standing=found,
        city_id=closing.agency.city_id,
    )  # fmt: skip
    return row
