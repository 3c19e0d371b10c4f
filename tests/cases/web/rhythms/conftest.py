"""A plan to arrange rhythms of; what is typed, and what is read of the pages."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import formats, timezone

from cases.access.services import acting
from cases.casefiles.models import Casefile
from cases.checkins.models import CheckIn, Rhythm
from cases.checkins.selectors import checkins_for, rhythms_of
from cases.plans.models import FollowUpPlan
from tests.factories import Cast
from tests.factories.checkins import an_agreed_plan

DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
HTMX = {"HX-Request": "true"}
THINNING = {
    "lasts": 8, "unit": "WEEKS", "then_every": 2, "then_frequency": "WEEKS", "then_lasts": 3, "then_unit": "MONTHS",
    "last_every": 1, "last_frequency": "MONTHS",
}  # fmt: skip


@pytest.fixture
def plan(cast: Cast, case: Casefile) -> FollowUpPlan:
    return an_agreed_plan(case, by=cast.alice, starts_on=timezone.localdate() - 60 * DAY, at=timezone.now())


def monday() -> date:
    """The Monday of next week."""
    today = timezone.localdate()
    return today + timedelta(days=7 - today.weekday())


def path(case: Casefile, rest: str = "rhythms/new/") -> str:
    return f"/cases/{case.reference}/{rest}"


def typed(cast: Cast, **changed: Any) -> dict[str, Any]:
    said = {
        "kind": "HOME", "caseworker": cast.alice.pk, "duration": 45, "every": 1, "frequency": "WEEKS", "weekdays": [1],
        "policy": "NEXT", "starts_on": monday().isoformat(),
    }  # fmt: skip
    return {name: value for name, value in (said | changed).items() if value is not None}


def rhythms(cast: Cast, case: Casefile) -> list[Rhythm]:
    """Those of the case, the first first."""
    with acting(cast.alice):
        return sorted(rhythms_of(case, cast.alice, at=timezone.now()), key=lambda row: (row.starts_on, row.pk))


def contacts(cast: Cast, case: Casefile, **filters: Any) -> list[CheckIn]:
    with acting(cast.alice):
        return list(checkins_for(cast.alice, at=timezone.now()).filter(casefile=case, **filters).order_by("due_on"))


def in_words(day: date) -> str:
    return formats.date_format(day, "l j F Y")
