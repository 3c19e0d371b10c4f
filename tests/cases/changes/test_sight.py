"""Who sees what a row was before: whoever sees the row now, in its compartment; asked of PostgreSQL past every page."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import ProgrammingError, connection

from cases.access.models import CaseAccess
from cases.access.rules import Ground
from cases.access.services import acting, end_grants
from cases.casefiles.models import Casefile
from cases.changes.models import CareChange, Change, JusticeChange
from cases.changes.selectors import changes_of
from cases.people.services import add_contact, end_contact
from cases.plans.models import FollowUpPlan
from cases.prosecution.models import ProsecutionReferral
from cases.prosecution.services import answer_referral
from cities.staff.models import User
from tests.factories import AT, TODAY, Cast, a_case, a_plan, a_referral, a_user, on_the_team, sent_referral

KINDS = {"CORE": "cases_change", "CARE": "cases_carechange", "JUSTICE": "cases_justicechange"}


@pytest.fixture
def changed(cast: Cast, case: Casefile) -> Casefile:
    """Something was changed in each part of the case, before and after a referral was sent."""
    plan = a_plan(case, by=cast.alice)
    referral = sent_referral(case, cast, statement="Canaryofjustice as it was drafted")
    with acting(cast.carla):
        Casefile.objects.filter(pk=case.pk).update(next_step="Canaryofcore")
        FollowUpPlan.objects.filter(pk=plan.pk).update(summary="Canaryofcare")
        ProsecutionReferral.objects.filter(pk=referral.pk).update(withheld="Canaryofjustice")
    return case


def seen(user: User, table: str) -> set[str]:
    """Which kinds of rows PostgreSQL shows her the past of, with nothing asked. "refused": she has no right on it."""
    try:
        with acting(user), connection.cursor() as cursor:
            cursor.execute(f"SELECT DISTINCT object_type FROM {table}")  # noqa: S608
            return {row[0] for row in cursor.fetchall()}
    except ProgrammingError:
        return {"refused"}


@pytest.mark.parametrize(
    ("who", "core", "care", "justice"),
    [
        ("alice", {"casefile"}, {"followupplan"}, set()),
        ("carla", {"casefile"}, {"followupplan"}, {"prosecutionreferral"}),
        ("mayor", {"casefile"}, {"refused"}, {"prosecutionreferral"}),
        ("bob", set(), set(), set()),
        ("charlie", set(), set(), set()),
        ("carlo", set(), set(), set()),
        ("liaison", set(), {"refused"}, set()),
        ("dana", set(), {"refused"}, set()),
        ("analyst", set(), {"refused"}, set()),
        ("administrator", set(), {"refused"}, set()),
    ],
)
def test_past__is_seen_where_the_row_is(
    cast: Cast, changed: Casefile, who: str, core: set[str], care: set[str], justice: set[str]
) -> None:
    user = getattr(cast, who)
    assert [seen(user, table) for table in KINDS.values()] == [core, care, justice]


def test_superuser__sees_no_past(cast: Cast, changed: Casefile) -> None:
    assert [seen(a_user("Sue", is_superuser=True), table) for table in KINDS.values()] == [set(), {"refused"}, set()]


def test_past__of_another_case_stays_out_of_sight(cast: Cast, changed: Casefile) -> None:
    other = a_case(by=cast.carla, lead=cast.bob)
    with acting(cast.carla):
        Casefile.objects.filter(pk=other.pk).update(next_step="Another")
    with acting(cast.bob):
        assert {row.object_id for row in Change.objects.filter(object_type="casefile")} == {other.pk}
        assert list(changes_of(changed, cast.bob, at=AT)) == []


def test_past__goes_out_of_sight_with_the_row(cast: Cast, changed: Casefile) -> None:
    on_the_team(changed, cast.bob, by=cast.carla)
    assert "casefile" in seen(cast.bob, "cases_change")
    assert "followupplan" in seen(cast.bob, "cases_carechange")
    with acting(cast.carla):
        end_grants(case=changed, by=cast.carla, at=AT, user=cast.bob, ground=Ground.TEAM)
    assert seen(cast.bob, "cases_change") <= {"caseaccess"}  # her own
    assert seen(cast.bob, "cases_carechange") == set()


def test_past__of_a_grant_to_an_office_is_of_the_other_house(cast: Cast, changed: Casefile) -> None:
    with acting(cast.carla):
        rows: Any = CaseAccess.objects
        given = rows.get(casefile=changed, ground=Ground.REFERRAL)
        rows.filter(pk=given.pk).update(ends_at=given.starts_at)
        assert Change.objects.filter(object_type="caseaccess", object_id=given.pk).exists()
        assert "caseaccess" in {row.object_type for row in changes_of(changed, cast.carla, at=AT)}
    with acting(cast.alice):
        assert not Change.objects.filter(object_type="caseaccess", object_id=given.pk).exists()
        assert "caseaccess" not in {row.object_type for row in changes_of(changed, cast.alice, at=AT)}


def test_office__sees_what_was_sent_and_not_how_it_came_about(cast: Cast, changed: Casefile) -> None:
    with acting(cast.liaison):
        referral = ProsecutionReferral.objects.get()
        assert list(JusticeChange.objects.visible_to(cast.liaison, at=AT)) == []
        assert list(changes_of(referral, cast.liaison, at=AT)) == []
    with acting(cast.carla):
        assert changes_of(referral, cast.carla, at=AT).count() == JusticeChange.objects.count() > 2


def test_caution__is_told_without_who_ended_it_and_when(cast: Cast, case: Casefile) -> None:
    """Whoever knows of the case is told that an inquiry is open. How that came about is of the other house."""
    referral = a_referral(case, cast, stage="ANSWERED", answer="INQUIRY")
    with acting(cast.liaison):
        answer_referral(
            referral=referral, by=cast.liaison, at=AT, version=referral.version, answer="DISMISSED", answer_text="None"
        )
    told = {}
    for user in (cast.alice, cast.carla, cast.mayor, cast.liaison):
        with acting(user):
            told[user] = [set(row.after) for row in Change.objects.filter(object_type="caution")]
            assert Change.objects.visible_to(user, at=AT).filter(object_type="caution").count() == len(told[user])
    with acting(cast.alice):
        assert "caution" not in {row.object_type for row in changes_of(case, cast.alice, at=AT)}
    with acting(cast.carla):
        assert "caution" in {row.object_type for row in changes_of(case, cast.carla, at=AT)}
    assert told == {cast.alice: [], cast.carla: [{"ends_on"}], cast.mayor: [{"ends_on"}], cast.liaison: []}


def test_family__is_care_and_so_is_its_past(cast: Cast, case: Casefile) -> None:
    with acting(cast.alice):
        tie = add_contact(case=case, by=cast.alice, at=AT, official_name="Antigone", kind="SIBLING", note="")
        end_contact(relationship=tie, by=cast.alice, at=AT, ends_on=TODAY)
        assert [set(row.after) for row in changes_of(tie, cast.alice, at=AT)] == [{"ends_on"}]
        assert CareChange.objects.visible_to(cast.mayor, at=AT).count() == 0
    assert seen(cast.mayor, "cases_carechange") == {"refused"}
    assert seen(cast.bob, "cases_carechange") == set()


def test_past__stands_in_no_list(cast: Cast, changed: Casefile) -> None:
    with acting(cast.carla):
        assert Change.objects.visible_to(cast.carla, at=AT).exists()
        assert not Change.objects.listed_to(cast.carla, at=AT).exists()
