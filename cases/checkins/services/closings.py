"""When an agency says that it is closed, or open after all: what its rhythms have planned there is planned anew."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from cases.access.services import as_clock, require_clock, write_swept
from cases.checkins.models import CheckIn, Rhythm
from cases.checkins.rules import CheckInState, MoveReason, RhythmState
from cases.checkins.services.replanning import replan
from cities.agencies.models import ClosingDays
from cities.ledger.rules import Clock
from cities.places.rules import day_of

#: So many rhythms are planned anew in one transaction.
BATCH = 100


def step_around_closings(*, by: Clock, at: datetime) -> int:
    """Plan anew what closing days that were told lately move, or no longer do. Returns how many check-ins changed.

    It costs what those days touch. Twice, or by two at once, gives the same; killed half-way, it begins again.
    """
    require_clock(by)
    changed = 0
    told = ClosingDays.objects.filter(settled_at__isnull=True).order_by("pk")
    for number in list(told.values_list("pk", flat=True)):
        last: int | None = 0
        while last is not None:
            with as_clock():
                last, some = _some_of(number, last, by=by, at=at)
            changed += some
    return changed


def _some_of(number: int, last: int, *, by: Clock, at: datetime) -> tuple[int | None, int]:
    """Some rhythms after `last` that these days touch: which was the last, none when that was all; how many changes."""
    told = ClosingDays.objects.order_by("pk").filter(pk=number, settled_at=None)
    closing = told.select_for_update(skip_locked=True).first()
    if closing is None:
        return None, 0
    touched = _touched_by(closing, at=at).filter(pk__gt=last).order_by("pk")
    rhythms = list(touched.select_for_update(of=("self",))[:BATCH])
    ids = [pk for rhythm in rhythms for pk in replan(rhythm, by=by, at=at)]
    if len(rhythms) < BATCH:
        closing.settled_at = at
        closing.save(update_fields=["settled_at"])
    write_swept("checkin", ids, by=by, fields=["due_on", "moved_because"])
    return (rhythms[-1].pk if len(rhythms) == BATCH else None), len(ids)


def _touched_by(closing: ClosingDays, *, at: datetime) -> QuerySet[Rhythm]:
    """Rhythms of the agency's cases with something planned on these days, or moved off them before."""
    within = Q(due_on__gte=closing.starts_on, due_on__lt=closing.ends_on, state=CheckInState.PLANNED)
    moved = Q(occurs_on__gte=closing.starts_on, occurs_on__lt=closing.ends_on, moved_because=MoveReason.CLOSED)
    checkins = CheckIn.objects.filter(within | moved, rhythm=OuterRef("pk"), due_on__gte=day_of(at), by_hand=False)
    return Rhythm.objects.filter(
        Exists(checkins), state=RhythmState.ACTIVE, set_aside_at=None, casefile__agency=closing.agency_id
    )  # fmt: skip
