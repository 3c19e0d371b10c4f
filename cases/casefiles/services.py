"""Acts on a case as a whole: open, move from stage to stage, set the next step, assign, and who is on the team."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.access.models import CaseAccess, postings_in_force
from cases.access.rules import Ending, Ground, OutOfSight, Refused, clean_text
from cases.access.selectors import team_of
from cases.access.services import end_grants, grant, locked, require, write_ledger
from cases.casefiles.models import Casefile, CaseNumber, StageChange
from cases.casefiles.rules import (
    AFTER_CLOSING,
    BEGINNINGS,
    LegalGround,
    Stage,
    check_next_step_day,
    may_move,
    needs_reason,
    reference,
    review_day,
)
from cases.casefiles.selectors import may_own, require_sharing
from cases.people.models import Person
from cases.people.services import register_person
from cities.agencies.models import Agency
from cities.ledger.rules import Operation
from cities.places.models import City
from cities.roles.permissions import Permission
from cities.roles.rules import COMPARTMENTS, Compartment, Role, allows
from cities.staff.models import Posting, User

#: What the case team sees, as far as the role of each may.
OF_THE_TEAM = frozenset({Compartment.CORE, Compartment.CARE})


def _next_number(*, by: User, at: datetime, city: City, year: int) -> int:
    """The next number of the city's year. The row is locked to the end of the transaction: no gap, no number twice."""
    first = CaseNumber(recorded_at=at, recorded_by=by, city=city, year=year, last=0)
    CaseNumber.objects.bulk_create([first], ignore_conflicts=True)
    count = CaseNumber.objects.select_for_update().get(city=city, year=year)
    count.last += 1
    count.save(update_fields=["last"])
    return count.last


def _refuse_a_second_open_case(person: Person, city_id: int) -> None:
    """The person's row is locked by whoever asks, so nobody can open another in between."""
    if Casefile.objects.filter(person=person, city_id=city_id, closed_on__isnull=True).exists():
        raise Refused(_("This person has an open case in this city already."), field="person", code="open_case")


def _write_stage(*, case: Casefile, by: User, at: datetime, before: str, reason: str) -> None:
    StageChange.objects.create(
        recorded_at=at, recorded_by=by, casefile=case, city_id=case.city_id,
        from_stage=before, to_stage=case.stage, reason=reason, changed_at=at,
    )  # fmt: skip


def _refuse_an_owner_who_cannot_see(owner: User, case: Casefile, *, at: datetime) -> None:
    if not may_own(owner, case, at=at):
        raise Refused(_("This colleague is not on the case: add her to the team first."), field="owner", code="owner")


def _refuse_when_closed(case: Casefile) -> None:
    if case.closed_on is not None:
        raise Refused(_("This case is closed: reopen it first."), code="closed")


@transaction.atomic
def open_case(
    *,
    by: User,
    at: datetime,
    city: City,
    person: Person | None = None,
    new_person: dict[str, Any] | None = None,
    ground: str,
    agency: Agency,
    owner: User | None = None,
    next_step: str,
    next_step_on: date,
    stage: str = Stage.INTAKE,
    lead_caseworker: Posting | None = None,
) -> Casefile:
    """Open a case for a person, known or new, with its reference, its owner and its next step."""
    found = require(by, Permission.CASE_OPEN, city_id=city.pk, at=at)
    today = timezone.localdate(at)
    if (person is None) == (new_person is None):
        raise Refused(_("Choose a person, or describe a new one."), field="person", code="required")
    if stage not in BEGINNINGS:
        raise Refused(_("A case begins in intake, or abroad."), field="stage", code="stage")
    if ground not in LegalGround.values:
        raise Refused(_("This is not a legal ground."), field="ground", code="unknown_code")
    if agency.city_id not in (None, city.pk) or not agency.is_active:
        raise Refused(_("This agency does not work in this city."), field="agency", code="agency")
    step = clean_text(next_step, field="next_step", most=200, needed=True, one_line=True)
    check_next_step_day(next_step_on, today=today)
    if person is None:
        person = register_person(by=by, at=at, city=city, **(new_person or {}))
    if not Person.objects.visible_to(by, at=at).filter(pk=person.pk).exists():
        raise OutOfSight
    person = locked(person)
    _refuse_a_second_open_case(person, city.pk)
    number = _next_number(by=by, at=at, city=city, year=today.year)
    case = Casefile.objects.create(
        recorded_at=at, recorded_by=by, city=city, year=today.year, number=number,
        reference=reference(city.code, today.year, number), person=person, stage=stage, ground=ground, agency=agency,
        opened_on=today, owner=owner or (lead_caseworker.user if lead_caseworker else by), next_step=step,
        next_step_on=next_step_on, review_on=review_day(today),
        lead_caseworker=lead_caseworker.user if lead_caseworker else None,
    )  # fmt: skip
    _write_stage(case=case, by=by, at=at, before="", reason="")
    if lead_caseworker:
        _check_posting(lead_caseworker, case, Permission.PLAN_CHANGE, field="lead_caseworker", at=at)
        _put_on_team(case=case, by=by, at=at, to=lead_caseworker, reason="")
    _refuse_an_owner_who_cannot_see(case.owner, case, at=at)
    write_ledger(
        operation=Operation.COLLECT, by=by, act=Permission.CASE_OPEN, case=case, record=case,
        compartment=Compartment.CORE, standing=found, ground=ground,
        fields=["person", "stage", "ground", "agency", "owner", "lead_caseworker", "next_step", "next_step_on"],
    )  # fmt: skip
    return case


