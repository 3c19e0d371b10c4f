"""What stands beside each case of a list: what came of the last contact, and when the next one is."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import F

from cases.casefiles.models import Casefile
from cases.checkins.models import CheckIn
from cases.checkins.rules import CheckInState
from cases.checkins.selectors import checkins_for, planned
from cases.web.pages import listed
from cities.places.rules import day_of
from cities.roles.permissions import Permission
from cities.web.requests import SignedIn


def with_contacts(
    request: SignedIn, cases: Sequence[Casefile]
) -> list[tuple[Casefile, CheckIn | None, CheckIn | None]]:
    """Each case with its last recorded check-in and its next planned one: a query each for the whole page.

    Only what the reader may know of, and in the ledger like any list.
    """
    last = checkins_for(request.user, at=request.at).filter(casefile__in=cases, state=CheckInState.RECORDED)
    coming = planned(request.user, at=request.at).filter(casefile__in=cases, due_on__gte=day_of(request.at))
    last_of = {row.casefile_id: row for row in last.order_by("casefile", "-due_on", "-pk").distinct("casefile")}
    in_time_order = ("casefile", "due_on", F("due_time").asc(nulls_last=True), "pk")
    next_of = {row.casefile_id: row for row in coming.order_by(*in_time_order).distinct("casefile")}
    if shown := [*last_of.values(), *next_of.values()]:
        listed(request, shown, shows="outcome due_on due_time kind", permission=Permission.CHECKIN_READ)
    return [(case, last_of.get(case.pk), next_of.get(case.pk)) for case in cases]
