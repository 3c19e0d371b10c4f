"""Saying what came of a check-in, once; and correcting it."""

from __future__ import annotations

from datetime import date, datetime, time

from django.db import transaction
from django.utils.translation import gettext as _

from cases.access.rules import Refused, clean_text
from cases.access.services import locked, require, write_ledger
from cases.checkins.models import CheckIn, CheckInNote
from cases.checkins.rules import CONTACTS, CheckInState, MissAnswer, MissCause, MissStep, Outcome
from cases.checkins.services.checks import (
    file_of,
    mark_changed,
    refuse_unless_planned,
    reminder_keys,
)
from cases.checkins.services.ladder import Doing, answer_misses, open_misses, recount_later
from cases.checkins.services.moving import arrange_next
from cases.checkins.services.notes import write_note
from cases.outbox.services import drop_messages
from cases.plans.models import FollowUpPlan
from cities.ledger.rules import Operation
from cities.places.rules import day_of
from cities.records import require_as_read
from cities.roles.permissions import Permission
from cities.roles.rules import Compartment
from cities.staff.models import User


def _clean_outcome(checkin: CheckIn, *, outcome: str, held_on: date | None, reason: str, at: datetime) -> date | None:
    """The day on which it was held, if it was; refuses an outcome that cannot be."""
    today = day_of(at)
    if outcome not in Outcome.values:
        raise Refused(_("This is not an outcome."), field="outcome", code="unknown_code")
    clean_text(reason, field="reason", needed=outcome == Outcome.MISSED_ACCEPTABLE)
    if outcome not in CONTACTS:
        return None
    held = held_on or checkin.due_on
    if held > today:
        raise Refused(_("It cannot have been held on a day to come."), field="held_on", code="future")
    plan = FollowUpPlan.objects.filter(pk=checkin.plan_id).first()
    if plan is not None and held < plan.starts_on:
        raise Refused(_("The plan had not started on that day."), field="held_on", code="before_plan")
    return held


@transaction.atomic
def record_checkin(
    *,
    checkin: CheckIn,
    by: User,
    at: datetime,
    version: int,
    outcome: str,
    held_on: date | None = None,
    reason: str = "",
    note: str = "",
    agreed: str = "",
    concerns: str = "",
    next_on: date | None = None,
    next_time: time | None = None,
) -> CheckIn:
    """Say what came of a check-in, once. `next_on` arranges one further contact of the same kind.

    One that was missed goes up the ladder from today. A further contact that is arranged in the same breath answers
    it, unless it has to go to the case conference: only who is asked there says that it need not.
    """
    case = file_of(checkin)
    found = require(by, Permission.CHECKIN_RECORD, case=case, at=at)
    row = locked(checkin)
    refuse_unless_planned(row)
    require_as_read(row, version)
    if (row.early_from or row.due_on) > day_of(at):
        raise Refused(_("This check-in is still to come: reschedule it if it was held sooner."), code="future")
    held = _clean_outcome(row, outcome=outcome, held_on=held_on, reason=reason, at=at)
    row.state, row.outcome, row.outcome_at, row.outcome_by = CheckInState.RECORDED, outcome, at, by
    row.save(update_fields=["state", "outcome", "outcome_at", "outcome_by", *mark_changed(row, at=at)])
    write_note(
        checkin=row, by=by, at=at, found=found, act=Permission.CHECKIN_RECORD, outcome=outcome, held_on=held,
        reason=reason, note=note, agreed=agreed, concerns=concerns,
    )  # fmt: skip
    drop_messages(by=by, at=at, keys=reminder_keys([row]))
    doing = Doing(by, at, Permission.CHECKIN_RECORD, found)
    if outcome == Outcome.MISSED:
        open_misses([row], doing, cause=MissCause.MISSED)
    else:
        answer_misses([row], doing, answer=MissAnswer.RECORDED)
    recount_later(row, doing)
    if next_on is not None:
        arrange_next(
            row, by=by, at=at, found=found, act=Permission.CHECKIN_RECORD, on=next_on, time=next_time
        )  # fmt: skip
        answer_misses([row], doing, answer=MissAnswer.ARRANGED, unless_at=MissStep.CONFERENCE)
    write_ledger(
        operation=Operation.ALTER, by=by, act=Permission.CHECKIN_RECORD, case=case, record=row,
        compartment=Compartment.CORE, standing=found, fields=["state", "outcome"],
    )  # fmt: skip
    return row


@transaction.atomic
def correct_checkin(
    *,
    checkin: CheckIn,
    by: User,
    at: datetime,
    version: int,
    outcome: str,
    held_on: date | None = None,
    reason: str = "",
    note: str = "",
    agreed: str = "",
    concerns: str = "",
) -> CheckIn:
    """Correct what was recorded: a further note takes the place of the one that held, which stays to be read.

    Corrected to *missed* it goes up the ladder from today; corrected from it, that is answered.
    """
    case = file_of(checkin)
    found = require(by, Permission.CHECKIN_RECORD, case=case, at=at)
    row = locked(checkin)
    if row.state != CheckInState.RECORDED:
        raise Refused(_("Nothing was recorded that could be corrected."), code="not_recorded")
    require_as_read(row, version)
    held = _clean_outcome(row, outcome=outcome, held_on=held_on, reason=reason, at=at)
    was, row.outcome = row.outcome, outcome
    row.save(update_fields=["outcome", *mark_changed(row, at=at)])
    notes = CheckInNote.objects.filter(checkin=row, superseded_by__isnull=True).exclude(outcome="")
    write_note(
        checkin=row, by=by, at=at, found=found, act=Permission.CHECKIN_RECORD, outcome=outcome, held_on=held,
        supersedes=notes.order_by("-pk").first(), reason=reason, note=note, agreed=agreed, concerns=concerns,
    )  # fmt: skip
    doing = Doing(by, at, Permission.CHECKIN_RECORD, found)
    if outcome == Outcome.MISSED != was:
        open_misses([row], doing, cause=MissCause.MISSED)
    elif outcome != Outcome.MISSED:
        answer_misses([row], doing, answer=MissAnswer.RECORDED)
    recount_later(row, doing)
    write_ledger(
        operation=Operation.ALTER, by=by, act=Permission.CHECKIN_RECORD, case=case, record=row,
        compartment=Compartment.CORE, standing=found, fields=["outcome"],
    )  # fmt: skip
    return row
