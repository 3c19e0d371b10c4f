"""What the rules of check-ins are held against: dateutil's rrule, and a calendar of Belgium written down plainly."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import cache

from dateutil.easter import easter
from dateutil.rrule import DAILY, FR, MO, MONTHLY, SA, SU, TH, TU, WE, WEEKLY, rrule

from cases.checkins.rules import Pattern

WEEKDAYS = (MO, TU, WE, TH, FR, SA, SU)
ONE = timedelta(days=1)
FIXED = ((1, 1), (5, 1), (7, 21), (8, 15), (11, 1), (11, 11), (12, 25))
AROUND_EASTER = (0, 1, 39, 49, 50)


@cache
def why_off(day: date) -> str:
    """WEEKEND, HOLIDAY or nothing."""
    if day.isoweekday() in (6, 7):
        return "WEEKEND"
    sunday = easter(day.year)
    feasts = {sunday + passed * ONE for passed in AROUND_EASTER}
    return "HOLIDAY" if (day.month, day.day) in FIXED or day in feasts else ""


def days(pattern: Pattern, first: date, until: date) -> list[date]:
    """The days of a pattern, asked of dateutil from its very start."""
    how: dict[str, object] = {"interval": pattern.every, "wkst": MO}
    if pattern.frequency == "WEEKS":
        how |= {"freq": WEEKLY, "byweekday": [WEEKDAYS[day] for day in pattern.weekdays]}
    elif pattern.frequency == "DAYS":
        how |= {"freq": DAILY}
    elif pattern.month_day is None:
        assert pattern.nth_weekday is not None
        assert pattern.nth is not None
        how |= {"freq": MONTHLY, "byweekday": WEEKDAYS[pattern.nth_weekday](pattern.nth)}
    elif pattern.month_day > 28:  # the last there is of 28, 29 … up to the one asked for
        how |= {"freq": MONTHLY, "bymonthday": list(range(28, pattern.month_day + 1)), "bysetpos": -1}
    else:
        how |= {"freq": MONTHLY, "bymonthday": pattern.month_day}
    end = min(until, pattern.ends_on or until)
    start = datetime.combine(pattern.starts_on, datetime.min.time())
    found = rrule(dtstart=start, until=datetime.combine(end - ONE, datetime.min.time()), **how)  # type: ignore[arg-type]
    return [moment.date() for moment in found if moment.date() >= first]


def moved(day: date, policy: str) -> date | None:
    """Step by step, away from the day."""
    if policy == "KEEP" or not why_off(day):
        return day
    for steps in range(1, 30):
        if policy in ("NEXT", "NEAREST") and not why_off(day + steps * ONE):
            return day + steps * ONE
        if policy in ("PREVIOUS", "NEAREST") and not why_off(day - steps * ONE):
            return day - steps * ONE
    return None


def planned(
    pattern: Pattern, first: date, until: date, pauses: list[tuple[date, date | None]]
) -> list[tuple[date, date | None, str]]:
    """All that comes of a pattern since its start; of those that land on one day, the one that belongs there stays."""
    everything = days(pattern, pattern.starts_on, until + 60 * ONE)
    lands = {day: moved(day, pattern.policy) for day in everything}
    landed: dict[date | None, list[date]] = {}
    for day, due in lands.items():
        landed.setdefault(due, []).append(day)
    found = []
    for day in everything:
        due = lands[day]
        if due is not None and not (pattern.starts_on <= due < (pattern.ends_on or date.max)):
            due = None
        if due is not None and day != (due if due in landed[due] else landed[due][0]):
            due = None
        held = due or day
        if any(start <= held < (end or date.max) for start, end in pauses) or not first <= day < until:
            continue
        found.append((day, due, "" if due == day else why_off(day)))
    return found


def working_days(first: date, last: date) -> list[date]:
    """The working days from `first` to `last`, both included."""
    count = (last - first).days + 1
    return [first + passed * ONE for passed in range(count) if not why_off(first + passed * ONE)]
