"""Acts on a contact that is still to come: arrange it, move it, call it off, or on again."""

from __future__ import annotations

from datetime import date, datetime, time

from django.db import transaction
from django.utils.translation import gettext as _

from cases.access.rules import Refused, clean_text
from cases.access.services import locked, require, write_ledger
from cases.casefiles.models import Casefile
from cases.checkins.models import CheckIn
from cases.checkins.rules import CheckInState, MissAnswer, MissCause
from cases.checkins.services.checks import (
    add_checkin,
    agreed_plan,
    clean_place,
    clean_who_else,
    file_of,
    mark_changed,
    open_file_of,
    plan_in_force,
    refuse_caseworker,
    refuse_day,
    refuse_kind,
    refuse_measures,
    refuse_second,
    refuse_unless_planned,
    refuse_who_asked,
    reminder_keys,
)
from cases.checkins.services.ladder import Doing, answer_misses, open_misses
from cases.checkins.services.moving import move
from cases.checkins.services.notes import write_note
from cases.outbox.services import drop_messages
from cases.plans.models import FollowUpPlan
from cities.ledger.rules import Operation
from cities.places.rules import day_of
from cities.records import put_in, require_as_read
from cities.roles.permissions import Permission
from cities.roles.rules import Compartment
from cities.staff.models import User


@transaction.atomic
def arrange_checkin(
    *,
    case: Casefile,
    by: User,
    at: datetime,
    plan: FollowUpPlan,
    kind: str,
    due_on: date,
    due_time: time | None = None,
    duration: int = 45,
    place: str = "",
    tolerance_days: int = 0,
    caseworker: User,
    with_interpreter: bool = False,
    second: User | None = None,
    who_else: str = "",
    is_critical: bool = False,
) -> CheckIn:
    """Arrange one contact outside any rhythm. A day gone by is allowed, so that an unplanned visit can be recorded."""
    found = require(by, Permission.CHECKIN_ARRANGE, case=case, at=at)
    row = open_file_of(case)
    held = agreed_plan(plan, row)
    refuse_kind(kind)
    refuse_measures(duration=duration, tolerance_days=tolerance_days)
    refuse_day(due_on, first=held.starts_on, today=day_of(at), field="due_on")
    refuse_caseworker(caseworker, row, at=at)
    refuse_second(second, caseworker, row, at=at)
    checkin = add_checkin(
        by=by, at=at, case=row, plan_id=held.pk, kind=kind, due_on=due_on, due_time=due_time, duration=duration,
        place=clean_place(place), tolerance_days=tolerance_days, caseworker_id=caseworker.pk,
        with_interpreter=with_interpreter, second=second, who_else=clean_who_else(who_else), is_critical=is_critical,
    )  # fmt: skip
    write_ledger(
        operation=Operation.COLLECT, by=by, act=Permission.CHECKIN_ARRANGE, case=row, record=checkin,
        compartment=Compartment.CORE, standing=found, recipient=f"user {caseworker.pk}",
        fields=["kind", "due_on", "due_time", "place", "caseworker"],
    )  # fmt: skip
    return checkin


@transaction.atomic
def change_checkin(
    *,
    checkin: CheckIn,
    by: User,
    at: datetime,
    version: int,
    kind: str,
    due_time: time | None,
    duration: int,
    place: str,
    caseworker: User,
    with_interpreter: bool = False,
    second: User | None = None,
    who_else: str = "",
    is_critical: bool = False,
) -> CheckIn:
    """Change how one contact is held, and by whom, not its day: "this one". A change of its rhythm leaves it so."""
    case = file_of(checkin)
    found = require(by, Permission.CHECKIN_RESCHEDULE, case=case, at=at)
    row = locked(checkin)
    refuse_unless_planned(row)
    require_as_read(row, version)
    refuse_kind(kind)
    refuse_measures(duration=duration, tolerance_days=row.tolerance_days)
    if caseworker.pk != row.caseworker_id:
        refuse_caseworker(caseworker, case, at=at)
        row.stands_in_for = None
    refuse_second(second, caseworker, case, at=at)
    values = {
        "kind": kind, "due_time": due_time, "duration": duration, "place": clean_place(place), "caseworker": caseworker,
        "with_interpreter": with_interpreter, "second": second, "who_else": clean_who_else(who_else),
        "is_critical": is_critical,
    }  # fmt: skip
    before = reminder_keys([row])
    if changed := put_in(row, values):
        row.by_hand, row.reminded_at = True, None  # whoever holds it, and at what time, is told anew
        row.save(
            update_fields=[*changed, "stands_in_for", "by_hand", "reminded_at", *mark_changed(row, at=at)]
        )  # fmt: skip
        drop_messages(by=by, at=at, keys=before)
        write_ledger(
            operation=Operation.ALTER, by=by, act=Permission.CHECKIN_RESCHEDULE, case=case, record=row,
            compartment=Compartment.CORE, standing=found, recipient=f"user {caseworker.pk}", fields=sorted(changed),
        )  # fmt: skip
    return row


