"""Acts on a case that is out of sight."""

from __future__ import annotations

from typing import Any

import pytest

from cases.access.rules import OutOfSight
from cases.access.services import acting
from cases.casefiles.services import add_to_team, assign_lead, leave_team, move_case, set_next_step
from cases.people.services import add_contact
from tests.factories import AT, TODAY, Cast, a_case, posting_of

pytestmark = pytest.mark.django_db


def test_every_act__is_out_of_sight_for_bob_and_charlie(cast: Cast) -> None:
    case = a_case(by=cast.carla, lead=cast.alice)
    case.person_id  # noqa: B018 -- read already, as a door would have
    step: dict[str, Any] = {"owner": cast.alice, "next_step": "Call", "next_step_on": TODAY}
    for user in (cast.bob, cast.charlie, cast.carlo, cast.dana, cast.analyst):
        act: dict[str, Any] = {"case": case, "by": user, "at": AT}
        with acting(user):
            for service, values in (
                (move_case, {"version": 1, "to": "CLOSED", "reason": "No"}),
                (set_next_step, {"version": 1, **step}),
                (assign_lead, {"version": 1, "to": posting_of(cast.bob)}),
                (add_to_team, {"to": posting_of(cast.bob)}),
                (leave_team, {"user": cast.alice}),
                (add_contact, {"official_name": "Mother Invented", "kind": "PARENT"}),
            ):
                with pytest.raises(OutOfSight):
                    service(**act, **values)


def test_every_act__outside_a_transaction_of_somebody_sees_nothing(cast: Cast) -> None:
    case = a_case(by=cast.carla, lead=cast.alice)
    with pytest.raises(OutOfSight):
        move_case(case=case, by=cast.alice, at=AT, version=case.version, to="AFTERCARE", reason="")
