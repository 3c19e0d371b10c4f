"""Whoever comes along to a contact has other contacts too: said to whoever arranges it, with her name."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

import pytest
from django.utils import timezone

from cases.casefiles.models import Casefile
from cases.plans.models import FollowUpPlan
from cities.staff.models import User
from tests.cases.web.conftest import ClientOf, words
from tests.factories import Cast, a_case
from tests.factories.cases import on_the_team
from tests.factories.checkins import a_checkin, an_agreed_plan


@pytest.fixture
def plan(cast: Cast, case: Casefile) -> FollowUpPlan:
    return an_agreed_plan(case, by=cast.alice, starts_on=timezone.localdate(), at=timezone.now())


@pytest.fixture
def bob(cast: Cast, case: Casefile) -> User:
    """On the team, and at ten on Tuesday of next week at another contact, of which Alice may not know."""
    now = timezone.now()
    on_the_team(case, cast.bob, by=cast.carla, at=now)
    his = a_case(by=cast.carla, lead=cast.bob, at=now - timedelta(hours=1))
    its_plan = an_agreed_plan(his, by=cast.bob, starts_on=timezone.localdate(), at=now)
    a_checkin(his, its_plan, by=cast.bob, due_on=tuesday(), due_time=time(10), at=now)
    return cast.bob


def tuesday() -> date:
    today = timezone.localdate()
    return today + timedelta(days=8 - today.weekday())


def test_arrange_a_contact__says_that_who_comes_along_is_busy(
    cast: Cast, case: Casefile, plan: FollowUpPlan, bob: User, client_of: ClientOf
) -> None:
    said: dict[str, Any] = {
        "kind": "HOME", "caseworker": cast.alice.pk, "second": bob.pk, "duration": 30, "due_on": str(tuesday()),
        "due_time": "10:10",
    }  # fmt: skip
    address = f"/cases/{case.reference}/check-ins/new/"
    page = words(client_of(cast.alice).post(address, said, follow=True).content.decode())
    assert f"For {bob} this clashes with another contact at 10:00." in page
    alone = {name: value for name, value in said.items() if name != "second"} | {"due_time": "11:00"}
    assert "clashes" not in words(client_of(cast.alice).post(address, alone, follow=True).content.decode())


def test_preview_of_a_rhythm__says_whose_clash_it_is(
    cast: Cast, case: Casefile, plan: FollowUpPlan, bob: User, client_of: ClientOf
) -> None:
    said: dict[str, Any] = {
        "kind": "HOME", "caseworker": cast.alice.pk, "second": bob.pk, "duration": 45, "every": 1, "frequency": "WEEKS",
        "weekdays": [1], "policy": "NEXT", "starts_on": str(tuesday()), "time": "10:00", "preview": "1",
    }  # fmt: skip
    address = f"/cases/{case.reference}/rhythms/new/"
    told = words(client_of(cast.alice).post(address, said, headers={"HX-Request": "true"}).content.decode())
    assert told.count(f"{bob}: clashes with another contact at 10:00") == 1