@transaction.atomic
def reschedule_checkin(
    *,
    checkin: CheckIn,
    by: User,
    at: datetime,
    version: int,
    due_on: date,
    due_time: time | None = None,
    asked_by: str,
    reason: str,
) -> CheckIn:
    """Move a check-in to another day or time: the old entry stays, the one that takes its place is returned.

    If it was late it is arranged anew, and climbs no further.
    """
    case = file_of(checkin)
    found = require(by, Permission.CHECKIN_RESCHEDULE, case=case, at=at)
    open_file_of(case)
    row = locked(checkin)
    refuse_unless_planned(row)
    require_as_read(row, version)
    refuse_who_asked(asked_by)
    clean_text(reason, field="reason", needed=True)
    return move(
        row, by=by, at=at, found=found, act=Permission.CHECKIN_RESCHEDULE, due_on=due_on, due_time=due_time,
        asked_by=asked_by, reason=reason,
    )  # fmt: skip


@transaction.atomic
def cancel_checkin(*, checkin: CheckIn, by: User, at: datetime, version: int, asked_by: str, reason: str) -> CheckIn:
    """Call one contact off, before anything came of it: who asked, and why. The entry stays."""
    case = file_of(checkin)
    found = require(by, Permission.CHECKIN_RESCHEDULE, case=case, at=at)
    row = locked(checkin)
    refuse_unless_planned(row)
    require_as_read(row, version)
    refuse_who_asked(asked_by)
    clean_text(reason, field="reason", needed=True)
    row.state, row.asked_by = CheckInState.CANCELLED, asked_by
    row.save(update_fields=["state", "asked_by", *mark_changed(row, at=at)])
    write_note(checkin=row, by=by, at=at, found=found, act=Permission.CHECKIN_RESCHEDULE, reason=reason)
    drop_messages(by=by, at=at, keys=reminder_keys([row]))
    answer_misses([row], Doing(by, at, Permission.CHECKIN_RESCHEDULE, found), answer=MissAnswer.CLOSED)
    write_ledger(
        operation=Operation.ALTER, by=by, act=Permission.CHECKIN_RESCHEDULE, case=case, record=row,
        compartment=Compartment.CORE, standing=found, fields=["state", "asked_by"],
    )  # fmt: skip
    return row


@transaction.atomic
def reinstate_checkin(*, checkin: CheckIn, by: User, at: datetime, version: int) -> CheckIn:
    """Take back a cancellation, as long as nothing has taken the check-in's place. Its reminder is left anew.

    One that was late by then is a missed contact again, on the step where it was, with as long as that step has.
    """
    case = file_of(checkin)
    found = require(by, Permission.CHECKIN_RESCHEDULE, case=case, at=at)
    plan_in_force(open_file_of(case))
    row = locked(checkin)
    if CheckIn.objects.filter(replaces=row).exists():
        raise Refused(_("Another check-in has taken the place of this one."), code="replaced")
    if row.state != CheckInState.CANCELLED:
        raise Refused(_("This check-in is not cancelled."), code="not_cancelled")
    require_as_read(row, version)
    row.state, row.asked_by = CheckInState.PLANNED, ""
    row.reminded_at = row.reminded_at if row.due_on < day_of(at) else None
    row.save(update_fields=["state", "asked_by", "reminded_at", *mark_changed(row, at=at)])
    if row.late_at is not None:
        open_misses([row], Doing(by, at, Permission.CHECKIN_RESCHEDULE, found), cause=MissCause.NOT_RECORDED)
    write_ledger(
        operation=Operation.ALTER, by=by, act=Permission.CHECKIN_RESCHEDULE, case=case, record=row,
        compartment=Compartment.CORE, standing=found, fields=["state"],
    )  # fmt: skip
    return row
