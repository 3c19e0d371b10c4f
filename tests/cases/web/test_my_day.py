"""My day: five rows a block, late in words, one button a row."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cases.access.services import acting
from cases.casefiles.models import Casefile
from cases.plans.models import FollowUpPlan
from cases.plans.services import add_action, add_goal, draft_plan
from cities.ledger.models import LedgerEntry
from tests.cases.web.conftest import ClientOf
from tests.factories import Cast, a_user
from tests.factories.checkins import a_checkin, an_agreed_plan


@pytest.fixture
def plan(cast: Cast, case: Casefile) -> FollowUpPlan:
    return an_agreed_plan(case, by=cast.alice, starts_on=timezone.localdate() - timedelta(days=60), at=timezone.now())


def due(cast: Cast, case: Casefile, plan: FollowUpPlan, days: int) -> int:
    day = timezone.localdate() + timedelta(days=days)
    return a_checkin(case, plan, by=cast.alice, due_on=day, at=timezone.now()).pk


def test_my_day__begins_with_what_would_stand_there(cast: Cast, case: Casefile, client_of: ClientOf) -> None:
    page = client_of(cast.alice).get("/").content.decode()
    for empty in ("No contact is planned for today.", "has its outcome", "Nothing is overdue.", "No action is due."):
        assert empty in page
    assert "Make the first appointment" in page
    assert "referral" not in page.lower()


def test_my_day__todays_contact_has_its_button(
    cast: Cast, case: Casefile, plan: FollowUpPlan, client_of: ClientOf
) -> None:
    pk = due(cast, case, plan, 0)
    page = client_of(cast.alice).get("/").content.decode()
    assert f"/cases/{case.reference}/check-ins/{pk}/record/?from=my_day" in page
    assert "Nemo Voorbeeld" in page
    assert "Nemo Voorbeeld" not in client_of(cast.bob).get("/").content.decode()


def test_my_day__shows_five_and_says_how_many_more(
    cast: Cast, case: Casefile, plan: FollowUpPlan, client_of: ClientOf
) -> None:
    for days in range(20, 27):
        due(cast, case, plan, -days)
    alice = client_of(cast.alice)
    page = alice.get("/").content.decode()
    assert page.count("working days late") == 5
    assert 'href="?show=overdue"' in page
    assert "and 2 more" in page
    whole = alice.get("/?show=overdue").content.decode()
    assert whole.count("working days late") == 7
    assert "No contact is planned for today." not in whole
    assert alice.get("/?show=nonsense").status_code == 200


def test_my_day__actions_of_the_plan(cast: Cast, case: Casefile, client_of: ClientOf) -> None:
    from cases.plans.services import agree_plan, change_plan, propose_plan

    now, today = timezone.now(), timezone.localdate()
    with acting(cast.alice):
        plan = draft_plan(case=case, by=cast.alice, at=now, starts_on=today)
        goal = add_goal(
            plan=plan, by=cast.alice, at=now, domain="WORK", text="Find work", owner=cast.alice,
            target_on=today + timedelta(days=30),
        )  # fmt: skip
        add_action(
            goal=goal, by=cast.alice, at=now, text="Call the employment service", owner=cast.alice,
            due_on=today + timedelta(days=2),
        )  # fmt: skip
        plan.refresh_from_db()
        plan = propose_plan(plan=plan, by=cast.alice, at=now, version=plan.version)
        plan = change_plan(
            plan=plan, by=cast.alice, at=now, version=plan.version, starts_on=today, summary="", person_view="",
            consent="NOT_NEEDED",
        )  # fmt: skip
        agree_plan(plan=plan, by=cast.alice, at=now, version=plan.version, agreed_on=today)
    assert "Call the employment service" in client_of(cast.alice).get("/").content.decode()


def test_my_day__remembers_what_was_opened(cast: Cast, case: Casefile, client_of: ClientOf) -> None:
    alice = client_of(cast.alice)
    assert "You opened no case lately." in alice.get("/").content.decode()
    alice.get(f"/cases/{case.reference}/")
    recent = alice.get("/").content.decode().split('id="block-recent"')[1]
    assert case.reference in recent


def test_my_day__what_is_shown_is_in_the_ledger(
    cast: Cast, case: Casefile, plan: FollowUpPlan, client_of: ClientOf
) -> None:
    pk = due(cast, case, plan, 0)
    client_of(cast.alice).get("/")
    shown = LedgerEntry.objects.filter(actor=cast.alice, object_type="checkin", operation="CONSULT").latest("at")
    assert shown.object_ids == [pk]


@pytest.mark.parametrize(
    ("who", "said"), [("dana", "Ledger"), ("analyst", "National picture"), ("administrator", "Administration")]
)
def test_my_day__of_those_without_cases_says_where_to_go(cast: Cast, client_of: ClientOf, who: str, said: str) -> None:
    page = client_of(getattr(cast, who)).get("/").content.decode()
    assert "Where to go" in page
    assert said in page


def test_my_day__of_somebody_who_is_posted_nowhere(cast: Cast, client_of: ClientOf) -> None:
    assert "You are not posted anywhere today" in client_of(a_user("Nora")).get("/").content.decode()


@pytest.mark.usefixtures("one_moment")
def test_my_day__asks_no_more_for_more_rows(
    cast: Cast, case: Casefile, plan: FollowUpPlan, client_of: ClientOf
) -> None:
    alice = client_of(cast.alice)
    due(cast, case, plan, 0)
    alice.get("/")
    with CaptureQueriesContext(connection) as one:
        alice.get("/")
    for _number in range(3):
        due(cast, case, plan, 0)
    with CaptureQueriesContext(connection) as four:
        alice.get("/")
    assert len(four) == len(one)
