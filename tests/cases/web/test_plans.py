"""The follow-up plan: to read, to compare, to print, and everything that is done with a version."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from cases.access.services import acting
from cases.casefiles.models import Casefile
from cases.plans.models import FollowUpPlan, Goal
from cases.plans.selectors import goals_of, plan_for
from cases.plans.services import add_action, add_goal
from cities.ledger.models import LedgerEntry
from cities.staff.models import User
from tests.cases.web.conftest import ClientOf
from tests.factories import Cast, a_case
from tests.factories.plans import a_plan


def today() -> date:
    return timezone.localdate()


def a_version(case: Casefile, cast: Cast, **more: Any) -> FollowUpPlan:
    return a_plan(case, by=cast.alice, at=timezone.now() - timedelta(minutes=30), **more)


def now_as(user: User, case: Casefile, number: int = 1) -> FollowUpPlan:
    with acting(user):
        return plan_for(user, case, number, at=timezone.now())


def only_goal(user: User, plan: FollowUpPlan) -> Goal:
    with acting(user):
        return goals_of(plan)[0]


def path_of(case: Casefile, rest: str = "") -> str:
    return f"/cases/{case.reference}/plan/{rest}"


def test_plan__says_what_would_be_here_and_how_to_begin(cast: Cast, case: Casefile, client_of: ClientOf) -> None:
    page = client_of(cast.alice).get(path_of(case)).content.decode()
    assert "There is no plan yet" in page
    assert path_of(case, "draft/") in page


def test_plan__is_opened_in_the_ledger_before_it_is_shown(cast: Cast, case: Casefile, client_of: ClientOf) -> None:
    plan = a_version(case, cast)
    page = client_of(cast.alice).get(path_of(case)).content.decode()
    assert "Invented goal 1" in page
    entry = LedgerEntry.objects.filter(actor=cast.alice, operation="CONSULT").latest("at")
    assert (entry.act, entry.compartment, entry.object_ids) == ("PLAN_READ", "CARE", [plan.pk])


@pytest.mark.parametrize(
    "rest", ["", "1/", "1/print/", "compare/", "draft/", "1/change/", "1/agree/", "1/end/", "1/goals/add/"]
)
@pytest.mark.parametrize(("who", "status"), [("bob", 404), ("charlie", 404), ("mayor", 403), ("analyst", 404)])
def test_plan_pages__are_for_who_may_read_care(
    cast: Cast, case: Casefile, client_of: ClientOf, rest: str, who: str, status: int
) -> None:
    a_version(case, cast)
    answer = client_of(getattr(cast, who)).get(path_of(case, rest))
    assert answer.status_code in ({404, 403} if status == 403 else {status})
    assert "Invented goal" not in answer.content.decode()


@pytest.mark.parametrize("number", ["2", "99999999999999999999"])
def test_version__that_is_none_is_not_found(cast: Cast, case: Casefile, client_of: ClientOf, number: str) -> None:
    a_version(case, cast)
    assert client_of(cast.alice).get(path_of(case, f"{number}/")).status_code == 404


def test_draft__begins_a_version(cast: Cast, case: Casefile, client_of: ClientOf) -> None:
    typed = {"starts_on": str(today()), "summary": "To live alone", "person_view": "“Leave me be.”"}
    answer = client_of(cast.alice).post(path_of(case, "draft/"), typed)
    assert answer.headers["Location"] == path_of(case, "1/")
    plan = now_as(cast.alice, case)
    assert (plan.state, plan.summary, plan.person_view) == ("DRAFT", "To live alone", "“Leave me be.”")


def test_draft__refuses_an_impossible_day_and_keeps_what_was_typed(
    cast: Cast, case: Casefile, client_of: ClientOf
) -> None:
    typed = {"starts_on": "2011-01-01", "summary": "A text that must not be lost", "person_view": ""}
    answer = client_of(cast.alice).post(path_of(case, "draft/"), typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "A text that must not be lost" in page
    assert 'href="#id_starts_on"' in page


@pytest.mark.parametrize("summary", ["x" * 1_000_001, "a\x00b", "\ud7ff\u202e"])
def test_draft__survives_what_no_plan_says(cast: Cast, case: Casefile, client_of: ClientOf, summary: str) -> None:
    typed = {"starts_on": str(today()), "summary": summary, "person_view": ""}
    assert client_of(cast.alice).post(path_of(case, "draft/"), typed).status_code == 422


def test_change__says_what_stands_now_when_somebody_was_quicker(
    cast: Cast, case: Casefile, client_of: ClientOf
) -> None:
    plan = a_version(case, cast, state="DRAFT")
    alice = client_of(cast.alice)
    typed = {"version": plan.version, "starts_on": str(plan.starts_on), "person_view": "", "review_on": ""}
    assert alice.post(path_of(case, "1/change/"), {**typed, "summary": "The first"}).status_code == 302
    answer = alice.post(path_of(case, "1/change/"), {**typed, "summary": "The second"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "The second" in page  # what was typed
    assert "The first" in page  # what stands
    assert now_as(cast.alice, case).summary == "The first"
    again = {**typed, "summary": "The second", "version": plan.version + 1}
    assert alice.post(path_of(case, "1/change/"), again).status_code == 302


def test_a_version__goes_from_draft_to_agreed_on_its_pages(cast: Cast, case: Casefile, client_of: ClientOf) -> None:
    plan = a_version(case, cast, state="DRAFT")
    alice = client_of(cast.alice)
    answer = alice.post(path_of(case, "1/propose/"), {"version": plan.version})
    assert answer.headers["Location"] == path_of(case, "1/")
    assert "Record the consent" in alice.get(path_of(case, "1/")).content.decode()
    plan = now_as(cast.alice, case)
    consent = {"version": plan.version, "consent": "GIVEN", "consent_by": "", "consent_on": str(today()),
               "person_view": "“All right.”", "review_on": ""}  # fmt: skip
    assert alice.post(path_of(case, "1/change/"), consent).status_code == 302
    assert "Record the agreement" in alice.get(path_of(case, "1/")).content.decode()
    plan = now_as(cast.alice, case)
    typed = {"version": plan.version, "agreed_on": str(today()), "review_on": ""}
    assert alice.post(path_of(case, "1/agree/"), typed).status_code == 302
    plan = now_as(cast.alice, case)
    assert (plan.state, plan.person_view) == ("AGREED", "“All right.”")


def test_propose__refuses_a_plan_without_a_goal_on_its_own_page(
    cast: Cast, case: Casefile, client_of: ClientOf
) -> None:
    plan = a_version(case, cast, state="DRAFT", goals=0)
    answer = client_of(cast.alice).post(path_of(case, "1/propose/"), {"version": plan.version})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "at least one goal" in page
    assert "Follow-up plan, version 1" in page


def test_take_back__makes_a_draft_of_a_proposal(cast: Cast, case: Casefile, client_of: ClientOf) -> None:
    plan = a_version(case, cast, state="PROPOSED")
    assert client_of(cast.alice).post(path_of(case, "1/take-back/"), {"version": plan.version}).status_code == 302
    assert now_as(cast.alice, case).state == "DRAFT"


def test_agree__without_consent_is_refused(cast: Cast, case: Casefile, client_of: ClientOf) -> None:
    plan = a_version(case, cast, state="PROPOSED")
    typed = {"version": plan.version, "agreed_on": str(today())}
    answer = client_of(cast.alice).post(path_of(case, "1/agree/"), typed)
    assert answer.status_code == 422
    assert "has not consented" in answer.content.decode()


def test_end__says_why(cast: Cast, case: Casefile, client_of: ClientOf) -> None:
    plan = a_version(case, cast)
    alice = client_of(cast.alice)
    typed = {"version": plan.version, "ended_on": str(today()), "reason": " "}
    answer = alice.post(path_of(case, "1/end/"), typed)
    assert answer.status_code == 422
    assert 'href="#id_reason"' in answer.content.decode()
    assert alice.post(path_of(case, "1/end/"), {**typed, "reason": "Moved away"}).status_code == 302
    assert now_as(cast.alice, case).state == "ENDED"


def test_goal__is_added_and_changed_in_a_draft(cast: Cast, case: Casefile, client_of: ClientOf) -> None:
    a_version(case, cast, state="DRAFT", goals=0)
    alice = client_of(cast.alice)
    typed = {"domain": "WORK", "text": "Work", "owner": cast.alice.pk, "target_on": str(today() + timedelta(days=90))}
    assert alice.post(path_of(case, "1/goals/add/"), typed).status_code == 302
    goal = only_goal(cast.alice, now_as(cast.alice, case))
    changed = {**typed, "text": "Paid work", "version": goal.version, "state": "OPEN", "result": ""}
    answer = alice.post(path_of(case, f"goals/{goal.pk}/change/"), changed)
    assert answer.headers["Location"] == f"{path_of(case, '1/')}#goal-{goal.pk}"
    assert only_goal(cast.alice, now_as(cast.alice, case)).text == "Paid work"


def test_goal__is_offered_to_those_who_can_see_the_plan(cast: Cast, case: Casefile, client_of: ClientOf) -> None:
    a_version(case, cast, state="DRAFT", goals=0)
    page = client_of(cast.alice).get(path_of(case, "1/goals/add/")).content.decode()
    assert str(cast.carla) in page
    for outsider in (cast.bob, cast.charlie, cast.mayor):
        assert f">{outsider}<" not in page
    typed = {"domain": "WORK", "text": "Work", "owner": cast.bob.pk, "target_on": str(today() + timedelta(days=90))}
    assert client_of(cast.alice).post(path_of(case, "1/goals/add/"), typed).status_code == 422


def test_goal__of_the_plan_in_force_says_what_came_of_it(cast: Cast, case: Casefile, client_of: ClientOf) -> None:
    goal = only_goal(cast.alice, a_version(case, cast))
    typed = {"version": goal.version, "state": "REACHED", "result": "", "owner": cast.alice.pk}
    alice = client_of(cast.alice)
    answer = alice.post(path_of(case, f"goals/{goal.pk}/change/"), typed)
    assert answer.status_code == 422
    assert 'href="#id_result"' in answer.content.decode()
    told = {**typed, "result": "He has the key"}
    assert alice.post(path_of(case, f"goals/{goal.pk}/change/"), told).status_code == 302
    assert "He has the key" in alice.get(path_of(case)).content.decode()


def test_goal__under_the_address_of_another_case_is_not_found(cast: Cast, case: Casefile, client_of: ClientOf) -> None:
    other = a_case(by=cast.carla, lead=cast.alice, at=timezone.now() - timedelta(hours=1))
    goal = only_goal(cast.alice, a_version(case, cast))
    assert client_of(cast.alice).get(path_of(other, f"goals/{goal.pk}/change/")).status_code == 404
    assert client_of(cast.alice).get(path_of(other, f"goals/{goal.pk}/actions/add/")).status_code == 404


def test_action__is_added_done_and_not_done_after_all(cast: Cast, case: Casefile, client_of: ClientOf) -> None:
    goal = only_goal(cast.alice, a_version(case, cast))
    alice = client_of(cast.alice)
    typed = {"text": "Ring the landlord", "owner": cast.alice.pk, "due_on": str(today() + timedelta(days=3))}
    assert alice.post(path_of(case, f"goals/{goal.pk}/actions/add/"), typed).status_code == 302
    with acting(cast.alice):
        action = goals_of(goal.plan)[0].actions.get()
    assert alice.post(path_of(case, f"actions/{action.pk}/finish/"), {"done_on": str(today())}).status_code == 302
    assert "done on" in alice.get(path_of(case)).content.decode()
    assert alice.post(path_of(case, f"actions/{action.pk}/reopen/")).status_code == 302
    assert "Done today" in alice.get(path_of(case)).content.decode()


@pytest.fixture
def action_pk(cast: Cast, case: Casefile) -> int:
    goal = only_goal(cast.alice, a_version(case, cast))
    with acting(cast.alice):
        action = add_action(
            goal=goal, by=cast.alice, at=timezone.now(), text="Ring the landlord", owner=cast.alice,
            due_on=today() + timedelta(days=3),
        )  # fmt: skip
    return action.pk


def test_action__done_in_place_answers_with_its_goal(
    cast: Cast, case: Casefile, client_of: ClientOf, action_pk: int
) -> None:
    alice = client_of(cast.alice)
    fragment = {"HX-Request": "true"}
    answer = alice.post(path_of(case, f"actions/{action_pk}/finish/"), {"done_on": str(today())}, headers=fragment)
    page = answer.content.decode()
    assert (answer.status_code, "<html" in page) == (200, False)
    assert "Not done after all" in page
    assert 'hx-swap-oob="true"' in page
    page = alice.post(path_of(case, f"actions/{action_pk}/reopen/"), headers=fragment).content.decode()
    assert "Done today" in page


def test_action__done_tomorrow_is_refused(cast: Cast, case: Casefile, client_of: ClientOf, action_pk: int) -> None:
    typed = {"done_on": str(today() + timedelta(days=1))}
    answer = client_of(cast.alice).post(path_of(case, f"actions/{action_pk}/finish/"), typed)
    assert answer.status_code == 422
    assert 'href="#id_done_on"' in answer.content.decode()


def test_compare__pairs_a_goal_with_what_it_goes_on_from(cast: Cast, case: Casefile, client_of: ClientOf) -> None:
    a_version(case, cast, summary="To live alone in Vilvoorde")
    alice = client_of(cast.alice)
    typed = {"starts_on": str(today()), "summary": "To live alone in Mechelen", "person_view": ""}
    alice.post(path_of(case, "draft/"), typed)
    second = now_as(cast.alice, case, 2)
    with acting(cast.alice):
        add_goal(
            plan=second, by=cast.alice, at=timezone.now(), domain="WORK", text="Something new", owner=cast.alice,
            target_on=today() + timedelta(days=90),
        )  # fmt: skip
    page = alice.get(path_of(case, "compare/")).content.decode()
    assert "<del>Vilvoorde</del>" in page
    assert "<ins>Mechelen</ins>" in page
    assert "<ins>Something new</ins>" in page
    assert "not in version 1" in page
    assert "<del>Invented goal 1</del>" not in page
    backwards = alice.get(path_of(case, "compare/?before=2&after=1")).content.decode()
    assert "<del>Mechelen</del>" in backwards
    assert "<ins>Invented goal 1</ins>" not in backwards


@pytest.mark.parametrize("query", ["?before=9&after=1", "?before=x", "?after=%00"])
def test_compare__refuses_versions_that_there_are_not(
    cast: Cast, case: Casefile, client_of: ClientOf, query: str
) -> None:
    a_version(case, cast)
    alice = client_of(cast.alice)
    assert alice.get(path_of(case, "compare/")).status_code == 404  # there is one version only
    alice.post(path_of(case, "draft/"), {"starts_on": str(today()), "summary": "", "person_view": ""})
    assert alice.get(path_of(case, f"compare/{query}")).status_code == 422


def test_print__has_room_for_signatures(cast: Cast, case: Casefile, client_of: ClientOf) -> None:
    a_version(case, cast)
    page = client_of(cast.alice).get(path_of(case, "1/print/")).content.decode()
    assert "Nemo Voorbeeld: name, date and signature" in page
    assert "Invented goal 1" in page
