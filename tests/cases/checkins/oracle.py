"""What the rules of check-ins are held against: dateutil's rrule, and a calendar of Belgium written down plainly."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import cache

from dateutil.easter import easter
from dateutil.rrule import DAILY, FR, MO, MONTHLY, SA, SU, TH, TU, WE, WEEKLY, rrule

from cases.checkins.rules import Pattern

WEEKDAYS = (MO, TU, WE, TH, FR, SA, SU)
ONE = timedelta(days=1)
FIXED = ((1, 1), (5, 1), (7, 21), (8, 15), (11, 1), (11, 11), (12, 25))
AROUND_EASTER = (0, 1, 39, 49, 50)

Span = tuple[date, date | None]


@cache
def why_off(day: date) -> str:
    """WEEKEND, HOLIDAY or nothing."""
    if day.isoweekday() in (6, 7):
        return "WEEKEND"
    sunday = easter(day.year)
    feasts = {sunday + passed * ONE for passed in AROUND_EASTER}
    return "HOLIDAY" if (day.month, day.day) in FIXED or day in feasts else ""


def in_spans(day: date, spans: Iterable[Span]) -> bool:
    return any(not day < start and (end is None or not day >= end) for start, end in spans)


@dataclass
class World:
    """All that can keep a contact from its day, beside weekends and public holidays."""

    feast: tuple[int, int] | None = None
    school: list[Span] = field(default_factory=list)
    closed: list[Span] = field(default_factory=list)
    avoided: list[Span] = field(default_factory=list)
    away: list[tuple[date, date | None, int | None]] = field(default_factory=list)
    told: dict[date, str] = field(default_factory=dict)

    def stands_in(self, day: date) -> list[int | None]:
        """Of every absence that has the day, who stands in."""
        return [deputy for start, end, deputy in self.away if in_spans(day, [(start, end)])]

    def why_off(self, day: date) -> str:
        """The first of the reasons that holds."""
        if day not in self.told:
            away = self.stands_in(day)
            reasons = {
                "AVOIDED": in_spans(day, self.avoided),
                why_off(day): True,
                "REGIONAL": (day.month, day.day) == self.feast,
                "SCHOOL": in_spans(day, self.school),
                "CLOSED": in_spans(day, self.closed),
                "ABSENCE": bool(away) and not any(away),
            }
            self.told[day] = next((reason for reason, holds in reasons.items() if reason and holds), "")
        return self.told[day]

    def held_by(self, day: date | None) -> int | None:
        return next((deputy for deputy in self.stands_in(day) if deputy), None) if day else None


@cache
def middles(year: int, times: int) -> list[date]:
    """So many days of each quarter of a year: the day in which the middle of each of its equal parts falls."""
    found = []
    for month in (1, 4, 7, 10):
        begins = date(year, month, 1)
        after = date(year + month // 10, (month + 3) % 12, 1)
        part = Fraction((after - begins).days, times)
        found += [begins + int(number * part + part / 2) * ONE for number in range(times)]
    return found


def days(pattern: Pattern, first: date, until: date) -> list[date]:
    """The days of a pattern, asked of dateutil from its very start."""
    how: dict[str, object] = {"interval": pattern.every, "wkst": MO}
    if pattern.frequency == "WEEKS":
        how |= {"freq": WEEKLY, "byweekday": [WEEKDAYS[day] for day in pattern.weekdays]}
    elif pattern.frequency == "DAYS":
        how |= {"freq": DAILY}
    elif pattern.month_day is None and pattern.frequency == "MONTHS":
        assert pattern.nth_weekday is not None
        assert pattern.nth is not None
        how |= {"freq": MONTHLY, "byweekday": WEEKDAYS[pattern.nth_weekday](pattern.nth)}
    elif (pattern.month_day or 0) > 28:  # the last there is of 28, 29 … up to the one asked for
        how |= {"freq": MONTHLY, "bymonthday": list(range(28, (pattern.month_day or 0) + 1)), "bysetpos": -1}
    else:
        how |= {"freq": MONTHLY, "bymonthday": pattern.month_day}
    end = min(until, pattern.ends_on or until)
    start = datetime.combine(pattern.starts_on, datetime.min.time())
    last = datetime.combine(end - ONE, datetime.min.time())
    if pattern.frequency == "QUARTER":
        years = range(pattern.starts_on.year, end.year + 1)
        everything = [day for year in years for day in middles(year, pattern.every)]
        found = [day for day in everything if pattern.starts_on <= day < end]
    else:
        found = [moment.date() for moment in rrule(dtstart=start, until=last, **how)]  # type: ignore[arg-type]
    return [day for day in found[: pattern.times] if day >= first]


def _in_period(pattern: Pattern, day: date) -> bool:
    return pattern.starts_on <= day and (bool(pattern.times) or day < (pattern.ends_on or date.max))


def moved(pattern: Pattern, day: date, world: World) -> date | None:
    """Step by step, away from the day."""
    policy, because = pattern.policy, world.why_off(day)
    if not because or (policy == "KEEP" and because != "AVOIDED"):
        return day
    if pattern.within_week:
        week = [day + n * ONE for n in range(-6, 7) if (day + n * ONE).isocalendar()[:2] == day.isocalendar()[:2]]
        ahead = [1 if policy == "PREVIOUS" else 0 if policy == "NEAREST" else -1, 1 if policy == "PREVIOUS" else -1]

        def wish(one: date) -> tuple[int, int, int]:
            far, side = abs((one - day).days), 1 if one > day else -1
            return (0, far, -side) if ahead[0] == 0 else (side * ahead[1], far, 0)

        for one in sorted(week, key=wish):
            if not world.why_off(one) and _in_period(pattern, one):
                return one
    sides = {"PREVIOUS": (-1,), "NEAREST": (1, -1), "SKIP": ()}.get(policy, (1,))
    for steps in range(1, 61):
        for side in sides:
            if not world.why_off(day + side * steps * ONE):
                return day + side * steps * ONE
    return None


Row = tuple[date, date | None, str, int | None]


def planned(
    pattern: Pattern, first: date, until: date, *, pauses: list[Span], world: World, by_hand: Iterable[date] = ()
) -> list[Row]:
    """All that comes of a pattern since its start; of those that land on one day, the one that belongs there stays."""
    far = 130 * ONE if pattern.policy == "NEAREST" else 70 * ONE  # nothing comes from further away
    everything = days(pattern, pattern.starts_on, until + far)
    near = [day for day in everything if first - far <= day]
    lands = {day: None if day in by_hand else moved(pattern, day, world) for day in near}
    landed: dict[date | None, list[date]] = {}
    for day, due in lands.items():
        landed.setdefault(due, []).append(day)
    found: list[Row] = []
    for day, due in lands.items():
        if due is not None and due != day and not _in_period(pattern, due):
            due = None
        if due is not None and day != (due if due in landed[due] else landed[due][0]):
            due = None
        if not first <= day < until or in_spans(due or day, pauses):
            continue
        because = "BY_HAND" if day in by_hand else "" if due == day else world.why_off(day)
        found.append((day, due, because, world.held_by(due)))
    return found


def working_days(first: date, last: date) -> list[date]:
    """The working days from `first` to `last`, both included."""
    count = (last - first).days + 1
    return [first + passed * ONE for passed in range(count) if not why_off(first + passed * ONE)]
