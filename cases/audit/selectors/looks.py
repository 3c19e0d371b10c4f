"""Who looked: at a case, in a city, or oneself. Asked of the ledger, which has no content to show."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Max, Q, QuerySet

from cases.access.models import CaseAccess, postings_in_force
from cases.access.rules import OutOfSight, read_reference
from cases.access.selectors import compartments_open_to
from cases.audit.rules import AROUND, TASK, WHY
from cases.audit.selectors.whose import entries_of
from cases.casefiles.models import Casefile
from cases.casefiles.selectors import listed_cases
from cities.ledger.models import LedgerEntry
from cities.ledger.rules import Operation
from cities.places.models import City
from cities.places.rules import moment_of
from cities.roles.permissions import Permission
from cities.roles.rules import Role, roles_with
from cities.staff.models import Posting, User

#: "Recently" is this long.
RECENT = timedelta(days=30)

#: What it is to look at a case: nothing in it changes, but somebody knows more than before.
LOOKS = (Operation.CONSULT, Operation.DISCLOSE, Operation.EXPORT, Operation.EMERGENCY)


def who_looked(
    case: Casefile, user: User, *, at: datetime, before: datetime | None = None, limit: int = 50
) -> list[LedgerEntry]:
    """Who opened the case, and to whom something of it went; the newest first, in the compartments open to `user`.

    What was changed in it stands in the timeline.
    """
    entries = LedgerEntry.objects.filter(case_id=case.pk, operation__in=LOOKS, **({"at__lt": before} if before else {}))
    entries = entries.select_related("actor")
    if not _reads_ledger(user, case.city_id, at=at):
        entries = entries.filter(compartment__in=["", *compartments_open_to(user, case, at=at)])
    return list(entries.order_by("-at", "-pk")[:limit])


def done_during(user_id: int, case_id: int, *, since: datetime, until: datetime, most: int = 100) -> list[LedgerEntry]:
    """What somebody opened and did in a case from then until then, in order: for whoever reviews it."""
    entries = LedgerEntry.objects.filter(actor=user_id, case_id=case_id, at__gte=since, at__lte=until)
    return list(entries.select_related("actor").order_by("at", "pk")[:most])


def ledger_for(user: User, *, at: datetime, city: int | None = None) -> QuerySet[LedgerEntry]:
    """The ledger of the cities whose ledger `user` reads, or of one of them, the newest first."""
    cities = [pk for pk in _cities_read_by(user, at=at) if city in (None, pk)]
    return entries_of(cities).select_related("actor").order_by("-at", "-pk")


@dataclass(frozen=True)
class Asked:
    """Which entries of a ledger somebody asks for. Empty: all."""

    case: str = ""
    who: str = ""
    operation: str = ""
    since: date | None = None
    until: date | None = None
    purpose: str = ""
    request: str = ""
    without_purpose: bool = False
    without_task: bool = False


def without_task() -> Q:
    """Of entries of the ledger: openings of a case by somebody who had no task in it, whatever page she came from.

    Not what she opened next of the same case: that follows an opening which is told, or had a task.
    """
    from_around = rf"^({'|'.join(sorted(AROUND))})( \d+)?$"
    looking = Q(purpose="") | Q(purpose__regex=from_around) | Q(purpose__startswith=WHY)
    opened = Q(operation=Operation.CONSULT, case_id__isnull=False, actor__isnull=False)
    return opened & looking & ~Q(purpose__contains=TASK) & ~Q(object_type__in=["ledgerentry", "emergencyopening"])


def asked_for(entries: QuerySet[LedgerEntry], asked: Asked) -> QuerySet[LedgerEntry]:
    """Those of the entries that somebody asks for. `until` is the last day."""
    if asked.case:
        entries = entries.filter(case_reference=read_reference(asked.case) or asked.case)
    if asked.operation:
        entries = entries.filter(operation=asked.operation)
    if asked.since is not None:
        entries = entries.filter(at__gte=moment_of(asked.since, time.min))
    if asked.until is not None and asked.until < date.max:
        entries = entries.filter(at__lt=moment_of(asked.until + timedelta(days=1), time.min))
    if asked.purpose:
        entries = entries.filter(Q(purpose__icontains=asked.purpose) | Q(justification__icontains=asked.purpose))
    if asked.request:
        entries = entries.filter(request_id=asked.request)
    if asked.without_purpose:
        entries = entries.filter(operation__in=LOOKS, case_id__isnull=False, purpose="", justification="")
    if asked.without_task:
        entries = entries.filter(without_task())
    for word in asked.who.split():
        entries = entries.filter(Q(actor__first_name__icontains=word) | Q(actor__last_name__icontains=word))
    return entries


def a_page_of(
    entries: QuerySet[LedgerEntry], *, before: uuid.UUID | None, limit: int
) -> tuple[list[LedgerEntry], uuid.UUID | None]:
    """So many entries, the newest first, from the one `before` on downwards; and the last of them when more follow.

    By moment and number, so that what was written in one moment is neither repeated nor left out, and nothing is
    counted or skipped over.
    """
    last = entries.filter(pk=before).first() if before is not None else None
    if last is not None:
        entries = entries.filter(Q(at__lt=last.at) | Q(at=last.at, pk__lt=last.pk))
    found = list(entries.order_by("-at", "-pk")[: limit + 1])
    return found[:limit], found[limit - 1].pk if len(found) > limit else None


def looks_of(user: User) -> QuerySet[LedgerEntry]:
    """What `user` opened herself: when, and why. Of a case that she may no longer see, what she knew already.

    By a token that is bounded to a city or an agency, what she opened there and as of that agency.
    """
    scope = user.acts_within
    bounds = {"city_id": scope.city_id, "agency_id": scope.agency_id}
    within = {name: number for name, number in bounds.items() if number is not None}
    return LedgerEntry.objects.filter(actor=user, operation__in=LOOKS, **within).select_related("actor")


def colleague_of_a_city(user: User, pk: int, *, at: datetime) -> tuple[User, int]:
    """Somebody who is or was posted in a city whose ledger `user` reads, or held a grant there; and that city.

    Raises `OutOfSight`.
    """
    cities = [city.pk for city in cities_with_ledgers_for(user, at=at)]
    posting = Posting.objects.filter(user=pk, city__in=cities).select_related("user").order_by("-starts_on").first()
    if posting is not None:
        return posting.user, posting.city_id or 0
    grant = CaseAccess.grants.visible_to(user, at=at).filter(user=pk, city__in=cities).select_related("user").first()
    if grant is None or grant.user is None:
        liaisons = Posting.objects.filter(user=pk, city__isnull=True, role=Role.PROSECUTION_LIAISON)
        office = liaisons.select_related("user").first() if cities else None
        if office is None:
            raise OutOfSight
        return office.user, cities[0]
    return grant.user, grant.city_id


def filed_case(user: User, reference: str, *, at: datetime) -> Casefile:
    """A case as the ledger knows it, for whoever reads the ledger but no case: number, reference and city, no more.

    Raises `OutOfSight` when the ledger of her cities doesn't have it.
    """
    wanted = read_reference(reference)
    here = LedgerEntry.objects.filter(city_id__in=_cities_read_by(user, at=at), case_id__isnull=False)
    entry = here.filter(case_reference=wanted).order_by("-at", "-pk").first() if wanted else None
    if entry is None or entry.city_id is None:
        raise OutOfSight
    return Casefile(pk=entry.case_id, reference=entry.case_reference, city_id=entry.city_id)


def recently_opened(user: User, *, at: datetime, limit: int = 5) -> list[Casefile]:
    """The cases that `user` opened last, as far as she may still know of them."""
    opened = LedgerEntry.objects.filter(
        actor=user, operation=Operation.CONSULT, case_id__isnull=False, at__gte=at - RECENT
    )
    latest = opened.order_by().values("case_id").annotate(last=Max("at")).order_by("-last")[: limit * 4]
    order: dict[int | None, int] = {row["case_id"]: place for place, row in enumerate(latest)}
    found = listed_cases(user, at=at).filter(pk__in=[pk for pk in order if pk is not None])
    return sorted(found, key=lambda case: order[case.pk])[:limit]


def cities_with_ledgers_for(user: User, *, at: datetime) -> list[City]:
    """The cities whose ledger `user` reads."""
    ids = _postings_that_read_ledgers(user, at=at).values("city_id")
    return list(City.objects.filter(pk__in=ids).order_by("code"))


def _cities_read_by(user: User, *, at: datetime) -> list[int]:
    """By number: so that PostgreSQL knows how much of the ledger it is before it goes through it."""
    rows = _postings_that_read_ledgers(user, at=at).order_by().values_list("city_id", flat=True).distinct()
    return [pk or 0 for pk in rows]


def _reads_ledger(user: User, city_id: int, *, at: datetime) -> bool:
    return _postings_that_read_ledgers(user, at=at).filter(city_id=city_id).exists()


def _postings_that_read_ledgers(user: User, *, at: datetime) -> QuerySet[Posting]:
    return postings_in_force(user, at=at).filter(
        role__in=sorted(roles_with(Permission.LEDGER_READ)), city__isnull=False
    )
