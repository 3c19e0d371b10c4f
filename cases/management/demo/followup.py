"""Writing the contacts of a city: rhythms, the check-ins that came of them, and what came of those."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import cycle
from random import Random

from django.db import connection

from cases.casefiles.rules import Stage
from cases.checkins.models import CheckIn, CheckInNote, Rhythm
from cases.checkins.rules import (
    HORIZON,
    CheckInKind,
    CheckInState,
    Frequency,
    MovePolicy,
    Outcome,
    RhythmState,
    remind_at,
)
from cases.checkins.services.making import NOTHING_AROUND, Due, Shapes, make
from cases.management.demo import texts
from cases.management.demo.casework import Kept
from cases.management.demo.plans import write_plans
from cases.management.demo.writing import Desk, moment, put, rows_of
from cases.plans.models import FollowUpPlan
from cases.plans.rules import PlanState
from cities.places.rules import is_working_day, working_days_after

#: How far back the contacts of a case are told.
TOLD = timedelta(days=190)
_TIMES = (time(9, 0), time(10, 0), time(11, 30), time(13, 30), time(14, 30), time(16, 0), None)


@dataclass(frozen=True)
class Moment:
    """What the next thing is in a case: on which day its contact falls, and what is left to do with it."""

    name: str
    working_days: int  # from today
    tolerance_days: int = 0


#: One after another over the cases of a caseworker.
MOMENTS = (
    Moment("today", 0),
    Moment("to record", -1, tolerance_days=2),
    Moment("today", 0),
    Moment("late", -2),
    Moment("climbed", -6),
    Moment("on the agenda", -11),
    Moment("to come", 2),
    Moment("to come", 1),
    Moment("today", 0, tolerance_days=1),
    Moment("to record", -2, tolerance_days=3),
    Moment("to come", 4),
)


def working_day(today: date, count: int) -> date:
    """The working day so many after today, or before; today itself for none."""
    if count >= 0:
        return working_days_after(today, count)
    day = today
    while count < 0:
        day -= timedelta(days=1)
        count += is_working_day(day)
    return day


@dataclass(frozen=True)
class Followed:
    """A case in follow-up: its plan in force, and what the next thing in it is."""

    kept: Kept
    plan: FollowUpPlan
    former: FollowUpPlan | None
    moment: Moment


def write_follow_up(
    rng: Random, desk: Desk, kept: list[Kept], today: date, at: datetime, *, thin: bool = False
) -> None:
    """All of it. `thin`: for many thousands, fewer goals, less told of the past."""
    plans = write_plans(rng, desk, kept, today, thin=thin)
    turns: dict[int, cycle[Moment]] = {}
    followed = []
    for one in kept:
        if one.file.stage == Stage.FOLLOW_UP and one.lead:
            turn = next(turns.setdefault(one.lead.user_id, cycle(MOMENTS)))
            agreed = [plan for plan in plans[one.row.pk] if plan.agreed_on]
            former = agreed[-2] if len(agreed) > 1 and agreed[-2].state == PlanState.SUPERSEDED else None
            followed.append(Followed(one, agreed[-1], None if thin else former, turn))
    rhythms = [rhythm for case in followed for rhythm in _rhythms(rng, desk, case, today, thin=thin)]
    put(rhythms)
    for first in range(0, len(rhythms), 1_000):
        some = rhythms[first : first + 1_000]
        dues = [Due(row, Shapes(_until(row, today)).of(row, NOTHING_AROUND)) for row in some]
        make(dues, by=desk.coordinator, at=at)
    _tell_the_past(rng, desk, followed, today, thin=thin)


def _until(rhythm: Rhythm, today: date) -> date:
    return today + HORIZON if rhythm.state == RhythmState.ACTIVE else rhythm.ends_on or today


# --- Rhythms ---------------------------------------------------------------------------------------------------------


def _rhythms(rng: Random, desk: Desk, case: Followed, today: date, *, thin: bool) -> list[Rhythm]:
    """The contact that goes on now, so that it falls on the day of its moment; the former one; for some the school."""
    longest = (4,) if case.moment.working_days < -9 else (2, 2, 4)
    every = rng.choice(longest if case.moment.working_days < -4 else (1, 2, 2, 4))
    target = working_day(today, case.moment.working_days)
    agreed_on = case.plan.agreed_on or today
    back = max(0, (target - agreed_on).days // (7 * every))
    now = _rhythm(
        rng, desk, case, case.plan, starts_on=target - timedelta(weeks=every * (min(back, 3) if thin else back)),
        every=every, tolerance_days=case.moment.tolerance_days,
    )  # fmt: skip
    found = [now]
    if case.former and case.former.agreed_on and case.former.ended_on:
        starts_on = max(case.former.agreed_on, today - TOLD)
        if starts_on < case.former.ended_on:
            found.append(
                _rhythm(rng, desk, case, case.former, starts_on=starts_on, every=every, ends_on=case.former.ended_on)
            )
    if not thin and rng.random() < 0.2:
        kind = rng.choice([CheckInKind.SCHOOL, CheckInKind.EMPLOYER])
        found.append(_rhythm(rng, desk, case, case.plan, starts_on=working_day(today, 6), every=4, kind=kind))
    return found


def _rhythm(
    rng: Random,
    desk: Desk,
    case: Followed,
    plan: FollowUpPlan,
    *,
    starts_on: date,
    every: int,
    tolerance_days: int = 0,
    ends_on: date | None = None,
    kind: str = "",
) -> Rhythm:
    lead = case.kept.lead
    assert lead is not None
    kind = kind or rng.choice([CheckInKind.OFFICE, CheckInKind.OFFICE, CheckInKind.HOME, CheckInKind.PHONE])
    is_off = not is_working_day(starts_on)  # a demo begun on a Sunday still has its contacts of today
    return Rhythm(
        recorded_at=moment(plan.agreed_on or starts_on, 15), recorded_by=lead.user, casefile=case.kept.row,
        city=desk.city, plan=plan, kind=kind, frequency=Frequency.WEEKS, every=every, weekdays=[starts_on.weekday()],
        time=rng.choice(_TIMES), duration=rng.choice((30, 45, 60)), place=texts.PLACES.get(kind, ""),
        tolerance_days=tolerance_days, policy=MovePolicy.KEEP if is_off else MovePolicy.NEXT, caseworker=lead.user,
        starts_on=starts_on, ends_on=ends_on, materialised_until=starts_on,
        state=RhythmState.ENDED if ends_on else RhythmState.ACTIVE,
    )  # fmt: skip


# --- What came of them -----------------------------------------------------------------------------------------------

_OUTCOMES = (
    (Outcome.HELD, 80), (Outcome.PARTLY, 5), (Outcome.MISSED_ACCEPTABLE, 7), (Outcome.MISSED, 5),
    (Outcome.CANCELLED_BY_US, 3),
)  # fmt: skip

_RECORD = """
UPDATE cases_checkin c SET state = 'RECORDED', outcome = d.outcome, outcome_at = d.at, outcome_by_id = c.caseworker_id,
    reminded_at = d.reminded_at, version = 2
FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[], %s::timestamptz[]) AS d (id, outcome, at, reminded_at)
WHERE c.id = d.id
"""


def _tell_the_past(rng: Random, desk: Desk, followed: list[Followed], today: date, *, thin: bool) -> None:
    """Every contact gone by has its outcome, but the last one where something is left to do."""
    left_open = {case.kept.row.pk: case.moment for case in followed if case.moment.working_days < 0}
    rows = list(
        rows_of(CheckIn)
        .filter(casefile__in=[case.kept.row.pk for case in followed], due_on__lt=today)
        .filter(state=CheckInState.PLANNED)
        .order_by("casefile_id", "due_on", "pk")
    )
    last = {row.casefile_id: row for row in rows if row.rhythm_id}
    waiting = [row for row in rows if row.casefile_id in left_open and last[row.casefile_id] is row]
    open_ids = {row.pk for row in waiting}
    told = [row for row in rows if row.pk not in open_ids]
    outcomes = rng.choices([one for one, _ in _OUTCOMES], [weight for _, weight in _OUTCOMES], k=len(told))
    _record(told, outcomes)
    if not thin:
        put([_note(rng, desk, row, outcome) for row, outcome in zip(told, outcomes, strict=True)])
    _leave_open(waiting)


def _record(rows: list[CheckIn], outcomes: list[Outcome]) -> None:
    recorded = [moment(row.due_on, 16, 40) for row in rows]
    reminded = [remind_at(row.due_on, row.due_time) for row in rows]
    with connection.cursor() as cursor:
        cursor.execute(_RECORD, [[row.pk for row in rows], [one.value for one in outcomes], recorded, reminded])


def _note(rng: Random, desk: Desk, row: CheckIn, outcome: Outcome) -> CheckInNote:
    note, agreed = rng.choice(texts.NOTES[outcome])
    held = outcome in (Outcome.HELD, Outcome.PARTLY)
    return CheckInNote(
        recorded_at=moment(row.due_on, 16, 40), recorded_by_id=row.caseworker_id, casefile_id=row.casefile_id,
        city=desk.city, checkin=row, written_at=moment(row.due_on, 16, 40), outcome=outcome,
        held_on=row.due_on if held else None, reason=rng.choice(texts.REASONS.get(outcome, ("",))), note=note,
        agreed=agreed, concerns=rng.choice(texts.CONCERNS) if held else "",
    )  # fmt: skip


def _leave_open(rows: list[CheckIn]) -> None:
    """As the clock left them: reminded of. What is late, and how far up it went, the clock says itself at the end."""
    for row in rows:
        row.reminded_at = remind_at(row.due_on, row.due_time)
    rows_of(CheckIn).bulk_update(rows, ["reminded_at"], batch_size=500)
