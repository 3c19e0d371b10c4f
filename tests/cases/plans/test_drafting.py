"""A version of a plan in the making: drafted, changed, proposed, taken back."""

from __future__ import annotations

from typing import Any

import pytest

from cases.access.rules import NotAllowed, OutOfSight, Refused, Stale
from cases.access.services import acting
from cases.casefiles.models import Casefile
from cases.plans.models import FollowUpPlan
from cases.plans.rules import Consent, PlanState
from cases.plans.selectors import plan_in_the_making, state_changes_of
from cases.plans.services import add_goal, change_plan, draft_plan, propose_plan, take_back_plan
from cities.roles.rules import Role
from tests.cases.plans.conftest import DAY, as_it_stands, entries
from tests.factories import AT, TODAY, Cast, a_case, a_plan, posted


def test_draft_plan__first_version(cast: Cast, case: Casefile) -> None:
    with acting(cast.alice):
        plan = draft_plan(case=case, by=cast.alice, at=AT, starts_on=TODAY, summary="To find a place")
        assert (plan.number, plan.state, plan.version, plan.consent) == (1, PlanState.DRAFT, 1, Consent.NOT_ASKED)
        assert plan_in_the_making(case, cast.alice, at=AT) == plan
        assert [(row.from_state, row.to_state) for row in state_changes_of(plan)] == [("", PlanState.DRAFT)]
    (entry,) = entries()
    assert (entry.operation, entry.compartment, entry.case_reference) == ("COLLECT", "CARE", case.reference)
    assert entry.fields == ["person_view", "starts_on", "summary"]


@pytest.mark.parametrize("name", ["bob", "charlie", "carlo", "liaison", "analyst", "administrator", "dana"])
def test_draft_plan__outside_the_case_there_is_none(cast: Cast, case: Casefile, name: str) -> None:
    user = getattr(cast, name)
    with acting(user), pytest.raises(OutOfSight):
        draft_plan(case=case, by=user, at=AT, starts_on=TODAY)


def test_draft_plan__the_mayor_may_not(cast: Cast, case: Casefile) -> None:
    with acting(cast.mayor), pytest.raises(NotAllowed):
        draft_plan(case=case, by=cast.mayor, at=AT, starts_on=TODAY)


def test_draft_plan__not_by_a_mayor_who_is_a_caseworker_elsewhere_in_the_city(cast: Cast, case: Casefile) -> None:
    posted(cast.mayor, Role.CASEWORKER, cast.city)
    with acting(cast.mayor), pytest.raises(OutOfSight):
        draft_plan(case=case, by=cast.mayor, at=AT, starts_on=TODAY)


def test_draft_plan__one_in_the_making_and_none_of_a_closed_case(cast: Cast, case: Casefile) -> None:
    a_plan(case, by=cast.alice, state=PlanState.DRAFT)
    with acting(cast.carla):
        with pytest.raises(Refused) as caught:
            draft_plan(case=case, by=cast.carla, at=AT, starts_on=TODAY)
        assert caught.value.code == "in_the_making"
        other = a_case(by=cast.carla, stage="CLOSED")
        with pytest.raises(Refused) as caught:
            draft_plan(case=other, by=cast.carla, at=AT, starts_on=TODAY)
        assert caught.value.code == "closed"
        with pytest.raises(Refused) as caught:
            draft_plan(case=a_case(by=cast.carla), by=cast.carla, at=AT, starts_on=TODAY - DAY)
        assert (caught.value.field, caught.value.code) == ("starts_on", "too_early")


def test_change_plan__only_what_differs(cast: Cast, case: Casefile) -> None:
    plan = a_plan(case, by=cast.alice, state=PlanState.DRAFT)
    with acting(cast.alice):
        plan = change_plan(by=cast.alice, at=AT, **as_it_stands(plan, summary="Something else", review_on=TODAY + DAY))
        assert (plan.summary, plan.version) == ("Something else", 2)
    assert entries()[-1].fields == ["review_on", "summary"]


def test_change_plan__that_changes_nothing_leaves_nothing(cast: Cast, case: Casefile) -> None:
    plan = a_plan(case, by=cast.alice, state=PlanState.DRAFT)
    before = len(entries())
    with acting(cast.alice):
        assert change_plan(by=cast.alice, at=AT, **as_it_stands(plan)).version == plan.version
    assert len(entries()) == before


