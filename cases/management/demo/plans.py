"""Writing the follow-up plans of a city: their versions, goals and actions."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from django.utils import timezone

from cases.casefiles.rules import Stage
from cases.management.demo import texts
from cases.management.demo.casework import Kept
from cases.management.demo.files import PlanTime
from cases.management.demo.writing import Desk, ids, moment, put
from cases.people.rules import age_on
from cases.plans.models import Action, FollowUpPlan, Goal, PlanStateChange
from cases.plans.rules import Consent, GoalState, PlanState, review_day


def write_plans(rng: Random, desk: Desk, kept: list[Kept], today: date, *, thin: bool) -> dict[int, list[FollowUpPlan]]:
    """The plans of all cases, with their goals; by case."""
    plans = {one.row.pk: _plans(rng, desk, one, today) for one in kept}
    rows = [plan for versions in plans.values() for plan in versions]
    for plan, pk in zip(rows, ids(FollowUpPlan, len(rows)), strict=True):
        plan.pk = pk
    put(rows)
    if not thin:
        put([change for plan in rows for change in _changes(desk, plan)])
    _write_goals(rng, desk, kept, plans, today, thin=thin)
    return plans


def _plans(rng: Random, desk: Desk, one: Kept, today: date) -> list[FollowUpPlan]:
    """The versions of a case, oldest first; in assessment there is one in the making."""
    rows = [_agreed(rng, desk, one, number, span) for number, span in enumerate(one.file.plans, start=1)]
    if one.file.stage == Stage.ASSESSMENT and one.lead:
        state = rng.choice([PlanState.DRAFT, PlanState.PROPOSED])
        starts_on = today + timedelta(days=7)
        written = {"recorded_at": moment(one.file.since, 15), "recorded_by": one.lead.user, "casefile": one.row}
        rows.append(
            FollowUpPlan(
                number=len(rows) + 1, state=state, summary=rng.choice(texts.SUMMARIES), starts_on=starts_on,
                city=desk.city, **written,
            )
        )  # fmt: skip
    return rows


def _changes(desk: Desk, plan: FollowUpPlan) -> list[PlanStateChange]:
    """How a version came to stand where it stands."""
    agreed_on, began_on = plan.agreed_on, timezone.localdate(plan.recorded_at)
    moves = [(began_on, "", PlanState.DRAFT)]
    if plan.state != PlanState.DRAFT:
        moves.append((began_on, PlanState.DRAFT, PlanState.PROPOSED))
    if agreed_on:
        moves.append((agreed_on, PlanState.PROPOSED, PlanState.AGREED))
    if plan.ended_on:
        moves.append((plan.ended_on, PlanState.AGREED, PlanState(plan.state)))
    return [
        PlanStateChange(
            recorded_at=moment(on, 15, minute), recorded_by=plan.recorded_by, casefile=plan.casefile, city=desk.city,
            plan=plan, from_state=before, to_state=to, changed_at=moment(on, 15, minute),
            reason="The goals of this version are reached" if to == PlanState.ENDED else "",
        )
        for minute, (on, before, to) in enumerate(moves, start=1)
    ]  # fmt: skip


def _agreed(rng: Random, desk: Desk, one: Kept, number: int, span: PlanTime) -> FollowUpPlan:
    state = PlanState.AGREED if span.until is None else PlanState.SUPERSEDED if span.was_replaced else PlanState.ENDED
    age = age_on(one.file.life.born_on, span.agreed_on)
    is_minor = age is not None and age < 18
    return FollowUpPlan(
        recorded_at=moment(span.agreed_on, 9), recorded_by=one.lead.user if one.lead else desk.coordinator,
        casefile=one.row, city=desk.city, number=number, state=state, summary=rng.choice(texts.SUMMARIES),
        person_view=rng.choice(texts.VIEWS), consent=Consent.GIVEN_BY_PARENT if is_minor else Consent.GIVEN,
        consent_by="The mother" if is_minor else "", consent_on=span.agreed_on, starts_on=span.agreed_on,
        agreed_on=span.agreed_on, review_on=review_day(span.agreed_on), ended_on=span.until,
    )  # fmt: skip


def _write_goals(
    rng: Random, desk: Desk, kept: list[Kept], plans: dict[int, list[FollowUpPlan]], today: date, *, thin: bool
) -> None:
    drafts = []
    for one in kept:
        for plan in plans[one.row.pk]:
            is_now = plan.state in (PlanState.AGREED, PlanState.DRAFT, PlanState.PROPOSED)
            count = (2 if thin else 3) if is_now else 0 if thin else 1
            drafts += [
                (one, plan, position, domain) for position, domain in enumerate(rng.sample(list(texts.GOALS), count))
            ]
    goals, actions = [], []
    for pk, (one, plan, position, domain) in zip(ids(Goal, len(drafts)), drafts, strict=True):
        owner = one.lead.user if one.lead else desk.coordinator
        text, steps = texts.GOALS[domain]
        is_over = plan.state in (PlanState.SUPERSEDED, PlanState.ENDED)
        state = rng.choice([GoalState.REACHED, GoalState.PARTLY, GoalState.DROPPED]) if is_over else GoalState.OPEN
        written = {
            "recorded_at": plan.recorded_at, "recorded_by": owner, "casefile": one.row, "city": desk.city,
            "owner": owner,
        }  # fmt: skip
        goals.append(
            Goal(
                pk=pk, plan=plan, domain=domain, text=text, target_on=plan.starts_on + timedelta(days=120), state=state,
                result=texts.RESULTS[state] if is_over else "", position=position, **written,
            )
        )  # fmt: skip
        for number, step in enumerate(steps[: 1 if thin else 2]):
            due_on = max(plan.starts_on, today + timedelta(days=rng.randint(-6, 40)))
            done_on = plan.starts_on + timedelta(days=5 * (number + 1)) if is_over or rng.random() < 0.3 else None
            done_on = done_on if done_on and done_on <= today else None
            done = {"done_on": done_on, "done_by": owner} if done_on else {}
            actions.append(Action(goal_id=pk, text=step, due_on=done_on or due_on, **written, **done))
    put(goals)
    put(actions)
