"""What becomes of somebody's contacts while she is absent: handed to her deputy, moved past it, or left."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils import formats
from django.utils.translation import gettext as _

from cases.access.models import CaseAccess
from cases.access.rules import Ending, Ground, OutOfSight, Refused
from cases.access.services import end_grants, locked, require, write_ledger
from cases.casefiles.models import Casefile
from cases.checkins.models import CheckIn
from cases.checkins.rules import AskedBy, CheckInState
from cases.checkins.selectors import day_past, standing_in_for
from cases.checkins.services.bulk import Chosen, Told, let_in, one_by_one
from cases.checkins.services.checks import file_of, open_file_of
from cases.checkins.services.moving import hand_to, move
from cities.ledger.rules import Operation
from cities.places.rules import day_of, moment_of
from cities.records import require_as_read
from cities.roles.permissions import Permission
from cities.roles.rules import Compartment
from cities.staff.models import Absence, User
from cities.staff.selectors import absences_for
from cities.staff.services import change_absence, withdraw_absence

ACT = Permission.CHECKIN_RESCHEDULE

A_DAY = timedelta(days=1)

#: What can become of a contact. Left: it stays hers, on its day, and the board shows that nobody holds it.
DEPUTY, MOVE, LEAVE = "DEPUTY", "MOVE", "LEAVE"


def _hers_to_arrange(absence: Absence, by: User, *, at: datetime) -> Absence:
    row = absences_for(by, at=at).select_for_update(of=("self",)).filter(pk=absence.pk).first()
    if row is None:
        raise OutOfSight
    return row


@transaction.atomic
def hand_over_absence(
    *, absence: Absence, by: User, at: datetime, version: int, chosen: Sequence[Chosen]
) -> list[Told]:
    """What becomes of each contact of that time, as chosen: in one act, all or nothing for each. A line for each.

    The deputy is let into a case, as a deputy and until the absence is over, where she may not know of it yet. What
    was handed to a deputy before, and is no longer hers to hold, goes back first.
    """
    require(by, ACT, at=at)
    row = _hers_to_arrange(absence, by, at=at)
    require_as_read(row, version)
    _give_back(row, by=by, at=at)

    def act(checkin: CheckIn, one: Chosen) -> str:
        if checkin.caseworker_id != row.user_id or not row.starts_on <= checkin.due_on < row.ends_on:
            raise Refused(_("This contact is not hers in that time."), code="elsewhere")
        if one.what == DEPUTY:
            return _to_the_deputy(checkin, row, by=by, at=at)
        if one.what == MOVE:
            return _past_it(checkin, row, by=by, at=at)
        if one.what == LEAVE:
            return _("left as it is")
        raise Refused(_("Choose what becomes of this contact."), code="unknown_code")

    told = one_by_one(chosen, by, at=at, act=act)
    _write(row, by=by, at=at)
    return told


def _to_the_deputy(checkin: CheckIn, absence: Absence, *, by: User, at: datetime) -> str:
    if absence.deputy is None:
        raise Refused(_("Nobody stands in for her."), code="no_deputy")
    case = file_of(checkin)
    found = require(by, ACT, case=case, at=at)
    until = moment_of(absence.ends_on, time.min)
    let_in(absence.deputy, case, by=by, at=at, until=until, permission=ACT)
    hand_to(
        checkin, to=absence.deputy, by=by, at=at, found=found, act=ACT, by_hand=False,
        stands_in_for=checkin.stands_in_for or absence.user,
    )  # fmt: skip
    return _("with %(who)s") % {"who": absence.deputy}


def _past_it(checkin: CheckIn, absence: Absence, *, by: User, at: datetime) -> str:
    case = open_file_of(file_of(checkin))
    found = require(by, ACT, case=case, at=at)
    due_on = day_past(checkin, absence, today=day_of(at))
    move(
        checkin, by=by, at=at, found=found, act=ACT, due_on=due_on, due_time=checkin.due_time, asked_by=AskedBy.US,
        reason="",
    )  # fmt: skip
    return _("moved to %(day)s") % {"day": formats.date_format(due_on, "DATE_FORMAT")}


def _give_back(absence: Absence, *, by: User, at: datetime) -> list[CheckIn]:
    """What deputies still hold for her although she is there, or another is the deputy now; and what they see by it.

    What she may no longer hold herself stays with the deputy: the board will ask.
    """
    standing = absence.withdrawn_at is None
    back: list[CheckIn] = []
    for checkin in standing_in_for(absence.user, by, at=at).select_for_update(of=("self",)).order_by("pk"):
        within = standing and absence.starts_on <= checkin.due_on < absence.ends_on
        elsewhere = Absence.objects.between(checkin.due_on, checkin.due_on + A_DAY).filter(user=absence.user)
        if (within and checkin.caseworker_id == absence.deputy_id) or elsewhere.exclude(pk=absence.pk).exists():
            continue
        deputy, case = checkin.caseworker, file_of(checkin)
        try:
            with transaction.atomic():
                found = require(by, ACT, case=case, at=at)
                hand_to(locked(checkin), to=absence.user, by=by, at=at, found=found, act=ACT, by_hand=False)
        except Refused:
            continue
        back.append(checkin)
        _let_out(deputy, case, by=by, at=at)
    return back


def _let_out(deputy: User, case: Casefile, *, by: User, at: datetime) -> None:
    """End what the deputy sees as a deputy, unless she holds something else there for somebody."""
    holding = CheckIn.objects.filter(casefile=case, caseworker=deputy, state=CheckInState.PLANNED)
    if not holding.exclude(stands_in_for=None).exists():
        end_grants(by=by, at=at, case=case, user=deputy, ground=Ground.DEPUTY, because=Ending.ABSENCE)


@transaction.atomic
def rearrange_absence(
    *, absence: Absence, by: User, at: datetime, version: int, starts_on: date, ends_on: date, deputy: User | None
) -> Absence:
    """Other days, or another deputy. What a deputy holds for days on which she works after all, or held as deputy
    until now, is hers again; and nobody sees as her deputy for longer than she is away.

    What becomes of contacts on new days is chosen in `hand_over_absence`.
    """
    require(by, Permission.ABSENCE_RECORD, at=at)
    before = _hers_to_arrange(absence, by, at=at)
    until, deputy_before = moment_of(before.ends_on, time.min), before.deputy
    row = change_absence(
        absence=before, by=by, at=at, version=version, starts_on=starts_on, ends_on=ends_on, deputy=deputy
    )
    _give_back(row, by=by, at=at)
    sooner = moment_of(row.ends_on, time.min)
    if deputy_before is not None and sooner < until:
        for case in _seen_as_deputy(deputy_before, until=until, at=at):
            end_grants(
                by=by, at=at, case=case, user=deputy_before, ground=Ground.DEPUTY, because=Ending.ABSENCE,
                after=sooner - at,
            )  # fmt: skip
    _write(row, by=by, at=at)
    return row


def _seen_as_deputy(deputy: User, *, until: datetime, at: datetime) -> list[Casefile]:
    """The cases that she sees as a deputy until then: by the absence that ended so, as it was."""
    given = CaseAccess.grants.in_force(at=at).filter(user=deputy, ground=Ground.DEPUTY, ends_at=until)
    cases = {grant.casefile_id: grant.casefile for grant in given.select_related("casefile").order_by("casefile")}
    return list(cases.values())


@transaction.atomic
def take_back_absence(*, absence: Absence, by: User, at: datetime, version: int) -> list[CheckIn]:
    """She works after all: the absence is withdrawn, what deputies still hold for her is hers again, and they no
    longer see by it. Returns the contacts that came back."""
    require(by, Permission.ABSENCE_RECORD, at=at)
    row = _hers_to_arrange(absence, by, at=at)
    gone = withdraw_absence(absence=row, by=by, at=at, version=version)
    back = _give_back(gone, by=by, at=at)
    if gone.deputy is not None:
        for case in _seen_as_deputy(gone.deputy, until=moment_of(gone.ends_on, time.min), at=at):
            _let_out(gone.deputy, case, by=by, at=at)
    _write(gone, by=by, at=at)
    return back


def _write(absence: Absence, *, by: User, at: datetime) -> None:
    """The act as a whole; what became of each contact has its own entry, in its case."""
    found = require(by, Permission.ABSENCE_RECORD, at=at)
    city_id = found.posting.city_id if found.posting else None
    write_ledger(
        operation=Operation.ALTER, by=by, act="HAND_OVER", city_id=city_id, record=absence,
        compartment=Compartment.CORE, standing=found, fields=["checkin.caseworker", "checkin.due_on"],
    )  # fmt: skip
