"""What each house can see of the other: asked through the application, and of PostgreSQL itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models

from cases.access.models import CaseAccess
from cases.access.rules import OutOfSight
from cases.access.selectors import who_can_see
from cases.access.services import acting, knows_of
from cases.casefiles.models import Casefile
from cases.people.models import Person
from cases.prosecution.models import ProsecutionReferral, ReferralFact, ReferralStageChange
from cases.prosecution.rules import ReferralStage
from cases.prosecution.selectors import (
    facts_of,
    offences_of,
    offices,
    referral_for,
    referral_numbered,
    referrals_for,
    referrals_of,
    referrals_to_act_on,
    stage_changes_of,
)
from cases.prosecution.services import approve_referral, change_referral, send_referral, take_back_referral
from cities.agencies.rules import AgencyKind
from cities.places.rules import BRUSSELS
from cities.records import as_set_up
from cities.roles.rules import Role
from cities.staff.models import Posting, User
from tests.factories import (
    A_FACT,
    AT,
    TODAY,
    Cast,
    a_case,
    a_plan,
    a_referral,
    a_user,
    an_agency,
    an_offence,
    posted,
    sent_referral,
    staff,
)

TABLES: list[Any] = list(apps.get_app_config("cases").get_models())


@pytest.fixture
def case(cast: Cast) -> Casefile:
    """A case led by Alice, with a plan."""
    made = a_case(by=cast.carla, lead=cast.alice)
    a_plan(made, by=cast.alice)
    return made


def rows(model: type[models.Model]) -> set[int]:
    """The rows that PostgreSQL shows, without any help of the application. None where it refuses the very question."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege(%s, 'SELECT')", [model._meta.db_table])
        if not cursor.fetchone()[0]:
            return set()
        cursor.execute(f"SELECT id FROM {model._meta.db_table}")  # noqa: S608
        return {row[0] for row in cursor.fetchall()}


def seen(model: Any, user: User) -> set[int]:
    """The rows that the application asks for on somebody's behalf."""
    manager: Any = model.grants if model is CaseAccess else model.objects
    return set(manager.visible_to(user, at=AT).values_list("pk", flat=True))


def test_office__sees_what_was_sent_to_it_and_nothing_else(cast: Cast, case: Casefile) -> None:
    row = a_referral(case, cast)
    with acting(cast.carla):
        changed: dict[str, Any] = {
            "subject": row.subject,
            "ground": row.ground,
            "statement": row.statement,
            "facts": [A_FACT, A_FACT],
        }
        change_referral(
            referral=row, by=cast.carla, at=AT, version=row.version, addressed_to=cast.office, **changed
        )  # fmt: skip
    with acting(cast.liaison):
        assert not any(rows(model) for model in TABLES if model._meta.model_name != "offence")
        assert not knows_of(cast.liaison, case, at=AT)
    sent = sent_referral(case, cast, offences=[an_offence()])
    drafted = a_referral(case, cast)
    with acting(cast.liaison):
        assert list(referrals_for(cast.liaison, at=AT)) == [sent]
        assert referral_for(cast.liaison, sent.pk, at=AT) == sent
        assert referral_numbered(cast.liaison, case.reference, sent.number, at=AT) == sent
        assert (facts_of(sent).count(), offences_of(sent).count()) == (1, 1)
        assert [change.to_stage for change in stage_changes_of(sent, cast.liaison, at=AT)] == ["SENT"]
        with pytest.raises(OutOfSight):
            referral_for(cast.liaison, drafted.pk, at=AT)
        assert knows_of(cast.liaison, case, at=AT)
        visible = {model._meta.model_name for model in TABLES if rows(model)}
        assert visible == {
            "offence", "caseaccess", "prosecutionreferral", "referralfact", "referraloffence", "referralstagechange",
        }  # fmt: skip
        assert not Person.objects.exists()
        assert not Casefile.objects.exists()


def test_office__never_sees_what_was_taken_out_or_said_before_the_sending(cast: Cast, case: Casefile) -> None:
    row = a_referral(case, cast, stage=ReferralStage.APPROVED)
    with acting(cast.carla):
        row = take_back_referral(referral=row, by=cast.carla, at=AT, version=row.version, reason="Said among ourselves")
        other = replace(A_FACT, text="What stays")
        row = change_referral(
            referral=row, by=cast.carla, at=AT, version=row.version, addressed_to=cast.office, subject=row.subject,
            ground=row.ground, statement=row.statement, facts=[other],
        )  # fmt: skip
    with acting(cast.mayor):
        row = approve_referral(referral=row, by=cast.mayor, at=AT, version=row.version)
    with acting(cast.carla):
        row = send_referral(referral=row, by=cast.carla, at=AT, version=row.version)
        assert ReferralFact.objects.count() == 2
        assert ReferralStageChange.objects.count() == 5
    with acting(cast.liaison):
        assert list(ReferralFact.objects.values_list("text", flat=True)) == ["What stays"]
        assert list(ReferralStageChange.objects.values_list("reason", flat=True)) == [""]


