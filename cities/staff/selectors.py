"""Who works here, and as what somebody acts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import DateField, ExpressionWrapper, F, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from cities.refusals import OutOfSight
from cities.roles.permissions import Permission
from cities.roles.rules import CONFIRM_DAYS, NOTICE_DAYS, POSTED_TO_EVERY_CASE, Role, roles_with
from cities.staff.models import Absence, Posting, User

if TYPE_CHECKING:
    from cities.places.models import City


@dataclass(frozen=True)
class Standing:
    """As what somebody acts: the posting an act is done by, for the ledger."""

    posting: Posting | None

    @property
    def role(self) -> str:
        return self.posting.role if self.posting else ""

    @property
    def agency_id(self) -> int | None:
        return self.posting.agency_id if self.posting else None


def standing_of(user: User, permission: Permission, *, at: datetime, city_id: int | None = None) -> Standing | None:
    """The posting by which `user` may do the act in the city (any city when None), or None when there is none."""
    postings = Posting.objects.in_force(at=at).held_by(user).filter(role__in=sorted(roles_with(permission)))
    if city_id is not None:
        postings = postings.filter(Q(city_id=city_id) | Q(city__isnull=True))
    posting = postings.order_by("starts_on", "pk").first()
    return Standing(posting) if posting else None


def settings_standing(user: User, *, at: datetime, city_id: int | None) -> Standing | None:
    """The posting by which `user` may change the settings of a city; without a city those of the whole country.

    An administrator of one city keeps that city; what belongs to no city needs a posting for the whole country.
    """
    postings = (
        Posting.objects.in_force(at=at)
        .held_by(user)
        .filter(
            Q(city__isnull=True) | Q(city_id=city_id, city__isnull=False),
            role__in=sorted(roles_with(Permission.SETTINGS_CHANGE)),
        )
    )
    posting = postings.order_by("starts_on", "pk").first()
    return Standing(posting) if posting else None


def users() -> QuerySet[User]:
    """Everybody who can sign in, or could."""
    return User.objects.all()


def postings() -> QuerySet[Posting]:
    """Every posting, past ones too."""
    return Posting.objects.select_related("user", "agency", "city")


def postings_of(user: User, *, at: datetime) -> QuerySet[Posting]:
    """The postings `user` holds at the moment `at`."""
    return postings().filter(pk__in=Posting.objects.in_force(at=at).held_by(user)).order_by("starts_on", "pk")


def colleagues(city: City, *, at: datetime, role: Role | None = None) -> QuerySet[Posting]:
    """Who is posted in the city at the moment `at`, in one role or in any, by name."""
    found = Posting.objects.in_force(at=at).filter(city=city, user__is_active=True)
    if role is not None:
        found = found.filter(role=role)
    return found.select_related("user", "agency", "city").order_by("user__last_name", "user__first_name", "pk")


def postings_to_confirm(user: User, *, at: datetime) -> QuerySet[Posting]:
    """The postings that cover a city and are to be confirmed within a fortnight, or should have been: for whoever
    looks after the looking there, never her own. Each with `due_on`, the first due first.

    A new one is due on its first day: an administrator posts nobody to every case of a city unseen, and not herself
    under a second name.
    """
    looking_after = Posting.objects.in_force(at=at).held_by(user)
    cities = looking_after.filter(role__in=sorted(roles_with(Permission.POSTING_CONFIRM)))
    days = Coalesce(F("city__settings__confirm_days"), CONFIRM_DAYS)
    again_on = ExpressionWrapper(F("confirmed_on") + days, output_field=DateField())
    due_on = Coalesce(again_on, F("starts_on"))
    return (
        Posting.objects.in_force(at=at)
        .filter(city__in=cities.values("city_id"), role__in=sorted(POSTED_TO_EVERY_CASE))
        .exclude(user=user)
        .annotate(due_on=due_on)
        .filter(due_on__lte=timezone.localdate(at) + timedelta(days=NOTICE_DAYS))
        .select_related("user", "agency", "city", "confirmed_by")
        .order_by("due_on", "pk")
    )


def first_administrator(*, at: datetime) -> User | None:
    """Who has been posted longest as administrator of the whole country, for what commands do on her behalf."""
    posting = (
        Posting.objects.in_force(at=at)
        .filter(city__isnull=True, role__in=sorted(roles_with(Permission.SETTINGS_CHANGE)), user__is_active=True)
        .select_related("user")
        .order_by("starts_on", "pk")
        .first()
    )
    return posting.user if posting else None


def absences() -> QuerySet[Absence]:
    """Every absence that stands, of whoever, by day."""
    return Absence.objects.standing().select_related("user", "deputy").order_by("starts_on", "pk")


def absent_on(users: Iterable[int], day: date) -> dict[int, Absence]:
    """Who of these users doesn't work on that day, by her number, each with her absence."""
    found = Absence.objects.between(day, day + timedelta(days=1)).filter(user__in=set(users))
    return {absence.user_id: absence for absence in found}


