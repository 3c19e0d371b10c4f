"""What several acts on check-ins ask first, and what they do to the rows in the same way."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import TypedDict, Unpack

from django.db.models import QuerySet
from django.utils import formats
from django.utils.translation import gettext as _

from cases.access.models import CaseRow
from cases.access.rules import OutOfSight, Refused, clean_text
from cases.access.selectors import may
from cases.access.services import locked
from cases.casefiles.models import Casefile
from cases.checkins.models import CheckIn, Rhythm
from cases.checkins.rules import (
    FURTHEST,
    AskedBy,
    CheckInKind,
    CheckInState,
    MissAnswer,
    MoveReason,
    RhythmState,
    late_from,
)
from cases.checkins.services.ladder import Doing, answer_misses
from cases.outbox.services import drop_messages
from cases.plans.models import FollowUpPlan
from cases.plans.rules import PlanState
from cities.ledger.rules import Clock
from cities.places.rules import day_of
from cities.roles.permissions import Permission
from cities.staff.models import User

LONGEST_PLACE = 160


class How(TypedDict, total=False):
    """How a contact is held, and with whom, beyond kind, place and time."""

    with_interpreter: bool
    second: User | None
    who_else: str
    is_critical: bool


def file_of(row: CaseRow) -> Casefile:
    """The case a row belongs to, or `OutOfSight` when the user of the transaction may not know of it."""
    found = Casefile.objects.filter(pk=row.casefile_id).first()
    if found is None:
        raise OutOfSight
    return found


def open_file_of(case: Casefile) -> Casefile:
    """The case as it stands, locked: nothing is arranged in a closed one."""
    row = locked(case)
    if row.closed_on is not None:
        raise Refused(_("This case is closed: reopen it first."), code="closed")
    return row


def active(rhythm: Rhythm, *, version: int) -> Rhythm:
    """The rhythm as it stands, locked; what has ended is not changed any more."""
    row = locked(rhythm, version=version)
    if row.state != RhythmState.ACTIVE:
        raise Refused(_("This rhythm has ended."), code="ended")
    return row


def active_in(case: Casefile) -> list[Rhythm]:
    """The rhythms of a case that make check-ins, locked."""
    rows = Rhythm.objects.filter(casefile=case, state=RhythmState.ACTIVE)
    return list(rows.select_for_update(of=("self",)).order_by("pk"))


def agreed_plan(plan: FollowUpPlan, case: Casefile) -> FollowUpPlan:
    """The plan as it stands: check-ins come of one that was agreed and still holds."""
    row = FollowUpPlan.objects.filter(pk=plan.pk, casefile=case).first()
    if row is None:
        raise OutOfSight
    if row.state != PlanState.AGREED:
        raise Refused(_("Check-ins come of a plan that is agreed and in force."), field="plan", code="plan")
    return row


def plan_in_force(case: Casefile) -> FollowUpPlan:
    """The plan that a further contact hangs on, whichever version the last one came of."""
    row = FollowUpPlan.objects.filter(casefile=case, state=PlanState.AGREED).first()
    if row is None:
        raise Refused(_("There is no plan in force in this case."), code="plan")
    return row


def mark_changed(row: CheckIn, *, at: datetime) -> tuple[str, str]:
    """It is another version of itself from now on: a calendar feed tells which, and since when. Gives the names of the
    fields that say so, to be saved with what was changed."""
    row.version += 1
    row.changed_at = at
    return "version", "changed_at"


def refuse_unless_planned(row: CheckIn) -> None:
    """Only what is still to come of a check-in can be recorded, moved or cancelled; says who was there first."""
    if row.state == CheckInState.RECORDED:
        when = formats.date_format(day_of(row.outcome_at), "SHORT_DATE_FORMAT") if row.outcome_at else ""
        said = _("%(who)s recorded this check-in on %(when)s.") % {"who": row.outcome_by, "when": when}
        raise Refused(said, code="recorded")
    if row.state != CheckInState.PLANNED:
        said = _("This check-in is %(state)s: nothing more can come of it.") % {"state": row.get_state_display()}
        raise Refused(said, code="not_planned")


def refuse_day(day: date, *, first: date, today: date, field: str) -> None:
    """A day to come, not before `first` and not absurdly far ahead."""
    if day < first:
        raise Refused(_("This is too early: choose a later day."), field=field, code="too_early")
    if day > today + FURTHEST:
        raise Refused(_("This is more than two years ahead."), field=field, code="too_far")


def refuse_kind(kind: str) -> None:
    if kind not in CheckInKind.values:
        raise Refused(_("This is not a kind of check-in."), field="kind", code="unknown_code")


def refuse_measures(*, duration: int, tolerance_days: int, early_days: int = 0) -> None:
    """Minutes and days of grace as people mean them."""
    if not 5 <= duration <= 600:
        raise Refused(_("A contact takes from 5 to 600 minutes."), field="duration", code="range")
    if not 0 <= tolerance_days <= 60:
        raise Refused(_("From 0 to 60 working days of grace."), field="tolerance_days", code="range")
    if not 0 <= early_days <= 60:
        raise Refused(_("From 0 to 60 working days sooner."), field="early_days", code="range")


def refuse_who_asked(asked_by: str) -> None:
    if asked_by not in AskedBy.values:
        raise Refused(_("Say who asked for it."), field="asked_by", code="unknown_code")


def refuse_caseworker(caseworker: User, case: Casefile, *, at: datetime, field: str = "caseworker") -> None:
    """Whoever holds the contact may know of the case, and record what comes of it."""
    sees = Casefile.objects.visible_to(caseworker, at=at).filter(pk=case.pk).exists()
    if not (sees and may(caseworker, Permission.CHECKIN_RECORD, city_id=case.city_id, at=at)):
        said = _("This colleague is not on the case: add her to the team first.")
        raise Refused(said, field=field, code="caseworker")


def refuse_second(second: User | None, caseworker: User, case: Casefile, *, at: datetime) -> None:
    """Whoever goes along is on the case too, and somebody else."""
    if second is None:
        return
    if second == caseworker:
        raise Refused(_("Choose somebody else to go together with."), field="second", code="same")
    refuse_caseworker(second, case, at=at, field="second")


def clean_place(place: str) -> str:
    return clean_text(place, field="place", most=LONGEST_PLACE, one_line=True)


def clean_who_else(who_else: str) -> str:
    return clean_text(who_else, field="who_else", most=LONGEST_PLACE, one_line=True)


def day_key(checkin: CheckIn) -> str:
    """What is told of the day of a check-in is known by this in the outbox: one handed to a colleague has another."""
    return f"check-in {checkin.pk} on {checkin.due_on} to {checkin.caseworker_id}"


def hour_key(checkin: CheckIn) -> str:
    """What is told of its hour: whoever was told of another hour is told of the new one."""
    return f"{day_key(checkin)} at {checkin.due_time:%H:%M}" if checkin.due_time else day_key(checkin)


def reminder_keys(checkins: Iterable[CheckIn]) -> list[str]:
    """All that the reminders of these check-ins are known by."""
    return sorted({key for row in checkins for key in (day_key(row), hour_key(row))})


def add_checkin(
    *,
    by: User,
    at: datetime,
    case: Casefile,
    plan_id: int,
    kind: str,
    due_on: date,
    due_time: time | None,
    duration: int,
    place: str,
    tolerance_days: int,
    caseworker_id: int,
    like: CheckIn | None = None,
    replaces: CheckIn | None = None,
    **how: Unpack[How],
) -> CheckIn:
    """The row of one contact made by hand. What is over already is not announced.

    `like`: held in the same way, and with the same people, as another one: a critical one stays critical.
    """
    if like is not None:
        how = {name: getattr(like, name) for name in How.__annotations__}  # type: ignore[assignment]
    late = late_from(due_on, tolerance_days)
    return CheckIn.objects.create(
        recorded_at=at, recorded_by=by, casefile=case, city_id=case.city_id, plan_id=plan_id, kind=kind,
        caseworker_id=caseworker_id, rhythm_id=replaces.rhythm_id if replaces else None,
        occurs_on=replaces.occurs_on if replaces else due_on, due_on=due_on, due_time=due_time, duration=duration,
        place=place, tolerance_days=tolerance_days, late_from=late, replaces=replaces,
        reminded_at=at if due_on < day_of(at) else None, stands_in_for_id=like.stands_in_for_id if like else None,
        by_hand=replaces is not None, **how,
    )  # fmt: skip


def call_off(rows: QuerySet[CheckIn], *, by: User | Clock, because: MoveReason, at: datetime) -> list[int]:
    """Cancel the planned ones among these check-ins, for a reason that isn't a person's, with their reminders.

    Nothing can come of them any more, so what was late climbs no further.
    """
    open_rows = list(rows.filter(state=CheckInState.PLANNED).select_for_update(of=("self",)).order_by("pk"))
    for row in open_rows:
        row.state, row.moved_because = CheckInState.CANCELLED, because
        mark_changed(row, at=at)
    CheckIn.objects.bulk_update(open_rows, ["state", "moved_because", "version", "changed_at"], batch_size=500)
    drop_messages(by=by, at=at, keys=reminder_keys(open_rows))
    act = Permission.CLOCK_TICK if isinstance(by, Clock) else Permission.CHECKIN_ARRANGE
    answer_misses(open_rows, Doing(by, at, act), answer=MissAnswer.CLOSED)
    return [row.pk for row in open_rows]
