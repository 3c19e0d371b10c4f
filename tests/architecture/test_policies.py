"""Row-level security is forced on every table of `cases`, and the lint over the catalogue finds what is not."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from django.db import ProgrammingError, connection

from cases.access import lint
from cases.access.policies import case_models, is_care


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
        ("CREATE VIEW bad AS SELECT official_name FROM cases_person", "view bad runs with its owner's rights"),
        (
            "CREATE MATERIALIZED VIEW bad AS SELECT official_name FROM cases_person",
            "view bad keeps a copy that no policy guards",
        ),
        (
            "CREATE FUNCTION bad() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT count(*) FROM cases_person'",
            "function bad runs as its owner without a pinned search path",
        ),
        (
            "CREATE FUNCTION bad() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT count(*) FROM cases_person'",
            "function bad runs as its owner for everybody",
        ),
        (
            "CREATE POLICY bad ON cases_person USING (true)",
            "table cases_person has a policy that no rule made: bad",
        ),
    ],
)
def test_faults__finds(made: str, fault: str, owner_connection: psycopg.Connection[tuple[Any, ...]]) -> None:
    owner_connection.execute(made)
    assert fault in lint.faults(connection)


def test_faults__lets_a_view_be_that_runs_with_the_rights_of_who_asks(
    owner_connection: psycopg.Connection[tuple[Any, ...]],
) -> None:
    owner_connection.execute("CREATE VIEW good WITH (security_invoker=true) AS SELECT id FROM cases_person")
    assert lint.faults(connection) == []
