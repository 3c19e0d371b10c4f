"""What PostgreSQL lets somebody do with grants past the application: end them, and nothing that lets her in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, IntegrityError, ProgrammingError, connection, transaction
from django.utils import timezone

from cases.access.models import CaseAccess
from cases.access.rules import Ground
from cases.access.selectors import compartments_open_to
from cases.access.services import acting, as_clock, end_grants
from cases.casefiles.models import Casefile
from cases.casefiles.selectors import cases_for
from cases.emergencies.services import end_emergency
from cases.people.models import Person
from cases.people.services import add_contact
from cities.roles.rules import Role
from tests.databases import OwnDatabase
from tests.factories import AT, Cast, a_case, a_cast, posted, posting_of, staff
from tests.factories.emergencies import an_emergency


@pytest.fixture
def case(cast: Cast) -> Casefile:
    """Bob was on its team until a moment ago; Alice is."""
    made = a_case(by=cast.carla, lead=cast.alice, team=(cast.bob,))
    with acting(cast.carla):
        assert end_grants(by=cast.carla, at=timezone.now(), case=made, user=cast.bob, ground=Ground.TEAM)
    return made


@pytest.mark.parametrize("to", ["NULL", "now() + interval '1 year'"])
@pytest.mark.parametrize("who", ["bob", "alice", "carla"])
def test_an_end__comes_no_later_whoever_says_so(cast: Cast, case: Casefile, who: str, to: str) -> None:
    with acting(getattr(cast, who)), connection.cursor() as cursor:
        with pytest.raises(IntegrityError, match="or sooner"), transaction.atomic():
            cursor.execute(f"UPDATE cases_caseaccess SET ends_at = {to} WHERE user_id = %s", [cast.bob.pk])  # noqa: S608
        with transaction.atomic():
            cursor.execute("UPDATE cases_caseaccess SET ends_at = starts_at WHERE user_id = %s", [cast.bob.pk])
            assert cursor.rowcount


def test_an_end__comes_no_later_when_the_clock_says_so(cast: Cast, case: Casefile) -> None:
    with as_clock(), connection.cursor() as cursor, pytest.raises(IntegrityError, match="sooner"), transaction.atomic():
        cursor.execute("UPDATE cases_caseaccess SET ends_at = NULL WHERE user_id = %s", [cast.bob.pk])


@pytest.mark.parametrize("to", ["NULL", "ended_at + interval '1 second'"])
def test_an_opening_that_was_ended__stands_no_longer(cast: Cast, to: str) -> None:
    """As long as it stood, she could give herself what it shows: opened again it would be an hour without a reason."""
    case = a_case(by=cast.carla, lead=cast.alice)
    opening = an_emergency(case, by=cast.bob)
    with acting(cast.bob), connection.cursor() as cursor:
        end_emergency(opening=opening, by=cast.bob, at=timezone.now())
        with pytest.raises(IntegrityError, match="or sooner"), transaction.atomic():
            cursor.execute(f"UPDATE cases_emergencyopening SET ended_at = {to}")  # noqa: S608
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            _lets_in(case, cast.bob, ground=Ground.EMERGENCY, ends_at=opening.ends_at)


@pytest.mark.parametrize("column", ["casefile_id", "city_id", "user_id", "posting_id", "agency_id", "starts_at"])
def test_a_grant__is_never_on_something_else(cast: Cast, case: Casefile, column: str) -> None:
    refused = pytest.raises(ProgrammingError, match="permission denied")
    with acting(cast.carla), connection.cursor() as cursor, refused, transaction.atomic():
        cursor.execute(f"UPDATE cases_caseaccess SET {column} = {column}")  # noqa: S608


def _lets_in(case: Casefile, by: Any, **changed: Any) -> CaseAccess:
    now = timezone.now()
    given: dict[str, Any] = {"casefile_id": case.pk, "city_id": case.city_id, "user": by, "posting": posting_of(by)}
    given |= {"compartment": "CORE", "ground": "TEAM"} | changed
    made: CaseAccess = CaseAccess.grants.create(
        recorded_at=now, recorded_by=by, reference=case.reference, starts_at=now,
        **given,
    )  # fmt: skip
    return made


def test_a_coordinator__lets_in_to_no_case_of_another_city(cast: Cast) -> None:
    elsewhere, here = a_case(by=cast.carlo), a_case(by=cast.carla)
    with acting(cast.carla):
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            _lets_in(elsewhere, cast.carla)
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            _lets_in(elsewhere, cast.carla, city_id=cast.city.pk)
        assert _lets_in(here, cast.carla).pk


@pytest.mark.parametrize("who", ["carla", "alice"])
def test_nobody__is_given_more_than_her_role_can_be(cast: Cast, who: str) -> None:
    """By whoever may give something of the case: who coordinates, who is on its team."""
    case = a_case(by=cast.carla, lead=cast.alice)
    by = getattr(cast, who)
    refused = pytest.raises(DatabaseError, match="row-level security")
    with acting(by):
        for user, part in ((cast.bob, "CARE"), (cast.mayor, "JUSTICE"), (cast.liaison, "JUSTICE")):
            assert _lets_in(case, by, user=user, posting=posting_of(user), compartment=part).pk
        for user, part in (
            (cast.bob, "JUSTICE"), (cast.bob, "POLICE"), (cast.mayor, "CARE"), (cast.liaison, "CORE"),
            (cast.dana, "CORE"), (cast.analyst, "CORE"), (cast.administrator, "CORE"), (cast.charlie, "CORE"),
        ):  # fmt: skip
            with refused, transaction.atomic():
                _lets_in(case, by, user=user, posting=posting_of(user), compartment=part)
        with refused, transaction.atomic():
            _lets_in(case, by, user=cast.dana, posting=posting_of(cast.bob))


def test_who_sees_a_case_without_working_in_it__shares_it_with_nobody(cast: Cast) -> None:
    case = a_case(by=cast.carla, lead=cast.alice)
    assistant = staff(Role.JUSTICE_ASSISTANT, cast.city)
    with acting(cast.alice):
        _lets_in(case, cast.alice, user=assistant, posting=posting_of(assistant))
    with acting(assistant):
        assert Casefile.objects.filter(pk=case.pk).exists()
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            _lets_in(case, assistant, user=cast.bob, posting=posting_of(cast.bob))


def test_who_is_on_the_team__gives_nothing_to_an_office(cast: Cast) -> None:
    case = a_case(by=cast.carla, lead=cast.alice)
    office = {"user": None, "posting": None, "agency": cast.office, "compartment": "JUSTICE", "ground": "REFERRAL"}
    with acting(cast.alice), pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
        _lets_in(case, cast.alice, **office)


def test_an_emergency__lets_in_nobody_and_her_no_longer(cast: Cast) -> None:
    case = a_case(by=cast.carla, lead=cast.alice, at=timezone.now() - timedelta(hours=2))
    an_emergency(case, by=cast.bob)
    with acting(cast.bob):
        assert Casefile.objects.filter(pk=case.pk).exists()
        for user in (cast.bob, cast.charlie):
            with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
                _lets_in(case, cast.bob, user=user, posting=posting_of(user))
    with acting(cast.alice):
        assert _lets_in(case, cast.alice, user=cast.bob, posting=posting_of(cast.bob)).pk


def test_who_can_be_given_no_care__knows_no_family_by_a_grant_of_care(
    own_database: OwnDatabase, owner_connection: psycopg.Connection[tuple[Any, ...]]
) -> None:
    """Nobody can give it. If somebody could, it would open nothing."""
    cast = a_cast()
    owner_connection.execute("ALTER POLICY people_write ON cases_caseaccess WITH CHECK (true)")
    case = a_case(by=cast.carla, lead=cast.alice)
    with acting(cast.alice):
        add_contact(case=case, by=cast.alice, at=AT, official_name="Antigone Invented", kind="SIBLING")
    known = {}
    for who in (cast.liaison, cast.bob):
        with acting(cast.carla):
            _lets_in(case, cast.carla, user=who, posting=posting_of(who), compartment="CARE")
        with acting(who):
            known[who.first_name] = list(Person.objects.values_list("official_name", flat=True))
    assert known == {"Lior": [], "Bob": ["Antigone Invented"]}


def test_a_grant_by_a_posting_elsewhere__opens_nothing(
    own_database: OwnDatabase, owner_connection: psycopg.Connection[tuple[Any, ...]]
) -> None:
    """Nobody can write it. If somebody could, neither the application nor PostgreSQL would go by it, whether or not
    she is posted here too."""
    cast = a_cast()
    owner_connection.execute("ALTER POLICY people_write ON cases_caseaccess WITH CHECK (true)")
    case = a_case(by=cast.carla, lead=cast.alice)
    posted(cast.charlie, Role.CASEWORKER, cast.city)
    elsewhere = {who.pk: who.postings.get(city=cast.other_city) for who in (cast.charlie, cast.carlo)}
    for who in (cast.charlie, cast.carlo):
        with acting(cast.carla):
            for part in ("CORE", "CARE"):
                _lets_in(case, cast.carla, user=who, posting=elsewhere[who.pk], compartment=part)
        with acting(who):
            assert not Casefile.objects.filter(pk=case.pk).exists()
            assert not cases_for(who, at=timezone.now()).filter(pk=case.pk).exists()
            assert not compartments_open_to(who, case, at=timezone.now())
        with acting(cast.carla):  # the application by itself, with every row in sight
            assert not cases_for(who, at=timezone.now()).filter(pk=case.pk).exists()
            assert CaseAccess.grants.filter(user=who, casefile=case).count() == 2
