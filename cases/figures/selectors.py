"""The national picture: asked of the functions that count, and put beside what others published."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from django.db import connection

from cases.access.services import require, require_clock
from cases.figures.rules import (
    COMPARED,
    COUNTRY,
    COUNTS,
    REGION_OF,
    CityLine,
    Comparison,
    Funnel,
    Held,
    Moved,
    Picture,
    flow_since,
    months_of,
    months_until,
    nearest_year,
    our_number,
    per_100_000,
    stock_of,
    why_they_may_differ,
)
from cities.ledger.rules import Clock
from cities.places import selectors as places
from cities.places.models import City
from cities.places.rules import Region
from cities.records import as_set_up
from cities.roles.permissions import Permission
from cities.staff.models import User
from cities.statistics import selectors as statistics
from cities.statistics.models import Figure
from cities.statistics.rules import TOTAL, Cell, Protected, protect


def _call(function: str, *arguments: date) -> list[tuple[object, ...]]:
    marks = ", ".join(["%s"] * len(arguments))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM apparatus_{function}({marks})", arguments)  # noqa: S608 - names of our own
        return list(cursor.fetchall())


def held_on(*, as_of: date, known_on: date) -> list[Held]:
    """What holds about how many, city by city."""
    return [Held(*row) for row in _call("stock", as_of, known_on)]  # type: ignore[arg-type]


def moved_until(*, as_of: date, known_on: date, since: date) -> list[Moved]:
    """How many moved from `since` to `as_of`, both included, by city, month and kind of move."""
    return [Moved(*row) for row in _call("flow", as_of, known_on, since)]  # type: ignore[arg-type]


def funnel_on(*, as_of: date, known_on: date) -> Funnel:
    """From returned to closed."""
    return Funnel(*_call("funnel", as_of, known_on)[0])  # type: ignore[arg-type]


def national_picture(by: User | Clock, *, at: datetime, as_of: date, known_on: date) -> Picture:
    """The whole picture. Only for who may read it; a command counts as the set-up (`Clock.SETUP`)."""
    if isinstance(by, Clock):
        require_clock(by)
        with as_set_up():
            return _picture(as_of=as_of, known_on=known_on)
    require(by, Permission.PICTURE_READ, at=at)
    return _picture(as_of=as_of, known_on=known_on)


def _picture(*, as_of: date, known_on: date) -> Picture:
    cities = list(places.cities().order_by("name_en"))
    figures = published_by(as_of)
    since = min([flow_since(as_of), *(date(figure.as_of.year, 1, 1) for figure in figures)])
    held = held_on(as_of=as_of, known_on=known_on)
    moved = moved_until(as_of=as_of, known_on=known_on, since=since)
    columns, table = city_table(cities, held)
    recent = _departures(cities, moved, since=months_until(as_of)[0])
    stock = stock_of(held)
    return Picture(
        as_of=as_of,
        known_on=known_on,
        stock=stock,
        flow=months_of(moved, as_of),
        columns=columns,
        country=_country_line(stock, columns, sum(recent.values())),
        regions=tuple(_region_lines(cities, columns, table, recent)),
        cities=tuple(_city_lines(cities, columns, table, recent, year=as_of.year)),
        funnel=funnel_on(as_of=as_of, known_on=known_on),
        published=tuple(_comparisons(figures, cities, moved, known_on=known_on)),
    )


def published_by(day: date) -> list[Figure]:
    """The published figures that have a counterpart here: of each kind the latest by `day`, and every yearly one."""
    figures = (
        statistics.figures()
        .filter(as_of__lte=day, measure__in=COMPARED, area__in=[COUNTRY, *REGION_OF])
        .order_by("as_of", "series__code", "pk")
    )
    latest: dict[tuple[object, ...], Figure] = {}
    for figure in figures:
        year = figure.as_of.year if figure.measure == "departures_in_year" else None
        latest[figure.series_id, figure.area, figure.measure, year] = figure
    return sorted(latest.values(), key=lambda figure: (figure.as_of, figure.series.code, figure.pk))


def city_table(cities: Sequence[City], held: Iterable[Held]) -> tuple[tuple[str, ...], Protected]:
    """The columns that occur, and the table of the cities by them, protected."""
    by_city: dict[int, list[Held]] = {city.pk: [] for city in cities}
    for row in held:
        by_city[row.city_id].append(row)
    counted = {city.code: stock_of(by_city[city.pk]) for city in cities}
    columns = tuple(name for name in COUNTS.values() if any(getattr(stock, name) for stock in counted.values()))
    counts = {code: {name: int(getattr(stock, name)) for name in columns} for code, stock in counted.items()}
    return columns, protect(counts, {city.code: city.region for city in cities})


def _departures(cities: Sequence[City], moved: Iterable[Moved], *, since: date) -> dict[str, int]:
    """Departures from each city in the months shown."""
    codes = {city.pk: city.code for city in cities}
    counts = dict.fromkeys(codes.values(), 0)
    for row in moved:
        if row.kind == "DEPARTURE" and row.month >= since:
            counts[codes[row.city_id]] += row.people
    return counts


def _cells(table: Mapping[tuple[str, str], Cell], area: str, columns: Sequence[str]) -> dict[str, Cell]:
    """A line of a protected table; its total is called "left". With a single column that column is the total."""
    found = {name: table[area, name] for name in columns}
    total = table.get((area, TOTAL)) or (found[columns[0]] if columns else Cell(0))
    return {"left": total, **found}


def _country_line(stock: object, columns: Sequence[str], departures: int) -> CityLine:
    cells = {name: Cell(getattr(stock, name)) for name in ("left", *columns)}
    return _line(None, cells, Cell(departures))


def _region_lines(
    cities: Sequence[City], columns: Sequence[str], table: Protected, recent: Mapping[str, int]
) -> Iterable[CityLine]:
    departures = _protected_departures(cities, recent).subtotals
    for region in Region:
        if any(city.region == region for city in cities):
            cells = _cells(table.subtotals, region, columns)
            yield _line(None, cells, departures[region, "departures"], name=str(region.label), region=region)


def _city_lines(
    cities: Sequence[City], columns: Sequence[str], table: Protected, recent: Mapping[str, int], *, year: int
) -> Iterable[CityLine]:
    departures = _protected_departures(cities, recent).cells
    populations: dict[int, dict[int, int]] = {}
    for row in places.populations():
        populations.setdefault(row.city_id, {})[row.year] = row.inhabitants
    for city in cities:
        known = populations.get(city.pk, {})
        nearest = nearest_year(known, year)
        cells = _cells(table.cells, city.code, columns)
        yield _line(city, cells, departures[city.code, "departures"], inhabitants=known.get(nearest or 0), year=nearest)


def _protected_departures(cities: Sequence[City], recent: Mapping[str, int]) -> Protected:
    counts = {code: {"departures": people} for code, people in recent.items()}
    return protect(counts, {city.code: city.region for city in cities})


def _line(
    city: City | None,
    cells: Mapping[str, Cell],
    departures: Cell,
    *,
    name: str = "",
    region: str = "",
    inhabitants: int | None = None,
    year: int | None = None,
) -> CityLine:
    left = cells["left"].count
    published = city.published_departures if city else None
    return CityLine(
        code=city.code if city else "",
        nis=city.nis if city else "",
        name=city.name if city else name,
        region=city.region if city else region,
        cells=cells,
        departures=departures,
        inhabitants=inhabitants,
        inhabitants_in=year,
        per_100_000=per_100_000(left, inhabitants),
        published=published,
        published_on=city.published_departures_on if city else None,
        difference=left - published if left is not None and published is not None else None,
    )


def _comparisons(
    figures: Sequence[Figure], cities: Sequence[City], moved: Sequence[Moved], *, known_on: date
) -> Iterable[Comparison]:
    """Each published figure beside ours of its own day, as known on the day asked for."""
    days = {figure.as_of for figure in figures if figure.measure != "departures_in_year"}
    held = {day: held_on(as_of=day, known_on=known_on) for day in sorted(days)}
    for figure in figures:
        then = held.get(figure.as_of, [])
        ours, mark = _of_the_country(figure, then, moved), ""
        if figure.area in REGION_OF:
            cell = _of_a_region(figure, cities, then)
            ours, mark = (None if cell.count is None else Decimal(cell.count)), cell.mark
        yield Comparison(
            series=figure.series.code,
            series_name=figure.series.name,
            as_of=figure.as_of,
            area=figure.area,
            measure=figure.measure,
            published=figure.value,
            qualifier=figure.qualifier,
            source=figure.source,
            ours=ours,
            mark=mark,
            difference=None if ours is None else ours - figure.value,
            why=why_they_may_differ(figure.series.code, figure.measure),
        )


def _of_the_country(figure: Figure, held: Iterable[Held], moved: Iterable[Moved]) -> Decimal | None:
    """What we count, for the whole country, of what the figure says."""
    day = figure.as_of
    return our_number(
        figure.measure,
        stock_of(held),
        months_of((row for row in moved if row.month <= day), day),
        in_year=sum(row.people for row in moved if row.kind == "DEPARTURE" and row.month.year == day.year),
        hot_spots=places.designations_on(day).count(),
    )


def _of_a_region(figure: Figure, cities: Sequence[City], held: Iterable[Held]) -> Cell:
    """What we count in a region, protected with the cities of that day."""
    columns, table = city_table(cities, held)
    cells = _cells(table.subtotals, REGION_OF[figure.area], columns)
    return cells.get(figure.measure, Cell(0))
