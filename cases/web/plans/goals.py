"""The goals of a plan and the steps towards them: added, changed, done."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cases.access.rules import OutOfSight
from cases.access.selectors import beside_in
from cases.casefiles.models import Casefile
from cases.casefiles.selectors import case_for
from cases.plans.models import Action, Goal
from cases.plans.rules import PlanState
from cases.plans.selectors import action_for, goal_for, plan_for
from cases.plans.services import add_action, add_goal, change_goal, finish_action, reopen_action
from cases.web.colleagues import who_can_own
from cases.web.pages import FORM, act_page, attempt, case_page, typed
from cases.web.plans.acts import CHANGE, page_of
from cases.web.plans.forms import ActionForm, ChangeGoalForm, FinishActionForm, GoalForm, GoalResultForm
from cases.web.shapes import RowsForm
from cities.web.requests import SignedIn, signed_in


def _goal(request: SignedIn, reference: str, pk: int) -> tuple[Casefile, Goal]:
    """A goal of this case: under the address of another it isn't there."""
    case = case_for(request.user, reference, at=request.at)
    goal = goal_for(request.user, pk, at=request.at)
    if goal.casefile_id != case.pk:
        raise OutOfSight
    return case, goal


def _action(request: SignedIn, reference: str, pk: int) -> tuple[Casefile, Action]:
    """A step of this case: under the address of another it isn't there."""
    case = case_for(request.user, reference, at=request.at)
    action = action_for(request.user, pk, at=request.at)
    if action.casefile_id != case.pk:
        raise OutOfSight
    return case, action


def place_of(goal: Goal) -> str:
    """Where a goal stands on the page of its version."""
    return f"{page_of(goal.plan)}#goal-{goal.pk}"


@require_http_methods(FORM)
@signed_in
def add(request: SignedIn, reference: str, number: int) -> HttpResponse:
    case = case_for(request.user, reference, at=request.at)
    plan = plan_for(request.user, case, number, at=request.at)
    form = GoalForm(typed(request), initial={"owner": request.user}, rows={"owner": who_can_own(case, at=request.at)})
    return act_page(
        request, case, form, partial(add_goal, plan=plan), record=plan, **CHANGE, said=_("The goal is added."),
        to=place_of, title=_("Add a goal"), submit=_("Add the goal"), cancel=page_of(plan),
    )  # fmt: skip


@require_http_methods(FORM)
@signed_in
def change(request: SignedIn, reference: str, pk: int) -> HttpResponse:
    """The words of a goal in a draft; what came of it once the plan is agreed."""
    case, goal = _goal(request, reference, pk)
    drafted = goal.plan.state == PlanState.DRAFT
    form_class = ChangeGoalForm if drafted else GoalResultForm
    stays = () if drafted else ("domain", "text", "target_on")
    now = {name: getattr(goal, name) for name in form_class.base_fields}
    form = form_class(typed(request), of=goal, initial=now, rows={"owner": who_can_own(case, at=request.at)})
    return act_page(
        request, case, form, partial(change_goal, goal=goal, **{name: getattr(goal, name) for name in stays}),
        record=goal, **CHANGE, said=_("The goal is changed."), to=place_of, cancel=place_of(goal),
        title=_("Change the goal") if drafted else _("How the goal stands"), lead="" if drafted else goal.text,
    )  # fmt: skip


@require_http_methods(FORM)
@signed_in
def add_step(request: SignedIn, reference: str, pk: int) -> HttpResponse:
    case, goal = _goal(request, reference, pk)
    form = ActionForm(typed(request), initial={"owner": goal.owner}, rows={"owner": who_can_own(case, at=request.at)})
    return act_page(
        request, case, form, partial(add_action, goal=goal), record=goal, **CHANGE, said=_("The action is added."),
        to=place_of(goal), title=_("Add an action"), submit=_("Add the action"), cancel=place_of(goal),
        lead=_("Towards: %(goal)s") % {"goal": goal.text},
    )  # fmt: skip


@require_http_methods(FORM)
@signed_in
def finish(request: SignedIn, reference: str, pk: int) -> HttpResponse:
    """The button on the plan's page says today; the form of this page takes any day."""
    case, action = _action(request, reference, pk)
    form = FinishActionForm(typed(request), initial={"done_on": timezone.localdate(request.at)})
    if request.htmx and form.is_valid():
        done = attempt(form, partial(finish_action, action=action, by=request.user, at=request.at, **form.cleaned_data))
        return _goal_again(request, case, action, said=_("Done: %(action)s") % {"action": action} if done else "")
    return act_page(
        request, case, form, partial(finish_action, action=action), record=action, **CHANGE,
        said=_("The action is done."), to=place_of(action.goal), title=_("An action is done"),
        submit=_("It is done"), cancel=place_of(action.goal), lead=action.text,
    )  # fmt: skip


@require_POST
@signed_in
def reopen(request: SignedIn, reference: str, pk: int) -> HttpResponse:
    """On one that is open nothing is done, nor written down: so nothing is said of it either."""
    case, action = _action(request, reference, pk)
    form = RowsForm(request.POST)
    done = attempt(form, partial(reopen_action, action=action, by=request.user, at=request.at))
    said = _("To be done again: %(action)s") % {"action": action} if action.done_on else ""
    if done is None:
        said = " ".join(map(str, form.non_field_errors()))
    if request.htmx:
        return _goal_again(request, case, action, said=said)
    if said:
        (messages.success if done else messages.error)(request, said)
    return redirect(place_of(action.goal))


def _goal_again(request: SignedIn, case: Casefile, action: Action, *, said: str) -> HttpResponse:
    """The goal as it now stands, in its place on the page."""
    if said:
        messages.success(request, said)
    goal = goal_for(request.user, action.goal_id, at=request.at)
    return case_page(
        request,
        case,
        "cases/plans/_goal_again.html",
        record=goal,
        also=beside_in(goal.actions.all()),
        **CHANGE,
        goal=goal,
        plan=goal.plan,
        swapped=True,
    )
