"""Who may know what: asked by doors before anything is shown, and by services before anything is done."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Set
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q, QuerySet

from cases.access.models import CaseAccess, cities_open_to, postings_in_force
from cases.access.rules import Ground
from cases.access.selectors.naming import OF_EVERY_ROW, beside, beside_in, by_compartment, fields_of
from cases.access.selectors.naming import in_words as fields_in_words
from cases.access.selectors.sights import Sight, seen_by, who_can_see, whole_day
from cities.roles.permissions import Permission
from cities.roles.rules import COMPARTMENTS, PERMISSIONS, POSTED_TO_EVERY_CASE, Compartment, Role, roles_with
from cities.staff.models import Posting, User
from cities.staff.selectors import Standing, standing_of

__all__ = [
    "OF_EVERY_ROW",
    "Knowers",
    "Sight",
    "acts_of",
    "beside",
    "beside_in",
    "by_compartment",
    "compartments_open_to",
    "fields_in_words",
    "fields_of",
    "knowers",
    "liaisons_at",
    "may",
    "reviewers_of",
    "seen_by",
    "somebody_who_may",
    "standing",
    "team_of",
    "those_who_may",
    "who_can_see",
    "whole_day",
]

if TYPE_CHECKING:
    from cases.casefiles.models import Casefile
    from cities.agencies.models import Agency


def standing(user: User, permission: Permission, *, city_id: int | None, at: datetime) -> Standing | None:
    """The posting by which `user` may do the act in the city (any city when None), or None when there is none."""
    return standing_of(user, permission, city_id=city_id, at=at)


def may(user: User, permission: Permission, *, city_id: int | None = None, at: datetime) -> bool:
    """Whether a posting of `user` has the act, in the city if one is given. It says nothing about any one case."""
    return standing(user, permission, city_id=city_id, at=at) is not None


def acts_of(user: User, *, city_id: int | None = None, at: datetime) -> frozenset[Permission]:
    """Every act that some posting of `user` has, in one city or in any: to show her the ways that are open to her.

    Whether an act is let through is decided by `require`, at the act itself.
    """
    postings = postings_in_force(user, at=at)
    if city_id is not None:
        postings = postings.filter(Q(city_id=city_id) | Q(city__isnull=True))
    return frozenset().union(*(PERMISSIONS[Role(role)] for role in postings.values_list("role", flat=True)))


def compartments_open_to(user: User, casefile: Casefile, *, at: datetime) -> frozenset[Compartment]:
    """The compartments of one case that `user` may see at the moment `at`."""
    granted = CaseAccess.grants.of(user, at=at).filter(casefile_id=casefile.pk).values_list("compartment", flat=True)
    found = {Compartment(value) for value in granted}
    for compartment in Compartment:
        if cities_open_to(user, compartment, at=at).includes(casefile.city_id):
            found.add(compartment)
    return frozenset(found)


@dataclass(frozen=True)
class Knowers:
    """Who may know that there is a case: by a grant on it, or by a posting that covers its city.

    `reviewing`: who answers in which city for who sees what."""

    granted: Set[tuple[int, int]] = frozenset()
    posted: Set[tuple[int, int]] = frozenset()
    reviewing: Set[tuple[int, int]] = frozenset()

    def include(self, user_id: int, *, case_id: int, city_id: int) -> bool:
        return (user_id, case_id) in self.granted or (user_id, city_id) in self.posted


#: Who knows of every case of a city by the posting alone.
_COVERING = sorted(role for role in POSTED_TO_EVERY_CASE if Compartment.CORE in COMPARTMENTS[role])


def knowers(users: Collection[int], cases: Collection[int], *, at: datetime) -> Knowers:
    """Which of these users may know of which of these cases at the moment `at`. Two questions, for however many: the
    clock asks, so that it tells nobody of a case that she may not know of."""
    grants = CaseAccess.grants.worked_with().in_force(at=at).filter(user__in=users, casefile__in=cases)
    reviewing = roles_with(Permission.EMERGENCY_REVIEW)
    postings = Posting.objects.in_force(at=at).filter(
        user__in=users, role__in=sorted({*_COVERING, *reviewing}), city__isnull=False
    )
    posted = list(postings.values_list("user_id", "city_id", "role"))
    return Knowers(
        frozenset(
            (user or 0, case)
            for user, case in grants.filter(compartment=Compartment.CORE).values_list("user_id", "casefile_id")
        ),
        frozenset((user, city or 0) for user, city, role in posted if role in _COVERING),
        frozenset((user, city or 0) for user, city, role in posted if role in reviewing),
    )


def those_who_may(
    wanted: Iterable[tuple[int, int, int]], permission: Permission, *, at: datetime
) -> set[tuple[int, int]]:
    """Of so many (user, case, city): each user and case of which she may know, with the act in its city.

    Her account is open, a posting gives her the act there, and she is one of the `knowers`. Three queries, whatever
    the number; the clock may ask it too.
    """
    rows = set(wanted)
    users = {user for user, _case, _city in rows}
    posted = Posting.objects.in_force(at=at).filter(user__in=users, user__is_active=True)
    doing = set(posted.filter(role__in=roles_with(permission)).values_list("user_id", "city_id"))
    knows = knowers(users, {case for _user, case, _city in rows}, at=at)
    return {
        (user, case)
        for user, case, city in rows
        if {(user, city), (user, None)} & doing and knows.include(user, case_id=case, city_id=city)
    }


def somebody_who_may(name: str, permission: Permission, *, at: datetime) -> Q:
    """The same as `those_who_may`, as a condition on rows of a case: the user in the field `name` is one of them."""
    who = OuterRef(name)
    posted = Posting.objects.in_force(at=at).filter(user=who, user__is_active=True)
    here = Q(city=OuterRef("city")) | Q(city__isnull=True)
    granted = (
        CaseAccess.grants.worked_with()
        .in_force(at=at)
        .filter(user=who, casefile=OuterRef("casefile"), compartment=Compartment.CORE)
    )
    covering = posted.filter(city=OuterRef("city"), role__in=_COVERING)
    doing = posted.filter(here, role__in=roles_with(permission))
    return Q(Exists(doing)) & (Q(Exists(covering)) | Q(Exists(granted)))


def liaisons_at(office: Agency, *, city_id: int, at: datetime) -> QuerySet[Posting]:
    """The postings that receive, at the moment `at`, what a cell of this city addresses to the office."""
    return (
        Posting.objects.in_force(at=at)
        .filter(Q(city__isnull=True) | Q(city_id=city_id), agency=office, role=Role.PROSECUTION_LIAISON)
        .order_by("user__last_name", "pk")
    )


def reviewers_of(city_id: int, *, at: datetime, roles: Iterable[Role], but: int = 0) -> list[User]:
    """Who answers in a city, in these roles, for who sees what there; not the one whose act it is."""
    there = Posting.objects.in_force(at=at).filter(city_id=city_id, role__in=sorted(roles), user__is_active=True)
    return list(User.objects.filter(pk__in=there.values("user_id")).exclude(pk=but).order_by("pk"))


def team_of(casefile: Casefile, *, at: datetime) -> QuerySet[User]:
    """The members of the case team at the moment `at`."""
    grants = CaseAccess.grants.in_force(at=at).filter(casefile=casefile, ground=Ground.TEAM)
    return User.objects.filter(pk__in=grants.values("user_id")).order_by("last_name", "first_name", "pk")
