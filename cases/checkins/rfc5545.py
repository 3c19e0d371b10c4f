"""A rhythm as other calendars write it: the text of a recurrence rule by RFC 5545, and back where it fits."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.checkins.recurrence import LAST, ONE_DAY, Frequency, Pattern, Recurring, fault_of
from cities.places.rules import day_of

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
FREQUENCIES = {"DAILY": Frequency.DAYS, "WEEKLY": Frequency.WEEKS, "MONTHLY": Frequency.MONTHS}
PARTS = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY", "BYMONTHDAY", "BYSETPOS"}
LONGEST = 300

_SAID = {
    "rrule": _("This is not a recurrence rule."),
    "part": _("The rule says something that a rhythm can't say."),
    "frequency": _("A rhythm goes by days, weeks or months."),
    "every": _("A rhythm is for every 1 to 366 days, weeks or months."),
    "weekdays": _("These are not days of the week as a rhythm has them."),
    "nth": _("A rhythm has the first to the fourth of a weekday in the month, or the last."),
    "month_day": _("This is not one day of the month as a rhythm has it."),
    "short_months": _("The rule leaves out months that are too short; a rhythm takes their last day."),
    "week_start": _("Weeks start on Monday here, and that would make a difference to this rule."),
    "times": _("A rhythm is for 1 to 500 times."),
    "ends_on": _("The rule ends before it starts, or says both until when and how many times."),
}


class Unreadable(ValueError):
    """A text that is no recurrence rule, or not one that a rhythm could be. `code` says why, the text in words."""

    def __init__(self, code: str) -> None:
        super().__init__(str(_SAID[code]))
        self.code = code


def to_rrule(pattern: Recurring) -> str:
    """The rule as text, for a start that is a day (DTSTART;VALUE=DATE). Empty for so many times a quarter: RFC 5545
    has no word for that, and its days are listed (RDATE) by whoever needs them.

    It says which days the rhythm gives; what is done about days off can't be said. Raises ValueError, with the name
    of the field, for a pattern that makes no sense.
    """
    if fault := fault_of(pattern):
        raise ValueError(fault)
    if pattern.frequency == Frequency.QUARTER:
        return ""
    name = next(name for name, frequency in FREQUENCIES.items() if frequency == pattern.frequency)
    parts = [f"FREQ={name}", f"INTERVAL={pattern.every}", *_on(pattern)]
    if (times := pattern.times) is not None:
        parts.append(f"COUNT={times}")
    elif pattern.ends_on is not None:
        parts.append(f"UNTIL={pattern.ends_on - ONE_DAY:%Y%m%d}")
    return "RRULE:" + ";".join([*parts, "WKST=MO"])


def _on(pattern: Recurring) -> list[str]:
    """On which days, as parts of the rule."""
    if pattern.frequency == Frequency.DAYS:
        return []
    if pattern.frequency == Frequency.WEEKS:
        return ["BYDAY=" + ",".join(WEEKDAYS[day] for day in sorted(set(pattern.weekdays)))]
    if pattern.month_day is None:
        return [f"BYDAY={pattern.nth}{WEEKDAYS[int(pattern.nth_weekday or 0)]}"]
    if pattern.month_day <= 28:
        return [f"BYMONTHDAY={pattern.month_day}"]
    # The last there is of 28, 29 … up to the day that is meant: the last day of a month that is shorter.
    return ["BYMONTHDAY=" + ",".join(str(day) for day in range(28, pattern.month_day + 1)), "BYSETPOS=-1"]


def from_rrule(text: str, starts_on: date) -> Pattern:
    """The pattern that a rule says, where it fits: its days are then the very same. Raises `Unreadable` otherwise.

    A rule without a day takes that of the start, as RFC 5545 has it; one that skips short months doesn't fit. `UNTIL`
    is read by the clocks of Brussels when it is a moment in UTC, and whatever hour it has, contacts of that day count.
    """
    parts = _parts_of(text)
    frequency = FREQUENCIES.get(parts["FREQ"])
    if frequency is None:
        raise Unreadable("frequency")
    every = _whole(parts.get("INTERVAL", "1"), "every")
    count, until = parts.get("COUNT"), parts.get("UNTIL")
    if count is not None and until is not None:
        raise Unreadable("ends_on")
    found = {Frequency.DAYS: _daily, Frequency.WEEKS: _weekly, Frequency.MONTHS: _monthly}[frequency](
        parts, every, starts_on
    )
    pattern = Pattern(
        **found, every=every, starts_on=starts_on, ends_on=None if until is None else _until(until),
        times=None if count is None else _whole(count, "times"),
    )  # fmt: skip
    if fault := fault_of(pattern):
        raise Unreadable(fault)
    return pattern


def _parts_of(text: str) -> dict[str, str]:
    """The parts of a rule by name, each said once."""
    said = text.strip().upper().removeprefix("RRULE:")
    if len(said) > LONGEST or not re.fullmatch(r"[A-Z]+=[-+,0-9A-Z]+(;[A-Z]+=[-+,0-9A-Z]+)*", said):
        raise Unreadable("rrule")
    pairs = [part.split("=") for part in said.split(";")]
    parts = dict(pairs)
    if "FREQ" not in parts or len(parts) < len(pairs):
        raise Unreadable("rrule")
    if not PARTS.issuperset(parts):
        raise Unreadable("part")
    if parts.get("WKST", "MO") not in WEEKDAYS:
        raise Unreadable("week_start")
    return parts


def _refuse_parts(parts: Mapping[str, str], *names: str) -> None:
    if any(name in parts for name in names):
        raise Unreadable("part")


def _whole(said: str, code: str) -> int:
    if not re.fullmatch(r"[-+]?\d{1,4}", said):
        raise Unreadable(code)
    return int(said)


def _until(said: str) -> date:
    """The first day without."""
    try:
        if said.endswith("Z"):
            last = day_of(datetime.strptime(said, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC))
        else:
            last = datetime.strptime(said.partition("T")[0], "%Y%m%d").replace(tzinfo=UTC).date()
        return last + ONE_DAY
    except (ValueError, OverflowError):
        raise Unreadable("ends_on") from None


def _daily(parts: Mapping[str, str], every: int, starts_on: date) -> dict[str, Any]:
    _refuse_parts(parts, "BYMONTHDAY", "BYSETPOS")
    if "BYDAY" not in parts:
        return {"frequency": Frequency.DAYS}
    if every != 1:
        raise Unreadable("weekdays")
    return {"frequency": Frequency.WEEKS, "weekdays": _weekdays(parts["BYDAY"])}


def _weekly(parts: Mapping[str, str], every: int, starts_on: date) -> dict[str, Any]:
    _refuse_parts(parts, "BYMONTHDAY", "BYSETPOS")
    weekdays = _weekdays(parts["BYDAY"]) if "BYDAY" in parts else (starts_on.weekday(),)
    if every > 1 and parts.get("WKST", "MO") != "MO" and weekdays != (starts_on.weekday(),):
        raise Unreadable("week_start")
    return {"frequency": Frequency.WEEKS, "weekdays": weekdays}


def _weekdays(said: str) -> tuple[int, ...]:
    names = said.split(",")
    if not set(names) <= set(WEEKDAYS):
        raise Unreadable("weekdays")
    return tuple(sorted({WEEKDAYS.index(name) for name in names}))


def _monthly(parts: Mapping[str, str], every: int, starts_on: date) -> dict[str, Any]:
    position = _whole(parts["BYSETPOS"], "part") if "BYSETPOS" in parts else None
    if "BYDAY" in parts:
        _refuse_parts(parts, "BYMONTHDAY")
        return {"frequency": Frequency.MONTHS, **_nth(parts["BYDAY"], position)}
    if position is not None and "BYMONTHDAY" not in parts:
        raise Unreadable("part")
    days = {_whole(day, "month_day") for day in parts.get("BYMONTHDAY", str(starts_on.day)).split(",")}
    return {"frequency": Frequency.MONTHS, "month_day": _month_day(days, position)}


def _nth(said: str, position: int | None) -> dict[str, int]:
    """`1TU`, or `TU` at the position 1: the first Tuesday."""
    told = re.fullmatch(r"([-+]?\d)?([A-Z]{2})", said)
    if told is None or told[2] not in WEEKDAYS or (told[1] is None) == (position is None):
        raise Unreadable("weekdays")
    return {"nth": int(told[1]) if position is None else position, "nth_weekday": WEEKDAYS.index(told[2])}


def _month_day(days: set[int], position: int | None) -> int:
    """One day of the month; the last of 28, 29 … when the rule says it in that way."""
    highest = max(days)
    if position == LAST and 28 <= highest <= 31 and days == set(range(28, highest + 1)):
        return highest
    if len(days) > 1 or position not in (None, 1, LAST):
        raise Unreadable("month_day")
    if highest in (29, 30, 31):
        raise Unreadable("short_months")
    return highest
