"""What stands in the way of a contact that is being agreed: said while there is time, never a refusal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db import connection

from cases.casefiles.models import Casefile
from cases.checkins.models import CheckIn, Rhythm
from cases.checkins.outlook import outlooks, surroundings
from cases.checkins.rules import ONE_DAY, MoveReason, clash
from cities.staff.models import User

#: Of colleagues who work in a city where the reader works too: busy when, and nothing else. Whose case it is, is asked
#: by what the reader may see.
_BUSY = "SELECT checkin, holder, day, hour, minutes FROM apparatus_busy(%s, %s)"


@dataclass(frozen=True)
class Clash:
    """Another contact at that hour, and whose: of who is to hold the one asked about, or of who comes along.
    `reference` is empty when its case is not the reader's to know of."""

    at: time
    holder: int
    reference: str = ""


def clashes(
    held: Iterable[tuple[int, date]], user: User, *, at: datetime, hour: time | None, minutes: int,
    but: CheckIn | None = None, but_of: Rhythm | None = None,
) -> dict[date, Clash]:  # fmt: skip
    """On which of these days somebody who is to be at the contact is at another at an overlapping hour, the first of
    each.

    `held`: who, and on which day; who holds it and who comes along alike. Two queries at most, however many days there
    are. `but`: the contact itself, or what is held by the rhythm that is being changed.
    """
    pairs = set(held)
    if hour is None or not pairs:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_BUSY, [sorted({who for who, _day in pairs}), sorted({day for _who, day in pairs})])
        busy = [
            (pk, who, day, other)
            for pk, who, day, other, lasts in cursor.fetchall()
            if (who, day) in pairs and clash(day, (hour, minutes), (other, lasts))
        ]
    if not busy:
        return {}
    rows = CheckIn.objects.visible_to(user, at=at).filter(pk__in=[pk for pk, _who, _day, _other in busy])
    known = {row.pk: row for row in rows.select_related("casefile").only("casefile__reference", "rhythm_id")}
    found: dict[date, Clash] = {}
    for pk, who, day, other in sorted(busy, key=lambda one: (one[2], one[3], one[0])):
        row = known.get(pk)
        itself = but is not None and but.pk == pk
        if itself or (but_of is not None and row is not None and row.rhythm_id == but_of.pk):
            continue
        found.setdefault(day, Clash(other, who, row.casefile.reference if row else ""))
    return found


def off_because(checkin: CheckIn, *, at: datetime) -> MoveReason | None:
    """Why the day of a contact arranged by hand is a day off; nothing when it is worked, or a deputy stands in."""
    day = checkin.due_on
    case = Casefile.objects.get(pk=checkin.casefile_id)
    typed = Rhythm(
        casefile=case, city_id=case.city_id, caseworker_id=checkin.caseworker_id, starts_on=day,
        avoids_regional=False, avoids_school=False,
    )  # fmt: skip
    [outlook] = outlooks([typed], surroundings(day, day + ONE_DAY, at=at))
    return outlook.calendar(day)
