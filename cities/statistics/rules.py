"""Small numbers: in a table of cities nobody may be found, not even by subtracting one number from another.

A cell under ten is shown as "fewer than 10". Because the totals of the country are shown, other cells may have to be
left out too ("not shown"), so that what is protected can't be had by subtraction. Which ones is worked out exactly:
a table with totals is a network of sums, and what a reader can still find out about a cell is a question of flow in it.
"""

from __future__ import annotations

import heapq
import math
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _

#: A cell of fewer people than this is protected.
LEAST_SHOWN = 10
#: A protected number must stay open over a range at least this wide, also for whoever knows these rules.
OPEN = 5
#: The column that is the sum of the others, where there are others.
TOTAL = "total"

#: What published figures measure, in words.
MEASURES = {
    "left": _("left, all together"),
    "in_zone": _("in the zone"),
    "in_transit": _("in transit"),
    "killed": _("killed"),
    "returned": _("returned"),
    "prevented": _("prevented from leaving"),
    "intends": _("seriously intend to leave"),
    TOTAL: _("all together"),
    "departures_per_month_low": _("departures a month, the lowest"),
    "departures_per_month_high": _("departures a month, the highest"),
    "departures_ratio_to_year_before": _("departures, as a part of those a year before"),
    "departures_in_year": _("departures in the year"),
    "hot_spot_cities": _("hot-spot cities"),
    "per_million": _("left, per million inhabitants"),
    "terrorism_convictions_in_year": _("convictions for terrorism in the year"),
}

#: The areas of published figures that have a name of their own; others are countries by their code.
AREAS = {"BE": _("Belgium"), "BRU": _("Brussels-Capital"), "VLG": _("Flanders"), "WAL": _("Wallonia")}


class Mark(models.TextChoices):
    """What stands in a cell in place of a protected number."""

    NONE = "", ""
    FEWER = "FEWER", _("fewer than 10")
    NOT_SHOWN = "NOT_SHOWN", _("not shown")


@dataclass(frozen=True)
class Cell:
    """A number as it may be shown: the number, or the mark that stands in its place."""

    count: int | None
    mark: str = Mark.NONE

    def __str__(self) -> str:
        return str(Mark(self.mark).label) if self.count is None else str(self.count)


@dataclass(frozen=True)
class Protected:
    """A protected table: each area's cells and each group's subtotals, by (area, column) and (group, column)."""

    cells: Mapping[tuple[str, str], Cell]
    subtotals: Mapping[tuple[str, str], Cell]


Key = tuple[str, str, str]  # ("cell" or "subtotal", area or group, column)
Node = tuple[str, ...]


@dataclass
class _Arc:
    """A number that isn't the country's: part of one sum (`head`) and the other way round in another (`tail`)."""

    tail: Node
    head: Node
    count: int
    hidden: bool
    dear: int  # what it costs to leave it out

    def room(self, *, up: bool) -> float:
        """How far a reader must think this number can go up or down, when it is hidden."""
        if self.count < LEAST_SHOWN:
            return LEAST_SHOWN - 1 - self.count if up else self.count
        return math.inf if up else self.count - LEAST_SHOWN


def protect(counts: Mapping[str, Mapping[str, int]], groups: Mapping[str, str]) -> Protected:
    """The table `counts` (area -> column -> people) as it may be shown, when the country's totals are all shown.

    Where there are several columns, a column `TOTAL` with their sum is added. `groups` says in which group (region) an
    area lies; the groups' subtotals are protected with the cells.
    """
    arcs = _network(counts, groups)
    for key in sorted(key for key, arc in arcs.items() if arc.count < LEAST_SHOWN):
        _keep_open(arcs, key)
    shown = {key: _cell(arc) for key, arc in arcs.items()}
    return Protected(
        cells={key[1:]: cell for key, cell in shown.items() if key[0] == "cell"},
        subtotals={key[1:]: cell for key, cell in shown.items() if key[0] == "subtotal"},
    )


def _cell(arc: _Arc) -> Cell:
    if not arc.hidden:
        return Cell(arc.count)
    return Cell(None, Mark.FEWER if arc.count < LEAST_SHOWN else Mark.NOT_SHOWN)


