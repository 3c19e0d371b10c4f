"""Openings without a task: told the same day to whoever leads the case, by the clock, from the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Min
from django.db.models.functions import TruncDate

from cases.access.selectors import reviewers_of, those_who_may
from cases.access.services import require_clock, write_swept
from cases.audit.rules import told_at
from cases.audit.selectors import without_task
from cases.casefiles.models import Casefile, content_of
from cases.outbox.rules import QUIET, MessageKind, Quiet
from cases.outbox.services import Draft, leave_messages
from cities.ledger.models import LedgerEntry, ReadMark
from cities.ledger.rules import Clock
from cities.ledger.sealing import first_id_of
from cities.places.models import CitySettings
from cities.places.rules import BRUSSELS, day_of
from cities.roles.permissions import Permission
from cities.roles.rules import Compartment, Role
from cities.staff.models import Absence

#: The name of this work, where it stands in the ledger.
WORK = "openings without a task"

#: So much is read again each time: an entry is seen when its transaction ends, after its moment; and of a clock
#: that was ahead for one round nothing is missed.
AGAIN = timedelta(hours=1)

#: Where nothing was read yet, one begins so long ago: who puts this to work is not told of the whole past.
FIRST = timedelta(days=1)


@dataclass(frozen=True)
class _Opening:
    """Somebody opened a case without a task on a day, at first at this moment."""

    case_id: int
    actor_id: int
    day: date
    first_at: datetime


@transaction.atomic
def tell_of_openings(*, by: Clock, at: datetime) -> int:
    """Leave a message about each case that somebody opened without a task since this was last looked at: one a case,
    day and recipient. Returns how many are new.

    Reads of the ledger what is new, by its numbers, which are in the order of time. Again, late, or twice at once it
    comes to the same: the message of a case, a day and a recipient is there or not.
    """
    require_clock(by)
    mark = _held(at)
    openings = _openings(since=min(mark.up_to, at) - AGAIN)
    opened = Casefile.objects.filter(pk__in={one.case_id for one in openings}).defer(*content_of())
    cases = {row.pk: row for row in opened}
    told = _Told(at=at, cases=cases)
    ids = leave_messages(by=by, at=at, drafts=[draft for one in openings for draft in told.drafts(one)])
    ReadMark.objects.filter(pk=mark.pk).update(up_to=at)
    write_swept("message", ids, by=by, fields=["about_on", "reference"])
    return len(ids)


def _held(at: datetime) -> ReadMark:
    """Where one stands, held to the end of the transaction: a second clock waits, and finds nothing left."""
    ReadMark.objects.bulk_create([ReadMark(name=WORK, up_to=at - FIRST)], ignore_conflicts=True)
    return ReadMark.objects.select_for_update().get(name=WORK)


def _openings(since: datetime) -> list[_Opening]:
    """Who opened what without a task, a line a case, reader and day.

    Not what was opened of the other house: whoever may know of a case reads its messages, and may not learn of that.
    """
    entries = LedgerEntry.objects.filter(without_task(), pk__gte=first_id_of(since), at__gte=since)
    entries = entries.exclude(compartment=Compartment.JUSTICE).order_by()
    rows = entries.values("case_id", "actor_id", day=TruncDate("at", tzinfo=BRUSSELS)).annotate(first_at=Min("at"))
    found = rows.order_by("first_at", "case_id", "actor_id")
    return [_Opening(one["case_id"] or 0, one["actor_id"] or 0, one["day"], one["first_at"]) for one in found]


@dataclass
class _Told:
    """Who is told of an opening: the lead caseworker; when she is absent or it was she, the coordinators of the city;
    when there is none of these either, whoever looks after its ledger. Each city is asked about once."""

    at: datetime
    cases: Mapping[int, Casefile]
    coordinators: dict[int, list[int]] = field(default_factory=dict)
    officers: dict[int, list[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        leads = [(one.lead_caseworker_id or 0, one.pk, one.city_id) for one in self.cases.values()]
        self.leads = those_who_may(leads, Permission.ACCESS_READ, at=self.at)
        today = day_of(self.at)
        absences = Absence.objects.between(today, today + timedelta(days=1))
        self.away = set(absences.values_list("user_id", flat=True))
        cities = {one.city_id for one in self.cases.values()}
        settings = CitySettings.objects.filter(city__in=cities).values_list("city_id", "quiet_from", "quiet_until")
        self.quiet: dict[int, Quiet] = {city: (begins, ends) for city, begins, ends in settings}

    def drafts(self, one: _Opening) -> Iterable[Draft]:
        """Case reference and day; neither who, nor whom, nor why."""
        case = self.cases.get(one.case_id)
        if case is None:
            return
        about: dict[str, Any] = {
            "kind": MessageKind.OPENED, "cause": f"openings of case {case.pk} on {one.day}", "casefile_id": case.pk,
            "city_id": case.city_id, "reference": case.reference, "about_on": one.day, "about_time": None,
            "due_at": told_at(one.first_at, self.quiet.get(case.city_id, QUIET)),
        }  # fmt: skip
        for user_id in self._recipients(case, one):
            yield Draft(**about, recipient_id=user_id)

    def _recipients(self, case: Casefile, one: _Opening) -> list[int]:
        lead = case.lead_caseworker_id
        if lead is not None and lead != one.actor_id and (lead, case.pk) in self.leads and lead not in self.away:
            return [lead]
        if case.city_id not in self.coordinators:
            self.coordinators[case.city_id] = self._there(case.city_id, Role.COORDINATOR)
        nearer = [user for user in self.coordinators[case.city_id] if user != one.actor_id]
        if nearer:
            return nearer
        if case.city_id not in self.officers:
            self.officers[case.city_id] = self._there(case.city_id, Role.DATA_PROTECTION_OFFICER)
        return [user for user in self.officers[case.city_id] if user != one.actor_id]

    def _there(self, city_id: int, role: Role) -> list[int]:
        """Who has this role in the city, and is not away today."""
        users = (user.pk for user in reviewers_of(city_id, at=self.at, roles=[role]))
        return [user for user in users if user not in self.away]