def deputy_of(user_id: int, day: date) -> int | None:
    """Who stands in for this user on that day, by number, when she is absent and somebody does."""
    absence = absent_on([user_id], day).get(user_id)
    return absence.deputy_id if absence else None


def absences_for(user: User, *, at: datetime) -> QuerySet[Absence]:
    """The absences that `user` may read and change: her own, and those of who works where she arranges absences."""
    arranging = (
        Posting.objects.in_force(at=at)
        .held_by(user)
        .filter(role__in=sorted(roles_with(Permission.ABSENCE_ARRANGE)), city__isnull=False)
    )
    there = Posting.objects.in_force(at=at).filter(city__in=arranging.values("city_id"))
    return absences().filter(Q(user=user) | Q(user__in=there.values("user_id")))


def absence_for(user: User, pk: int, *, at: datetime) -> Absence:
    """One of them, or `OutOfSight`."""
    found = absences_for(user, at=at).filter(pk=pk).first()
    if found is None:
        raise OutOfSight
    return found


def can_be_absent(user: User, *, at: datetime) -> QuerySet[User]:
    """Whose absence `user` may record: herself, and who works where she arranges absences."""
    arranging = (
        Posting.objects.in_force(at=at)
        .held_by(user)
        .filter(role__in=sorted(roles_with(Permission.ABSENCE_ARRANGE)), city__isnull=False)
    )
    there = Posting.objects.in_force(at=at).filter(city__in=arranging.values("city_id"), user__is_active=True)
    return User.objects.filter(Q(pk=user.pk) | Q(pk__in=there.values("user_id")))


def could_stand_in_for(user: User, *, at: datetime) -> QuerySet[User]:
    """Who may be her deputy: caseworkers and coordinators of a city in which she works."""
    cities = Posting.objects.in_force(at=at).filter(user=user, city__isnull=False).values("city_id")
    holding = sorted(roles_with(Permission.CHECKIN_RECORD))
    there = Posting.objects.in_force(at=at).filter(city__in=cities, role__in=holding)
    return User.objects.filter(pk__in=there.values("user_id"), is_active=True).exclude(pk=user.pk)


def absences_between(user: User, first: date, until: date) -> QuerySet[Absence]:
    """When somebody is away from `first` until `until` (half-open), and who stands in."""
    return Absence.objects.between(first, until).filter(user=user).select_related("deputy").order_by("starts_on")


def keepers_of_the_ledger(*, at: datetime) -> QuerySet[User]:
    """Who is told when the ledger is not looked after: who reads the ledger of a city, and who keeps the settings."""
    keeping = sorted(roles_with(Permission.LEDGER_READ) | roles_with(Permission.SETTINGS_CHANGE))
    postings = Posting.objects.in_force(at=at).filter(role__in=keeping)
    return User.objects.filter(pk__in=postings.values("user_id"), is_active=True).order_by("pk")
