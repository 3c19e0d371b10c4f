"""While the schema is changed, every change is still written down; and the lint finds a table without its triggers."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from psycopg.errors import FeatureNotSupported

from cases.access import lint, policies
from cases.access.services import acting
from cases.changes.models import Change
from cases.people.models import Person
from tests.cases.changes.conftest import written
from tests.databases import OwnDatabase
from tests.factories import a_case, a_cast

LONGER = "ALTER TABLE cases_person ALTER COLUMN phone TYPE varchar(41)"


def test_migration__may_change_a_column_and_loses_no_change(
    own_database: OwnDatabase, owner_connection: psycopg.Connection[tuple[Any, ...]]
) -> None:
    cast = a_cast()
    person = a_case(by=cast.carla, lead=cast.alice).person
    with pytest.raises(FeatureNotSupported, match="trigger"):
        owner_connection.execute(LONGER)
    policies.make_way(connections["owner"])
    policies.make_way(connections["owner"])
    owner_connection.execute(LONGER)
    with acting(cast.alice):
        Person.objects.filter(pk=person.pk).update(version=7)
        Person.objects.filter(pk=person.pk).update(version=8, phone="1")
    assert lint.faults(connection) == []
    policies.apply(connections["owner"], login=str(settings.DATABASES["default"]["USER"]))
    with acting(cast.alice):
        Person.objects.filter(pk=person.pk).update(version=9, phone="2")
    assert [one.after for one in written(Change, person, reader=cast.alice)] == [{"phone": "1"}, {"phone": "2"}]
    with pytest.raises(FeatureNotSupported, match="trigger"):
        owner_connection.execute("ALTER TABLE cases_person ALTER COLUMN phone TYPE varchar(42)")


@pytest.mark.parametrize(
    "done",
    [
        "DROP TRIGGER apparatus_changed ON cases_goal",
        "ALTER TABLE cases_goal DISABLE TRIGGER apparatus_changed",
        "ALTER TABLE cases_goal DISABLE TRIGGER apparatus_erased",
    ],
)
def test_lint__finds_a_table_without_its_triggers(
    own_database: OwnDatabase, owner_connection: psycopg.Connection[tuple[Any, ...]], done: str
) -> None:
    owner_connection.execute(done)
    assert [fault for fault in lint.faults(connection) if "cases_goal" in fault]


def test_migrate__makes_what_is_missing_anew(
    own_database: OwnDatabase, owner_connection: psycopg.Connection[tuple[Any, ...]]
) -> None:
    owner_connection.execute("DROP TRIGGER apparatus_changed ON cases_goal")
    call_command("migrate", verbosity=0)
    assert lint.faults(connection) == []
