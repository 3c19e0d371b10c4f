"""What leads somebody to a case: a task of hers in it today, or that she has it open already."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet, Value

from cases.access.rules import OutOfSight
from cases.access.selectors import may
from cases.audit.rules import FOLLOWED_UP_WITHIN, PREPARED_WITHIN, REACHED_WITHIN, STAYS_OPEN
from cases.audit.selectors.looks import filed_case
from cases.casefiles.models import Casefile
from cases.casefiles.selectors import case_for, next_steps_of
from cases.checkins.models import CheckIn
from cases.checkins.rules import CheckInState
from cases.checkins.selectors import checkins_for, missed_with
from cases.emergencies.selectors import awaiting_review, lasting_openings
from cases.outbox.selectors import told_lately
from cases.people.models import PersonName
from cases.plans.models import Goal
from cases.plans.rules import GoalState, PlanState
from cases.plans.selectors import actions_due
from cases.prosecution.selectors import case_of, referrals_for, referrals_to_act_on
from cases.recertification.selectors import grants_to_confirm
from cities.ledger.models import LedgerEntry
from cities.ledger.rules import Operation
from cities.places.rules import day_of
from cities.roles.permissions import Permission
from cities.roles.rules import Compartment
from cities.staff.models import Absence, User


def task_of(user: User, case: Casefile, compartment: Compartment, *, at: datetime) -> str:
    """What of this case is hers to do today, as the ledger names it ("checkin 31"); empty when nothing is.

    A contact of hers or of somebody she stands in for, from now until a week ahead, or today's; a missed contact that
    is with her; what she is to do or to reach soon by the plan, or as the next step; grants that she is to confirm and
    an emergency opening that she is to review; what she was told of the case this week; an emergency. Asked of the
    rows themselves: where she says that she comes from has no part in it. A referral that waits for her counts where
    referrals are opened, and nowhere else: who reads of the other pages may not learn of it. One question, whatever
    there is.
    """
    of_the_case = Q(casefile_id=case.pk)
    found: list[tuple[str, QuerySet[Any]]] = [
        ("checkin", _contacts(user, at=at).filter(of_the_case)),
        ("missed", missed_with(user, at=at).filter(of_the_case)),
        ("step", next_steps_of(user, at=at).filter(pk=case.pk)),
        ("action", actions_due(user, at=at).filter(of_the_case)),
        ("goal", _goals(user, at=at).filter(of_the_case)),
        ("confirm", grants_to_confirm(user, at=at, reference=case.reference)),
        ("review", awaiting_review(user, at=at).filter(of_the_case)),
        ("message", told_lately(user, since=at - FOLLOWED_UP_WITHIN, at=at).filter(of_the_case)),
        ("emergency", lasting_openings(user, at=at).filter(of_the_case)),
    ]
    if compartment is Compartment.JUSTICE:
        found.insert(0, ("referral", referrals_to_act_on(user, at=at).filter(of_the_case)))
    first, *others = [rows.annotate(task=Value(kind)).values_list("task", "pk")[:1] for kind, rows in found]
    there = dict(first.union(*others, all=True))
    return next((f"{kind} {there[kind]}" for kind, _rows in found if kind in there), "")


def _contacts(user: User, *, at: datetime) -> QuerySet[CheckIn]:
    today = day_of(at)
    absent = Absence.objects.between(today, today + timedelta(days=1)).filter(deputy=user).values("user_id")
    hers = Q(caseworker=user) | Q(second=user) | Q(caseworker__in=absent)
    ahead = Q(state=CheckInState.PLANNED, due_on__lte=today + PREPARED_WITHIN)
    return checkins_for(user, at=at).filter(hers, ahead | Q(due_on=today)).order_by("due_on", "pk")


def _goals(user: User, *, at: datetime) -> QuerySet[Goal]:
    soon = day_of(at) + REACHED_WITHIN
    hers = Goal.objects.visible_to(user, at=at).filter(owner=user, state=GoalState.OPEN, target_on__lte=soon)
    return hers.filter(plan__state=PlanState.AGREED).order_by("target_on", "pk")


def is_open_before(user: User, case: Casefile, *, at: datetime) -> bool:
    """Whether she has opened or worked on this case already, in the hours just gone: the ledger says so."""
    entries = LedgerEntry.objects.filter(actor=user, case_id=case.pk, at__gt=at - STAYS_OPEN)
    return entries.exclude(operation=Operation.DENIED).exists()


def case_to_open(user: User, reference: str, *, at: datetime) -> Casefile:
    """A case of which `user` may see anything at all: the file, a referral to her office, or what the ledger has of it.

    Raises `OutOfSight` otherwise, in the same way for what is hidden and for what never was.
    """
    try:
        return case_for(user, reference, at=at)
    except OutOfSight:
        referral = referrals_for(user, at=at).filter(reference=reference).first()
        if referral is not None:
            return case_of(referral)
        if may(user, Permission.LEDGER_READ, at=at):
            return filed_case(user, reference, at=at)
        raise


def names_in(case: Casefile, user: User, *, at: datetime) -> list[str]:
    """The names of the person, as far as `user` may know them."""
    names = PersonName.objects.visible_to(user, at=at).filter(person__casefiles=case.pk)
    return list(names.values_list("name", flat=True))
