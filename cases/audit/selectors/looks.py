"""Who looked: at a case, in a city, or oneself. Asked of the ledger, which has no content to show."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Max, QuerySet

from cases.access.models import postings_in_force
from cases.access.rules import OutOfSight, read_reference
from cases.access.selectors import compartments_open_to
from cases.casefiles.models import Casefile
from cases.casefiles.selectors import cases_for
from cities.ledger.models import LedgerEntry
from cities.ledger.rules import Operation
from cities.roles.permissions import Permission
from cities.roles.rules import roles_with
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


def ledger_for(user: User, *, at: datetime) -> QuerySet[LedgerEntry]:
    """The ledger of the cities whose ledger `user` reads, the newest first."""
    cities = _postings_that_read_ledgers(user, at=at).values("city_id")
    return LedgerEntry.objects.filter(city_id__in=cities).select_related("actor").order_by("-at", "-pk")


def filed_case(user: User, reference: str, *, at: datetime) -> Casefile:
    """A case as the ledger knows it, for whoever reads the ledger but no case: number, reference and city, no more.

    Raises `OutOfSight` when the ledger of her cities doesn't have it.
    """
    wanted = read_reference(reference)
    entry = ledger_for(user, at=at).filter(case_reference=wanted, case_id__isnull=False).first() if wanted else None
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
    found = cases_for(user, at=at).filter(pk__in=[pk for pk in order if pk is not None])
    return sorted(found, key=lambda case: order[case.pk])[:limit]


def _reads_ledger(user: User, city_id: int, *, at: datetime) -> bool:
    return _postings_that_read_ledgers(user, at=at).filter(city_id=city_id).exists()


def _postings_that_read_ledgers(user: User, *, at: datetime) -> QuerySet[Posting]:
    return postings_in_force(user, at=at).filter(
        role__in=sorted(roles_with(Permission.LEDGER_READ)), city__isnull=False
    )
