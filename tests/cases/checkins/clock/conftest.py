"""A rhythm, and what may end it."""

from __future__ import annotations

from datetime import date
from typing import Any

from cases.access.services import acting
from cases.casefiles.services import move_case
from cases.checkins.models import Rhythm
from cases.plans.models import FollowUpPlan
from tests.cases.checkins.conftest import Followed
from tests.factories import AT
from tests.factories.checkins import a_rhythm


def plan_is(followed: Followed, state: str, ended_on: date | None = None) -> None:
    with acting(followed.carla):
        FollowUpPlan.objects.filter(pk=followed.plan.pk).update(state=state, ended_on=ended_on)


def close(followed: Followed) -> None:
    with acting(followed.carla):
        version = followed.case.version
        move_case(case=followed.case, by=followed.carla, at=AT, version=version, to="CLOSED", reason="Went well")


def a_tuesday_rhythm(followed: Followed, **fields: Any) -> Rhythm:
    return a_rhythm(followed.case, followed.plan, by=followed.alice, **fields)
