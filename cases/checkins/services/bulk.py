"""Several contacts in one confirmed act: handed to a colleague, or put on another day.

Each goes by the rules of a single one, all of it or nothing; what is refused of one is told, and stops no other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from cases.access.rules import Ground, OutOfSight, Refused, clean_text
from cases.access.selectors import compartments_open_to, may
from cases.access.services import grant, locked, require, write_ledger
from cases.casefiles.models import Casefile
from cases.checkins.models import CheckIn, Rhythm
from cases.checkins.rules import CheckInState, RhythmState
from cases.checkins.services.checks import (
    file_of,
    open_file_of,
    refuse_caseworker,
    refuse_unless_planned,
    refuse_who_asked,
)
from cases.checkins.services.moving import hand_to, move
from cases.checkins.services.notes import write_note
from cities.ledger.rules import Operation
from cities.places.rules import day_of, moment_of
from cities.records import require_as_read
from cities.roles.permissions import Permission
from cities.roles.rules import COMPARTMENTS, Compartment, Role
from cities.staff.models import Posting, User
from cities.staff.selectors import Standing, postings_of

#: So many contacts in one act: what fits a page that somebody reads before confirming.
MOST_AT_ONCE = 200

#: Who was let into a case for one contact may write down for so long what came of it.
TO_WRITE_DOWN = timedelta(days=14)

ACT = Permission.CHECKIN_RESCHEDULE


@dataclass(frozen=True)
class Chosen:
    """One contact that was chosen, with the version it was read with, and what is to become of it."""

    pk: int
    version: int
    what: str = ""


@dataclass(frozen=True)
class Told:
    """What became of one contact: `said` is the reason when nothing did."""

    checkin: CheckIn
    done: bool
    said: str = ""


def one_by_one(
    chosen: Sequence[Chosen], by: User, *, at: datetime, act: Callable[[CheckIn, Chosen], str]
) -> list[Told]:
    """Do the act with each contact, by itself: what refuses one undoes that one alone. Locked in one order."""
    if len(chosen) > MOST_AT_ONCE:
        raise Refused(_("At most %(most)s contacts at once.") % {"most": MOST_AT_ONCE}, code="too_many")
    seen = CheckIn.objects.visible_to(by, at=at).select_related("casefile__person")
    rows = {row.pk: row for row in seen.filter(pk__in=[one.pk for one in chosen])}
    told: dict[int, Told] = {}
    for one in sorted(chosen, key=lambda each: each.pk):
        row = rows.get(one.pk)
        if row is None:
            raise OutOfSight
        try:
            with transaction.atomic():
                locked(row.casefile)  # first, as whoever moves one contact does
                fresh = locked(row)
                refuse_unless_planned(fresh)
                require_as_read(fresh, one.version)
                told[one.pk] = Told(row, True, act(fresh, one))
        except Refused as refused:
            told[one.pk] = Told(row, False, refused.message)
    return [told[one.pk] for one in chosen]


def let_in(user: User, case: Casefile, *, by: User, at: datetime, until: datetime, permission: Permission) -> None:
    """Let a colleague see core and care of a case until then, as a deputy, as far as she does not as long already."""
    last = until - timedelta(seconds=1)
    open_already = compartments_open_to(user, case, at=at) & compartments_open_to(user, case, at=last)
    holding = _posting_in(user, case, at=at)
    if holding is None:
        raise Refused(_("This colleague does not work in the city of the case."), field="caseworker", code="other_city")
    wanted = {Compartment.CORE, Compartment.CARE} & COMPARTMENTS[Role(holding.role)] - open_already
    if wanted:
        grant(
            by=by, at=at, case=case, to=holding, ground=Ground.DEPUTY, compartments=sorted(wanted), until=until,
            permission=permission,
        )  # fmt: skip


def _posting_in(user: User, case: Casefile, *, at: datetime) -> Posting | None:
    held = postings_of(user, at=at).filter(city=case.city_id, user__is_active=True)
    return next((one for one in held if may(user, Permission.CHECKIN_RECORD, city_id=one.city_id, at=at)), None)


@transaction.atomic
def reassign_checkins(
    *, by: User, at: datetime, chosen: Sequence[Chosen], to: User, reason: str, lets_in: bool = False
) -> list[Told]:
    """Hand contacts to a colleague who may know of the cases. A line for each says what became of it.

    `lets_in`: where she may not, a coordinator lets her in, as a deputy, until a fortnight after the contact.
    """
    found = require(by, ACT, at=at)
    clean_text(reason, field="reason", needed=True)

    def act(row: CheckIn, one: Chosen) -> str:
        case = file_of(row)
        standing = require(by, ACT, case=case, at=at)
        if lets_in and may(by, Permission.ABSENCE_ARRANGE, city_id=case.city_id, at=at):
            until = moment_of(max(row.due_on, day_of(at)) + TO_WRITE_DOWN, datetime.min.time())
            let_in(to, case, by=by, at=at, until=until, permission=ACT)
        hand_to(row, to=to, by=by, at=at, found=standing, act=ACT)
        write_note(checkin=row, by=by, at=at, found=standing, act=ACT, reason=reason)
        return str(to)

    told = one_by_one(chosen, by, at=at, act=act)
    _write(told, by=by, found=found, at=at, fields=["caseworker"])
    return told


@transaction.atomic
def reschedule_checkins(
    *, by: User, at: datetime, chosen: Sequence[Chosen], due_on: date, asked_by: str, reason: str
) -> list[Told]:
    """Put contacts on another day, each at its hour. A line for each says what became of it."""
    found = require(by, ACT, at=at)
    clean_text(reason, field="reason", needed=True)
    refuse_who_asked(asked_by)

    def act(row: CheckIn, one: Chosen) -> str:
        case = file_of(row)
        standing = require(by, ACT, case=case, at=at)
        open_file_of(case)
        moved = move(
            row, by=by, at=at, found=standing, act=ACT, due_on=due_on, due_time=row.due_time, asked_by=asked_by,
            reason=reason,
        )  # fmt: skip
        return str(moved.due_on)

    told = one_by_one(chosen, by, at=at, act=act)
    _write(told, by=by, found=found, at=at, fields=["due_on"])
    return told


def _write(told: Iterable[Told], *, by: User, found: Standing, at: datetime, fields: list[str]) -> None:
    """The act as a whole; what became of each contact has its own entry, in its case."""
    done = [one.checkin for one in told if one.done]
    if done:
        write_ledger(
            operation=Operation.ALTER, by=by, act=ACT, city_id=done[0].city_id, record=done[0],
            ids=[row.pk for row in done], compartment=Compartment.CORE, standing=found, fields=fields,
        )  # fmt: skip


@transaction.atomic
def reassign_rhythm(*, rhythm: Rhythm, by: User, at: datetime, version: int, caseworker: User) -> Rhythm:
    """Somebody else holds this rhythm from now on, and what is planned of it, but for what was changed by hand."""
    case = file_of(rhythm)
    found = require(by, Permission.CHECKIN_ARRANGE, case=case, at=at)
    row = locked(rhythm, version=version)
    if row.state != RhythmState.ACTIVE:
        raise Refused(_("This rhythm has ended."), code="ended")
    refuse_caseworker(caseworker, case, at=at)
    if caseworker.pk == row.caseworker_id:
        raise Refused(_("This colleague holds it already."), field="caseworker", code="same")
    row.caseworker = caseworker
    row.version += 1
    row.save(update_fields=["caseworker", "version"])
    planned = CheckIn.objects.filter(rhythm=row, state=CheckInState.PLANNED, by_hand=False, stands_in_for=None)
    for checkin in planned.exclude(caseworker=caseworker).select_for_update().order_by("pk"):
        hand_to(checkin, to=caseworker, by=by, at=at, found=found, act=Permission.CHECKIN_ARRANGE, by_hand=False)
    write_ledger(
        operation=Operation.ALTER, by=by, act=Permission.CHECKIN_ARRANGE, case=case, record=row,
        compartment=Compartment.CORE, standing=found, recipient=f"user {caseworker.pk}", fields=["caseworker"],
    )  # fmt: skip
    return row
