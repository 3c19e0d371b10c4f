"""Questions about people: who they are to whoever asks, by which names, and who is around them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Case, F, Q, QuerySet, When
from django.utils import timezone

from cases.access.rules import NotAllowed, OutOfSight
from cases.access.selectors import Standing, standing
from cases.people.models import Person, PersonName, Relationship
from cases.people.rules import NameKind
from cities.roles.permissions import Permission
from cities.staff.models import User

if TYPE_CHECKING:
    from cases.casefiles.models import Casefile


def people_for(user: User, *, at: datetime) -> QuerySet[Person]:
    """The people that `user` may know of: followed up, or close to somebody who is."""
    return Person.objects.visible_to(user, at=at).select_related("city").order_by("sort_name", "pk")


def person_for(user: User, pk: int, *, at: datetime) -> Person:
    """One person, or `OutOfSight`."""
    found = people_for(user, at=at).filter(pk=pk).first()
    if found is None:
        raise OutOfSight
    return found


def names_of(person: Person) -> QuerySet[PersonName]:
    """All names by which the person is or was known, the official one first."""
    official_first = Case(When(kind=NameKind.OFFICIAL, then=0), default=1)
    return PersonName.objects.filter(person=person).order_by(official_first, "kind", "name", "pk")


def contacts_of(case: Casefile, user: User, *, at: datetime) -> QuerySet[Relationship]:
    """Who is around the person of this case today, as far as `user` may know: those to be contacted first."""
    today = timezone.localdate(at)
    return (
        Relationship.objects.visible_to(user, at=at)
        .filter(Q(ends_on__isnull=True) | Q(ends_on__gt=today), casefile=case)
        .select_related("other")
        .order_by("-is_contact", "other__sort_name", "pk")
    )


def case_about(person: Person, user: User, *, at: datetime) -> Casefile | None:
    """The case by which `user` knows the person: an open one of his own first, else one in which he is family."""
    own = person.casefiles.visible_to(user, at=at).order_by(F("closed_on").desc(nulls_first=True), "-pk").first()
    if own is not None:
        return own
    near = Relationship.objects.visible_to(user, at=at).filter(other=person).select_related("casefile")
    tie = near.order_by(F("ends_on").desc(nulls_first=True), "-pk").first()
    return tie.casefile if tie else None


def standing_with(user: User, permission: Permission, *, person: Person, at: datetime) -> Standing:
    """The posting by which `user` may do the act with the record of this person; the first line of acts on people.

    Raises `OutOfSight` when she may not know of the person, `NotAllowed` when no posting of hers has the act there.
    """
    if not Person.objects.visible_to(user, at=at).filter(pk=person.pk).exists():
        raise OutOfSight
    case = case_about(person, user, at=at)
    found = standing(user, permission, city_id=case.city_id if case else person.city_id, at=at)
    if found is None:
        raise NotAllowed(permission.value)
    return found
