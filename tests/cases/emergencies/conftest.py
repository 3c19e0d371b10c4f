"""A case that Bob may have to open."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from cases.casefiles.models import Casefile
from tests.factories import Cast, a_case


@pytest.fixture
def case(cast: Cast) -> Casefile:
    return a_case(by=cast.carla, lead=cast.alice, name="Nemo Voorbeeld", at=timezone.now() - timedelta(hours=2))
