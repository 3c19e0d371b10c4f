"""Acts on a case as a whole."""

from __future__ import annotations

import pytest

from cases.access.rules import OutOfSight
from cases.access.services import acting
from cases.casefiles.selectors import case_for, cases_for
from tests.factories import AT, Cast, a_case

pytestmark = pytest.mark.django_db


def test_open_case__is_seen_by_its_team_and_cell_alone(cast: Cast) -> None:
    case = a_case(by=cast.carla, lead=cast.alice)
    assert case.reference == "VIL-2024-0001"
    for user in (cast.alice, cast.carla, cast.mayor):
        with acting(user):
            assert list(cases_for(user, at=AT)) == [case]
            assert case_for(user, "vil 2024 1", at=AT) == case
    for user in (cast.bob, cast.charlie, cast.carlo, cast.dana, cast.liaison, cast.analyst, cast.administrator):
        with acting(user), pytest.raises(OutOfSight):
            case_for(user, case.reference, at=AT)
