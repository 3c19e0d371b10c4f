"""The school holidays that are handed in with the apparatus: as the communities' own rules have them."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import holidays
import pytest

from cities.places.rules import Community

ROOT = Path(__file__).resolve().parents[3]
FIRST, AFTER = date(2024, 9, 1), date(2027, 9, 1)


def _rows() -> list[dict[str, str]]:
    with (ROOT / "cities/data/school_holidays.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _days(community: Community) -> set[date]:
    found: set[date] = set()
    for row in _rows():
        if row["community"].upper() == community:
            start, end = date.fromisoformat(row["starts_on"]), date.fromisoformat(row["ends_on"])
            found |= {start + timedelta(days=passed) for passed in range((end - start).days)}
    return found


@pytest.mark.parametrize("community", Community)
def test_file__the_days_without_school_beside_weekends_and_public_holidays(community: Community) -> None:
    public = holidays.country_holidays("BE", years=range(2024, 2028))
    by_rule = holidays.country_holidays(
        "BE", subdiv=community.capitalize(), years=range(2024, 2028), categories="school"
    )  # fmt: skip
    window = [FIRST + timedelta(days=passed) for passed in range((AFTER - FIRST).days)]
    school_days = [day for day in window if day.weekday() < 5 and day not in public]
    assert {day for day in school_days if day in _days(community)} == {day for day in school_days if day in by_rule}


@pytest.mark.parametrize("community", Community)
def test_file__half_open_in_order_named_and_with_a_source(community: Community) -> None:
    rows = [row for row in _rows() if row["community"].upper() == community]
    periods = [(row["starts_on"], row["ends_on"]) for row in rows]
    assert all(start < end for start, end in periods)
    assert all(before[1] <= after[0] for before, after in pairwise(periods))
    assert all(value for row in rows for value in row.values())
    assert all(len(row["source"]) <= 200 for row in rows)
    assert Counter(row["name_en"] for row in rows)["Summer holidays"] == 3


@pytest.mark.parametrize(
    ("community", "starts_on", "ends_on"),
    [
        # As schools, unions of teachers and newspapers published them.
        ("flemish", "2025-10-27", "2025-11-03"),
        ("flemish", "2026-04-06", "2026-04-20"),
        ("french", "2025-10-20", "2025-11-03"),
        ("french", "2026-02-16", "2026-03-02"),
        ("french", "2026-04-27", "2026-05-11"),
        ("german", "2025-03-03", "2025-03-10"),
        ("german", "2025-04-21", "2025-05-05"),
        ("german", "2025-10-27", "2025-11-03"),
    ],
)
def test_file__has_what_was_published(community: str, starts_on: str, ends_on: str) -> None:
    assert (community, starts_on, ends_on) in {(r["community"], r["starts_on"], r["ends_on"]) for r in _rows()}
