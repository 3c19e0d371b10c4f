"""Row-level security is forced on every table of `cases`, and the lint over the catalogue finds what is not."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from django.db import ProgrammingError, connection, transaction

from cases.access import lint
from cases.access.policies import CARE, CLOCK, case_models, is_care
from cases.access.services import acting, as_clock
from cases.checkins.models import CheckInNote
from cities.records import as_set_up
from tests.databases import OwnDatabase
from tests.factories import Cast, a_case, a_cast


@pytest.mark.django_db
def test_every_table__has_forced_row_security() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity AND relkind = 'r'")
        forced = {row[0] for row in cursor.fetchall()}
    assert {model._meta.db_table for model in case_models()} <= forced


@pytest.mark.django_db
def test_faults__are_none() -> None:
    assert lint.faults(connection) == []


@pytest.mark.django_db
@pytest.mark.parametrize("model", [model for model in case_models() if not is_care(model)])
def test_nothing_set__nothing_seen(model: Any) -> None:
    assert model._default_manager.count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize("model", [model for model in case_models() if is_care(model)])
def test_nothing_set__no_right_on_care(model: Any) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        model._default_manager.count()


@pytest.mark.parametrize(
    ("made", "fault"),
    [
        ("CREATE TABLE cases_bad (id int)", "table cases_bad has no forced row-level security"),
        (
            "CREATE TABLE cases_bad (id int); ALTER TABLE cases_bad ENABLE ROW LEVEL SECURITY",
            "table cases_bad has no forced row-level security",
        ),
        (
            (
                "CREATE TABLE cases_bad (id int); "
                "ALTER TABLE cases_bad ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY"
            ),
            "table cases_bad has no policy for people",
        ),
        ("ALTER TABLE cases_person NO FORCE ROW LEVEL SECURITY", "table cases_person has no forced row-level security"),
        ("DROP POLICY people_see ON cases_casefile", "table cases_casefile has no policy for people"),
        (
            "DROP TRIGGER apparatus_no_later ON cases_caseaccess",
            "table cases_caseaccess lets what was granted be lengthened",
        ),
        (
            "DROP TRIGGER apparatus_opening_no_later ON cases_emergencyopening",
            "table cases_emergencyopening lets what was granted be lengthened",
        ),
        ("CREATE VIEW bad AS SELECT official_name FROM cases_person", "view bad runs with its owner's rights"),
        (
            "CREATE MATERIALIZED VIEW bad AS SELECT official_name FROM cases_person",
            "view bad keeps a copy that no policy guards",
        ),
        (
            "CREATE FUNCTION bad() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT count(*) FROM cases_person'",
            "function bad runs as its owner without the search path pg_catalog, public, pg_temp",
        ),
        (
            "CREATE FUNCTION bad() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT count(*) FROM cases_person'",
            "function bad runs as its owner for everybody",
        ),
        (  # temporary tables would come first
            (
                "CREATE FUNCTION bad() RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, "
                "public AS 'SELECT count(*) FROM cases_person'"
            ),
            "function bad runs as its owner without the search path pg_catalog, public, pg_temp",
        ),
        (
            (
                "CREATE SCHEMA elsewhere; CREATE FUNCTION elsewhere.bad() RETURNS bigint LANGUAGE sql SECURITY DEFINER "
                "AS 'SELECT count(*) FROM public.cases_person'"
            ),
            "function bad runs as its owner without the search path pg_catalog, public, pg_temp",
        ),
        (
            "CREATE SCHEMA elsewhere; CREATE VIEW elsewhere.bad AS SELECT official_name FROM cases_person",
            "view bad runs with its owner's rights",
        ),
        ("GRANT CREATE ON SCHEMA public TO PUBLIC", "role apparatus_people may make tables in the schema public"),
        (
            "CREATE SCHEMA elsewhere; GRANT CREATE ON SCHEMA elsewhere TO apparatus_app",
            "role apparatus_app may make tables in the schema elsewhere",
        ),
        ("GRANT TEMP ON DATABASE {} TO PUBLIC", "role apparatus_app may make tables in the database"),
        ("GRANT TEMP ON DATABASE {} TO apparatus_keeper", "role apparatus_keeper may make tables in the database"),
        ("GRANT CREATE ON DATABASE {} TO apparatus_people", "role apparatus_people may make tables in the database"),
        ("ALTER TABLE cities_posting DISABLE ROW LEVEL SECURITY", "table cities_posting has no row-level security"),
        ("DROP POLICY people_see ON cities_posting", "table cities_posting has no policy for people"),
        (
            "DROP TRIGGER apparatus_posting_kept ON cities_posting",
            "table cities_posting lets anybody change what only administrators may",
        ),
        (
            "ALTER TABLE cities_user DISABLE TRIGGER apparatus_account_kept",
            "table cities_user lets anybody change what only administrators may",
        ),
        (
            "CREATE POLICY bad ON cases_person USING (true)",
            "table cases_person has a policy that no rule made: bad",
        ),
    ],
)
def test_faults__finds(made: str, fault: str, owner_connection: psycopg.Connection[tuple[Any, ...]]) -> None:
    owner_connection.execute(made.replace("{}", f'"{connection.settings_dict["NAME"]}"'))
    assert fault in lint.faults(connection)


def test_faults__lets_a_view_be_that_runs_with_the_rights_of_who_asks(
    owner_connection: psycopg.Connection[tuple[Any, ...]],
) -> None:
    owner_connection.execute("CREATE VIEW good WITH (security_invoker=true) AS SELECT id FROM cases_person")
    assert lint.faults(connection) == []


def test_a_temporary_table__stands_in_for_none_that_a_function_means(
    own_database: OwnDatabase, owner_connection: psycopg.Connection[tuple[Any, ...]]
) -> None:
    """Nobody can make one. If she could, the functions that run as their owner wouldn't look at it."""
    cast = a_cast()
    a_case(by=cast.carla)
    with (
        transaction.atomic(), connection.cursor() as cursor,
        pytest.raises(ProgrammingError, match="permission denied to create temporary tables"), transaction.atomic(),
    ):  # fmt: skip
        cursor.execute("CREATE TEMP TABLE cities_posting (id bigint)")
    owner_connection.execute(f'GRANT TEMP ON DATABASE "{own_database.name}" TO PUBLIC')
    with acting(cast.analyst), connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE cities_posting AS SELECT 0::bigint AS id, %s::bigint AS user_id, 'COORDINATOR' AS role, "
            "%s::bigint AS city_id, NULL::bigint AS agency_id, date '2020-01-01' AS starts_on, NULL::date AS ends_on",
            [cast.analyst.pk, cast.city.pk],
        )
        cursor.execute("GRANT SELECT ON pg_temp.cities_posting TO PUBLIC")
        cursor.execute("SELECT count(*) FROM cities_posting")
        assert cursor.fetchone() == (1,), "The statement itself means the temporary one."
        cursor.execute(
            "SELECT apparatus_my_cities('CORE'), apparatus_my_reviewed_cities(), apparatus_role_of(%s), "
            "apparatus_my_country(), (SELECT count(*) FROM public.cases_casefile)",
            [cast.analyst.pk],
        )
        assert cursor.fetchone() == ([], [], "none", False, 0)


