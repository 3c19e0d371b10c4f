"""Making the check-ins of rhythms: each occurrence one row, once, whoever makes it and however often it is tried."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from cases.checkins.models import Rhythm
from cases.checkins.rules import (
    CheckInState,
    Period,
    Planned,
    late_from,
    occurrences_from,
    planned,
)
from cities.staff.models import User

# The rhythm says everything but the days, so that a million rows need only their days sent.
_MAKE = """
INSERT INTO cases_checkin (
    recorded_at, recorded_by_id, casefile_id, city_id, rhythm_id, plan_id, kind, with_interpreter, caseworker_id,
    second_id, who_else, due_time, within_week, duration, place, tolerance_days, is_critical, by_hand, outcome,
    asked_by, version, occurs_on, due_on, moved_because, state, late_from)
SELECT %s, %s, r.casefile_id, r.city_id, r.id, r.plan_id, r.kind, r.with_interpreter,
    r.caseworker_id, r.second_id, r.who_else, r.time, r.within_week, r.duration, r.place, r.tolerance_days,
    r.is_critical, false, '', '', 1, d.occurs_on, d.due_on, d.moved_because, d.state, d.late_from
FROM unnest(%s::bigint[], %s::date[], %s::date[], %s::text[], %s::text[], %s::date[])
    AS d (rhythm_id, occurs_on, due_on, moved_because, state, late_from)
JOIN cases_rhythm r ON r.id = d.rhythm_id
ON CONFLICT (rhythm_id, occurs_on) WHERE replaces_id IS NULL DO NOTHING
RETURNING id
"""

_MOVE_ON = """
UPDATE cases_rhythm r SET materialised_until = d.day
FROM unnest(%s::bigint[], %s::date[]) AS d (id, day) WHERE r.id = d.id
"""


@dataclass(frozen=True)
class Due:
    """The occurrences of one rhythm that are to be made, and the day of the first one after them."""

    rhythm: Rhythm
    days: Sequence[Planned]
    next_on: date


def due_of(rhythm: Rhythm, *, first: date, until: date, pauses: Sequence[Period]) -> Due:
    """What a rhythm gives from `first` until `until`. Raises ValueError when it makes no sense."""
    days = planned(rhythm, first, until, pauses=pauses)
    return Due(rhythm, days, next(occurrences_from(rhythm, until), date.max))


def make(dues: Sequence[Due], *, by: User | None, at: datetime) -> list[int]:
    """Insert what isn't there yet and move the rhythms on. Returns the ids of the check-ins made.

    An occurrence that is skipped is a row too, cancelled, with its reason: nothing is left out in silence.
    """
    rows = [_row(due.rhythm, one) for due in dues for one in due.days]
    with connection.cursor() as cursor:
        made: list[int] = []
        if rows:
            cursor.execute(_MAKE, [at, by.pk if by else None, *map(list, zip(*rows, strict=True))])
            made = [pk for (pk,) in cursor.fetchall()]
        cursor.execute(_MOVE_ON, [[due.rhythm.pk for due in dues], [due.next_on for due in dues]])
    return made


def _row(rhythm: Rhythm, one: Planned) -> tuple[int, date, date, str, str, date]:
    due_on = one.due_on or one.occurs_on
    late = late_from(due_on, rhythm.tolerance_days)
    state = CheckInState.PLANNED if one.due_on else CheckInState.CANCELLED
    because = one.because.value if one.because else ""
    return rhythm.pk, one.occurs_on, due_on, because, state.value, late
