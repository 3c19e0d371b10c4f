"""A version of a plan ends, and says why."""

from __future__ import annotations

from typing import Any

import pytest

from cases.access.rules import Refused
from cases.access.services import acting
from cases.casefiles.models import Casefile
from cases.casefiles.services import move_case
from cases.plans.models import FollowUpPlan
from cases.plans.rules import PlanState
from cases.plans.selectors import plan_in_force, state_changes_of
from cases.plans.services import end_plan, propose_plan
from tests.cases.plans.conftest import DAY
from tests.factories import AT, TODAY, Cast, a_plan


def test_end_plan__says_why(cast: Cast, case: Casefile) -> None:
    plan = a_plan(case, by=cast.alice)
    ending: dict[str, Any] = {"plan": plan, "by": cast.alice, "version": plan.version}
    with acting(cast.alice):
        refused: list[tuple[dict[str, Any], tuple[str, str]]] = [
            ({"ended_on": TODAY, "reason": " "}, ("reason", "required")),
            ({"ended_on": TODAY + DAY, "reason": "So"}, ("ended_on", "future")),
            ({"ended_on": TODAY - DAY, "reason": "So"}, ("ended_on", "too_early")),
        ]
        for fields, expected in refused:
            with pytest.raises(Refused) as caught:
                end_plan(at=AT, **ending, **fields)
            assert (caught.value.field, caught.value.code) == expected
        ended = end_plan(at=AT, **ending, ended_on=TODAY, reason="Moved away")
        assert (ended.state, ended.ended_on) == (PlanState.ENDED, TODAY)
        assert state_changes_of(ended).last().reason == "Moved away"  # type: ignore[union-attr]
        assert plan_in_force(case, cast.alice, at=AT) is None
        with pytest.raises(Refused):
            end_plan(at=AT, **{**ending, "version": ended.version}, ended_on=TODAY, reason="Again")


def test_end_plan__a_draft_makes_room_also_in_a_closed_case(cast: Cast, case: Casefile) -> None:
    plan = a_plan(case, by=cast.alice, state=PlanState.DRAFT)
    with acting(cast.carla):
        now = Casefile.objects.get(pk=case.pk)
        move_case(case=now, by=cast.carla, at=AT, version=now.version, to="CLOSED", reason="Went well")
        with pytest.raises(Refused) as caught:
            propose_plan(plan=FollowUpPlan.objects.get(pk=plan.pk), by=cast.carla, at=AT, version=plan.version)
        assert caught.value.code == "closed"
        plan = end_plan(
            plan=FollowUpPlan.objects.get(pk=plan.pk), by=cast.carla, at=AT, version=plan.version, ended_on=TODAY,
            reason="The case is closed",
        )  # fmt: skip
        assert plan.state == PlanState.ENDED
