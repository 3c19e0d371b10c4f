"""The national picture as data: for JSON, for a spreadsheet, and as text. Protected numbers stay protected."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from cases.figures.rules import CityLine, Comparison, Month, Picture


def _number(value: Decimal | None) -> int | float | None:
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def _month(month: Month) -> dict[str, Any]:
    found = asdict(month)
    return {**found, "starts_on": month.starts_on.isoformat(), "until": month.until.isoformat()}


def _line(line: CityLine, columns: tuple[str, ...]) -> dict[str, Any]:
    """Numbers, null where one is protected; `marks` says how."""
    cells = {**{name: line.cells[name] for name in ("left", *columns)}, "departures": line.departures}
    return {
        "code": line.code,
        "nis": line.nis,
        "name": line.name,
        "region": line.region,
        **{name: cell.count for name, cell in cells.items()},
        "marks": {name: str(cell.mark) for name, cell in cells.items() if cell.count is None},
        "inhabitants": line.inhabitants,
        "inhabitants_in": line.inhabitants_in,
        "per_100_000": _number(line.per_100_000),
        "published": line.published,
        "published_on": line.published_on.isoformat() if line.published_on else None,
        "difference": line.difference,
    }


def _comparison(row: Comparison) -> dict[str, Any]:
    return {
        **asdict(row),
        "as_of": row.as_of.isoformat(),
        "mark": str(row.mark),
        "published": _number(row.published),
        "ours": _number(row.ours),
        "difference": _number(row.difference),
    }


def as_data(picture: Picture) -> dict[str, Any]:
    """Everything on the page, in the shape of JSON. The stock stands on top."""
    return {
        "as_of": picture.as_of.isoformat(),
        "known_on": picture.known_on.isoformat(),
        **asdict(picture.stock),
        "flow": [_month(month) for month in picture.flow],
        "funnel": {**asdict(picture.funnel), "without_case": picture.funnel.without_case},
        "country": _line(picture.country, picture.columns),
        "regions": [_line(line, picture.columns) for line in picture.regions],
        "cities": [_line(line, picture.columns) for line in picture.cities],
        "published": [_comparison(row) for row in picture.published],
    }


def rows(picture: Picture) -> Iterator[tuple[str, str, str, str]]:
    """One number a row: (table, what, of where or when, number or the mark in its place)."""
    yield "table", "measure", "of", "number"
    data = as_data(picture)
    yield "picture", "as_of", "", data["as_of"]
    yield "picture", "known_on", "", data["known_on"]
    for name in asdict(picture.stock):
        yield "stock", name, "BE", str(data[name])
    for month in data["flow"]:
        for name in ("departures", "returns", "deaths"):
            for measure in (name, f"{name}_year_before"):
                yield "flow", measure, f"{month['starts_on']}/{month['until']}", str(month[measure])
    for line in (*picture.regions, *picture.cities):
        of = line.code or line.region
        for name in ("left", *picture.columns):
            yield "cities" if line.code else "regions", name, of, str(line.cells[name])
        yield "cities" if line.code else "regions", "departures", of, str(line.departures)
        for name, value in (("per_100_000", line.per_100_000), ("published", line.published)):
            if value is not None:
                yield "cities", name, of, str(value)
    for name, value in data["funnel"].items():
        yield "funnel", name, "BE", str(value)
    for row in picture.published:
        of = f"{row.series} {row.as_of} {row.area}"
        yield "published", row.measure, of, f"{row.qualifier} {row.published.normalize():f}".strip()
        yield "published", f"{row.measure} (ours)", of, str(_number(row.ours) if row.ours is not None else row.mark)


def as_csv(picture: Picture) -> str:
    """The rows, for a spreadsheet."""
    written = io.StringIO()
    csv.writer(written).writerows(rows(picture))
    return written.getvalue()
