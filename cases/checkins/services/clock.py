"""What the clock does of itself: sweeps over what is due, in small transactions, safe to run late, twice, or at once.

Each batch is claimed `FOR UPDATE SKIP LOCKED`, so that any number of workers share the work, and is committed with
its ledger entry before the next. They open their own transactions as the clock; doors only say what time it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import DatabaseError, transaction
from django.db.models import Exists, F, OuterRef, Q, Value
from django.db.models.functions import Coalesce, Greatest, Least

from cases.access.services import as_clock, each_of, in_batches, require_clock, write_swept
from cases.casefiles.models import Casefile, content_of
from cases.checkins.models import CheckIn, Rhythm
from cases.checkins.outlook import Outlook, Surroundings, outlooks, surroundings
from cases.checkins.recurrence import ONE_DAY
from cases.checkins.rules import (
    HORIZON,
    SETTLED_STILL,
    CheckInState,
    MissCause,
    MoveReason,
    RhythmState,
    looks_at_all,
)
from cases.checkins.services.checks import call_off
from cases.checkins.services.closings import step_around_closings
from cases.checkins.services.ladder import Doing, climb_some, open_misses
from cases.checkins.services.making import Due, Shapes, make
from cases.checkins.services.reminders import leave_digests, leave_reminders
from cases.plans.models import FollowUpPlan
from cases.plans.rules import PlanState
from cities.ledger.rules import Clock, Operation
from cities.places.rules import day_of
from cities.roles.permissions import Permission

BATCH = 500

#: Rhythms are taken in larger lots: what they have in common is worked out once.
MAKING_BATCH = 5000

#: What of a rhythm decides on its days; the rest of it stays in the database.
MADE_FROM = (
    "frequency", "every", "weekdays", "month_day", "nth", "nth_weekday", "times", "within_week", "policy",
    "avoids_regional", "avoids_school", "early_days", "tolerance_days", "starts_on", "ends_on", "materialised_until",
    "casefile_id", "city_id", "caseworker_id",
)  # fmt: skip


@dataclass(frozen=True)
class Ticked:
    """What a tick did."""

    settled: int = 0
    made: int = 0
    late: int = 0
    climbed: int = 0
    reminders: int = 0
    told: int = 0
    replanned: int = 0


def tick(*, by: Clock, at: datetime) -> Ticked:
    """All that is due at the moment `at`. One sweep that fails doesn't keep the others from their work."""
    require_clock(by)
    sweeps: list[Callable[..., int]] = [
        settle, materialise, mark_late, climb, leave_reminders, leave_digests, step_around_closings
    ]  # fmt: skip
    return Ticked(*each_of(sweeps, by=by, at=at, what="the tick"))


def _over(at: datetime) -> Q | None:
    """Rows of closed cases and of ended plans, if there are any. A plan that a newer version took over goes on with it.

    Looked for from what has ended lately, not among all that goes on; once a night from all that ever ended.
    """
    today = day_of(at)
    since = date.min if looks_at_all(at) else today - SETTLED_STILL
    closed, versions = Casefile.objects.filter(closed_on__gte=since), FollowUpPlan.objects.order_by("pk")
    ended = versions.filter(state=PlanState.ENDED, ended_on__range=(since, today))
    agreed = versions.filter(casefile_id=OuterRef("casefile_id"), state=PlanState.AGREED)
    before = versions.filter(state=PlanState.SUPERSEDED, casefile__in=ended.values("casefile_id"))
    plans = [*ended.values_list("pk", flat=True), *before.exclude(Exists(agreed)).values_list("pk", flat=True)]
    cases = list(closed.values_list("pk", flat=True))
    return Q(casefile__in=cases) | Q(plan__in=plans) if cases or plans else None


def settle(*, by: Clock, at: datetime) -> int:
    """End the rhythms, and call off the check-ins to come, of closed cases and ended plans. How many check-ins.

    A rhythm whose own last day has come is ended too; what of it is still open stays to be recorded.
    """
    require_clock(by)
    today = day_of(at)

    def end_rhythms(which: Q) -> tuple[int, int]:
        ending = Rhythm.objects.filter(which, state=RhythmState.ACTIVE).order_by("pk")
        ids = list(ending.select_for_update(skip_locked=True).values_list("pk", flat=True)[:BATCH])
        last = Least(Coalesce(F("ends_on"), Value(today)), Value(today))
        Rhythm.objects.filter(pk__in=ids).update(
            state=RhythmState.ENDED, ends_on=Greatest(F("starts_on"), last), version=F("version") + 1
        )
        write_swept("rhythm", ids, by=by, fields=["state", "ends_on"])
        return len(ids), 0

    def call_off_checkins(which: Q) -> tuple[int, int]:
        open_ones = CheckIn.objects.filter(which, state=CheckInState.PLANNED).order_by("pk")
        ids = list(open_ones.select_for_update(skip_locked=True, no_key=True).values_list("pk", flat=True)[:BATCH])
        call_off(CheckIn.objects.filter(pk__in=ids), by=by, because=MoveReason.ENDED, at=at)
        write_swept("checkin", ids, by=by, fields=["state", "moved_because"])
        return len(ids), len(ids)

    in_batches(lambda: end_rhythms(Q(ends_on__lte=today)), most=BATCH)
    with as_clock():
        over = _over(at)
    if over is None:
        return 0
    in_batches(lambda: end_rhythms(over), most=BATCH)
    return in_batches(lambda: call_off_checkins(over), most=BATCH)


