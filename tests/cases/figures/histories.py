"""Random histories of travel statuses, with corrections, and what they mean: the definition, read out day by day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta
from hypothesis import strategies as st

START = date(2014, 1, 1)
DAYS = st.integers(0, 500).map(lambda days: START + timedelta(days=days))
#: Few days, so that two assessments of the same day are common.
CLOSE_DAYS = st.one_of(st.integers(0, 20).map(lambda week: START + timedelta(days=25 * week)), DAYS)
BELIEFS = st.sampled_from(
    [
        ("LEFT", ""),
        ("IN_ZONE", "FTF1"),
        ("IN_TRANSIT", "FTF2"),
        ("KILLED", ""),
        ("RETURNED", "FTF3"),
        ("", "FTF4"),
        ("", "FTF5"),
        ("", "IND"),
    ]
)


@dataclass(frozen=True)
class Assessed:
    """One row of a history; `corrects` is the place of an earlier row in it."""

    city: int
    value: str
    situation: str
    confidence: str
    true_since: date
    known_since: date
    corrects: int | None


@st.composite
def histories(draw: st.DrawFn) -> list[Assessed]:
    """The history of one person, in the order it was recorded."""
    rows: list[Assessed] = []
    for number in range(draw(st.integers(1, 7))):
        value, situation = draw(BELIEFS)
        true_since = draw(CLOSE_DAYS)
        free = [place for place in range(number) if place not in {row.corrects for row in rows}]
        rows.append(
            Assessed(
                city=draw(st.integers(0, 1)),
                value=value,
                situation=situation,
                confidence=draw(st.sampled_from(["CONFIRMED", "PRESUMED", "INDICATED"])),
                true_since=true_since,
                known_since=true_since + timedelta(days=draw(st.sampled_from([0, 0, 3, 40, 200]))),
                corrects=draw(st.sampled_from([None, *free])),
            )
        )
    return rows


def lapsed(row: Assessed, on: date) -> bool:
    return row.situation == "IND" and on >= row.true_since + relativedelta(months=6)


def holding(history: list[Assessed], on: date, known_on: date, *, without_indications: bool = False) -> Assessed | None:
    """What holds on a day as known on a day."""
    best: tuple[date, date, int] | None = None
    for place, row in enumerate(history):
        if row.known_since > known_on or row.true_since > on or lapsed(row, on):
            continue
        if without_indications and row.situation == "IND":
            continue
        if any(later.corrects == place and later.known_since <= known_on for later in history):
            continue
        best = max(best or (row.true_since, row.known_since, place), (row.true_since, row.known_since, place))
    return history[best[2]] if best else None


def stock(people: list[list[Assessed]], on: date, known_on: date) -> dict[tuple[int, str, str, str], int]:
    """How many, by city, value, situation and confidence."""
    counts: dict[tuple[int, str, str, str], int] = {}
    for history in people:
        row = holding(history, on, known_on)
        if row is None:
            continue
        key = (row.city, row.value, row.situation, row.confidence)
        counts[key] = counts.get(key, 0) + 1
    return counts


AWAY = {"LEFT", "IN_ZONE", "IN_TRANSIT", "KILLED"}


def flow(
    people: list[list[Assessed]], on: date, known_on: date, since: date
) -> dict[tuple[int, date, str], tuple[int, int]]:
    """How many moved, by city, month and kind, and how many of them up to the same day of the month as `on`."""
    counts: dict[tuple[int, date, str], tuple[int, int]] = {}
    for history in people:
        day = since
        while day <= on:
            now, before = (
                holding(history, when, known_on, without_indications=True) for when in (day, day - timedelta(days=1))
            )
            was, is_now = (before.value if before else ""), (now.value if now else "")
            happened = {
                "DEPARTURE": is_now in AWAY and was not in AWAY,
                "RETURN": is_now == "RETURNED" != was,
                "DEATH": is_now == "KILLED" != was,
            }
            for kind, did in happened.items():
                if did and now:
                    key = (now.city, day.replace(day=1), kind)
                    whole, to_day = counts.get(key, (0, 0))
                    counts[key] = (whole + 1, to_day + (day.day <= on.day))
            day += timedelta(days=1)
    return counts
