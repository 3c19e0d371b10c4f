"""Questions about cases: which there are for whoever asks, and what is to be done with them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, QuerySet
from django.utils import timezone

from cases.access.models import cities_open_to
from cases.access.rules import NotAllowed, OutOfSight, read_reference
from cases.access.selectors import may
from cases.casefiles.models import Casefile, StageChange
from cities.roles.permissions import Permission
from cities.roles.rules import Compartment, Role
from cities.staff.models import Posting, User
from cities.staff.selectors import postings


def cases_for(user: User, *, at: datetime) -> QuerySet[Casefile]:
    """The cases that `user` may know of, the newest first."""
    return _newest_first(Casefile.objects.visible_to(user, at=at))


def listed_cases(user: User, *, at: datetime) -> QuerySet[Casefile]:
    """Those of them that stand in lists: what she opened in an emergency doesn't."""
    return _newest_first(Casefile.objects.listed_to(user, at=at))


def _newest_first(rows: QuerySet[Casefile]) -> QuerySet[Casefile]:
    return rows.select_related("person", "city", "owner", "lead_caseworker").order_by("-pk")


def case_for(user: User, reference: str, *, at: datetime) -> Casefile:
    """One case by its reference, or `OutOfSight`."""
    wanted = read_reference(reference)
    found = cases_for(user, at=at).filter(reference=wanted).first() if wanted else None
    if found is None:
        raise OutOfSight
    return found


def stage_changes_of(case: Casefile, user: User, *, at: datetime) -> QuerySet[StageChange]:
    """How the case went from stage to stage, the newest first."""
    rows = StageChange.objects.visible_to(user, at=at).filter(casefile=case)
    return rows.select_related("recorded_by").order_by("-changed_at", "-pk")


def open_cases_of_my_cities(user: User, *, at: datetime) -> QuerySet[Casefile]:
    """The open cases of the cities that `user` covers by a posting: what a coordinator supervises."""
    cities = cities_open_to(user, Compartment.CORE, at=at)
    return listed_cases(user, at=at).filter(closed_on__isnull=True, city__in=cities)


def unassigned(user: User, *, at: datetime) -> QuerySet[Casefile]:
    """Open cases without a lead caseworker, in the cities that `user` covers; the longest waiting first."""
    return open_cases_of_my_cities(user, at=at).filter(lead_caseworker__isnull=True).order_by("opened_on", "pk")


def reviews_due(user: User, *, at: datetime) -> QuerySet[Casefile]:
    """Open cases whose review day has come, the longest overdue first."""
    today = timezone.localdate(at)
    open_cases = listed_cases(user, at=at).filter(closed_on__isnull=True, review_on__lte=today)
    return open_cases.order_by("review_on", "pk")


def next_steps_due(user: User, *, at: datetime) -> QuerySet[Casefile]:
    """Open cases whose next step was for today or before, whoever must take it, in the cities that `user` covers."""
    today = timezone.localdate(at)
    return open_cases_of_my_cities(user, at=at).filter(next_step_on__lte=today).order_by("next_step_on", "pk")


@dataclass(frozen=True)
class Caseload:
    """How many open cases a colleague leads in a city. A number of cases; it says nothing of the work in them."""

    posting: Posting
    cases: int


def caseload(user: User, *, at: datetime) -> list[Caseload]:
    """The caseworkers of the cities that `user` covers, by name, and how many cases each leads; some lead none."""
    cities = cities_open_to(user, Compartment.CORE, at=at)
    leads = (
        postings()
        .filter(pk__in=Posting.objects.in_force(at=at), city__in=cities, role=Role.CASEWORKER)
        .order_by("city__code", "user__last_name", "user__first_name", "pk")
    )
    open_cases = open_cases_of_my_cities(user, at=at).order_by()
    counted = open_cases.values_list("city_id", "lead_caseworker_id").annotate(number=Count("pk"))
    numbers = {(city, lead): number for city, lead, number in counted}
    return [Caseload(posting, numbers.get((posting.city_id, posting.user_id), 0)) for posting in leads]


def next_steps_of(user: User, *, at: datetime, within_days: int = 14) -> QuerySet[Casefile]:
    """The open cases in which `user` must take the next step soon, or should have; the first due first."""
    until = timezone.localdate(at) + timedelta(days=within_days)
    mine = listed_cases(user, at=at).filter(closed_on__isnull=True, owner=user, next_step_on__lte=until)
    return mine.order_by("next_step_on", "pk")


def may_share(user: User, case: Casefile, *, at: datetime) -> bool:
    """Whether this user says who is on the case team: who assigns cases in its city, and whoever leads this one."""
    leads = case.lead_caseworker_id == user.pk and case.closed_on is None
    return leads or may(user, Permission.CASE_ASSIGN, city_id=case.city_id, at=at)


def require_sharing(user: User, case: Casefile, *, at: datetime) -> None:
    """To say who else reads a case takes more than being on its team. Raises `NotAllowed`."""
    if not may_share(user, case, at=at):
        raise NotAllowed(Permission.CASE_ASSIGN.value)


def may_own(user: User, case: Casefile, *, at: datetime) -> bool:
    """Whether the next step can be this user's: she works with the case and her posting lets her change it."""
    sees = Casefile.objects.listed_to(user, at=at).filter(pk=case.pk).exists()
    return sees and may(user, Permission.CASE_CHANGE, city_id=case.city_id, at=at)
