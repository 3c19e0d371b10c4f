"""What several acts do with one contact: put it on another day, hand it to a colleague, arrange one more like it.

Those acts have asked who may; what holds for the contact itself is asked here, and only here.
"""

from __future__ import annotations

from datetime import date, datetime, time

from django.db.models import F
from django.utils.translation import gettext as _

from cases.access.rules import Refused
from cases.access.services import write_ledger
from cases.checkins.models import CheckIn, MissedStep
from cases.checkins.rules import CheckInState, MissAnswer
from cases.checkins.services.checks import (
    add_checkin,
    file_of,
    mark_changed,
    open_file_of,
    plan_in_force,
    refuse_caseworker,
    refuse_day,
    reminder_keys,
)
from cases.checkins.services.ladder import Doing, answer_misses
from cases.checkins.services.notes import write_note
from cases.outbox.services import drop_messages
from cities.ledger.rules import Operation
from cities.places.rules import day_of
from cities.roles.permissions import Permission
from cities.roles.rules import Compartment
from cities.staff.models import User
from cities.staff.selectors import Standing


def move(
    checkin: CheckIn,
    *,
    by: User,
    at: datetime,
    found: Standing,
    act: Permission,
    due_on: date,
    due_time: time | None,
    asked_by: str,
    reason: str,
    field: str = "due_on",
) -> CheckIn:
    """Another day or time, for a planned check-in that is locked. The old entry stays; what takes its place is given.

    If it was late, it is arranged anew: it climbs no further.
    """
    case, today = file_of(checkin), day_of(at)
    refuse_day(due_on, first=today, today=today, field=field)
    if (due_on, due_time) == (checkin.due_on, checkin.due_time):
        raise Refused(_("This is the day and time it is on already."), field=field, code="same")
    checkin.state, checkin.asked_by = CheckInState.RESCHEDULED, asked_by
    checkin.save(update_fields=["state", "asked_by", *mark_changed(checkin, at=at)])
    replacement = add_checkin(
        by=by, at=at, case=case, plan_id=checkin.plan_id, kind=checkin.kind, due_on=due_on, due_time=due_time,
        duration=checkin.duration, place=checkin.place, tolerance_days=checkin.tolerance_days,
        caseworker_id=checkin.caseworker_id, like=checkin, replaces=checkin,
    )  # fmt: skip
    write_note(checkin=checkin, by=by, at=at, found=found, act=act, reason=reason)
    drop_messages(by=by, at=at, keys=reminder_keys([checkin]))
    answer_misses([checkin], Doing(by, at, act, found), answer=MissAnswer.ARRANGED)
    write_ledger(
        operation=Operation.ALTER, by=by, act=act, case=case, record=checkin, ids=[checkin.pk, replacement.pk],
        compartment=Compartment.CORE, standing=found, fields=["state", "asked_by", "due_on", "due_time"],
    )  # fmt: skip
    return replacement


def hand_to(
    checkin: CheckIn,
    *,
    to: User,
    by: User,
    at: datetime,
    found: Standing,
    act: Permission,
    stands_in_for: User | None = None,
    by_hand: bool = True,
) -> CheckIn:
    """To a colleague who may know of the case, for a planned check-in that is locked. Its day stays.

    What is late of it and still with the caseworker is with that colleague from now on.
    """
    case = file_of(checkin)
    refuse_caseworker(to, case, at=at)
    if to.pk == checkin.caseworker_id:
        raise Refused(_("This colleague holds it already."), field="caseworker", code="same")
    drop_messages(by=by, at=at, keys=reminder_keys([checkin]))
    before = checkin.caseworker_id
    checkin.caseworker, checkin.stands_in_for, checkin.by_hand = to, stands_in_for, by_hand
    checkin.reminded_at = checkin.reminded_at if checkin.due_on < day_of(at) else None
    fields = ["caseworker", "stands_in_for", "by_hand", "reminded_at", *mark_changed(checkin, at=at)]
    checkin.save(update_fields=fields)
    steps = MissedStep.objects.filter(missed__checkin=checkin, owner=before, over_at__isnull=True)
    steps.update(owner=to, version=F("version") + 1)
    write_ledger(
        operation=Operation.ALTER, by=by, act=act, case=case, record=checkin, compartment=Compartment.CORE,
        standing=found, recipient=f"user {to.pk}", fields=fields[:3],
    )  # fmt: skip
    return checkin


def arrange_next(
    checkin: CheckIn, *, by: User, at: datetime, found: Standing, act: Permission, on: date, time: time | None
) -> CheckIn:
    """One further contact like this one, from today on, under the plan that is in force."""
    case = open_file_of(file_of(checkin))
    plan = plan_in_force(case)
    refuse_day(on, first=max(day_of(at), plan.starts_on), today=day_of(at), field="next_on")
    following = add_checkin(
        by=by, at=at, case=case, plan_id=plan.pk, kind=checkin.kind, due_on=on, due_time=time,
        duration=checkin.duration, place=checkin.place, tolerance_days=checkin.tolerance_days,
        caseworker_id=checkin.caseworker_id, like=checkin,
    )  # fmt: skip
    write_ledger(
        operation=Operation.COLLECT, by=by, act=act, case=case, record=following, compartment=Compartment.CORE,
        standing=found, fields=["due_on", "due_time"],
    )  # fmt: skip
    return following
