"""Questions about travel status: the whole history of somebody, and what held on a day as known on a day."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import Q, QuerySet

from cases.access.rules import OutOfSight
from cases.people.models import Person
from cases.travel.models import TravelStatus
from cases.travel.rules import Stay, has_lapsed
from cities.staff.models import User

NEWEST_FIRST = ("-true_since", "-known_since", "-pk")


def statuses_of(person: Person, user: User, *, at: datetime) -> QuerySet[TravelStatus]:
    """All that was ever believed of the person, the newest first; what was corrected since is among it."""
    rows = TravelStatus.objects.visible_to(user, at=at).filter(person=person)
    return rows.select_related("recorded_by", "superseded_by").order_by(*NEWEST_FIRST)


def status_for(user: User, pk: int, *, at: datetime) -> TravelStatus:
    """One assessment, or `OutOfSight`."""
    rows = TravelStatus.objects.visible_to(user, at=at).select_related("person", "superseded_by")
    found = rows.filter(pk=pk).first()
    if found is None:
        raise OutOfSight
    return found


def standing_statuses(person: Person, *, known_on: date) -> QuerySet[TravelStatus]:
    """What was believed of the person on the day `known_on`, without what had been corrected by then."""
    corrected = Q(superseded_by__isnull=False, superseded_by__known_since__lte=known_on)
    known = TravelStatus.objects.filter(person=person, known_since__lte=known_on)
    return known.exclude(corrected).order_by(*NEWEST_FIRST)


def status_on(person: Person, *, on: date, known_on: date) -> TravelStatus | None:
    """What held on the day `on`, as known on the day `known_on`. What has lapsed by then doesn't count."""
    for row in standing_statuses(person, known_on=known_on).filter(true_since__lte=on):
        if not has_lapsed(stay_of(row), on):
            return row
    return None


def stay_of(row: TravelStatus) -> Stay:
    """The row as the rules look at it."""
    return Stay(row.value, row.situation, row.confidence, row.true_since)
