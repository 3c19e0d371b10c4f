"""The picture is opened by whoever may, with a ledger entry; the command is the same act."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from decimal import Decimal
from unittest.mock import patch

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError

from cases.access.services import acting
from cases.figures.services import open_picture
from cases.people.models import Person
from cases.travel.models import TravelStatus
from cities.ledger.models import LedgerEntry
from cities.ledger.rules import Clock
from cities.places.models import City, HotSpotDesignation, Population
from cities.refusals import NotAllowed, Refused
from cities.roles.rules import Role
from cities.statistics.models import Figure, Series
from cities.statistics.rules import Cell, Mark
from tests.factories import AT, Cast, staff

DAY = date(2015, 11, 3)


def left(city: City, *values: str) -> None:
    """So many people of the city, each with one status since a month before the day."""
    by = staff(Role.COORDINATOR, city)
    with acting(by):
        persons = Person.objects.bulk_create(
            Person(recorded_at=AT, recorded_by=by, city=city, official_name="Nemo", sort_name="nemo") for _ in values
        )
        TravelStatus.objects.bulk_create(
            TravelStatus(
                recorded_at=AT, recorded_by=by, person=person, city=city, value=value, confidence="CONFIRMED",
                source_kind="CARD", source="An invented card", reliability="B", true_since=date(2015, 10, 5),
                known_since=date(2015, 10, 9),
            )
            for person, value in zip(persons, values, strict=True)
        )  # fmt: skip


@pytest.fixture
def register(cast: Cast) -> None:
    """Thirty left Vilvoorde, four Verviers; what others published of the country and of Flanders."""
    left(cast.city, *["IN_ZONE"] * 18, *["RETURNED"] * 12)
    left(cast.other_city, *["IN_ZONE"] * 4)
    City.objects.filter(pk=cast.city.pk).update(published_departures=27, published_departures_on=date(2016, 1, 28))
    Population.objects.create(recorded_at=AT, city=cast.city, year=2015, inhabitants=42_000)
    HotSpotDesignation.objects.create(recorded_at=AT, city=cast.city, round=1, starts_on=date(2015, 1, 1))
    series = Series.objects.create(recorded_at=AT, code="cable", name="The cable")
    country = [("BE", "left", 35), ("BE", "hot_spot_cities", 1)]
    for area, measure, value in [*country, ("VLG", "in_zone", 20), ("WAL", "in_zone", 9), ("DK", "left", 2)]:
        Figure.objects.create(
            recorded_at=AT,
            series=series,
            as_of=DAY,
            area=area,
            measure=measure,
            value=value,
            qualifier="about",
            source="-",
        )


@pytest.mark.usefixtures("register")
def test_open_picture__counts_protects_and_compares(cast: Cast) -> None:
    with acting(cast.analyst):
        picture = open_picture(by=cast.analyst, at=AT, as_of=DAY, known_on=DAY)
    assert (picture.stock.left, picture.stock.in_zone, picture.stock.returned) == (34, 22, 12)
    assert picture.columns == ("in_zone", "returned")
    lines = {line.code: line for line in picture.cities}
    assert lines["VER"].cells["left"] == Cell(None, Mark.FEWER)
    assert lines["VIL"].cells["left"] == Cell(None, Mark.NOT_SHOWN)
    assert lines["VIL"].published == 27
    assert lines["VIL"].difference is None
    ours = {(row.area, row.measure): (row.ours, row.mark, row.difference) for row in picture.published}
    assert ours == {
        ("BE", "left"): (Decimal(34), "", Decimal(-1)),
        ("BE", "hot_spot_cities"): (Decimal(1), "", Decimal(0)),
        ("VLG", "in_zone"): (None, Mark.NOT_SHOWN, None),
        ("WAL", "in_zone"): (None, Mark.FEWER, None),
    }


@pytest.mark.usefixtures("register")
def test_open_picture__shows_what_is_large_enough(cast: Cast) -> None:
    left(cast.other_city, *["IN_ZONE"] * 8)
    with acting(cast.carla):
        picture = open_picture(by=cast.carla, at=AT, as_of=DAY, known_on=DAY)
    lines = {line.code: line for line in picture.cities}
    assert (lines["VIL"].cells["left"], lines["VIL"].per_100_000) == (Cell(30), Decimal("71.4"))
    assert (lines["VIL"].inhabitants_in, lines["VIL"].difference) == (2015, 3)
    assert (lines["VER"].cells["left"], lines["VER"].per_100_000) == (Cell(12), None)
    assert {line.region: line.cells["left"] for line in picture.regions} == {"FLANDERS": Cell(30), "WALLONIA": Cell(12)}
    assert picture.country.departures == Cell(30)  # who was first heard of when back, left on a day that nobody knows


@pytest.mark.parametrize(("take_away", "operation"), [(False, "CONSULT"), (True, "EXPORT")])
def test_open_picture__stands_in_the_ledger(cast: Cast, take_away: bool, operation: str) -> None:
    with acting(cast.analyst):
        open_picture(by=cast.analyst, at=AT, as_of=DAY, known_on=DAY, take_away=take_away)
    entry = LedgerEntry.objects.get(act="PICTURE_READ")
    assert (entry.operation, entry.actor, entry.role) == (operation, cast.analyst, "ANALYST")
    assert entry.purpose == "as of 2015-11-03, as known on 2015-11-03"


def test_open_picture__nothing_is_shown_when_the_ledger_fails(cast: Cast) -> None:
    with (
        patch("cities.ledger.services.LedgerEntry.objects.create", side_effect=DatabaseError),
        pytest.raises(DatabaseError),
        acting(cast.analyst),
    ):
        open_picture(by=cast.analyst, at=AT, as_of=DAY, known_on=DAY)


@pytest.mark.parametrize("who", ["alice", "liaison", "administrator"])
def test_open_picture__is_for_whoever_may(cast: Cast, who: str) -> None:
    user = getattr(cast, who)
    with pytest.raises(NotAllowed), acting(user):
        open_picture(by=user, at=AT, as_of=DAY, known_on=DAY)


def test_open_picture__refuses_a_day_to_come(cast: Cast) -> None:
    with pytest.raises(Refused), acting(cast.analyst):
        open_picture(by=cast.analyst, at=AT, as_of=date(2030, 1, 1), known_on=date(2030, 1, 1))


def printed(*arguments: str) -> str:
    out = io.StringIO()
    call_command("national_picture", *arguments, stdout=out)
    return out.getvalue()


@pytest.mark.usefixtures("register")
def test_command__json_has_the_stock_on_top_and_is_the_set_ups_act() -> None:
    found = json.loads(printed("--as-of", "2015-11-03", "--known-on", "2015-11-03", "--format", "json"))
    assert {name: found[name] for name in ("left", "in_zone", "in_transit", "killed", "returned")} == {
        "left": 34, "in_zone": 22, "in_transit": 0, "killed": 0, "returned": 12,
    }  # fmt: skip
    assert {line["code"]: (line["left"], line["marks"].get("left")) for line in found["cities"]} == {
        "VIL": (None, "NOT_SHOWN"), "VER": (None, "FEWER"),
    }  # fmt: skip
    entry = LedgerEntry.objects.get(act="PICTURE_READ")
    assert (entry.actor, entry.initiator) == (None, Clock.SETUP.value)


@pytest.mark.usefixtures("register")
def test_command__csv_and_table_say_the_same() -> None:
    days = ("--as-of", "2015-11-03", "--known-on", "2015-11-03")
    rows = list(csv.reader(io.StringIO(printed(*days, "--format", "csv"))))
    assert ["stock", "left", "BE", "34"] in rows
    assert ["cities", "left", "VER", "fewer than 10"] in rows
    assert ["published", "left", "cable 2015-11-03 BE", "about 35"] in rows
    assert [line.split() for line in printed(*days).splitlines() if line] == [" ".join(row).split() for row in rows]


@pytest.mark.usefixtures("register")
def test_command__on_somebodys_behalf(cast: Cast) -> None:
    printed("--by", cast.analyst.username)
    assert LedgerEntry.objects.get(act="PICTURE_READ").actor == cast.analyst


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--as-of", "3 November"], "is not a day"),
        (["--as-of", "2015-11-03", "--known-on", "2015-01-01"], "--known-on: On this day nobody could know"),
        (["--by", "nobody"], "There is no user 'nobody'"),
    ],
)
@pytest.mark.django_db
def test_command__says_what_is_wrong(arguments: list[str], said: str) -> None:
    with pytest.raises(CommandError, match=said):
        printed(*arguments)


def test_command__not_for_a_caseworker(cast: Cast) -> None:
    with pytest.raises(CommandError, match="may not read the national picture"):
        printed("--by", cast.alice.username)
