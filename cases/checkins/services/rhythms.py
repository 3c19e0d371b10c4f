"""Acts on a rhythm: arrange it, thin it out, change it from a day on, end it, take it up again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Unpack

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from cases.access.rules import Refused
from cases.access.services import require, write_ledger
from cases.casefiles.models import Casefile
from cases.checkins.models import CheckIn, Pause, Rhythm
from cases.checkins.rules import (
    HORIZON,
    CheckInState,
    Lasting,
    MoveReason,
    RhythmState,
    Step,
    occurrences,
    taken_by_hand,
)
from cases.checkins.services.agreeing import (
    Wanted,
    agreed,
    chain_of,
    complete,
    pattern_of,
    refuse_empty,
    refuse_start,
    refuse_twice,
)
from cases.checkins.services.checks import (
    active,
    agreed_plan,
    call_off,
    file_of,
    open_file_of,
    plan_in_force,
    refuse_day,
)
from cases.checkins.services.replanning import make_first, replan
from cases.plans.models import FollowUpPlan
from cities.ledger.rules import Operation
from cities.places.rules import day_of
from cities.roles.permissions import Permission
from cities.roles.rules import Compartment
from cities.staff.models import User


@transaction.atomic
def arrange_rhythm(
    *,
    case: Casefile,
    by: User,
    at: datetime,
    plan: FollowUpPlan,
    lasts: int | None = None,
    unit: str = Lasting.WEEKS,
    then: Sequence[Step] = (),
    **wanted: Unpack[Wanted],
) -> Rhythm:
    """Agree on a rhythm. Its check-ins of the coming eight weeks exist at once; none is made for a day gone by.

    A taper is arranged as one: `lasts` and `unit` say how long this rhythm lasts, `then` which follow it. Returns the
    first.
    """
    found = require(by, Permission.CHECKIN_ARRANGE, case=case, at=at)
    row = open_file_of(case)
    held = agreed_plan(plan, row)
    said = complete(wanted)
    refuse_start(said["starts_on"], held, at=at)
    before: Rhythm | None = None
    chain = []
    for pattern in chain_of(said, lasts=lasts, unit=unit, then=then):
        rhythm = agreed(said, pattern, by=by, at=at, case=row, plan=held)
        if before is None:
            refuse_empty(rhythm, at=at)
            refuse_twice(rhythm)
        rhythm.follows = before
        rhythm.save(force_insert=True)
        make_first(rhythm, by=by, at=at)
        chain.append(rhythm)
        before = rhythm
    write_ledger(
        operation=Operation.COLLECT, by=by, act=Permission.CHECKIN_ARRANGE, case=row, record=chain[0],
        ids=[rhythm.pk for rhythm in chain], compartment=Compartment.CORE, standing=found,
        recipient=f"user {said['caseworker'].pk}", fields=sorted(wanted),
    )  # fmt: skip
    return chain[0]


@transaction.atomic
def change_rhythm(
    *, rhythm: Rhythm, by: User, at: datetime, version: int, from_on: date, **wanted: Unpack[Wanted]
) -> Rhythm:
    """Change a rhythm from a day on: "this one and those after it". Returns the one that follows it from then on.

    What was recorded, and what is before that day, stays. So does what was moved or changed by hand: where the new
    rhythm has a day for it, that one is not held twice. Pauses go on.
    """
    case = file_of(rhythm)
    found = require(by, Permission.CHECKIN_ARRANGE, case=case, at=at)
    row = open_file_of(case)
    old = active(rhythm, version=version)
    if from_on < max(day_of(at), old.starts_on):
        raise Refused(_("What is gone by is not changed any more."), field="from_on", code="too_early")
    if old.ends_on is not None and from_on >= old.ends_on:
        raise Refused(_("This rhythm has ended by then."), field="from_on", code="too_far")
    follower = Rhythm.objects.select_for_update(of=("self",)).filter(follows=old).first()
    said = complete({**wanted, "starts_on": from_on})
    if follower is not None:
        said |= {"ends_on": old.ends_on, "times": None}
    new = agreed(said, pattern_of(said), by=by, at=at, case=row, plan=plan_in_force(row))
    refuse_empty(new, at=at)
    new.follows = old
    if follower is not None:  # a taper goes on with what came next
        follower.follows = None
        follower.save(update_fields=["follows"])
    _end(old, from_on, at=at)
    new.save(force_insert=True)
    if follower is not None:
        follower.follows = new
        follower.save(update_fields=["follows"])
    for pause in old.pauses.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=from_on)):
        Pause.objects.create(
            recorded_at=at, recorded_by=by, casefile=row, city_id=row.city_id, rhythm=new,
            starts_on=max(pause.starts_on, from_on), ends_on=pause.ends_on, reason=pause.reason,
        )  # fmt: skip
    later = CheckIn.objects.filter(rhythm=old, occurs_on__gte=from_on)
    by_rule = later.filter(by_hand=False, replaces__isnull=True)
    call_off(by_rule, by=by, because=MoveReason.CHANGED, at=at)
    by_hand = later.exclude(pk__in=by_rule.values("pk")).filter(state=CheckInState.PLANNED)
    days = occurrences(new, new.materialised_until, day_of(at) + HORIZON)
    make_first(new, by=by, at=at, by_hand=list(taken_by_hand(days, _days_of(by_hand)).values()))
    write_ledger(
        operation=Operation.ALTER, by=by, act=Permission.CHECKIN_ARRANGE, case=case, record=old, ids=[old.pk, new.pk],
        compartment=Compartment.CORE, standing=found, recipient=f"user {new.caseworker_id}", fields=sorted(wanted),
    )  # fmt: skip
    return new


def _days_of(rows: QuerySet[CheckIn]) -> list[date]:
    return list(rows.values_list("occurs_on", flat=True))


def _end(rhythm: Rhythm, ends_on: date, *, at: datetime) -> None:
    """The first day without; from that day on it makes nothing more."""
    rhythm.ends_on, rhythm.times = ends_on, None
    if ends_on <= max(rhythm.starts_on, day_of(at)):
        rhythm.state = RhythmState.ENDED
    rhythm.version += 1
    rhythm.save(update_fields=["ends_on", "times", "state", "version"])


@transaction.atomic
def end_rhythm(*, rhythm: Rhythm, by: User, at: datetime, version: int, ends_on: date | None) -> Rhythm:
    """End a rhythm: `ends_on` is the first day without. What was planned from then on is cancelled.

    An end that has not come yet can be put off, or taken back (None). With a rhythm ends what was to follow it.
    """
    case = file_of(rhythm)
    found = require(by, Permission.CHECKIN_ARRANGE, case=case, at=at)
    row = active(rhythm, version=version)
    if ends_on is not None:
        refuse_day(ends_on, first=row.starts_on, today=day_of(at), field="ends_on")
    follower = Rhythm.objects.filter(follows=row, state=RhythmState.ACTIVE).first()
    later = row.ends_on is not None and (ends_on is None or ends_on > row.ends_on)
    if later and follower is not None:
        raise Refused(_("Another rhythm follows this one on that day: end that one."), field="ends_on", code="followed")
    ids = [row.pk]
    if ends_on is None:
        row.ends_on, row.times = None, None
        row.version += 1
        row.save(update_fields=["ends_on", "times", "version"])
    else:
        _end(row, ends_on, at=at)
        before = CheckIn.objects.filter(rhythm=row, due_on__gte=ends_on, due_on__lt=day_of(at))
        call_off(before, by=by, because=MoveReason.ENDED, at=at)
        ids += _end_what_follows(follower, ends_on, by=by, at=at)
    if later:
        row.materialised_until = max(day_of(at), row.starts_on)
        row.save(update_fields=["materialised_until"])
    replan(row, by=by, at=at)
    write_ledger(
        operation=Operation.ALTER, by=by, act=Permission.CHECKIN_ARRANGE, case=case, record=row, ids=ids,
        compartment=Compartment.CORE, standing=found, fields=["ends_on", "state"],
    )  # fmt: skip
    return row


def _end_what_follows(rhythm: Rhythm | None, ends_on: date, *, by: User, at: datetime) -> list[int]:
    """The steps that were to come after: none of them starts any more."""
    ids = []
    while rhythm is not None:
        rhythm.state, rhythm.ends_on, rhythm.times = RhythmState.ENDED, rhythm.starts_on, None
        rhythm.version += 1
        rhythm.save(update_fields=["state", "ends_on", "times", "version"])
        call_off(CheckIn.objects.filter(rhythm=rhythm), by=by, because=MoveReason.ENDED, at=at)
        ids.append(rhythm.pk)
        rhythm = Rhythm.objects.filter(follows=rhythm, state=RhythmState.ACTIVE).first()
    return ids


@transaction.atomic
def take_up_rhythm(*, rhythm: Rhythm, by: User, at: datetime, version: int) -> Rhythm:
    """Let the clock try again with a rhythm that it had set aside."""
    case = file_of(rhythm)
    found = require(by, Permission.CHECKIN_ARRANGE, case=case, at=at)
    row = active(rhythm, version=version)
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
