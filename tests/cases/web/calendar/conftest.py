"""What calendars and feeds tell of: a case that Alice leads, an hour after everything was arranged."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine

from cases.casefiles.models import Casefile
from cases.plans.models import FollowUpPlan
from tests.cases.web.calendar.reading import NOW
from tests.factories import AT, TODAY, Cast, a_case
from tests.factories.checkins import an_agreed_plan


@pytest.fixture(autouse=True)
def _on_the_day() -> Iterator[None]:
    """Pages and feeds read the clock: it stands an hour after everything here was arranged."""
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def case(cast: Cast) -> Casefile:
    return a_case(by=cast.carla, lead=cast.alice, name="Nemo Voorbeeld", at=AT)


@pytest.fixture
def plan(cast: Cast, case: Casefile) -> FollowUpPlan:
    return an_agreed_plan(case, by=cast.alice, starts_on=TODAY - timedelta(days=60))