def _network(counts: Mapping[str, Mapping[str, int]], groups: Mapping[str, str]) -> dict[Key, _Arc]:
    """Every number between the sums it is part of. A node is a sum; what goes in equals what goes out."""
    columns = sorted({column for row in counts.values() for column in row})
    wide = len(columns) > 1
    arcs: dict[Key, _Arc] = {}
    sums: dict[tuple[str, str], int] = {}

    def add(key: Key, tail: Node, head: Node, count: int, dear: int) -> None:
        arcs[key] = _Arc(tail, head, count, hidden=count < LEAST_SHOWN, dear=dear)

    for area in sorted(counts):
        group = groups[area]
        row: Node = ("area", area) if wide else ("areas",)
        for column in columns:
            count = counts[area].get(column, 0)
            sums[group, column] = sums.get((group, column), 0) + count
            add(("cell", area, column), ("group", group, column), row, count, 1 + count)
        if wide:
            count = sum(counts[area].values())
            sums[group, TOTAL] = sums.get((group, TOTAL), 0) + count
            add(("cell", area, TOTAL), row, ("group", group, TOTAL), count, 1 + 4 * count)
    for (group, column), count in sums.items():
        low: Node = ("all", column)
        high: Node = ("group", group, column)
        tail, head = (high, low) if column == TOTAL and wide else (low, high)
        add(("subtotal", group, column), tail, head, count, 1 + 16 * count)
    return arcs


def _keep_open(arcs: dict[Key, _Arc], key: Key) -> None:
    """Leave out as little as is needed for the protected number `key` to stay open."""
    while True:
        flows = {up: _flow(arcs, key, up=up, limit=OPEN) for up in (True, False)}
        missing = OPEN - sum(found for found, _ in flows.values())
        for wanted in range(missing, 0, -1):
            ways = [
                way
                for up, (found, moved) in flows.items()
                if (way := _cheapest_way(arcs, key, up=up, wanted=wanted, found=found, moved=moved)) is not None
            ]
            if ways:
                for other in min(ways)[1]:
                    arcs[other].hidden = True
                break
        else:
            return


def _steps(arcs: Mapping[Key, _Arc]) -> dict[Node, list[tuple[Key, bool, Node]]]:
    """From each sum: over which number, raised (True) or lowered, one comes to which other sum."""
    steps: dict[Node, list[tuple[Key, bool, Node]]] = {}
    for key, arc in arcs.items():
        steps.setdefault(arc.tail, []).append((key, True, arc.head))
        steps.setdefault(arc.head, []).append((key, False, arc.tail))
    return steps


def _ends(arc: _Arc, *, up: bool) -> tuple[Node, Node]:
    """From where to where the other numbers must make good what this one gains or loses."""
    return (arc.head, arc.tail) if up else (arc.tail, arc.head)


def _room(arc: _Arc, raised: bool, moved: int) -> float:
    """What is left of a number's room when it has been moved by `moved` in thought."""
    return arc.room(up=raised) + (-moved if raised else moved)


def _flow(arcs: Mapping[Key, _Arc], key: Key, *, up: bool, limit: int) -> tuple[int, dict[Key, int]]:
    """By how much, `limit` at most, a hidden number could be higher (lower) with all that is shown alike; and how."""
    start, goal = _ends(arcs[key], up=up)
    limit = int(min(limit, arcs[key].room(up=up)))
    steps, moved, found = _steps(arcs), dict.fromkeys(arcs, 0), 0
    while found < limit:
        came: dict[Node, tuple[Key, bool, Node]] = {}
        queue = deque([start])
        while queue and goal not in came:
            node = queue.popleft()
            for step, raised, to in steps.get(node, ()):
                open_to = step != key and arcs[step].hidden and _room(arcs[step], raised, moved[step]) > 0
                if open_to and to != start and to not in came:
                    came[to] = (step, raised, node)
                    queue.append(to)
        if goal not in came:
            break
        way, node = [], goal
        while node != start:
            step, raised, before = came[node]
            way.append((step, raised))
            node = before
        more = int(min(limit - found, *(_room(arcs[step], raised, moved[step]) for step, raised in way)))
        for step, raised in way:
            moved[step] += more if raised else -more
        found += more
    return found, moved


def _cheapest_way(
    arcs: Mapping[Key, _Arc], key: Key, *, up: bool, wanted: int, found: int, moved: Mapping[Key, int]
) -> tuple[int, list[Key]] | None:
    """Which shown numbers to leave out so that `key` could go `wanted` beyond what was `found`; None: none would do."""
    if arcs[key].room(up=up) < found + wanted:
        return None
    start, goal = _ends(arcs[key], up=up)
    steps = _steps(arcs)
    best: dict[Node, int] = {start: 0}
    queue: list[tuple[int, Node, list[Key]]] = [(0, start, [])]
    while queue:
        cost, node, left_out = heapq.heappop(queue)
        if node == goal:
            return cost, left_out
        for step, raised, to in steps.get(node, ()):
            arc = arcs[step]
            if step == key or _room(arc, raised, moved[step]) < wanted:
                continue
            price = cost if arc.hidden else cost + arc.dear
            if price < best.get(to, price + 1):
                best[to] = price
                heapq.heappush(queue, (price, to, left_out if arc.hidden else [*left_out, step]))
    return None
