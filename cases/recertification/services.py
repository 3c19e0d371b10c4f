"""Acts of re-certification: confirm, end what is no longer needed; and what the clock does of itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from cases.access.models import CaseAccess
from cases.access.rules import Ending, OutOfSight, Refused
from cases.access.selectors import reviewers_of
from cases.access.services import each_of, in_batches, require, require_clock, write_ledger, write_swept
from cases.casefiles.models import Casefile
from cases.emergencies.services import raise_unreviewed
from cases.outbox.rules import Channel, MessageKind
from cases.outbox.services import Draft, leave_messages
from cases.recertification.models import GrantConfirmation
from cases.recertification.rules import CONFIRMED, NOTICE, next_date
from cases.recertification.selectors import with_siblings
from cities.ledger.rules import Clock, Operation
from cities.places.models import CitySettings
from cities.places.rules import day_of, moment_of
from cities.roles.permissions import Permission
from cities.roles.rules import CONFIRM_DAYS, Role, roles_with
from cities.staff.models import User

ACT = Permission.GRANT_CONFIRM
BATCH = 500


def _chosen(grants: Sequence[int], by: User, *, at: datetime) -> list[CaseAccess]:
    """The grants by number, with their other compartments, locked; what ended meanwhile is left out.

    Raises `OutOfSight` for what is not hers to answer for, or never was there.
    """
    require(by, ACT, at=at)
    wanted = set(grants)
    rows = list(
        with_siblings(by, sorted(wanted), at=at).select_related("casefile").select_for_update(of=("self",))
    )  # fmt: skip
    gone = wanted - {row.pk for row in rows}
    cities = set(CaseAccess.grants.visible_to(by, at=at).filter(pk__in=gone).exclude(user=by).values_list("pk", "city"))
    if {pk for pk, _city in cities} != gone:
        raise OutOfSight
    for city in {city for _pk, city in cities}:
        require(by, ACT, city_id=city, at=at)
    return rows


def _days(cities: Iterable[int]) -> dict[int, int]:
    known = dict(CitySettings.objects.filter(city__in=set(cities)).values_list("city_id", "confirm_days"))
    return {city: known.get(city, CONFIRM_DAYS) for city in cities}


@transaction.atomic
def confirm_grants(*, by: User, at: datetime, grants: Sequence[int]) -> int:
    """These are still needed: asked again in a quarter. What ended, or was confirmed today already, stays as it is.

    Returns how many colleagues and offices keep what they hold, a case each.
    """
    rows = _chosen(grants, by, at=at)
    days = _days({row.city_id for row in rows})
    until = {city: next_date(day_of(at), count) for city, count in days.items()}
    due = [row for row in rows if row.confirm_by != until[row.city_id]]
    for row in due:
        row.confirm_by, row.notice_on = until[row.city_id], None
    CaseAccess.grants.bulk_update(due, ["confirm_by", "notice_on"], batch_size=500)
    said = [
        GrantConfirmation(
            recorded_at=at, recorded_by=by, casefile_id=row.casefile_id, city_id=row.city_id, grant=row,
            confirmed_at=at, confirm_by=until[row.city_id],
        )
        for row in due
    ]  # fmt: skip
    GrantConfirmation.objects.bulk_create(said, ignore_conflicts=True, batch_size=500)
    _write(due, by=by, at=at, fields=["confirm_by"])
    return len({_holding(row) for row in due})


@transaction.atomic
def end_unneeded(*, by: User, at: datetime, grants: Sequence[int]) -> int:
    """These are no longer needed: they end now. Whoever leads the case, or owns its next step, hands over first."""
    rows = _chosen(grants, by, at=at)
    for row in rows:
        if row.casefile.closed_on is None and row.user_id is not None:
            if row.user_id == row.casefile.lead_caseworker_id:
                told = _("%(who)s leads %(case)s: assign it to somebody else first.")
                raise Refused(told % {"who": row.user, "case": row.reference}, code="lead")
            if row.user_id == row.casefile.owner_id:
                told = _("%(who)s owns the next step of %(case)s: give it to somebody else first.")
                raise Refused(told % {"who": row.user, "case": row.reference}, code="owner")
        row.ends_at, row.ended_by, row.ended_because = max(at, row.starts_at), by, Ending.NOT_NEEDED
    CaseAccess.grants.bulk_update(rows, ["ends_at", "ended_by", "ended_because"], batch_size=500)
    _write(rows, by=by, at=at, fields=["ends_at"])
    return len({_holding(row) for row in rows})


def _holding(row: CaseAccess) -> tuple[Any, ...]:
    return row.user_id, row.agency_id, row.casefile_id, row.ground


def _write(rows: Sequence[CaseAccess], *, by: User, at: datetime, fields: list[str]) -> None:
    """An entry a case, so that its own history has it."""
    by_case: dict[int, list[CaseAccess]] = {}
    for row in rows:
        by_case.setdefault(row.casefile_id, []).append(row)
    standing = {city: require(by, ACT, city_id=city, at=at) for city in {row.city_id for row in rows}}
    for found in by_case.values():
        first = found[0]
        write_ledger(
            operation=Operation.ALTER, by=by, act=ACT, record=first, ids=[row.pk for row in found], fields=fields,
            case=Casefile(pk=first.casefile_id, reference=first.reference, city_id=first.city_id),
            standing=standing[first.city_id],
        )  # fmt: skip


@dataclass(frozen=True)
class Tended:
    """What the clock did about who sees what."""

    ended: int = 0
    dated: int = 0
    told: int = 0
    lapsed: int = 0
    unreviewed: int = 0


def tend_access(*, by: Clock, at: datetime) -> Tended:
    """All that is due at the moment `at`. One sweep that fails doesn't keep the others from their work."""
    require_clock(by)
    sweeps: list[Callable[..., int]] = [
        end_with_postings, date_grants, tell_what_is_due, lapse_grants, raise_unreviewed
    ]  # fmt: skip
    return Tended(*each_of(sweeps, by=by, at=at, what="tending access"))


