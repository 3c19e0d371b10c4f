"""What the tests begin with is what the acts leave."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.models import Model

from cases.access.services import acting
from cases.casefiles.models import Casefile
from cases.plans.models import FollowUpPlan, Goal, PlanStateChange
from cases.plans.rules import PlanState
from tests.factories import TODAY, Cast, a_case
from tests.factories.places import AT
from tests.factories.plans import a_plan, by_its_acts

OWN = {"id", "casefile_id", "plan_id", "person_id", "reference", "number"}


def _rows(model: type[Model], **of: Any) -> list[dict[str, Any]]:
    rows = model._default_manager.filter(**of).order_by("pk").values()
    return [{name: value for name, value in row.items() if name not in OWN} for row in rows]


@pytest.mark.parametrize("state", [PlanState.PROPOSED, PlanState.AGREED])
def test_a_plan__is_as_the_acts_leave_it(cast: Cast, state: str) -> None:
    case, other = (a_case(by=cast.carla, lead=cast.alice) for _ in range(2))
    written = a_plan(case, by=cast.alice, state=state, goals=2)
    with acting(cast.alice):
        acted = by_its_acts(
            other, by=cast.alice, state=state, at=AT, goals=2, starts_on=TODAY, summary="To find a place to live"
        )
        for model in (PlanStateChange, Goal):
            assert _rows(model, plan=written) == _rows(model, plan=acted)
        assert written.number == acted.number == 1
        assert _rows(FollowUpPlan, pk=written.pk) == _rows(FollowUpPlan, pk=acted.pk)
        assert _rows(Casefile, pk=case.pk) == _rows(Casefile, pk=other.pk)
