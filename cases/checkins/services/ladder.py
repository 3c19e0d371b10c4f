"""What several acts do to missed contacts in the same way: open, go up, answer, open again.

Each writes its own entry in the ledger; the act it is part of writes the last. Locks are taken in one order
everywhere: the check-in, then its missed contact, then the steps.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import pairwise

from django.db.models import F, Q

from cases.access.selectors import those_who_may
from cases.access.services import write_ledger
from cases.casefiles.models import content_of
from cases.checkins.ladder import STEPS, Climb, Terms, at_once, climbs, deadline, first_step, in_a_row
from cases.checkins.models import CheckIn, MissedContact, MissedStep
from cases.checkins.rules import CONTACTS, CheckInState, MissAnswer, MissCause, MissStep, Outcome
from cities.ledger.rules import Clock, Operation
from cities.places.rules import day_of, moment_of
from cities.places.selectors import settings_by_city
from cities.roles.permissions import Permission
from cities.roles.rules import Compartment
from cities.staff.models import User
from cities.staff.selectors import Standing, absent_on

#: Further back no row of missed contacts is counted.
_FAR_ENOUGH = 100


@dataclass(frozen=True)
class Doing:
    """Who does it, when, and as a part of which act."""

    by: User | Clock
    at: datetime
    act: Permission
    found: Standing | None = None

    @property
    def today(self) -> date:
        return day_of(self.at)

    @property
    def person(self) -> User | None:
        return None if isinstance(self.by, Clock) else self.by


def write_down(missed: Sequence[MissedContact], doing: Doing, *, operation: Operation, fields: Iterable[str]) -> None:
    """One entry for what a person did in a case; one for all that the clock did at once."""
    if missed:
        case = missed[0].casefile if len({row.casefile_id for row in missed}) == 1 else None
        write_ledger(
            operation=operation, by=doing.by, act=doing.act, case=case, record=missed[0],
            ids=[row.pk for row in missed], compartment=Compartment.CORE, standing=doing.found, fields=fields,
        )  # fmt: skip


def holders_of(rows: Sequence[CheckIn], *, at: datetime) -> dict[int, int]:
    """check-in -> who holds it today: its caseworker, or her deputy while she is absent.

    Nobody, when neither may know of the case and record there, or the account is closed, or both are absent.
    """
    today = day_of(at)
    absences = absent_on((row.caseworker_id for row in rows), today)
    held = {
        row.pk: absences[row.caseworker_id].deputy_id if row.caseworker_id in absences else row.caseworker_id
        for row in rows
    }
    away = absent_on((user for user in held.values() if user), today)
    where = {row.pk: (row.casefile_id, row.city_id) for row in rows}
    wanted = {pk: (user, *where[pk]) for pk, user in held.items() if user and user not in away}
    able = those_who_may(wanted.values(), Permission.CHECKIN_RECORD, at=at)
    return {pk: user for pk, (user, case, _city) in wanted.items() if (user, case) in able}


def open_misses(rows: Sequence[CheckIn], doing: Doing, *, cause: MissCause) -> list[MissedContact]:
    """These check-ins are missed. What is open already takes the cause and goes on; what was answered opens again.

    What nobody recorded is counted from the day it became late, so that days without a clock lose nothing.
    """
    before = MissedContact.objects.filter(checkin__in=[row.pk for row in rows]).select_related("casefile", "checkin")
    before = before.defer(*content_of("casefile"))
    standing = {row.checkin_id: row for row in before.select_for_update(of=("self",)).order_by("pk")}
    terms = settings_by_city(row.city_id for row in rows)
    for missed in standing.values():
        _missed_again(missed, doing, cause=cause, terms=terms[missed.city_id])
    fresh = [row for row in rows if row.pk not in standing]
    holders = holders_of(fresh, at=doing.at) if fresh else {}
    made = MissedContact.objects.bulk_create(
        MissedContact(
            recorded_at=doing.at, recorded_by=doing.person, casefile=row.casefile, city_id=row.city_id, checkin=row,
            cause=cause, in_a_row=_count(row) if cause == MissCause.MISSED else 1, opened_at=doing.at,
        )
        for row in fresh
    )  # fmt: skip
    MissedStep.objects.bulk_create(
        _first(missed, holders.get(missed.checkin_id), terms[missed.city_id], doing) for missed in made
    )
    write_down(made, doing, operation=Operation.COLLECT, fields=["cause", "in_a_row", "step", "owner"])
    return [*standing.values(), *made]


def _first(missed: MissedContact, holder: int | None, terms: Terms, doing: Doing) -> MissedStep:
    row, today = missed.checkin, doing.today
    begins_on = today if missed.cause == MissCause.MISSED else min(row.late_from, today)
    step = first_step(
        in_a_row=missed.in_a_row, is_critical=row.is_critical, has_holder=holder is not None, terms=terms
    )  # fmt: skip
    ends_on = deadline(step, begins_on, terms)
    return _a_step(missed, Climb(step, begins_on, ends_on), doing, owner=holder if step == STEPS[0] else None)


def _a_step(missed: MissedContact, climb: Climb, doing: Doing, *, owner: int | None = None) -> MissedStep:
    return MissedStep(
        recorded_at=doing.at, recorded_by=doing.person, casefile_id=missed.casefile_id, city_id=missed.city_id,
        missed=missed, step=climb.step, owner_id=owner, since=_since(climb.begins_on, doing),
        deadline_on=climb.deadline_on,
    )  # fmt: skip


def _since(day: date, doing: Doing) -> datetime:
    """Now, for what begins today; for what would have begun on a day without a clock, the beginning of that day."""
    return doing.at if day >= doing.today else moment_of(day, time.min)


def _count(checkin: CheckIn) -> int:
    """How many contacts of the case were missed one after another, up to this one."""
    before = Q(due_on__lt=checkin.due_on) | Q(due_on=checkin.due_on, pk__lte=checkin.pk)
    told = CheckIn.objects.filter(
        before, casefile_id=checkin.casefile_id, state=CheckInState.RECORDED, outcome__in=[Outcome.MISSED, *CONTACTS]
    )
    return in_a_row(told.order_by("-due_on", "-pk").values_list("outcome", flat=True)[:_FAR_ENOUGH])


def _missed_again(missed: MissedContact, doing: Doing, *, cause: MissCause, terms: Terms) -> None:
    missed.cause = cause
    if cause == MissCause.MISSED:
        missed.in_a_row = _count(missed.checkin)
    missed.version += 1
    missed.save(update_fields=["cause", "in_a_row", "version"])
    if missed.answered_at is not None:
        reopen(missed, doing, terms=terms)
    _raise_when_due(missed, doing, terms=terms)
    write_down([missed], doing, operation=Operation.ALTER, fields=["cause", "in_a_row", "step"])


def reopen(missed: MissedContact, doing: Doing, *, terms: Terms) -> None:
    """Open again, on the step where it was answered, with as long as that step has; counted as things stand now."""
    missed.answer, missed.answered_at, missed.answered_by = "", None, None
    if missed.cause == MissCause.MISSED:
        missed.in_a_row = _count(missed.checkin)
    missed.version += 1
    missed.save(update_fields=["answer", "answered_at", "answered_by", "in_a_row", "version"])
    step = max(missed.steps.select_for_update(), key=lambda row: STEPS.index(MissStep(row.step)))
    step.over_at, step.deadline_on = None, deadline(step.step, doing.today, terms)
    step.version += 1
    step.save(update_fields=["over_at", "deadline_on", "version"])
    _raise_when_due(missed, doing, terms=terms)


def _raise_when_due(missed: MissedContact, doing: Doing, *, terms: Terms) -> None:
    """To the case conference at once, when it is the last of too many in a row, or was marked critical."""
    step = missed.steps.select_for_update().get(over_at__isnull=True)
    is_critical = missed.checkin.is_critical
    if step.step == STEPS[-1] or not at_once(in_a_row=missed.in_a_row, is_critical=is_critical, terms=terms):
        return
    _end_steps([missed.pk], doing)
    ends_on = deadline(STEPS[-1], doing.today, terms)
    _a_step(missed, Climb(STEPS[-1], doing.today, ends_on), doing).save()


def _end_steps(missed: Iterable[int], doing: Doing) -> None:
    open_steps = MissedStep.objects.filter(missed__in=list(missed), over_at__isnull=True)
    open_steps.update(over_at=doing.at, version=F("version") + 1)


def answer_misses(
    rows: Iterable[CheckIn], doing: Doing, *, answer: MissAnswer, unless_at: MissStep | None = None
) -> list[MissedContact]:
    """Stop the climb of what is open of these check-ins. `unless_at`: what stands on that step stays open."""
    open_ones = MissedContact.objects.filter(checkin__in=[row.pk for row in rows], answered_at__isnull=True)
    if unless_at is not None:
        open_ones = open_ones.exclude(
            pk__in=MissedStep.objects.filter(step=unless_at, over_at__isnull=True).values("missed_id")
        )
    found = list(
        open_ones.select_related("casefile")
        .defer(*content_of("casefile"))
        .select_for_update(of=("self",))
        .order_by("pk")
    )
    for row in found:
        row.answer, row.answered_at, row.answered_by = answer, doing.at, doing.person
        row.version += 1
    MissedContact.objects.bulk_update(found, ["answer", "answered_at", "answered_by", "version"], batch_size=500)
    _end_steps((row.pk for row in found), doing)
    write_down(found, doing, operation=Operation.ALTER, fields=["answer"])
    return found


def recount_later(checkin: CheckIn, doing: Doing) -> None:
    """What came of a contact changes how many were missed in a row after it: those still open are counted anew.

    None comes down a step for it; one that is now too many in a row goes to the case conference.
    """
    after = Q(checkin__due_on__gt=checkin.due_on) | Q(checkin__due_on=checkin.due_on, checkin__pk__gt=checkin.pk)
    later = MissedContact.objects.filter(
        after, casefile_id=checkin.casefile_id, cause=MissCause.MISSED, answered_at__isnull=True
    )
    rows = later.select_related("casefile", "checkin").select_for_update(of=("self",)).order_by("pk")
    changed = [row for row in rows if row.in_a_row != _count(row.checkin)]
    terms = settings_by_city(row.city_id for row in changed)
    for row in changed:
        row.in_a_row = _count(row.checkin)
        row.version += 1
        row.save(update_fields=["in_a_row", "version"])
        _raise_when_due(row, doing, terms=terms[row.city_id])
    write_down(changed, doing, operation=Operation.ALTER, fields=["in_a_row", "step"])


def climb_some(limit: int, doing: Doing) -> tuple[int, int]:
    """Take up what has stood on a step until its deadline. How many were claimed, at most `limit`, and how many steps.

    Each step begins on the day the one below it ended, whenever the clock comes by: after days without one several
    are taken at once, and each is a row. The missed contact is the lock, so that nobody answers it meanwhile.
    """
    due = Q(over_at__isnull=True, step__in=[MissStep.CASEWORKER, MissStep.COORDINATOR], deadline_on__lte=doing.today)
    claimed = MissedStep.objects.filter(due).select_for_update(skip_locked=True, of=("missed",))
    ids = [step.missed_id for step in claimed.select_related("missed").order_by("deadline_on", "pk")[:limit]]
    asked = MissedStep.objects.filter(due, missed__in=ids).select_related("missed__casefile")
    standing = list(asked.defer(*content_of("missed__casefile")))
    terms = settings_by_city(row.city_id for row in standing)
    taken: list[MissedStep] = []
    for row in standing:
        ways = climbs(row.step, row.deadline_on, doing.today, terms[row.city_id])
        steps = [row, *(_a_step(row.missed, climb, doing) for climb in ways)]
        for below, above in pairwise(steps):
            below.over_at = above.since
        taken += steps[1:]
        row.version += 1
        row.missed.version += 1
    missed = [row.missed for row in standing]
    MissedStep.objects.bulk_update(standing, ["over_at", "version"], batch_size=500)
    MissedStep.objects.bulk_create(taken)
    MissedContact.objects.bulk_update(missed, ["version"], batch_size=500)
    write_down(missed, doing, operation=Operation.ALTER, fields=["step"])
    return len(ids), len(taken)
