"""Making the check-ins of rhythms: each occurrence one row, once, whoever makes it and however often it is tried.

Rhythms fall into shapes: every two weeks on Tuesday from an even week, with the same days off and the same grace, gives
the same days for everybody. What becomes of them is worked out once a shape, by the one rule there is; the database
puts shapes and rhythms together in a single statement.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from cases.checkins.models import Rhythm
from cases.checkins.outlook import Outlook
from cases.checkins.rules import (
    CheckInState,
    Planned,
    early_from,
    late_from,
    occurrences_from,
    planned,
    shape_of,
)
from cities.staff.models import User

# The rhythm says everything but the days, so that a million rows need only the days of some hundred shapes sent.
_MAKE = """
INSERT INTO cases_checkin (
    recorded_at, recorded_by_id, casefile_id, city_id, rhythm_id, plan_id, kind, with_interpreter, caseworker_id,
    stands_in_for_id, second_id, who_else, due_time, within_week, duration, place, tolerance_days, is_critical, by_hand,
    outcome, asked_by, version, occurs_on, due_on, moved_because, state, early_from, late_from)
SELECT %s, %s, r.casefile_id, r.city_id, r.id, r.plan_id, r.kind, r.with_interpreter,
    coalesce(d.held_by, r.caseworker_id), CASE WHEN d.held_by IS NOT NULL THEN r.caseworker_id END, r.second_id,
    r.who_else, r.time, r.within_week, r.duration, r.place, r.tolerance_days, r.is_critical, false,
    '', '', 1, d.occurs_on, d.due_on, d.moved_because, d.state, d.early_from, d.late_from
FROM unnest(%s::bigint[], %s::int[]) AS a (rhythm_id, shape)
JOIN unnest(%s::int[], %s::date[], %s::date[], %s::text[], %s::text[], %s::date[], %s::date[], %s::bigint[])
    AS d (shape, occurs_on, due_on, moved_because, state, early_from, late_from, held_by) USING (shape)
JOIN cases_rhythm r ON r.id = a.rhythm_id
ON CONFLICT (rhythm_id, occurs_on) WHERE replaces_id IS NULL DO NOTHING
RETURNING id
"""

_MOVE_ON = """
UPDATE cases_rhythm r SET materialised_until = d.day
FROM unnest(%s::bigint[], %s::date[]) AS d (id, day) WHERE r.id = d.id
"""

#: A rhythm that has nothing to reckon with but weekends and public holidays.
NOTHING_AROUND = Outlook()

#: So many shapes are kept in mind; a city has some dozens.
MOST_KNOWN = 20_000

#: What is sent of one occurrence, in the order of the statement.
Row = tuple[date, date, str, str, date | None, date, int | None]


@dataclass(frozen=True)
class Shape:
    """What rhythms of one shape give in a window, ready to be inserted, and the day of the first occurrence after."""

    rows: tuple[Row, ...]
    next_on: date


@dataclass(frozen=True)
class Due:
    """What one rhythm is to be given."""

    rhythm: Rhythm
    shape: Shape


class Shapes:
    """The shapes met so far in one sweep: each is worked out once."""

    def __init__(self, until: date) -> None:
        self.until = until
        self.known: dict[Hashable, Shape] = {}

    def of(self, rhythm: Rhythm, outlook: Outlook) -> Shape:
        """What this rhythm gives from where it was made up to. Raises ValueError when it makes no sense."""
        first = rhythm.materialised_until
        key = (shape_of(rhythm, first), first, rhythm.tolerance_days, rhythm.early_days, outlook)
        found = self.known.get(key)
        if found is None:
            if len(self.known) >= MOST_KNOWN:
                self.known.clear()
            days = planned(
                rhythm, first, self.until, pauses=outlook.pauses, calendar=outlook.calendar, away=outlook.away
            )
            found = self.known[key] = Shape(rows_of(rhythm, days), next_after(rhythm, self.until))
        return found


def next_after(rhythm: Rhythm, until: date) -> date:
    """The day of the first occurrence that is not made yet; the end of the calendar when there is none."""
    return next(occurrences_from(rhythm, until), date.max)


def rows_of(rhythm: Rhythm, days: Sequence[Planned]) -> tuple[Row, ...]:
    """The rows of these occurrences. One that is not held is a row too, cancelled, with its reason."""
    return tuple(row_of(rhythm, one) for one in days)


def row_of(rhythm: Rhythm, one: Planned) -> Row:
    """What is written of one occurrence, in the order of the statement."""
    due_on = one.due_on or one.occurs_on
    early = early_from(due_on, rhythm.early_days, rhythm.within_week)
    late = late_from(due_on, rhythm.tolerance_days, rhythm.within_week)
    return (
        one.occurs_on, due_on, one.because.value if one.because else "",
        (CheckInState.PLANNED if one.due_on else CheckInState.CANCELLED).value,
        early if early < due_on else None, late, one.held_by,
    )  # fmt: skip


def make(dues: Sequence[Due], *, by: User | None, at: datetime) -> list[int]:
    """Insert what isn't there yet and move the rhythms on. Returns the ids of the check-ins made."""
    numbers: dict[int, int] = {}
    shapes: list[Shape] = []
    for due in dues:
        if id(due.shape) not in numbers:
            numbers[id(due.shape)] = len(shapes)
            shapes.append(due.shape)
    rows = [(number, *row) for number, shape in enumerate(shapes) for row in shape.rows]
    ids = [due.rhythm.pk for due in dues]
    with connection.cursor() as cursor:
        made: list[int] = []
        if rows:
            which = [numbers[id(due.shape)] for due in dues]
            cursor.execute(_MAKE, [at, by.pk if by else None, ids, which, *map(list, zip(*rows, strict=True))])
            made = [pk for (pk,) in cursor.fetchall()]
        cursor.execute(_MOVE_ON, [ids, [due.shape.next_on for due in dues]])
    return made
