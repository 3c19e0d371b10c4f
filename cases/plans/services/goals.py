"""Acts on the goals and actions of a version."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.access.rules import Refused, clean_text
from cases.access.selectors import compartments_open_to
from cases.access.services import locked
from cases.assessments.rules import LifeDomain
from cases.casefiles.models import Casefile
from cases.plans.models import Action, FollowUpPlan, Goal
from cases.plans.rules import GoalState, PlanState, check_day_in_plan, check_goal_state
from cases.plans.services.making import locked_plan, plan_of, require_plan, write_plan_ledger
from cities.roles.rules import Compartment
from cities.staff.models import User

#: States in which a version is worked on: its goals while it is drafted, its steps and results while it is in force.
WORKED_ON = (PlanState.DRAFT, PlanState.AGREED)


def _refuse_an_owner_outside(owner: User, case: Casefile, *, at: datetime) -> None:
    if Compartment.CARE not in compartments_open_to(owner, case, at=at):
        raise Refused(_("This colleague cannot see the plan: add her to the team first."), field="owner", code="owner")


def _check_domain(domain: str) -> str:
    if domain not in LifeDomain.values:
        raise Refused(_("This is not one of the choices."), field="domain", code="unknown_code")
    return domain


@transaction.atomic
def add_goal(
    *, plan: FollowUpPlan, by: User, at: datetime, domain: str, text: str, owner: User, target_on: date
) -> Goal:
    """A goal joins the version that is being drafted."""
    found, case = require_plan(plan, by=by, at=at)
    row = locked_plan(plan, states=(PlanState.DRAFT,))
    check_day_in_plan(target_on, starts_on=row.starts_on, field="target_on")
    _refuse_an_owner_outside(owner, case, at=at)
    last = row.goals.aggregate(last=Max("position"))["last"]
    goal = Goal.objects.create(
        recorded_at=at, recorded_by=by, casefile=case, city_id=case.city_id, plan=row, domain=_check_domain(domain),
        text=clean_text(text, field="text", most=2_000, needed=True), owner=owner, target_on=target_on,
        position=0 if last is None else last + 1,
    )  # fmt: skip
    fields = ["domain", "text", "owner", "target_on"]
    write_plan_ledger(goal, case, by=by, standing=found, fields=fields, collected=True)
    return goal


@transaction.atomic
def change_goal(
    *, goal: Goal, by: User, at: datetime, version: int, domain: str, text: str, owner: User, target_on: date,
    state: str, result: str = "",
) -> Goal:  # fmt: skip
    """Change a goal. Once the plan is agreed its words and its day stay; who looks after it and its result don't."""
    plan = plan_of(goal)
    found, case = require_plan(plan, by=by, at=at)
    plan = locked_plan(plan, states=WORKED_ON)
    row = locked(goal, version=version)
    said = clean_text(result, field="result", most=4_000)
    check_goal_state(state, plan_state=plan.state, result=said)
    check_day_in_plan(target_on, starts_on=plan.starts_on, field="target_on")
    if owner.pk != row.owner_id:
        _refuse_an_owner_outside(owner, case, at=at)
    values = {
        "domain": _check_domain(domain),
        "text": clean_text(text, field="text", most=2_000, needed=True),
        "target_on": target_on,
        "owner": owner,
        "state": state,
        "result": said,
    }
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    for name in ("domain", "text", "target_on"):
        if name in changed and plan.state == PlanState.AGREED:
            raise Refused(_("This was agreed: draft a new version to change it."), field=name, code="agreed")
    if not changed:
        return row
    for name in changed:
        setattr(row, name, values[name])
    row.version += 1
    row.save(update_fields=[*changed, "version"])
    write_plan_ledger(row, case, by=by, standing=found, fields=changed)
    return row


@transaction.atomic
def add_action(*, goal: Goal, by: User, at: datetime, text: str, owner: User, due_on: date) -> Action:
    """A step towards an open goal: what, who, by when."""
    plan = plan_of(goal)
    found, case = require_plan(plan, by=by, at=at)
    plan = locked_plan(plan, states=WORKED_ON)
    row = locked(goal)
    if row.state != GoalState.OPEN:
        raise Refused(_("This goal is not open."), code="goal_closed")
    check_day_in_plan(due_on, starts_on=plan.starts_on, field="due_on")
    _refuse_an_owner_outside(owner, case, at=at)
    action = Action.objects.create(
        recorded_at=at, recorded_by=by, casefile=case, city_id=case.city_id, goal=row, owner=owner, due_on=due_on,
        text=clean_text(text, field="text", most=2_000, needed=True),
    )  # fmt: skip
    write_plan_ledger(action, case, by=by, standing=found, fields=["text", "owner", "due_on"], collected=True)
    return action


@transaction.atomic
def finish_action(*, action: Action, by: User, at: datetime, done_on: date) -> Action:
    """The step is done. The same said twice is said once."""
    plan = plan_of(action)
    found, case = require_plan(plan, by=by, at=at)
    locked_plan(plan, states=(PlanState.AGREED,))
    row = locked(action)
    if done_on > timezone.localdate(at):
        raise Refused(_("This day is in the future."), field="done_on", code="future")
    if done_on < case.opened_on:
        raise Refused(_("This is before the case was opened."), field="done_on", code="too_early")
    if row.done_on is not None:
        if (row.done_on, row.done_by_id) == (done_on, by.pk):
            return row
        raise Refused(_("This was done already."), field="done_on", code="done")
    row.done_on, row.done_by = done_on, by
    row.save(update_fields=["done_on", "done_by"])
    write_plan_ledger(row, case, by=by, standing=found, fields=["done_on"])
    return row


@transaction.atomic
def reopen_action(*, action: Action, by: User, at: datetime) -> Action:
    """The step was not done after all. On one that is open this changes nothing."""
    plan = plan_of(action)
    found, case = require_plan(plan, by=by, at=at)
    locked_plan(plan, states=(PlanState.AGREED,))
    row = locked(action)
    if row.done_on is not None:
        row.done_on, row.done_by = None, None
        row.save(update_fields=["done_on", "done_by"])
        write_plan_ledger(row, case, by=by, standing=found, fields=["done_on"])
    return row