def test_office__a_liaison_appointed_later_finds_it_and_one_who_left_does_not(cast: Cast, case: Casefile) -> None:
    row = sent_referral(case, cast)
    newcomer = a_user("Nora")
    with acting(newcomer):
        assert not rows(ProsecutionReferral)
    posted(newcomer, Role.PROSECUTION_LIAISON, None, agency=cast.office, starts_on=TODAY)
    with as_set_up():
        Posting.objects.filter(user=cast.liaison).update(ends_on=TODAY)
    with acting(newcomer):
        assert rows(ProsecutionReferral) == seen(ProsecutionReferral, newcomer) == {row.pk}
    with acting(cast.liaison):
        assert rows(ProsecutionReferral) == seen(ProsecutionReferral, cast.liaison) == set()


def test_office__the_city_of_a_posting_is_a_second_check(cast: Cast, case: Casefile) -> None:
    row = sent_referral(case, cast)
    here, elsewhere = a_user("Here"), a_user("Elsewhere")
    posted(here, Role.PROSECUTION_LIAISON, cast.city, agency=cast.office)
    posted(elsewhere, Role.PROSECUTION_LIAISON, cast.other_city, agency=cast.office)
    for user, expected in ((here, {row.pk}), (elsewhere, set())):
        with acting(user):
            assert rows(ProsecutionReferral) == seen(ProsecutionReferral, user) == expected
            assert rows(CaseAccess) == seen(CaseAccess, user)
            assert bool(rows(CaseAccess)) == bool(expected)


def test_office__a_grant_that_is_ended_ends_it(cast: Cast, case: Casefile) -> None:
    sent_referral(case, cast)
    with acting(cast.carla):
        CaseAccess.grants.filter(casefile=case, agency=cast.office).update(ends_at=AT + timedelta(hours=1))
    with acting(cast.liaison):
        assert not rows(ProsecutionReferral)
        later = AT + timedelta(hours=2)
        assert not ProsecutionReferral.objects.visible_to(cast.liaison, at=later).exists()


@pytest.mark.parametrize(
    "stage", [ReferralStage.DRAFTED, ReferralStage.SENT, ReferralStage.ANSWERED, ReferralStage.WITHDRAWN]
)
def test_every_table__application_and_database_agree(cast: Cast, case: Casefile, stage: str) -> None:
    second = staff(Role.PROSECUTION_LIAISON, None, agency=an_agency(None, AgencyKind.PROSECUTION))
    a_referral(case, cast, stage=stage)
    for user in (*cast.everybody(), second):
        with acting(user):
            for model in TABLES:
                assert rows(model) == seen(model, user), (model.__name__, user.first_name)


def test_caseworker__is_never_told_that_something_was_referred(cast: Cast, case: Casefile) -> None:
    sent_referral(case, cast)
    with acting(cast.alice):
        assert {grant.ground for grant in CaseAccess.grants.all()} == {"TEAM"}
        assert list(referrals_of(case, cast.alice, at=AT)) == []
    for database_shows in (cast.alice, cast.carla):  # the application says it too, where PostgreSQL hides nothing
        with acting(database_shows):
            assert {sight.ground for sight in who_can_see(case, cast.alice, now=AT, at=AT)} == {"POSTING", "TEAM"}


def test_who_can_see__names_the_liaisons_of_the_day(cast: Cast, case: Casefile) -> None:
    sent_referral(case, cast)
    newcomer = a_user("Nora")
    posted(newcomer, Role.PROSECUTION_LIAISON, None, agency=cast.office, starts_on=date(2024, 11, 6))
    for reader in (cast.carla, cast.mayor, cast.dana):
        with acting(reader):
            began = {cast.liaison.pk: AT, newcomer.pk: datetime(2024, 11, 6, tzinfo=BRUSSELS)}
            for at, expected in ((AT, {cast.liaison}), (AT + timedelta(days=1), {cast.liaison, newcomer})):
                office = [sight for sight in who_can_see(case, reader, now=at, at=at) if sight.ground == "REFERRAL"]
                assert {sight.user_id for sight in office} == {user.pk for user in expected}
                assert {(sight.compartments, sight.starts_at, sight.given_by) for sight in office} == {
                    (("JUSTICE",), began[user.pk], str(cast.carla)) for user in expected
                }


def test_referrals_to_act_on__each_sees_what_waits_for_her(cast: Cast, case: Casefile) -> None:
    drafted = a_referral(case, cast)
    approved = a_referral(case, cast, stage=ReferralStage.APPROVED)
    sent = sent_referral(case, cast)
    seen_there = a_referral(case, cast, stage=ReferralStage.ACKNOWLEDGED)
    a_referral(case, cast, stage=ReferralStage.ANSWERED)
    a_referral(case, cast, stage=ReferralStage.WITHDRAWN)
    for user, expected in (
        (cast.carla, [approved]), (cast.mayor, [drafted]), (cast.liaison, [sent, seen_there]), (cast.alice, []),
        (cast.carlo, []),
    ):  # fmt: skip
        with acting(user):
            assert list(referrals_to_act_on(user, at=AT)) == expected


def test_offices__those_in_use(cast: Cast) -> None:
    an_agency(None, AgencyKind.PROSECUTION, is_active=False)
    assert list(offices()) == [cast.office]