def materialise(*, by: Clock, at: datetime) -> int:
    """Make the check-ins of the coming eight weeks that aren't there yet. Returns how many.

    It costs what is due: a rhythm is asked only when its next occurrence comes within the horizon. One that fails is
    set aside with its error, and the others go on.
    """
    require_clock(by)
    until = day_of(at) + HORIZON

    shapes, after = Shapes(until), (date.min, 0)
    around: Surroundings | None = None

    def step() -> tuple[int, int]:
        # On from where the last batch ended: what was moved on since is not looked at again.
        nonlocal around, after
        day, number = after
        asked = Rhythm.objects.filter(
            Q(materialised_until__gt=day) | Q(pk__gt=number),
            state=RhythmState.ACTIVE, set_aside_at__isnull=True, materialised_until__range=(day, until - ONE_DAY),
        ).order_by("materialised_until", "pk")  # fmt: skip
        rhythms = list(asked.only(*MADE_FROM).select_for_update(skip_locked=True)[:MAKING_BATCH])
        if not rhythms:
            return 0, 0
        after = rhythms[-1].materialised_until, rhythms[-1].pk
        around = around or surroundings(min(day_of(at), rhythms[0].materialised_until), until, at=at)
        looked = zip(rhythms, outlooks(rhythms, around), strict=True)
        dues = [due for rhythm, outlook in looked if (due := _due_or_aside(shapes, rhythm, outlook, at=at))]
        made = _make_all_that_can_be(dues, at=at)
        write_swept("checkin", made, by=by, operation=Operation.COLLECT, fields=["occurs_on", "due_on", "state"])
        return len(rhythms), len(made)

    return in_batches(step, most=MAKING_BATCH)


def _due_or_aside(shapes: Shapes, rhythm: Rhythm, outlook: Outlook, *, at: datetime) -> Due | None:
    try:
        return Due(rhythm, shapes.of(rhythm, outlook))
    except (ValueError, ArithmeticError, LookupError, TypeError) as error:
        _set_aside(rhythm, error, at=at)
        return None


def _make_all_that_can_be(dues: Sequence[Due], *, at: datetime) -> list[int]:
    """All in one statement; when the database refuses it, half and half, until only the culprit is set aside."""
    try:
        with transaction.atomic():
            return make(dues, by=None, at=at)
    except DatabaseError as error:
        if len(dues) > 1:
            half = len(dues) // 2
            return _make_all_that_can_be(dues[:half], at=at) + _make_all_that_can_be(dues[half:], at=at)
        _set_aside(dues[0].rhythm, error, at=at)
        return []


def _set_aside(rhythm: Rhythm, error: Exception, *, at: datetime) -> None:
    """Out of the way until somebody has looked. The text of a database's error quotes rows, so its kind is kept."""
    said = type(error).__name__ if isinstance(error, DatabaseError) else f"{type(error).__name__}: {error}"
    rhythm.set_aside_at, rhythm.set_aside_error = at, said[:300]
    rhythm.save(update_fields=["set_aside_at", "set_aside_error"])


def mark_late(*, by: Clock, at: datetime) -> int:
    """Mark the check-ins that have become late, each a missed contact from then on. Returns how many.

    Dates decide: days without a clock lose nothing.
    """
    require_clock(by)

    def step() -> tuple[int, int]:
        due = CheckIn.objects.filter(state=CheckInState.PLANNED, late_at__isnull=True, late_from__lte=day_of(at))
        locked = (
            due.select_related("casefile")
            .defer(*content_of("casefile"))
            .select_for_update(skip_locked=True, of=("self",), no_key=True)
        )
        rows = list(locked.order_by("late_from", "pk")[:BATCH])
        ids = [row.pk for row in rows]
        CheckIn.objects.filter(pk__in=ids).update(late_at=at)
        open_misses(rows, Doing(by, at, Permission.CLOCK_TICK), cause=MissCause.NOT_RECORDED)
        write_swept("checkin", ids, by=by, fields=["late_at"])
        return len(ids), len(ids)

    return in_batches(step, most=BATCH)


def climb(*, by: Clock, at: datetime) -> int:
    """Take up the ladder each missed contact whose step is over. Returns how many steps were taken."""
    require_clock(by)
    return in_batches(lambda: climb_some(BATCH, Doing(by, at, Permission.CLOCK_TICK)), most=BATCH)
