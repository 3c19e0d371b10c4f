"""Keeping the cities: names and codes, inhabitants by year, and when they were hot spots."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from cities.ledger.rules import Clock
from cities.places.models import City, CitySettings, HotSpotDesignation, Population, SchoolHoliday
from cities.records import keep, keep_version, put_in, require_as_read
from cities.refusals import Refused, clean_text
from cities.staff.models import User
from cities.staff.services import require_settings, write_settings


@transaction.atomic
def add_city(
    *, by: User | Clock, at: datetime, code: str, nis: str, name_nl: str, name_fr: str, name_de: str, name_en: str,
    region: str, languages: str, published_departures: int | None = None,
    published_departures_on: date | None = None, note: str = "",
) -> City:  # fmt: skip
    """A city joins the apparatus. Its code begins every case reference, so it never changes afterwards."""
    found = require_settings(by, at=at, city_id=None)
    city = City(recorded_at=at, recorded_by=_person(by), code=code.upper(), nis=nis)
    values = _city_values(
        name_nl, name_fr, name_de, name_en, region, languages, published_departures, published_departures_on, note
    )
    put_in(city, values)
    keep(city, field="code")
    write_settings(
        by=by, act="ADD_CITY", row=city, fields=("code", "nis", *values), standing=found, city_id=city.pk
    )  # fmt: skip
    return city


@transaction.atomic
def change_city(
    *, city: City, by: User | Clock, at: datetime, version: int, name_nl: str, name_fr: str, name_de: str, name_en: str,
    region: str, languages: str, published_departures: int | None = None,
    published_departures_on: date | None = None, note: str = "",
) -> City:  # fmt: skip
    """How a city is called and what was published about it. Nothing different: nothing is written."""
    found = require_settings(by, at=at, city_id=city.pk)
    city = City.objects.select_for_update().get(pk=city.pk)
    require_as_read(city, version)
    values = _city_values(
        name_nl, name_fr, name_de, name_en, region, languages, published_departures, published_departures_on, note
    )
    if changed := put_in(city, values):
        keep_version(city, changed)
        write_settings(by=by, act="CHANGE_CITY", row=city, fields=changed, standing=found, city_id=city.pk)
    return city


def _city_values(
    name_nl: str, name_fr: str, name_de: str, name_en: str, region: str, languages: str,
    published_departures: int | None, published_departures_on: date | None, note: str,
) -> dict[str, object]:  # fmt: skip
    names = {"name_nl": name_nl, "name_fr": name_fr, "name_de": name_de, "name_en": name_en}
    if published_departures is not None and published_departures_on is None:
        raise Refused(_("Say as of which day this was published."), field="published_departures_on", code="required")
    return {
        **{key: clean_text(name, field=key, most=80, needed=True, one_line=True) for key, name in names.items()},
        "region": region,
        "languages": clean_text(languages, field="languages", most=11, needed=True, one_line=True),
        "published_departures": published_departures,
        "published_departures_on": published_departures_on,
        "note": clean_text(note, field="note"),
    }


@transaction.atomic
def record_population(
    *, by: User | Clock, at: datetime, city: City, year: int, inhabitants: int, is_approximate: bool = False,
    source: str = "", version: int | None = None,
) -> Population:  # fmt: skip
    """How many people were registered in the city on 1 January of the year; a better count replaces the one that was
    read, whose `version` it takes. None: there was no count."""
    found = require_settings(by, at=at, city_id=city.pk)
    City.objects.select_for_update().get(pk=city.pk)
    row = Population.objects.filter(city=city, year=year).first()
    row = row or Population(recorded_at=at, recorded_by=_person(by), city=city, year=year)
    require_as_read(row, version, field="year")
    values = {
        "inhabitants": inhabitants,
        "is_approximate": is_approximate,
        "source": clean_text(source, field="source", most=200, one_line=True),
    }
    if changed := put_in(row, values):
        keep_version(row, changed, field="inhabitants")
        write_settings(
            by=by, act="RECORD_POPULATION", row=row, fields=changed, standing=found, city_id=city.pk
        )  # fmt: skip
    return row


@transaction.atomic
def designate(
    *, by: User | Clock, at: datetime, city: City, round: int, starts_on: date, ends_on: date | None = None,  # noqa: A002
    grant_eur: Decimal | None = None, source: str = "", version: int | None = None,
) -> HotSpotDesignation:  # fmt: skip
    """The city is a hot spot for a period, in a round of designations. One round of a city is one row: that which was
    read, by its `version`, is put right. None: there was none."""
    found = require_settings(by, at=at, city_id=None)
    City.objects.select_for_update().get(pk=city.pk)
    row = HotSpotDesignation.objects.filter(city=city, round=round).first()
    row = row or HotSpotDesignation(recorded_at=at, recorded_by=_person(by), city=city, round=round)
    require_as_read(row, version, field="round")
    values = {
        "starts_on": starts_on,
        "ends_on": ends_on,
        "grant_eur": grant_eur,
        "source": clean_text(source, field="source"),
    }
    if changed := put_in(row, values):
        keep_version(row, changed, field="starts_on")
        write_settings(by=by, act="DESIGNATE", row=row, fields=changed, standing=found, city_id=city.pk)
    return row


@transaction.atomic
def change_city_settings(
    *, city: City, by: User | Clock, at: datetime, coordinator_after: int, conference_after: int, misses_in_a_row: int,
    quiet_from: time, quiet_until: time, confirm_days: int | None = None, version: int | None = None,
) -> CitySettings:  # fmt: skip
    """How a city follows up. What is on a step of the ladder already keeps the deadline it was given.

    `version`: the one that was read. None: the city had no settings of its own, but the defaults.
    """
    found = require_settings(by, at=at, city_id=city.pk)
    City.objects.select_for_update().get(pk=city.pk)
    row = CitySettings.objects.filter(city=city).first()
    row = row or CitySettings(recorded_at=at, recorded_by=_person(by), city=city)
    require_as_read(row, version, field="city")
    values = {
        "coordinator_after": coordinator_after, "conference_after": conference_after,
        "misses_in_a_row": misses_in_a_row, "quiet_from": quiet_from, "quiet_until": quiet_until,
        "confirm_days": row.confirm_days if confirm_days is None else confirm_days,
    }  # fmt: skip
    changed = put_in(row, values)
    if changed or row._state.adding:  # the defaults, said as one's own
        keep_version(row, changed, field="city")
        write_settings(
            by=by, act="CHANGE_CITY_SETTINGS", row=row, fields=changed or list(values), standing=found, city_id=city.pk
        )  # fmt: skip
    return row


@transaction.atomic
def put_school_holiday(
    *, by: User | Clock, at: datetime, community: str, starts_on: date, ends_on: date, name_nl: str, name_fr: str,
    name_de: str, name_en: str, source: str = "", version: int | None = None,
) -> SchoolHoliday:  # fmt: skip
    """A holiday of the schools of a community, by the day it begins; the one that was read, by its `version`, is put
    right. None: there was none."""
    found = require_settings(by, at=at, city_id=None)
    row = SchoolHoliday.objects.select_for_update().filter(community=community, starts_on=starts_on).first()
    row = row or SchoolHoliday(recorded_at=at, recorded_by=_person(by), community=community, starts_on=starts_on)
    require_as_read(row, version, field="starts_on")
    names = {"name_nl": name_nl, "name_fr": name_fr, "name_de": name_de, "name_en": name_en}
    values = {
        **{key: clean_text(name, field=key, most=80, needed=True, one_line=True) for key, name in names.items()},
        "ends_on": ends_on,
        "source": clean_text(source, field="source", most=200, one_line=True),
    }
    if changed := put_in(row, values):
        keep_version(row, changed, field="ends_on")
        write_settings(by=by, act="PUT_SCHOOL_HOLIDAY", row=row, fields=changed, standing=found)
    return row


def _person(by: User | Clock) -> User | None:
    return None if isinstance(by, Clock) else by
