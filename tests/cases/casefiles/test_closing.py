"""A closed case is left alone; reopened, it begins without a lead or a team."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from cases.access.rules import NotAllowed
from cases.access.selectors import team_of
from cases.access.services import acting
from cases.casefiles.models import Casefile
from cases.casefiles.rules import AFTER_CLOSING
from cases.casefiles.selectors import cases_for
from cases.casefiles.services import add_to_team, assign_lead, leave_team, move_case, set_next_step
from tests.factories import AT, TODAY, Cast, a_case, posting_of
from tests.refusals import refusal

pytestmark = pytest.mark.django_db


def test_closed_case__is_left_alone(cast: Cast) -> None:
    case = a_case(by=cast.carla, lead=cast.alice, team=(cast.bob,), stage="CLOSED")
    with acting(cast.carla):
        act: dict[str, Any] = {"case": case, "by": cast.carla, "at": AT}
        editing: dict[str, Any] = {**act, "version": case.version}
        step: dict[str, Any] = {"owner": cast.carla, "next_step": "Call", "next_step_on": TODAY}
        assert refusal(set_next_step, **editing, **step) == ("", "closed")
        assert refusal(assign_lead, **editing, to=posting_of(cast.bob)) == ("", "closed")
        assert refusal(add_to_team, **act, to=posting_of(cast.carla)) == ("", "closed")
        assert list(team_of(case, at=AT)) == [cast.alice]
        leave_team(**act, user=cast.alice)  # but anybody can be taken off it, the lead too, and at once
        assert not team_of(case, at=AT).exists()


def test_closing__leaves_the_lead_two_weeks_and_everybody_else_at_once(cast: Cast) -> None:
    now = timezone.now()
    case = a_case(by=cast.carla, lead=cast.alice, team=(cast.bob,), at=now - timedelta(hours=1))
    with acting(cast.carla):
        move_case(case=case, by=cast.carla, at=now, version=case.version, to="CLOSED", reason="Went well")
        assert list(team_of(case, at=now + AFTER_CLOSING - timedelta(seconds=1))) == [cast.alice]
        assert not team_of(case, at=now + AFTER_CLOSING).exists()
    with acting(cast.bob):
        assert not cases_for(cast.bob, at=now).exists()
        assert not Casefile.objects.exists()
    with acting(cast.alice):
        assert list(cases_for(cast.alice, at=now)) == [case]
        assert not cases_for(cast.alice, at=now + AFTER_CLOSING).exists()
        with pytest.raises(NotAllowed):  # it is no longer hers to share
            leave_team(case=case, by=cast.alice, at=now, user=cast.bob)


def test_reopening__begins_without_a_lead_or_a_team(cast: Cast) -> None:
    now = timezone.now()
    case = a_case(by=cast.carla, lead=cast.alice, team=(cast.bob,), at=now - timedelta(hours=1))
    with acting(cast.carla):
        act: dict[str, Any] = {"by": cast.carla, "at": now}
        row = move_case(case=case, **act, version=case.version, to="CLOSED", reason="Went well")
        row = move_case(case=row, **act, version=row.version, to="FOLLOW_UP", reason="He rang again")
        assert (row.lead_caseworker, row.owner) == (None, cast.carla)
        assert not team_of(row, at=now).exists()
        assign_lead(case=row, **act, version=row.version, to=posting_of(cast.alice))
        assert list(team_of(row, at=now + AFTER_CLOSING)) == [cast.alice]
