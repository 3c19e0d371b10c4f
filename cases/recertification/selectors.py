"""Questions about grants that are to be confirmed: which there are, for whoever answers for them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from cases.access.models import CaseAccess, cities_with
from cases.recertification.rules import CONFIRMED, NOTICE
from cities.places.rules import day_of
from cities.roles.permissions import Permission
from cities.staff.models import User


def open_grants(user: User, *, at: datetime) -> QuerySet[CaseAccess]:
    """The grants that are confirmed each quarter and that `user` answers for: of the cities she coordinates, never
    her own."""
    cities = cities_with(user, Permission.GRANT_CONFIRM, at=at)
    rows: QuerySet[CaseAccess] = CaseAccess.grants.visible_to(user, at=at).in_force(at=at)
    return rows.filter(ends_at__isnull=True, ground__in=CONFIRMED, city__in=cities).exclude(user=user)


def grants_to_confirm(
    user: User, *, at: datetime, holder: int | None = None, reference: str = ""
) -> QuerySet[CaseAccess]:
    """Those to be confirmed within a fortnight, or late; one row for what one colleague, or one office, holds of one
    case on one ground. The first due first; those of one colleague or of one case when that is asked."""
    due = open_grants(user, at=at).filter(confirm_by__lte=day_of(at) + NOTICE)
    if holder is not None:
        due = due.filter(user=holder)
    if reference:
        due = due.filter(reference=reference)
    return (
        due.exclude(Exists(_siblings().filter(pk__lt=OuterRef("pk"))))
        .select_related("user", "agency", "posting__agency", "city", "casefile__lead_caseworker")
        .order_by("confirm_by", "pk")
    )


def _siblings() -> QuerySet[CaseAccess]:
    """The other compartments of the same grant."""
    same = Q(user=OuterRef("user")) | Q(user__isnull=True, agency=OuterRef("agency"))
    rows: QuerySet[CaseAccess] = CaseAccess.grants.filter(
        same, casefile=OuterRef("casefile"), ground=OuterRef("ground"), ends_at__isnull=True
    )
    return rows


def with_siblings(user: User, grants: Sequence[int], *, at: datetime) -> QuerySet[CaseAccess]:
    """These grants, each in all its compartments."""
    named = CaseAccess.grants.filter(pk__in=grants, casefile=OuterRef("casefile"), ground=OuterRef("ground")).filter(
        Q(user=OuterRef("user")) | Q(user__isnull=True, agency=OuterRef("agency"))
    )
    return open_grants(user, at=at).filter(Exists(named)).order_by("pk")


def without_sight(user: User, *, at: datetime) -> QuerySet[CaseAccess]:
    """What left its holder of late although she led the case or owned its next step: nobody has it now, and the
    coordinator hands it over. The latest grant of each, the longest gone first."""
    cities = cities_with(user, Permission.CASE_ASSIGN, at=at)
    rows: QuerySet[CaseAccess] = CaseAccess.grants.visible_to(user, at=at).filter(
        Q(casefile__lead_caseworker=F("user")) | Q(casefile__owner=F("user")),
        casefile__closed_on__isnull=True, city__in=cities, compartment="CORE",
    )  # fmt: skip
    holding = CaseAccess.grants.in_force(at=at).filter(
        user=OuterRef("user"), casefile=OuterRef("casefile"), compartment="CORE", user__is_active=True
    )
    later = CaseAccess.grants.filter(
        user=OuterRef("user"), casefile=OuterRef("casefile"), compartment="CORE", pk__gt=OuterRef("pk")
    )
    lost = rows.exclude(Exists(holding)).exclude(Exists(later))
    return lost.select_related("user", "casefile__person", "casefile__lead_caseworker").order_by("ends_at", "pk")