_READ = ("pk", "casefile_id", "city_id", "user_id", "agency_id", "reference", "starts_at", "confirm_by", "notice_on")


def _sweep(which: Q, act: Callable[[list[CaseAccess]], None], *fields: str, by: Clock) -> int:
    """Batch after batch of open grants, each a transaction of its own with its entry in the ledger."""

    def step() -> tuple[int, int]:
        found = CaseAccess.grants.filter(which, ends_at__isnull=True).only(*_READ)
        rows = list(found.select_for_update(skip_locked=True, of=("self",)).order_by("pk")[:BATCH])
        act(rows)
        CaseAccess.grants.bulk_update(rows, fields, batch_size=500)
        write_swept("caseaccess", [row.pk for row in rows], by=by, fields=fields)
        return len(rows), len(rows)

    return in_batches(step, most=BATCH)


def end_with_postings(*, by: Clock, at: datetime) -> int:
    """Grants whose posting has ended, or whose holder's account was closed, end too: at the moment the posting did.

    Since then they had no effect; now the row says so, and nothing can bring it back.
    """
    require_clock(by)
    over = Q(posting__ends_on__lte=day_of(at)) | Q(user__is_active=False)

    def end(rows: list[CaseAccess]) -> None:
        postings = {
            pk: ended_at or (moment_of(ends_on, time.min) if ends_on else at)
            for pk, ended_at, ends_on in CaseAccess.grants.filter(pk__in=[row.pk for row in rows]).values_list(
                "pk", "posting__ended_at", "posting__ends_on"
            )
        }
        for row in rows:
            row.ends_at, row.ended_because = max(min(postings[row.pk], at), row.starts_at), Ending.POSTING

    return _sweep(over, end, "ends_at", "ended_because", by=by)


def date_grants(*, by: Clock, at: datetime) -> int:
    """Grants without an end get their day: the first quarter runs from when the clock sees them."""
    require_clock(by)

    def date(rows: list[CaseAccess]) -> None:
        days = _days({row.city_id for row in rows})
        for row in rows:
            row.confirm_by = next_date(day_of(at), days[row.city_id])

    return _sweep(Q(confirm_by__isnull=True, ground__in=CONFIRMED), date, "confirm_by", by=by)


def tell_what_is_due(*, by: Clock, at: datetime) -> int:
    """A fortnight before, whoever answers for the city is told: a cause a case, in one message for all of them."""
    require_clock(by)
    today = day_of(at)
    told: dict[int, list[User]] = {}

    def tell(rows: list[CaseAccess]) -> None:
        drafts = []
        for row in rows:
            row.notice_on = today
            if row.city_id not in told:
                told[row.city_id] = _answering_for(row.city_id, at=at)
            drafts += [_draft(row, user, at=at) for user in told[row.city_id] if user.pk != row.user_id]
        leave_messages(by=by, at=at, drafts=drafts)

    due = Q(confirm_by__lte=today + NOTICE, notice_on__isnull=True, ground__in=CONFIRMED)
    return _sweep(due, tell, "notice_on", by=by)


def _answering_for(city_id: int, *, at: datetime) -> list[User]:
    """The coordinators; where there is none, the data-protection officer, who will ask why."""
    coordinators = reviewers_of(city_id, at=at, roles=roles_with(ACT))
    return coordinators or reviewers_of(city_id, at=at, roles=[Role.DATA_PROTECTION_OFFICER])


def _draft(row: CaseAccess, user: User, *, at: datetime) -> Draft:
    assert row.confirm_by is not None
    return Draft(
        kind=MessageKind.CONFIRM, cause=f"grants of case {row.casefile_id} by {row.confirm_by}", recipient_id=user.pk,
        casefile_id=row.casefile_id, city_id=row.city_id, reference=row.reference, about_on=row.confirm_by,
        about_time=None, due_at=at, channel=Channel.EMAIL if user.by_email and user.email else Channel.IN_APP,
    )  # fmt: skip


def lapse_grants(*, by: Clock, at: datetime) -> int:
    """What nobody confirmed in time is over. It can be granted anew, with a reason, by whoever may."""
    require_clock(by)
    today = day_of(at)

    def lapse(rows: list[CaseAccess]) -> None:
        for row in rows:
            row.ends_at, row.ended_because = max(at, row.starts_at), Ending.LAPSED

    over = Q(confirm_by__lt=today, notice_on__lt=today - NOTICE, ground__in=CONFIRMED)
    return _sweep(over, lapse, "ends_at", "ended_because", by=by)
