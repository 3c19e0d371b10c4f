"""What is counted, read: stock, months beside those of a year before, per 100,000, beside the published number."""

from datetime import date
from decimal import Decimal

import pytest

from cases.figures.rules import (
    COMPARED,
    Held,
    Moved,
    Stock,
    check_days,
    flow_since,
    months_of,
    months_until,
    nearest_year,
    our_number,
    per_100_000,
    stock_of,
    why_they_may_differ,
)
from cities.refusals import Refused

DAY = date(2015, 11, 3)


def test_stock_of__left_is_the_sum_of_the_cables_values() -> None:
    held = [
        Held(1, "IN_ZONE", "FTF1", "CONFIRMED", 4),
        Held(2, "IN_TRANSIT", "", "PRESUMED", 3),
        Held(1, "KILLED", "", "CONFIRMED", 2),
        Held(1, "KILLED", "", "PRESUMED", 5),
        Held(1, "RETURNED", "FTF3", "CONFIRMED", 6),
        Held(1, "LEFT", "", "INDICATED", 1),
        Held(1, "", "FTF4", "CONFIRMED", 7),
        Held(1, "", "FTF5", "INDICATED", 8),
        Held(1, "", "IND", "INDICATED", 9),
    ]
    assert stock_of(held) == Stock(
        left=21, in_zone=4, in_transit=3, killed=7, returned=6, whereabouts_unknown=1, killed_confirmed=2,
        killed_presumed=5, prevented=7, intends=8, indications=9,
    )  # fmt: skip


def test_stock_of__a_situation_of_who_left_counts_only_beside_a_value() -> None:
    assert stock_of([Held(1, "", "FTF1", "PRESUMED", 3)]) == stock_of([])


def test_months__twelve_and_the_one_under_way_is_the_last() -> None:
    assert months_until(DAY)[0] == date(2014, 12, 1)
    assert months_until(DAY)[-1] == date(2015, 11, 1)
    assert flow_since(DAY) == date(2013, 12, 1)


def test_months_of__a_month_under_way_is_held_against_the_same_days() -> None:
    moved = [
        Moved(1, date(2015, 11, 1), "DEPARTURE", 1, 1),
        Moved(1, date(2014, 11, 1), "DEPARTURE", 9, 2),
        Moved(2, date(2014, 11, 1), "DEPARTURE", 1, 1),
        Moved(1, date(2015, 10, 1), "DEPARTURE", 8, 1),
        Moved(1, date(2014, 10, 1), "DEPARTURE", 15, 1),
        Moved(1, date(2015, 10, 1), "RETURN", 3, 1),
        Moved(1, date(2015, 10, 1), "DEATH", 2, 1),
    ]
    *_, october, november = months_of(moved, DAY)
    assert (october.departures, october.departures_year_before, october.is_part) == (8, 15, False)
    assert (october.returns, october.deaths, october.until) == (3, 2, date(2015, 10, 31))
    assert (november.departures, november.departures_year_before) == (1, 3)
    assert (november.is_part, november.until) == (True, DAY)


def test_nearest_year__earlier_of_two_and_none_of_none() -> None:
    assert nearest_year({2014: 1, 2016: 1, 2020: 1}, 2015) == 2014
    assert nearest_year({2018: 1}, 2015) == 2018
    assert nearest_year({}, 2015) is None


@pytest.mark.parametrize(
    ("people", "inhabitants", "found"),
    [(27, 42_000, Decimal("64.3")), (None, 42_000, None), (27, None, None), (27, 0, None)],
)
def test_per_100_000(people: int | None, inhabitants: int | None, found: Decimal | None) -> None:
    assert per_100_000(people, inhabitants) == found


@pytest.mark.parametrize(
    ("as_of", "known_on", "field"),
    [
        (date(2026, 1, 2), date(2026, 1, 2), "as_of"),
        (DAY, date(2026, 1, 2), "known_on"),
        (DAY, date(2015, 11, 2), "known_on"),
        (date(1, 1, 1), DAY, "as_of"),
    ],
)
def test_check_days__refuses_what_cannot_be_asked(as_of: date, known_on: date, field: str) -> None:
    with pytest.raises(Refused) as refused:
        check_days(as_of=as_of, known_on=known_on, today=date(2026, 1, 1))
    assert refused.value.field == field


def test_check_days__lets_pass_what_can() -> None:
    check_days(as_of=DAY, known_on=DAY, today=DAY)


def test_our_number__these_months_are_the_last_three_whole_ones() -> None:
    stock = stock_of([Held(1, "IN_ZONE", "", "CONFIRMED", 4)])
    counts = {(2015, 8): 7, (2015, 9): 6, (2015, 10): 8, (2014, 8): 14, (2014, 9): 13, (2014, 10): 15, (2015, 11): 1}
    moved = [Moved(1, date(*month, 1), "DEPARTURE", people, people) for month, people in counts.items()]
    found = {
        measure: our_number(measure, stock, months_of(moved, DAY), in_year=56, hot_spots=10) for measure in COMPARED
    }
    assert found["departures_per_month_low"] == 6
    assert found["departures_per_month_high"] == 8
    assert found["departures_ratio_to_year_before"] == Decimal("0.5")
    assert [found[name] for name in ("departures_in_year", "hot_spot_cities", "in_zone")] == [56, 10, 4]


def test_our_number__no_ratio_to_nothing() -> None:
    measure = "departures_ratio_to_year_before"
    assert our_number(measure, stock_of([]), months_of([], DAY), in_year=0, hot_spots=0) is None


def test_why_they_may_differ__one_sentence_for_each() -> None:
    asked = [("cable", "departures_per_month_low"), ("cable", "left"), ("ocam", "in_zone"), ("ocam", "in_transit")]
    said = {why_they_may_differ(*one) for one in [*asked, ("ocam", "returned"), ("departures", "departures_in_year")]}
    assert len(said) == 6
    assert all(sentence.endswith(".") for sentence in said)