OTHER_HOUSE = ("mayor", "liaison", "dana", "analyst", "administrator")


@pytest.mark.parametrize("who", OTHER_HOUSE)
def test_the_other_house__has_no_right_on_any_table_of_care(cast: Cast, who: str) -> None:
    """W2 of the safety goals: permission denied on all of them, whatever is asked and done."""
    tables = [model._meta.db_table for model in case_models() if is_care(model)]
    assert tables
    for table in tables:
        for act in ("SELECT 1 FROM {}", "INSERT INTO {} DEFAULT VALUES", "UPDATE {} SET id = id", "DELETE FROM {}"):
            with (
                pytest.raises(ProgrammingError, match="permission denied"),
                acting(getattr(cast, who)),
                connection.cursor() as cursor,
            ):
                cursor.execute(act.format(table))


def test_the_role_of_care__ends_with_the_transaction_and_with_whoever_acted(cast: Cast) -> None:
    def role() -> str:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user")
            return str(cursor.fetchone()[0])

    before = role()
    with acting(cast.alice):
        assert role() == CARE
        with acting(cast.mayor):
            assert role() == before
        assert role() == CARE
        with as_clock():
            assert role() == CLOCK
        assert role() == CARE
    assert role() == before


def test_a_superuser__has_no_right_on_care_by_that(cast: Cast) -> None:
    cast.administrator.is_superuser = True
    with as_set_up():
        cast.administrator.save()
    with pytest.raises(ProgrammingError, match="permission denied"), acting(cast.administrator):
        CheckInNote.objects.count()
