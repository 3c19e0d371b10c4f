"""Acts on a missed contact: say that one sees to it, answer it, take the answer back."""

from __future__ import annotations

from datetime import date, datetime, time

from django.db import transaction
from django.utils.translation import gettext as _

from cases.access.rules import Refused, clean_text
from cases.access.services import locked, require, write_ledger
from cases.checkins.ladder import longer
from cases.checkins.models import CheckIn, MissedContact, MissedStep
from cases.checkins.rules import AskedBy, CheckInState, MissAnswer, Outcome
from cases.checkins.selectors import is_with
from cases.checkins.services.checks import file_of, open_file_of
from cases.checkins.services.ladder import Doing, answer_misses, reopen, write_down
from cases.checkins.services.moving import arrange_next, move
from cases.checkins.services.notes import write_note
from cities.ledger.rules import Operation
from cities.places.rules import day_of
from cities.places.selectors import settings_of
from cities.roles.permissions import Permission
from cities.roles.rules import Compartment
from cities.staff.models import User

#: What somebody may answer; that the outcome was recorded says itself.
ANSWERS = (MissAnswer.ARRANGED, MissAnswer.EXPLAINED, MissAnswer.CLOSED)

ACT = Permission.MISSED_ANSWER


def _standing_step(missed: MissedContact, by: User, *, at: datetime) -> MissedStep:
    """The step it is on, locked. It is answered by whom it is with, or by who coordinates the city."""
    step = MissedStep.objects.select_for_update().filter(missed=missed, over_at__isnull=True).first()
    if step is None:
        said = _("This was answered already: %(answer)s.") % {"answer": missed.get_answer_display()}
        raise Refused(said, code="answered")
    _refuse_unless_hers(step, by, at=at)
    return step


def _refuse_unless_hers(step: MissedStep, by: User, *, at: datetime) -> None:
    if is_with(step, by, at=at):
        return
    if step.owner is not None:
        raise Refused(_("This is with %(who)s.") % {"who": step.owner}, code="not_yours")
    raise Refused(_("This is with the coordinator of the city."), code="not_yours")


@transaction.atomic
def acknowledge_miss(*, missed: MissedContact, by: User, at: datetime, version: int) -> MissedContact:
    """Say that one sees to it: it stays on its step as long once more, and then goes up like any other.

    Once on each step: what nobody answers is not put off for ever.
    """
    case = file_of(missed)
    found = require(by, ACT, case=case, at=at)
    row = locked(missed)
    step = _standing_step(row, by, at=at)
    if step.acknowledged_at is not None:
        said = _("%(who)s has acknowledged this already.") % {"who": step.acknowledged_by}
        raise Refused(said, code="acknowledged")
    row = locked(missed, version=version)
    step.acknowledged_at, step.acknowledged_by = at, by
    step.deadline_on = longer(step.step, step.deadline_on, day_of(at), settings_of(case.city))
    step.version += 1
    step.save(update_fields=["acknowledged_at", "acknowledged_by", "deadline_on", "version"])
    row.version += 1
    row.save(update_fields=["version"])
    write_ledger(
        operation=Operation.ALTER, by=by, act=ACT, case=case, record=step, compartment=Compartment.CORE,
        standing=found, fields=["acknowledged_at", "deadline_on"],
    )  # fmt: skip
    return row


@transaction.atomic
def answer_miss(
    *,
    missed: MissedContact,
    by: User,
    at: datetime,
    version: int,
    answer: str,
    reason: str = "",
    next_on: date | None = None,
    next_time: time | None = None,
) -> MissedContact:
    """Answer a missed contact: arranged anew, explained, or closed. It climbs no further.

    Arranged anew is a contact on `next_on`: what nobody recorded is put on that day, and after one that was missed a
    further one comes. The reason is care, and stands among the notes of the check-in.
    """
    case = file_of(missed)
    found = require(by, ACT, case=case, at=at)
    if answer not in ANSWERS:
        raise Refused(_("This is not an answer."), field="answer", code="unknown_code")
    if answer == MissAnswer.ARRANGED:
        open_file_of(case)
        if next_on is None:
            raise Refused(_("Say on which day."), field="next_on", code="required")
    clean_text(reason, field="reason", needed=answer != MissAnswer.ARRANGED)
    checkin = locked(CheckIn(pk=missed.checkin_id))
    row = locked(missed)
    _standing_step(row, by, at=at)
    row = locked(missed, version=version)
    if next_on is not None and answer == MissAnswer.ARRANGED:
        if checkin.state == CheckInState.PLANNED:
            move(
                checkin, by=by, at=at, found=found, act=ACT, due_on=next_on, due_time=next_time,
                asked_by=AskedBy.US, reason=reason, field="next_on",
            )  # fmt: skip
        else:
            write_note(checkin=checkin, by=by, at=at, found=found, act=ACT, reason=reason)
            arrange_next(checkin, by=by, at=at, found=found, act=ACT, on=next_on, time=next_time)
    else:
        write_note(checkin=checkin, by=by, at=at, found=found, act=ACT, reason=reason)
    answer_misses([checkin], Doing(by, at, ACT, found), answer=MissAnswer(answer))
    row.refresh_from_db()
    write_ledger(
        operation=Operation.ALTER, by=by, act=ACT, case=case, record=row, compartment=Compartment.CORE,
        standing=found, fields=["answer"],
    )  # fmt: skip
    return row


@transaction.atomic
def reopen_miss(*, missed: MissedContact, by: User, at: datetime, version: int) -> MissedContact:
    """Take back that it was explained or closed: open again on the step where it was, with as long as that has.

    Whoever it was with may do so, or who answered it, or who coordinates the city. What was answered by an act on the
    check-in itself is undone by undoing that act.
    """
    case = file_of(missed)
    found = require(by, ACT, case=case, at=at)
    checkin = locked(CheckIn(pk=missed.checkin_id))
    row = locked(missed)
    if row.answered_at is None:
        raise Refused(_("This is not answered yet."), code="not_answered")
    still = checkin.state == CheckInState.PLANNED or checkin.outcome == Outcome.MISSED
    if row.answer not in (MissAnswer.EXPLAINED, MissAnswer.CLOSED) or not still:
        raise Refused(_("This answer cannot be taken back here: it came of the check-in itself."), code="by_itself")
    last = row.steps.order_by("-pk").select_related("owner").first()
    if row.answered_by_id != by.pk and last is not None:
        _refuse_unless_hers(last, by, at=at)
    row = locked(missed, version=version)
    doing = Doing(by, at, ACT, found)
    reopen(row, doing, terms=settings_of(case.city))
    write_down([row], doing, operation=Operation.ALTER, fields=["answer"])
    return row
