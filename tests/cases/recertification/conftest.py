"""A case whose grants have their day, and what is due of them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cases.access.models import CaseAccess
from cases.access.rules import Ground
from cases.access.services import acting
from cases.casefiles.models import Casefile
from cases.recertification.selectors import grants_to_confirm
from cases.recertification.services import Tended, tend_access
from cities.ledger.rules import Clock
from cities.staff.models import User
from tests.factories import AT, Cast, a_case, posting_of

DAY = timedelta(days=1)
LATER = AT + 80 * DAY


def tend(days: int = 0) -> Tended:
    return tend_access(by=Clock.CLOCK, at=AT + days * DAY)


@pytest.fixture
def case(cast: Cast) -> Casefile:
    """Alice leads, Bob is on the team; their grants have their day since AT."""
    made = a_case(by=cast.carla, lead=cast.alice, team=(cast.bob,))
    assert tend().dated == 4
    return made


def grants_of(user: User, case: Casefile, reader: User) -> list[CaseAccess]:
    with acting(reader):
        return list(CaseAccess.grants.filter(user=user, casefile=case).order_by("pk"))


def due(user: User, days: int = 80) -> list[CaseAccess]:
    with acting(user):
        return list(grants_to_confirm(user, at=AT + days * DAY))


def services_grant(case: Casefile, to: User, by: User, ground: Ground) -> None:
    CaseAccess.grants.create(
        recorded_at=AT, recorded_by=by, casefile=case, city_id=case.city_id, user=to, posting=posting_of(to),
        reference=case.reference, compartment="CORE", ground=ground, starts_at=AT, ends_at=AT + 30 * DAY,
    )  # fmt: skip
