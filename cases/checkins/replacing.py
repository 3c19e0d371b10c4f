"""When a rhythm is changed from a day on: which of its new days the contacts that were arranged by hand take."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from datetime import date


def taken_by_hand(days: Sequence[date], exceptions: Sequence[date]) -> dict[date, date]:
    """Which occurrence of the new rhythm stands for each contact that was arranged by hand under the old one.

    `days` are the occurrences of the new rhythm; an exception is named by the day that the old rhythm gave it. It
    takes the occurrence it lies nearest to, if it is nearer than half of the gap between that one and its neighbour
    on that side: so it can only be one. Before the first and after the last the gap on their other side counts; of a
    single occurrence nothing is known, and only its own day is near. Of two exceptions near to one occurrence the
    nearer takes it, the earlier one of two equally near; the other stays beside the rhythm. The occurrences that are
    taken are not held: the contact arranged by hand stays what it is.
    """
    days = sorted(set(days))
    near = []
    for exception in sorted(set(exceptions)):
        at = bisect_left(days, exception)
        for index in range(max(at - 1, 0), min(at + 1, len(days))):
            distance = abs((exception - days[index]).days)
            if 2 * distance < _gap(days, index, is_before=exception < days[index]):
                near.append((distance, exception, days[index]))
    taken: dict[date, date] = {}
    for _distance, exception, day in sorted(near):
        if day not in taken.values():
            taken[exception] = day
    return taken


def _gap(days: Sequence[date], index: int, *, is_before: bool) -> int:
    """How many days there are to the neighbour of an occurrence on one side, or on the other when it has none."""
    if len(days) == 1:
        return 1
    other = index - 1 if (is_before and index > 0) or index == len(days) - 1 else index + 1
    return abs((days[other] - days[index]).days)
