"""Acts on a rhythm: arrange it, end it, pause it and go on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from cases.access.rules import Refused
from cases.access.services import locked, require, write_ledger
from cases.casefiles.models import Casefile
from cases.checkins.models import CheckIn, Pause, Rhythm
from cases.checkins.rules import (
    HORIZON,
    CheckInState,
    Frequency,
    MovePolicy,
    MoveReason,
    Pattern,
    PauseReason,
    Period,
    RhythmState,
    fault_of,
    in_a_pause,
    next_days,
    overlaps,
    why_off,
)
from cases.checkins.services.checks import (
    agreed_plan,
    call_off,
    clean_place,
    file_of,
    open_file_of,
    refuse_caseworker,
    refuse_day,
    refuse_kind,
    refuse_measures,
)
from cases.checkins.services.making import due_of, make
from cases.plans.models import FollowUpPlan
from cities.ledger.rules import Operation
from cities.places.rules import day_of
from cities.roles.permissions import Permission
from cities.roles.rules import Compartment
from cities.staff.models import User

#: Longer than any stretch of days off: how far before a day an occurrence may lie that is held on it.
_MARGIN = timedelta(days=14)


@transaction.atomic
def arrange_rhythm(
    *,
    case: Casefile,
    by: User,
    at: datetime,
    plan: FollowUpPlan,
    kind: str,
    frequency: str,
    every: int,
    weekdays: Sequence[int] = (),
    month_day: int | None = None,
    nth: int | None = None,
    nth_weekday: int | None = None,
    time: time | None = None,
    duration: int = 45,
    place: str = "",
    tolerance_days: int = 0,
    policy: str = MovePolicy.NEXT,
    caseworker: User,
    starts_on: date,
    ends_on: date | None = None,
) -> Rhythm:
    """Agree on a rhythm. Its check-ins of the coming eight weeks exist at once; none is made for a day gone by."""
    found = require(by, Permission.CHECKIN_ARRANGE, case=case, at=at)
    row, today = open_file_of(case), day_of(at)
    held = agreed_plan(plan, row)
    refuse_kind(kind)
    refuse_measures(duration=duration, tolerance_days=tolerance_days)
    refuse_day(starts_on, first=held.starts_on, today=today, field="starts_on")
    if policy not in MovePolicy.values:
        raise Refused(_("This is not a policy for days off."), field="policy", code="unknown_code")
    by_day = month_day is not None
    monthly, weekly = frequency == Frequency.MONTHS, frequency == Frequency.WEEKS
    pattern = Pattern(
        frequency=frequency, every=every, weekdays=sorted(set(weekdays)) if weekly else [],
        month_day=month_day if monthly else None, nth=nth if monthly and not by_day else None,
        nth_weekday=nth_weekday if monthly and not by_day else None,
        starts_on=starts_on, ends_on=ends_on, policy=policy,
    )  # fmt: skip
    if fault := fault_of(pattern):
        raise Refused(_("This does not say on which days."), field=fault, code="pattern")
    first = max(starts_on, today)
    if not any(one.due_on for one in next_days(pattern, first=first)):
        raise Refused(_("No check-in would ever come of this rhythm."), field="ends_on", code="empty")
    refuse_caseworker(caseworker, row, at=at)
    rhythm = Rhythm.objects.create(
        recorded_at=at, recorded_by=by, casefile=row, city_id=row.city_id, plan=held, kind=kind, frequency=frequency,
        every=every, weekdays=pattern.weekdays, month_day=pattern.month_day, nth=pattern.nth,
        nth_weekday=pattern.nth_weekday, time=time, duration=duration, place=clean_place(place),
        tolerance_days=tolerance_days, policy=policy, caseworker=caseworker, starts_on=starts_on, ends_on=ends_on,
        materialised_until=first,
    )  # fmt: skip
    make([due_of(rhythm, first=first, until=today + HORIZON, pauses=())], by=by, at=at)
    rhythm.refresh_from_db(fields=["materialised_until"])
    write_ledger(
        operation=Operation.COLLECT, by=by, act=Permission.CHECKIN_ARRANGE, case=row, record=rhythm,
        compartment=Compartment.CORE, standing=found, recipient=f"user {caseworker.pk}",
        fields=["kind", "frequency", "every", "caseworker", "starts_on", "ends_on", "place", "time"],
    )  # fmt: skip
    return rhythm


def _active(rhythm: Rhythm, *, version: int) -> Rhythm:
    """The rhythm as it stands, locked; what has ended is not changed any more."""
    row = locked(rhythm, version=version)
    if row.state != RhythmState.ACTIVE:
        raise Refused(_("This rhythm has ended."), code="ended")
    return row


def _checkins_of(rhythm: Rhythm, period: Period) -> QuerySet[CheckIn]:
    rows = CheckIn.objects.filter(rhythm=rhythm, due_on__gte=period[0])
    return rows.filter(due_on__lt=period[1]) if period[1] else rows


@transaction.atomic
def end_rhythm(*, rhythm: Rhythm, by: User, at: datetime, version: int, ends_on: date) -> Rhythm:
    """End a rhythm: `ends_on` is the first day without. What was planned from then on is cancelled."""
    case = file_of(rhythm)
    found = require(by, Permission.CHECKIN_ARRANGE, case=case, at=at)
    row = _active(rhythm, version=version)
    if ends_on < row.starts_on:
        raise Refused(_("A rhythm ends after it starts."), field="ends_on", code="too_early")
    if row.ends_on is not None and ends_on > row.ends_on:
        raise Refused(_("This rhythm ends sooner already."), field="ends_on", code="too_far")
    row.ends_on = ends_on
    if ends_on <= max(row.starts_on, day_of(at)):
        row.state = RhythmState.ENDED
    row.version += 1
    row.save(update_fields=["ends_on", "state", "version"])
    call_off(_checkins_of(row, (ends_on, None)), by=by, because=MoveReason.ENDED, at=at)
    write_ledger(
        operation=Operation.ALTER, by=by, act=Permission.CHECKIN_ARRANGE, case=case, record=row,
        compartment=Compartment.CORE, standing=found, fields=["ends_on", "state"],
    )  # fmt: skip
    return row


@transaction.atomic
def pause_rhythm(
    *, rhythm: Rhythm, by: User, at: datetime, version: int, starts_on: date, ends_on: date | None = None, reason: str
) -> Rhythm:
    """Pause a rhythm: nothing is held from `starts_on` until `ends_on`; without an end, until it is resumed."""
    case = file_of(rhythm)
    found = require(by, Permission.CHECKIN_ARRANGE, case=case, at=at)
    row = _active(rhythm, version=version)
    if reason not in PauseReason.values:
        raise Refused(_("This is not a reason for a pause."), field="reason", code="unknown_code")
    refuse_day(starts_on, first=row.starts_on, today=day_of(at), field="starts_on")
    if ends_on is not None and ends_on <= starts_on:
        raise Refused(_("A pause ends after it starts."), field="ends_on", code="too_early")
    if any(overlaps((starts_on, ends_on), (pause.starts_on, pause.ends_on)) for pause in row.pauses.all()):
        raise Refused(_("There is a pause in that time already."), field="starts_on", code="overlap")
    Pause.objects.create(
        recorded_at=at, recorded_by=by, casefile=case, city_id=case.city_id, rhythm=row,
        starts_on=starts_on, ends_on=ends_on, reason=reason,
    )  # fmt: skip
    row.version += 1
    row.save(update_fields=["version"])
    call_off(_checkins_of(row, (starts_on, ends_on)), by=by, because=MoveReason.PAUSE, at=at)
    write_ledger(
        operation=Operation.ALTER, by=by, act=Permission.CHECKIN_ARRANGE, case=case, record=row,
        compartment=Compartment.CORE, standing=found, fields=["pauses"],
    )  # fmt: skip
    return row


@transaction.atomic
def resume_rhythm(*, rhythm: Rhythm, by: User, at: datetime, version: int, on: date) -> Rhythm:
    """End a pause on the day `on`. What it had called off from then on, and not before today, is planned again."""
    case = file_of(rhythm)
    found = require(by, Permission.CHECKIN_ARRANGE, case=case, at=at)
    row = _active(rhythm, version=version)
    today = day_of(at)
    still = Q(ends_on__isnull=True) | Q(ends_on__gt=on)
    pause = row.pauses.filter(still, starts_on__lt=on).first()
    if pause is None:
        raise Refused(_("The rhythm is not paused on that day."), field="on", code="not_paused")
    pause.ends_on = on
    pause.save(update_fields=["ends_on"])
    row.version += 1
    row.save(update_fields=["version"])
    first = max(on, today)
    pauses = [(one.starts_on, one.ends_on) for one in row.pauses.all()]
    _plan_again(row, first=first, pauses=pauses)
    due = due_of(row, first=max(row.starts_on, first - _MARGIN), until=today + HORIZON, pauses=pauses)
    missing = [one for one in due.days if (one.due_on or one.occurs_on) >= first]
    make([replace(due, days=missing)], by=by, at=at)
    row.refresh_from_db(fields=["materialised_until"])
    write_ledger(
        operation=Operation.ALTER, by=by, act=Permission.CHECKIN_ARRANGE, case=case, record=row,
        compartment=Compartment.CORE, standing=found, fields=["pauses"],
    )  # fmt: skip
    return row


def _plan_again(rhythm: Rhythm, *, first: date, pauses: Sequence[Period]) -> None:
    """What a pause had called off, from `first` on, unless another pause or the end of the rhythm has it."""
    rows = [
        row
        for row in _checkins_of(rhythm, (first, rhythm.ends_on))
        .filter(state=CheckInState.CANCELLED, moved_because=MoveReason.PAUSE)
        .select_for_update()
        if not in_a_pause(row.due_on, pauses)
    ]
    for row in rows:
        moved = row.replaces_id is None and row.due_on != row.occurs_on
        row.state, row.moved_because = CheckInState.PLANNED, (why_off(row.occurs_on) or "") if moved else ""
        row.reminded_at = None
        row.version += 1
    CheckIn.objects.bulk_update(rows, ["state", "moved_because", "reminded_at", "version"], batch_size=500)


@transaction.atomic
def take_up_rhythm(*, rhythm: Rhythm, by: User, at: datetime, version: int) -> Rhythm:
    """Let the clock try again with a rhythm that it had set aside."""
    case = file_of(rhythm)
    found = require(by, Permission.CHECKIN_ARRANGE, case=case, at=at)
    row = _active(rhythm, version=version)
    if row.set_aside_at is None:
        raise Refused(_("This rhythm is not set aside."), code="not_set_aside")
    row.set_aside_at, row.set_aside_error = None, ""
    row.version += 1
    row.save(update_fields=["set_aside_at", "set_aside_error", "version"])
    write_ledger(
        operation=Operation.ALTER, by=by, act=Permission.CHECKIN_ARRANGE, case=case, record=row,
        compartment=Compartment.CORE, standing=found, fields=["set_aside_at"],
    )  # fmt: skip
    return row
