"""A case of Alice's with a plan, for what is asked by the REST door."""

from __future__ import annotations

import pytest

from cases.casefiles.models import Casefile
from tests.factories import Cast, a_case
from tests.factories.checkins import an_agreed_plan


@pytest.fixture
def case(cast: Cast) -> Casefile:
    found = a_case(by=cast.carla, lead=cast.alice)
    an_agreed_plan(found, by=cast.carla)
    return found
