"""Each quarter somebody says that a posting which covers a whole city is still what it should be."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from cities.ledger import services as ledger
from cities.ledger.rules import Operation
from cities.refusals import NotAllowed, OutOfSight
from cities.roles.permissions import Permission
from cities.staff.models import Posting, User
from cities.staff.selectors import postings_to_confirm, standing_of


@transaction.atomic
def confirm_postings(*, by: User, at: datetime, postings: Sequence[int]) -> int:
    """Who looks after the looking has asked, and these still cover their city. Returns how many.

    One that was confirmed already, or ended meanwhile, is left as it is; one that was never hers to confirm is out
    of sight. Whoever should not cover a city any more is ended by an administrator: see `end_posting`.
    """
    if standing_of(by, Permission.POSTING_CONFIRM, at=at) is None:
        raise NotAllowed(Permission.POSTING_CONFIRM.value)
    asked = Posting.objects.filter(pk__in=postings)
    theirs = set(asked.values_list("city_id", flat=True))
    standing = {city: standing_of(by, Permission.POSTING_CONFIRM, at=at, city_id=city) for city in theirs}
    if len(set(postings)) != asked.count() or not all(standing.values()) or asked.filter(user=by).exists():
        raise OutOfSight
    due = postings_to_confirm(by, at=at).filter(pk__in=postings).select_for_update(of=("self",))
    rows = list(due.order_by("pk"))
    for city in sorted({row.city_id or 0 for row in rows}):
        here = [row.pk for row in rows if row.city_id == city]
        Posting.objects.filter(pk__in=here).update(confirmed_on=timezone.localdate(at), confirmed_by=by)
        found = standing[city]
        ledger.write(
            operation=Operation.ADMINISTER, by=by, act=Permission.POSTING_CONFIRM.name, object_type="posting",
            object_ids=here, fields=["confirmed_on"], city_id=city, role=found.role if found else "",
            agency_id=found.agency_id if found else None,
        )  # fmt: skip
    return len(rows)