def test_change_plan__stale(cast: Cast, case: Casefile) -> None:
    plan = a_plan(case, by=cast.alice, state=PlanState.DRAFT)
    with acting(cast.alice):
        change_plan(by=cast.alice, at=AT, **as_it_stands(plan, summary="In the first tab"))
        with pytest.raises(Stale):
            change_plan(by=cast.alice, at=AT, **as_it_stands(plan, summary="In the second tab"))
        assert FollowUpPlan.objects.get(pk=plan.pk).summary == "In the first tab"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"starts_on": TODAY + 70 * DAY}, ("starts_on", "goals")),
        ({"starts_on": TODAY - DAY}, ("starts_on", "too_early")),
        ({"review_on": TODAY}, ("review_on", "too_early")),
        ({"summary": "x" * 20_001}, ("summary", "too_long")),
        ({"person_view": "\x00"}, ("person_view", "characters")),
        ({"consent": Consent.GIVEN, "consent_on": TODAY}, ("consent", "not_proposed")),
    ],
)
def test_change_plan__refuses(cast: Cast, case: Casefile, fields: dict[str, Any], expected: tuple[str, str]) -> None:
    plan = a_plan(case, by=cast.alice, state=PlanState.DRAFT)
    with acting(cast.alice), pytest.raises(Refused) as caught:
        change_plan(by=cast.alice, at=AT, **as_it_stands(plan, **fields))
    assert (caught.value.field, caught.value.code) == expected


def test_change_plan__a_proposal_keeps_its_words(cast: Cast, case: Casefile) -> None:
    plan = a_plan(case, by=cast.alice, state=PlanState.PROPOSED)
    with acting(cast.alice):
        for name, value in (("summary", "Other words"), ("starts_on", TODAY + DAY)):
            with pytest.raises(Refused) as caught:
                change_plan(by=cast.alice, at=AT, **as_it_stands(plan, **{name: value}))
            assert (caught.value.field, caught.value.code) == (name, "proposed")
        yes = {"consent": Consent.GIVEN, "consent_on": TODAY, "person_view": "It will do"}
        plan = change_plan(by=cast.alice, at=AT, **as_it_stands(plan, **yes))
        assert (plan.consent, plan.person_view) == (Consent.GIVEN, "It will do")
        plan = change_plan(by=cast.alice, at=AT, **as_it_stands(plan, consent=Consent.NOT_NEEDED, consent_by="Una"))
        assert (plan.consent, plan.consent_by, plan.consent_on) == (Consent.NOT_NEEDED, "", None)


def test_change_plan__an_agreed_one_is_not_changed(cast: Cast, case: Casefile) -> None:
    plan = a_plan(case, by=cast.alice)
    with acting(cast.alice), pytest.raises(Refused) as caught:
        change_plan(by=cast.alice, at=AT, **as_it_stands(plan, summary="Other words"))
    assert caught.value.code == "state"


def test_propose_plan__needs_a_goal_and_is_done_once(cast: Cast, case: Casefile) -> None:
    plan = a_plan(case, by=cast.alice, state=PlanState.DRAFT, goals=0)
    with acting(cast.alice):
        with pytest.raises(Refused) as caught:
            propose_plan(plan=plan, by=cast.alice, at=AT, version=plan.version)
        assert caught.value.code == "no_goal"
        add_goal(
            plan=plan, by=cast.alice, at=AT, domain="WORK", text="To work", owner=cast.alice, target_on=TODAY + DAY
        )  # fmt: skip
        proposed = propose_plan(plan=plan, by=cast.alice, at=AT, version=plan.version)
        assert (proposed.state, proposed.version) == (PlanState.PROPOSED, 2)
        with pytest.raises(Stale):
            propose_plan(plan=plan, by=cast.alice, at=AT, version=plan.version)
        with pytest.raises(Refused) as caught:
            propose_plan(plan=plan, by=cast.alice, at=AT, version=proposed.version)
        assert caught.value.code == "state"


def test_take_back_plan__consent_lapses_with_the_words(cast: Cast, case: Casefile) -> None:
    plan = a_plan(case, by=cast.alice, state=PlanState.PROPOSED)
    with acting(cast.alice):
        plan = change_plan(by=cast.alice, at=AT, **as_it_stands(plan, consent=Consent.GIVEN, consent_on=TODAY))
        plan = take_back_plan(plan=plan, by=cast.alice, at=AT, version=plan.version)
        assert (plan.state, plan.consent, plan.consent_on) == (PlanState.DRAFT, Consent.NOT_ASKED, None)
        plan = change_plan(by=cast.alice, at=AT, **as_it_stands(plan, consent=Consent.REFUSED))
        plan = propose_plan(plan=plan, by=cast.alice, at=AT, version=plan.version)
        plan = take_back_plan(plan=plan, by=cast.alice, at=AT, version=plan.version)
        assert plan.consent == Consent.REFUSED


def test_propose_plan__bob_and_charlie_find_none(cast: Cast, case: Casefile) -> None:
    plan = a_plan(case, by=cast.alice, state=PlanState.DRAFT)
    for user in (cast.bob, cast.charlie, cast.dana, cast.mayor):
        with acting(user), pytest.raises(OutOfSight):
            propose_plan(plan=plan, by=user, at=AT, version=plan.version)
