"""Questions about who holds contacts: nobody, a colleague, her deputy; and where one moves past an absence."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Greatest

from cases.access.models import cities_open_to
from cases.access.selectors import somebody_who_may
from cases.checkins.models import (
    CheckIn,
)
from cases.checkins.rules import (
    MovePolicy,
    MoveReason,
    moved,
    why_off,
)
from cases.checkins.selectors.contacts import planned
from cities.places.rules import day_of
from cities.roles.permissions import Permission
from cities.roles.rules import Compartment
from cities.staff.models import Absence, User

A_FORTNIGHT = timedelta(days=14)


def held_by_nobody(user: User, *, at: datetime) -> QuerySet[CheckIn]:
    """What is late in those cities, or comes within a fortnight, and whose caseworker will not hold it.

    She may no longer know of the case, her account is closed, or she is absent that day and nobody stands in.
    """
    today = day_of(at)
    cities = cities_open_to(user, Compartment.CORE, at=at)
    rows = planned(user, at=at).filter(city__in=cities, due_on__lt=today + A_FORTNIGHT)
    away = Absence.objects.standing().filter(
        user=OuterRef("caseworker"), starts_on__lte=OuterRef("day"), ends_on__gt=OuterRef("day"), deputy__isnull=True
    )
    able = somebody_who_may("caseworker", Permission.CHECKIN_RECORD, at=at)
    return rows.annotate(day=Greatest("due_on", Value(today))).filter(~able | Q(Exists(away)))


def contacts_of(holder: User, user: User, *, at: datetime) -> QuerySet[CheckIn]:
    """What is planned with a colleague, of the cases that `user` may know of, in time order; late ones first."""
    rows = planned(user, at=at).filter(Q(caseworker=holder) | Q(stands_in_for=holder))
    return rows.select_related("casefile__person", "city", "caseworker", "rhythm", "stands_in_for")


def contacts_within(absence: Absence, user: User, *, at: datetime) -> QuerySet[CheckIn]:
    """What is planned with somebody while she is absent, from today on: what has to be handed over, moved or left."""
    hers = contacts_of(absence.user, user, at=at).filter(caseworker=absence.user)
    return hers.filter(due_on__gte=max(absence.starts_on, day_of(at)), due_on__lt=absence.ends_on)


def standing_in_for(absent: User, user: User, *, at: datetime) -> QuerySet[CheckIn]:
    """What deputies hold for somebody, of the cases that `user` may know of."""
    return contacts_of(absent, user, at=at).filter(stands_in_for=absent)


def day_past(checkin: CheckIn, absence: Absence, *, today: date) -> date:
    """The day to which a contact is moved past an absence, by what its rhythm does about days off.

    One that would be kept, skipped, or held before today comes after it: it was asked to be moved, not lost.
    """
    policy = checkin.rhythm.policy if checkin.rhythm else MovePolicy.NEXT

    def calendar(day: date) -> MoveReason | None:
        return MoveReason.ABSENCE if absence.starts_on <= day < absence.ends_on else why_off(day)

    policy = MovePolicy.NEXT if policy in (MovePolicy.KEEP, MovePolicy.SKIP) else policy
    found = moved(checkin.due_on, policy, calendar=calendar)
    if found is None or found < today:
        found = moved(checkin.due_on, MovePolicy.NEXT, calendar=calendar)
    assert found is not None
    return found
