"""Small-number protection against a reader who enumerates every table that fits what is shown."""

from __future__ import annotations

from itertools import product
from operator import add, sub

from hypothesis import given, settings
from hypothesis import strategies as st

from cities.statistics.rules import LEAST_SHOWN, OPEN, TOTAL, Cell, Mark, Protected, protect

Counts = dict[str, dict[str, int]]


def tables(*, areas: int, columns: int, most: int) -> st.SearchStrategy[Counts]:
    row = st.fixed_dictionaries({f"v{number}": st.integers(0, most) for number in range(columns)})
    return st.lists(row, min_size=1, max_size=areas).map(lambda rows: {f"a{n}": row for n, row in enumerate(rows)})


def one_group(counts: Counts) -> dict[str, str]:
    return dict.fromkeys(counts, "g")


def widths(counts: Counts, shown: Protected) -> dict[tuple[str, str], tuple[int, int]]:
    """For every hidden cell the least and the most it is in any table that fits: by trying them all."""
    columns = sorted(next(iter(counts.values())))
    totals = {column: sum(row[column] for row in counts.values()) for column in columns}
    found: dict[tuple[str, str], tuple[int, int]] = {}

    def options(area: str, column: str) -> range:
        cell = shown.cells[area, column]
        if cell.count is not None:
            return range(cell.count, cell.count + 1)
        if cell.mark == Mark.FEWER:
            return range(min(LEAST_SHOWN, totals[column] + 1))
        return range(LEAST_SHOWN, totals[column] + 1)

    def fits(area: str, row: tuple[int, ...]) -> bool:
        if len(columns) == 1:
            return True
        cell = shown.cells[area, TOTAL]
        if cell.count is not None:
            return sum(row) == cell.count
        return (sum(row) < LEAST_SHOWN) == (cell.mark == Mark.FEWER)

    areas = sorted(counts)
    rows = {
        area: [row for row in product(*(options(area, column) for column in columns)) if fits(area, row)]
        for area in areas
    }
    # Which sums the rows before and after an area can have, so that each row is tried against the totals at once.
    zero, goal = (0,) * len(columns), tuple(totals[column] for column in columns)
    before, after = [{zero}], [{zero}]
    for area in areas:
        before.append({sums for s in before[-1] for r in rows[area] if min(_less(goal, sums := _more(s, r))) >= 0})
    for area in reversed(areas):
        after.append({sums for s in after[-1] for r in rows[area] if min(_less(goal, sums := _more(s, r))) >= 0})
    for number, area in enumerate(areas):
        for row in rows[area]:
            rest = _less(goal, row)
            if any(_less(rest, s) in after[len(areas) - 1 - number] for s in before[number]):
                for column, value in [*zip(columns, row, strict=True), (TOTAL, sum(row))]:
                    low, high = found.get((area, column), (value, value))
                    found[area, column] = (min(low, value), max(high, value))
    return found


def _more(one: tuple[int, ...], other: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(map(add, one, other))


def _less(one: tuple[int, ...], other: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(map(sub, one, other))


def all_hidden(counts: Counts) -> Protected:
    """The most that could be left out: every cell, the country's totals apart."""
    row_totals = {area: sum(row.values()) for area, row in counts.items()}
    cells = {
        (area, column): Cell(None, Mark.FEWER if count < LEAST_SHOWN else Mark.NOT_SHOWN)
        for area, row in counts.items()
        for column, count in [*row.items(), (TOTAL, row_totals[area])]
    }
    return Protected(cells=cells, subtotals={})


@settings(max_examples=60)
@given(st.one_of(tables(areas=4, columns=1, most=25), tables(areas=3, columns=2, most=14)))
def test_protect__a_protected_number_stays_open(counts: Counts) -> None:
    shown = protect(counts, one_group(counts))
    possible, at_most = widths(counts, shown), widths(counts, all_hidden(counts))
    for key, cell in shown.cells.items():
        if cell.mark == Mark.FEWER:
            (low, high), (lowest, highest) = possible[key], at_most[key]
            assert high - low >= min(OPEN, highest - lowest)


@given(tables(areas=8, columns=3, most=60))
def test_protect__shows_true_numbers_and_none_under_ten(counts: Counts) -> None:
    shown = protect(counts, one_group(counts))
    for (area, column), cell in shown.cells.items():
        true = sum(counts[area].values()) if column == TOTAL else counts[area][column]
        if true < LEAST_SHOWN:
            assert cell == Cell(None, Mark.FEWER)
        else:
            assert cell in (Cell(true), Cell(None, Mark.NOT_SHOWN))


@given(tables(areas=8, columns=3, most=60), st.data())
def test_protect__subtotals_of_regions_are_protected_too(counts: Counts, data: st.DataObject) -> None:
    groups = {area: data.draw(st.sampled_from(["north", "south"])) for area in counts}
    shown = protect(counts, groups)
    for (group, column), cell in shown.subtotals.items():
        areas = [area for area in counts if groups[area] == group]
        true = sum(sum(counts[area].values()) if column == TOTAL else counts[area][column] for area in areas)
        assert cell.count in (None, true)
        assert (cell.mark == Mark.FEWER) == (true < LEAST_SHOWN)
        hidden = [area for area in areas if shown.cells[area, column].count is None]
        if cell.count is not None and hidden:
            assert len(hidden) > 1 or shown.cells[hidden[0], column].mark == Mark.NOT_SHOWN


def test_protect__one_small_city_takes_another_with_it() -> None:
    shown = protect({"A": {"left": 93}, "B": {"left": 47}, "C": {"left": 4}}, {"A": "g", "B": "g", "C": "g"})
    assert shown.cells["C", "left"] == Cell(None, Mark.FEWER)
    assert shown.cells["B", "left"] == Cell(None, Mark.NOT_SHOWN)
    assert shown.cells["A", "left"] == Cell(93)


def test_protect__a_table_without_small_numbers_is_shown_whole() -> None:
    shown = protect({"A": {"x": 12, "y": 10}, "B": {"x": 40, "y": 11}}, {"A": "g", "B": "g"})
    assert all(cell.count is not None for cell in shown.cells.values())
    assert shown.cells["A", TOTAL] == Cell(22)


def test_protect__a_total_too_small_to_hide_anything_in_hides_what_it_can() -> None:
    shown = protect({"A": {"x": 1}, "B": {"x": 0}}, {"A": "g", "B": "h"})
    assert {cell.mark for cell in shown.cells.values()} == {Mark.FEWER}


def test_cell__reads_as_a_sentence() -> None:
    assert str(Cell(12)) == "12"
    assert str(Cell(None, Mark.FEWER)) == "fewer than 10"
    assert str(Cell(None, Mark.NOT_SHOWN)) == "not shown"