@transaction.atomic
def move_case(*, case: Casefile, by: User, at: datetime, version: int, to: str, reason: str) -> Casefile:
    """Move a case along an arrow. Closing, reopening and every step back say why."""
    found = require(by, Permission.CASE_CHANGE, case=case, at=at)
    today = timezone.localdate(at)
    person = locked(case.person)
    row = locked(case, version=version)
    act = Permission.CASE_CHANGE
    if Stage.CLOSED in (row.stage, to):
        act = Permission.CASE_CLOSE
        found = require(by, act, case=row, at=at)
    if to not in Stage.values or not may_move(row.stage, to):
        raise Refused(_("A case cannot go from here to that stage."), field="to", code="stage")
    why = clean_text(reason, field="reason", most=2_000, needed=needs_reason(row.stage, to))
    before, row.stage = row.stage, to
    if before == Stage.CLOSED:
        _refuse_a_second_open_case(person, row.city_id)
        row.closed_on, row.review_on = None, review_day(today)
        row.next_step_on = max(row.next_step_on, today)
        row.lead_caseworker, row.owner = None, by  # nobody is on the team: it is assigned anew
    if to == Stage.CLOSED:
        row.closed_on = today
    row.version += 1
    row.save(update_fields=["stage", "closed_on", "review_on", "next_step_on", "lead_caseworker", "owner", "version"])
    _write_stage(case=row, by=by, at=at, before=before, reason=why)
    if Stage.CLOSED in (before, to):
        _end_team(case=row, by=by, at=at)
    write_ledger(
        operation=Operation.ALTER, by=by, act=act, case=row, record=row, compartment=Compartment.CORE,
        standing=found, fields=["stage"],
    )  # fmt: skip
    return row


def _end_team(*, case: Casefile, by: User, at: datetime) -> None:
    """Nobody sees a closed case by a place on its team, but the lead for two weeks. Reopened, it begins without one."""
    held = {"casefile": case, "ground__in": [Ground.TEAM, Ground.DEPUTY]}
    left = CaseAccess.grants.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=at), **held)
    for member in User.objects.filter(pk__in=left.values("user_id")).order_by("pk"):
        after = AFTER_CLOSING if case.closed_on and member == case.lead_caseworker else timedelta(0)
        for ground in (Ground.TEAM, Ground.DEPUTY):
            end_grants(
                by=by, at=at, case=case, user=member, ground=ground, because=Ending.CLOSED,
                after=after if ground == Ground.TEAM else timedelta(0),
            )  # fmt: skip


@transaction.atomic
def set_next_step(
    *, case: Casefile, by: User, at: datetime, version: int, owner: User, next_step: str, next_step_on: date
) -> Casefile:
    """Say who must do what next, and by when."""
    found = require(by, Permission.CASE_CHANGE, case=case, at=at)
    row = locked(case, version=version)
    _refuse_when_closed(row)
    row.next_step = clean_text(next_step, field="next_step", most=200, needed=True, one_line=True)
    check_next_step_day(next_step_on, today=timezone.localdate(at))
    _refuse_an_owner_who_cannot_see(owner, row, at=at)
    row.next_step_on, row.owner = next_step_on, owner
    row.version += 1
    row.save(update_fields=["next_step", "next_step_on", "owner", "version"])
    write_ledger(
        operation=Operation.ALTER, by=by, act=Permission.CASE_CHANGE, case=row, record=row,
        compartment=Compartment.CORE, standing=found, fields=["next_step", "next_step_on", "owner"],
    )  # fmt: skip
    return row


