"""Questions about missed contacts: with whom each is, on which step."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Prefetch, Q, QuerySet

from cases.access.models import cities_open_to
from cases.access.selectors import may
from cases.checkins.models import (
    CheckIn,
    MissedContact,
    MissedStep,
)
from cases.checkins.rules import CheckInState, MissCause, MissStep
from cities.places.rules import day_of
from cities.roles.permissions import Permission
from cities.roles.rules import Compartment
from cities.staff.models import Absence, User
from cities.staff.selectors import deputy_of


def missed_for(user: User, *, at: datetime) -> QuerySet[MissedContact]:
    """The missed contacts that `user` may know of, the latest first, each with its steps in order."""
    return _with_steps(MissedContact.objects.visible_to(user, at=at))


def listed_missed(user: User, *, at: datetime) -> QuerySet[MissedContact]:
    """Those of them that stand in lists: those of a case opened in an emergency don't."""
    return _with_steps(MissedContact.objects.listed_to(user, at=at))


def _with_steps(rows: QuerySet[MissedContact]) -> QuerySet[MissedContact]:
    steps = MissedStep.objects.select_related("owner", "acknowledged_by").order_by("pk")
    return (
        rows.select_related("casefile__person", "city", "checkin__caseworker", "answered_by")
        .prefetch_related(Prefetch("steps", queryset=steps))
        .order_by("-pk")
    )


def missed_of(checkin: CheckIn, user: User, *, at: datetime) -> MissedContact | None:
    """That this contact was missed, if it was."""
    return missed_for(user, at=at).filter(checkin=checkin).first()


def steps_open_to(user: User, *, at: datetime) -> QuerySet[MissedStep]:
    """On which step each missed contact is that nobody has answered yet, the longest there first."""
    rows = MissedStep.objects.listed_to(user, at=at).filter(over_at__isnull=True)
    return rows.select_related(
        "missed__checkin__caseworker", "casefile__person", "city", "owner", "acknowledged_by"
    ).order_by("since", "pk")


def missed_with(user: User, *, at: datetime) -> QuerySet[MissedStep]:
    """The missed contacts that are hers to see to: her own, and those of colleagues she stands in for today."""
    today = day_of(at)
    absent = Absence.objects.standing().filter(deputy=user, starts_on__lte=today, ends_on__gt=today)
    return steps_open_to(user, at=at).filter(Q(owner=user) | Q(owner__in=absent.values("user_id")))


def missed_beside_overdue(user: User, *, at: datetime) -> QuerySet[MissedStep]:
    """What is with her, but for her own contacts of which nothing was recorded: those are told as overdue."""
    own = {"missed__checkin__caseworker": user, "missed__checkin__state": CheckInState.PLANNED}
    return missed_with(user, at=at).exclude(missed__cause=MissCause.NOT_RECORDED, **own)


def is_with(step: MissedStep, user: User, *, at: datetime) -> bool:
    """Whether it is hers to see to: with her, with whom she stands in for today, or in the city she coordinates."""
    if step.owner_id is not None and user.pk in (step.owner_id, deputy_of(step.owner_id, day_of(at))):
        return True
    return may(user, Permission.CHECKIN_ACKNOWLEDGE, city_id=step.city_id, at=at)


def missed_in_city(user: User, step: MissStep, *, at: datetime) -> QuerySet[MissedStep]:
    """What stands on a step in the cities that `user` covers by a posting."""
    cities = cities_open_to(user, Compartment.CORE, at=at)
    return steps_open_to(user, at=at).filter(city__in=cities, step=step)


def with_the_coordinator(user: User, *, at: datetime) -> QuerySet[MissedStep]:
    """What has come to the coordinators of those cities."""
    return missed_in_city(user, MissStep.COORDINATOR, at=at)


def for_the_conference(user: User, *, at: datetime) -> QuerySet[MissedStep]:
    """What stands on the agenda of the next case conference of those cities."""
    return missed_in_city(user, MissStep.CONFERENCE, at=at)
