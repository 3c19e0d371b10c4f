"""Questions about emergency openings: which case is meant, what is open now, what waits for a review."""

from __future__ import annotations

from datetime import datetime

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce, Least

from cases.access.models import cities_with, postings_in_force
from cases.access.rules import OutOfSight
from cases.access.written import Found
from cases.casefiles.models import Casefile
from cases.emergencies.models import EmergencyOpening, EmergencyReview
from cities.roles.permissions import Permission
from cities.roles.rules import roles_with
from cities.staff.models import Posting, User


def posting_for(user: User, reference: str, *, at: datetime) -> Posting | None:
    """The posting by which `user` may open cases with such a reference in an emergency: one in the city it names."""
    roles = sorted(roles_with(Permission.EMERGENCY_OPEN))
    mine = postings_in_force(user, at=at).filter(role__in=roles, city__code=reference[:3])
    return mine.select_related("city").order_by("starts_on", "pk").first()


def meant_by(reference: str) -> Casefile | None:
    """The case of that reference in a city where the user of the transaction may do this. Number, reference, city.

    PostgreSQL answers by a function of its own: under row-level security the case does not exist for her yet.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT case_id, in_city FROM apparatus_emergency_case(%s)", [reference])
        found = cursor.fetchone()
    return Casefile(pk=found[0], city_id=found[1], reference=reference) if found else None


def openings_for(user: User, *, at: datetime) -> QuerySet[EmergencyOpening]:
    """The emergency openings that `user` may see, the newest first, each with what was said of it."""
    rows = EmergencyOpening.objects.visible_to(user, at=at)
    return (
        rows.select_related("user", "city", "posting__agency")
        .prefetch_related("reviews__recorded_by")
        .order_by("-pk")
    )  # fmt: skip


def opening_for(user: User, pk: int, *, at: datetime) -> EmergencyOpening:
    """One of them, or `OutOfSight`."""
    found = openings_for(user, at=at).filter(pk=pk).first()
    if found is None:
        raise OutOfSight
    return found


def openings_of(user: User, *, at: datetime) -> QuerySet[EmergencyOpening]:
    """Her own, with their outcomes."""
    return openings_for(user, at=at).filter(user=user)


def lasting_openings(user: User, *, at: datetime) -> QuerySet[EmergencyOpening]:
    """Her own that hold at the moment `at`, the newest first."""
    hers = EmergencyOpening.objects.visible_to(user, at=at).filter(user=user)
    lasting = hers.alias(over=Least("ends_at", Coalesce("ended_at", "ends_at")))
    return lasting.filter(opened_at__lte=at, over__gt=at).order_by("-pk")


def open_now(user: User, case: Casefile, *, at: datetime) -> EmergencyOpening | None:
    """By which emergency opening `user` sees this case at the moment `at`, if she does."""
    return lasting_openings(user, at=at).filter(casefile_id=case.pk).first()


def openings_to_review(user: User, *, at: datetime) -> QuerySet[EmergencyOpening]:
    """Those that `user` may review, reviewed or not: in the cities where she answers for it, never her own."""
    return openings_for(user, at=at).filter(city__in=_reviewing(user, at=at)).exclude(user=user)


def openings_that_concern(user: User, *, at: datetime) -> QuerySet[EmergencyOpening]:
    """Her own, and those that she may review."""
    return openings_for(user, at=at).filter(Q(user=user) | Q(city__in=_reviewing(user, at=at)))


def _reviewing(user: User, *, at: datetime) -> Found:
    return cities_with(user, Permission.EMERGENCY_REVIEW, at=at)


def awaiting_review(user: User, *, at: datetime) -> QuerySet[EmergencyOpening]:
    """Those of them of which nobody has said anything yet, the first due first."""
    said = EmergencyReview.objects.filter(opening=OuterRef("pk"))
    return openings_to_review(user, at=at).exclude(Exists(said)).order_by("review_by", "pk")