def _check_posting(to: Posting, case: Casefile, permission: Permission, *, field: str, at: datetime) -> None:
    """A colleague is put on a case by a posting that holds, in its city, in a role that has the act."""
    if not postings_in_force(to.user, at=at).filter(pk=to.pk).exists():
        raise Refused(_("This posting does not hold today."), field=field, code="posting_ended")
    if to.city_id != case.city_id:
        raise Refused(_("This colleague is not posted in the city of the case."), field=field, code="other_city")
    if not allows(to.role, permission):
        raise Refused(_("Somebody in this role cannot do this in a case."), field=field, code="role")


def _put_on_team(*, case: Casefile, by: User, at: datetime, to: Posting, reason: str) -> list[CaseAccess]:
    wanted = sorted(OF_THE_TEAM & COMPARTMENTS[Role(to.role)])
    return grant(by=by, at=at, case=case, to=to, ground=Ground.TEAM, compartments=wanted, reason=reason)


@transaction.atomic
def assign_lead(
    *,
    case: Casefile,
    by: User,
    at: datetime,
    version: int,
    to: Posting,
    reason: str = "",
    keep_former: bool = False,
) -> Casefile:
    """Give the case to a lead caseworker: she sees it and owns the next step. The former lead leaves the team,
    unless `keep_former`."""
    found = require(by, Permission.CASE_ASSIGN, case=case, at=at)
    row = locked(case, version=version)
    _refuse_when_closed(row)
    _check_posting(to, row, Permission.PLAN_CHANGE, field="to", at=at)
    former = row.lead_caseworker
    if former == to.user:
        raise Refused(_("She leads this case already."), field="to", code="leads_already")
    why = clean_text(reason, field="reason", most=2_000)
    _put_on_team(case=row, by=by, at=at, to=to, reason=why)
    row.lead_caseworker = row.owner = to.user
    row.version += 1
    row.save(update_fields=["lead_caseworker", "owner", "version"])
    write_ledger(
        operation=Operation.ALTER, by=by, act=Permission.CASE_ASSIGN, case=row, record=row,
        compartment=Compartment.CORE, standing=found, fields=["lead_caseworker", "owner"],
        recipient=f"user {to.user_id}",
    )  # fmt: skip
    if former is not None and not keep_former:
        end_grants(by=by, at=at, case=row, user=former, ground=Ground.TEAM, because=Ending.LEAD)
    return row


@transaction.atomic
def add_to_team(*, case: Casefile, by: User, at: datetime, to: Posting, reason: str = "") -> list[CaseAccess]:
    """Put a colleague on the case team: she sees what her role may of core and care, from now on."""
    found = require(by, Permission.CASE_CHANGE, case=case, at=at)
    row = locked(case)
    require_sharing(by, row, at=at)
    _refuse_when_closed(row)
    _check_posting(to, row, Permission.CASE_READ, field="to", at=at)
    why = clean_text(reason, field="reason", most=2_000)
    given = _put_on_team(case=row, by=by, at=at, to=to, reason=why)
    if not given:
        raise Refused(_("She is on the team already."), field="to", code="on_team")
    write_ledger(
        operation=Operation.ALTER, by=by, act=Permission.CASE_CHANGE, case=row, record=row,
        compartment=Compartment.CORE, standing=found, fields=["team"], recipient=f"user {to.user_id}",
    )  # fmt: skip
    return given


@transaction.atomic
def leave_team(*, case: Casefile, by: User, at: datetime, user: User) -> None:
    """Take a colleague off the case team, or oneself. The lead, and whoever owns the next step, hand over first."""
    found = require(by, Permission.CASE_CHANGE, case=case, at=at)
    row = locked(case)
    if user != by:
        require_sharing(by, row, at=at)
    if row.closed_on is None and row.lead_caseworker == user:
        raise Refused(_("She leads this case: assign it to somebody else first."), field="user", code="lead")
    if row.closed_on is None and row.owner == user:
        raise Refused(_("She owns the next step: give it to somebody else first."), field="user", code="owner")
    if not team_of(row, at=at).filter(pk=user.pk).exists():
        raise Refused(_("She is not on the team."), field="user", code="not_on_team")
    write_ledger(
        operation=Operation.ALTER, by=by, act=Permission.CASE_CHANGE, case=row, record=row,
        compartment=Compartment.CORE, standing=found, fields=["team"], recipient=f"user {user.pk}",
    )  # fmt: skip
    end_grants(by=by, at=at, case=row, user=user, ground=Ground.TEAM)
