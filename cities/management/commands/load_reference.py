"""`manage.py load_reference`: cities, published figures and school holidays, from the files in `cities/data`."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from cities.ledger.rules import Clock
from cities.places.models import City
from cities.places.selectors import city_by_code, designations, populations, school_holidays
from cities.places.services import add_city, change_city, designate, put_school_holiday, record_population
from cities.records import version_of
from cities.refusals import Refused
from cities.statistics.selectors import figures
from cities.statistics.selectors import series as all_series
from cities.statistics.services import put_figure, put_series

DATA = Path(__file__).resolve().parents[2] / "data"
SETUP = Clock.SETUP

#: Where the counts of inhabitants come from, as the page of a city says it: the file has one source for all of them.
INHABITANTS_SOURCE = "Statbel and the press of 2015 and 2016, gathered for this project"

Row = dict[str, str]


class Command(BaseCommand):
    """Loads the reference data. Twice makes no difference; a changed file changes the rows, and the ledger says so."""

    help = "Loads cities, published figures and school holidays. Safe to run again: only what differs is written."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--folder", type=Path, default=DATA, help="where the files are (default: cities/data)")

    def handle(self, *args: Any, **options: Any) -> None:
        folder, at = options["folder"], timezone.now()
        try:
            with transaction.atomic():
                cities = load_cities(folder, at)
                figures = load_figures(folder, at)
                holidays = load_school_holidays(folder, at)
        except (OSError, KeyError, ValueError, ArithmeticError) as error:
            raise CommandError(f"The files in {folder} can't be read: {error!r}") from error
        except Refused as error:
            raise CommandError(f"{error.field}: {error.message}") from error
        if options["verbosity"]:
            self.stdout.write(
                self.style.SUCCESS(
                    f"{cities} cities, {figures} figures and {holidays} school holidays are as the files say."
                )
            )


def rows_of(path: Path) -> Iterator[Row]:
    """The rows of a file of comma-separated values, in UTF-8."""
    with path.open(encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream)


def load_cities(folder: Path, at: datetime) -> int:
    """Cities with their inhabitants and their designation. Gives how many cities there are."""
    rounds = {row["round"]: row for row in rows_of(folder / "designations.csv")}
    rows = list(rows_of(folder / "hot_spot_cities.csv"))
    for row in rows:
        city = put_city(row, at)
        if row["population"]:
            year = int(row["population_year"])
            record_population(
                by=SETUP, at=at, city=city, year=year, version=version_of(populations().filter(city=city, year=year)),
                inhabitants=int(row["population"]), is_approximate=bool(row["population_qualifier"]),
                source=INHABITANTS_SOURCE,
            )  # fmt: skip
        designation = rounds[row["round"]]
        known: dict[str, Any] = {"city": city, "round": int(row["round"])}
        designate(
            by=SETUP, at=at, **known, version=version_of(designations().filter(**known)),
            starts_on=date.fromisoformat(designation["starts_on"]), ends_on=day(designation["ends_on"]),
            grant_eur=Decimal(row["grant_2015_eur"]), source=designation["source"],
        )  # fmt: skip
    return len(rows)


def put_city(row: Row, at: datetime) -> City:
    """One city, made or put right."""
    values: dict[str, Any] = {name: row[name] for name in ("name_nl", "name_fr", "name_de", "name_en", "languages")}
    values |= {
        "region": row["region"].upper(),
        "note": row["note"],
        "published_departures": int(row["published_departures"]) if row["published_departures"] else None,
        "published_departures_on": day(row["published_departures_on"]),
    }
    city = city_by_code(row["code"])
    if city is None:
        return add_city(by=SETUP, at=at, code=row["code"], nis=row["nis"], **values)
    return change_city(city=city, by=SETUP, at=at, version=city.version, **values)


def load_figures(folder: Path, at: datetime) -> int:
    """Series and figures; a source "same" is that of the row above. Gives how many figures there are."""
    series = {
        row["code"]: put_series(
            by=SETUP,
            at=at,
            code=row["code"],
            version=version_of(all_series().filter(code=row["code"])),
            name=row["name"],
            note=row["note"],
        )
        for row in rows_of(folder / "series.csv")
    }
    rows, source = list(rows_of(folder / "published_figures.csv")), ""
    for row in rows:
        source = source if row["source"] == "same" else row["source"]
        known: dict[str, Any] = {
            "series": series[row["series"]], "as_of": date.fromisoformat(row["as_of"]), "area": row["area"],
            "measure": row["measure"],
        }  # fmt: skip
        put_figure(
            by=SETUP, at=at, **known, version=version_of(figures().filter(**known)), value=Decimal(row["value"]),
            qualifier=row["qualifier"], source=source,
        )  # fmt: skip
    return len(rows)


def load_school_holidays(folder: Path, at: datetime) -> int:
    """The holidays of the schools, where there is such a file. Gives how many there are in it."""
    path = folder / "school_holidays.csv"
    rows = list(rows_of(path)) if path.exists() else []
    for row in rows:
        names = {name: row[name] for name in ("name_nl", "name_fr", "name_de", "name_en")}
        community, starts_on = row["community"].upper(), date.fromisoformat(row["starts_on"])
        standing = school_holidays().filter(community=community, starts_on=starts_on)
        put_school_holiday(
            by=SETUP, at=at, community=community, starts_on=starts_on, version=version_of(standing),
            ends_on=date.fromisoformat(row["ends_on"]), source=row["source"], **names,
        )  # fmt: skip
    return len(rows)


def day(text: str) -> date | None:
    """A day, or nothing where the file has none."""
    return date.fromisoformat(text) if text else None
