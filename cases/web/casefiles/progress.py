"""How far a plan has come, by life domain: goals that are reached, not a score."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from cases.assessments.rules import LifeDomain
from cases.plans.models import Goal
from cases.plans.rules import GoalState

_ORDER = {domain: place for place, domain in enumerate(LifeDomain)}


@dataclass(frozen=True)
class Domain:
    """The goals of one life domain: how many, how many of them reached or closed, and the next target day."""

    label: str
    goals: int
    reached: int
    partly: int
    dropped: int
    actions_open: int
    next_target: date | None


def progress(goals: Iterable[Goal]) -> list[Domain]:
    """The domains in which there is a goal, in the order of the list of domains."""
    found = sorted(goals, key=lambda goal: _ORDER[LifeDomain(goal.domain)])
    return [_domain(LifeDomain(name), list(rows)) for name, rows in groupby(found, key=lambda goal: goal.domain)]


def _domain(domain: LifeDomain, goals: list[Goal]) -> Domain:
    states = [goal.state for goal in goals]
    still = [goal for goal in goals if goal.state == GoalState.OPEN]
    return Domain(
        label=str(domain.label),
        goals=len(goals),
        reached=states.count(GoalState.REACHED),
        partly=states.count(GoalState.PARTLY),
        dropped=states.count(GoalState.DROPPED),
        actions_open=sum(action.done_on is None for goal in still for action in goal.actions.all()),
        next_target=min((goal.target_on for goal in still), default=None),
    )
