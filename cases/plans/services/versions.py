"""Acts on the versions of a follow-up plan: draft, change, propose, take back, agree, end."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.access.rules import OutOfSight, Refused, clean_text
from cases.access.selectors import compartments_open_to
from cases.access.services import locked, require
from cases.casefiles.models import Casefile
from cases.people.rules import age_on, born_at_the_latest
from cases.plans.models import FollowUpPlan, PlanStateChange
from cases.plans.rules import (
    Consent,
    GoalState,
    PlanState,
    check_consent,
    check_review,
    check_start,
    check_who_consents,
    is_given,
    may_move,
    review_day,
)
from cases.plans.services.making import catch_up, locked_plan, require_plan, take_over, write_plan_ledger
from cities.roles.permissions import Permission
from cities.roles.rules import Compartment
from cities.staff.models import User

MAKING = (PlanState.DRAFT, PlanState.PROPOSED)


@transaction.atomic
def draft_plan(
    *, case: Casefile, by: User, at: datetime, starts_on: date, summary: str = "", person_view: str = ""
) -> FollowUpPlan:
    """Begin a version. It takes over the open goals of the plan in force, with what is still to be done for them."""
    found = require(by, Permission.PLAN_CHANGE, case=case, at=at)
    if Compartment.CARE not in compartments_open_to(by, case, at=at):
        raise OutOfSight
    case = locked(case)
    if case.closed_on is not None:
        raise Refused(_("This case is closed: reopen it first."), code="closed")
    versions = FollowUpPlan.objects.filter(casefile=case)
    if versions.filter(state__in=MAKING).exists():
        raise Refused(_("A version of this plan is in the making already."), code="in_the_making")
    check_start(starts_on, opened_on=case.opened_on, today=timezone.localdate(at))
    plan = FollowUpPlan.objects.create(
        recorded_at=at, recorded_by=by, casefile=case, city_id=case.city_id, starts_on=starts_on,
        number=(versions.aggregate(last=Max("number"))["last"] or 0) + 1,
        summary=clean_text(summary, field="summary"), person_view=clean_text(person_view, field="person_view"),
    )  # fmt: skip
    _write_change(plan, by=by, at=at, before="")
    in_force = versions.filter(state=PlanState.AGREED).first()
    if in_force is not None:
        take_over(plan, in_force, by=by, at=at)
    fields = ["starts_on", "summary", "person_view"]
    write_plan_ledger(plan, case, by=by, standing=found, fields=fields, collected=True)
    return plan


@transaction.atomic
def change_plan(
    *,
    plan: FollowUpPlan,
    by: User,
    at: datetime,
    version: int,
    starts_on: date,
    summary: str,
    person_view: str,
    consent: str,
    consent_by: str = "",
    consent_on: date | None = None,
    review_on: date | None = None,
) -> FollowUpPlan:
    """Change a version that is in the making. Once it is proposed its words stay; consent and view can be noted."""
    found, case = require_plan(plan, by=by, at=at)
    row = locked_plan(plan, version=version, states=MAKING)
    today = timezone.localdate(at)
    check_start(starts_on, opened_on=case.opened_on, today=today)
    said_by = clean_text(consent_by, field="consent_by", most=200, one_line=True)
    check_consent(
        consent, consent_by=said_by, consent_on=consent_on, state=row.state, today=today,
        age=_age(case, consent_on or today),
    )  # fmt: skip
    if review_on is not None:
        check_review(review_on, after=today)
    if row.goals.filter(target_on__lt=starts_on).exists():
        raise Refused(_("A goal of this plan is to be reached before that day."), field="starts_on", code="goals")
    said = is_given(consent) or consent == Consent.REFUSED
    values = {
        "starts_on": starts_on,
        "summary": clean_text(summary, field="summary"),
        "person_view": clean_text(person_view, field="person_view"),
        "consent": consent,
        "consent_by": said_by if said else "",
        "consent_on": consent_on if said else None,
        "review_on": review_on,
    }
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    for name in ("starts_on", "summary"):
        if name in changed and row.state == PlanState.PROPOSED:
            raise Refused(_("This version is proposed: take it back to change its words."), field=name, code="proposed")
    if not changed:
        return row
    for name in changed:
        setattr(row, name, values[name])
    _save(row, changed)
    write_plan_ledger(row, case, by=by, standing=found, fields=changed)
    return row


@transaction.atomic
def propose_plan(*, plan: FollowUpPlan, by: User, at: datetime, version: int) -> FollowUpPlan:
    """Put a version before the person: from here its words stay, until it is agreed or taken back."""
    found, case = require_plan(plan, by=by, at=at)
    row = _moved(locked_plan(plan, version=version), PlanState.PROPOSED, by=by, at=at)
    _refuse_without_goals(row)
    _save(row, ["state"])
    write_plan_ledger(row, case, by=by, standing=found, fields=["state"])
    return row


@transaction.atomic
def take_back_plan(*, plan: FollowUpPlan, by: User, at: datetime, version: int) -> FollowUpPlan:
    """Take a proposal back to draft. Consent was to those words, so it lapses with them."""
    found, case = require_plan(plan, by=by, at=at)
    row = _moved(locked_plan(plan, version=version), PlanState.DRAFT, by=by, at=at)
    if is_given(row.consent):
        row.consent, row.consent_by, row.consent_on = Consent.NOT_ASKED, "", None
    fields = ["state", "consent", "consent_by", "consent_on"]
    _save(row, fields)
    write_plan_ledger(row, case, by=by, standing=found, fields=fields)
    return row


@transaction.atomic
def agree_plan(
    *, plan: FollowUpPlan, by: User, at: datetime, version: int, agreed_on: date, review_on: date | None = None
) -> FollowUpPlan:
    """The person agrees: this version is in force, the one before is superseded, and the review has its day."""
    found, case = require_plan(plan, by=by, at=at)
    case = locked(case)
    row = _moved(locked_plan(plan, version=version), PlanState.AGREED, by=by, at=at)
    _refuse_without_goals(row)
    former = FollowUpPlan.objects.select_for_update().filter(casefile=case, state=PlanState.AGREED).first()
    begins = max(case.opened_on, former.agreed_on if former and former.agreed_on else case.opened_on)
    if agreed_on > timezone.localdate(at):
        raise Refused(_("This day is in the future."), field="agreed_on", code="future")
    if agreed_on < begins:
        raise Refused(
            _("This is before the case was opened, or the last version agreed."), field="agreed_on", code="too_early"
        )
    check_who_consents(row.consent, age=_age(case, agreed_on))
    if row.consent_on is not None and row.consent_on > agreed_on:
        raise Refused(_("The consent was given after that day."), field="agreed_on", code="before_consent")
    row.agreed_on, row.review_on = agreed_on, review_on or row.review_on or review_day(agreed_on)
    check_review(row.review_on, after=agreed_on)
    if former is not None:
        former.ended_on = agreed_on
        _save(_moved(former, PlanState.SUPERSEDED, by=by, at=at), ["state", "ended_on"])
        catch_up(row, by=by, at=at)
        write_plan_ledger(former, case, by=by, standing=found, fields=["state", "ended_on"])
    _save(row, ["state", "agreed_on", "review_on"])
    case.review_on = row.review_on
    case.version += 1
    case.save(update_fields=["review_on", "version"])
    write_plan_ledger(row, case, by=by, standing=found, fields=["state", "agreed_on", "review_on"])
    return row


@transaction.atomic
def end_plan(*, plan: FollowUpPlan, by: User, at: datetime, version: int, ended_on: date, reason: str) -> FollowUpPlan:
    """End a plan that is in force, or drop a version that never was. It says why."""
    found, case = require_plan(plan, by=by, at=at, even_closed=True)
    row = _moved(
        locked_plan(plan, version=version), PlanState.ENDED, by=by, at=at,
        reason=clean_text(reason, field="reason", most=2_000, needed=True),
    )  # fmt: skip
    if ended_on > timezone.localdate(at):
        raise Refused(_("This day is in the future."), field="ended_on", code="future")
    if ended_on < (row.agreed_on or case.opened_on):
        raise Refused(_("A plan does not end before it was agreed."), field="ended_on", code="too_early")
    row.ended_on = ended_on
    _save(row, ["state", "ended_on"])
    write_plan_ledger(row, case, by=by, standing=found, fields=["state", "ended_on"])
    return row


def _moved(row: FollowUpPlan, to: str, *, by: User, at: datetime, reason: str = "") -> FollowUpPlan:
    """Along an arrow, not yet saved; that it moved is written down."""
    if not may_move(row.state, to):
        raise Refused(_("This cannot be done with the plan as it stands now."), code="state")
    before, row.state = row.state, to
    _write_change(row, by=by, at=at, before=before, reason=reason)
    return row


def _write_change(row: FollowUpPlan, *, by: User, at: datetime, before: str, reason: str = "") -> None:
    PlanStateChange.objects.create(
        recorded_at=at, recorded_by=by, casefile_id=row.casefile_id, city_id=row.city_id, plan=row,
        from_state=before, to_state=row.state, reason=reason, changed_at=at,
    )  # fmt: skip


def _save(row: FollowUpPlan, fields: list[str]) -> None:
    row.version += 1
    row.save(update_fields=[*fields, "version"])


def _refuse_without_goals(row: FollowUpPlan) -> None:
    if not row.goals.filter(state=GoalState.OPEN).exists():
        raise Refused(_("A plan has at least one goal that is open."), code="no_goal")


def _age(case: Casefile, day: date) -> int | None:
    """How old the person is on a day, the youngest she can be."""
    return age_on(born_at_the_latest(case.person.born_on, case.person.birth_precision), day)
