"""Which colleagues a form offers: for the lead, for the team, for the next step, for a contact."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet

from cases.access.selectors import team_of
from cases.casefiles.models import Casefile
from cities.places.models import City
from cities.roles.permissions import Permission
from cities.roles.rules import Role, roles_with
from cities.staff.models import Posting, User
from cities.staff.selectors import colleagues, users


def who_can_lead(city: City, *, at: datetime) -> QuerySet[Posting]:
    """Whoever may write plans in the city."""
    return colleagues(city, at=at).filter(role__in=roles_with(Permission.PLAN_CHANGE))


def who_can_join(case: Casefile, *, at: datetime) -> QuerySet[Posting]:
    """Whoever may read cases in the city and is not on the team yet."""
    on_it = team_of(case, at=at).order_by().values("pk")
    return colleagues(case.city, at=at).filter(role__in=roles_with(Permission.CASE_READ)).exclude(user__in=on_it)


def who_can_own(case: Casefile, *, at: datetime) -> QuerySet[User]:
    """The team, and who coordinates the city."""
    coordinators = colleagues(case.city, at=at, role=Role.COORDINATOR).values("user_id")
    team = team_of(case, at=at).order_by().values("pk")
    return users().filter(Q(pk__in=team) | Q(pk__in=coordinators), is_active=True)


#: A contact is held by whoever could take the next step.
who_can_hold = who_can_own
