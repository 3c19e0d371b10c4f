"""PostgreSQL writes down who changed what, whichever way a row is changed; and nobody else may."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F

from cases.access.policies import CARE, CLOCK, PEOPLE, case_models, has_history, is_history, kept_in
from cases.access.services import acting, as_clock
from cases.audit.services import as_sealer
from cases.casefiles.models import Casefile
from cases.changes.models import CareChange, Change, JusticeChange
from cases.checkins.models import CheckIn
from cases.people.models import Person
from cases.people.services import change_person
from cases.plans.models import Goal
from cities.ledger.models import LedgerEntry
from cities.ledger.services import within_request
from tests.architecture.test_append_only import refused
from tests.cases.changes.conftest import written
from tests.databases import OwnDatabase
from tests.factories import AT, Cast, a_case, a_cast, a_plan, a_referral
from tests.factories.checkins import a_checkin

HISTORIES = [Change, CareChange, JusticeChange]
TABLES = [table._meta.db_table for table in HISTORIES]


def test_an_act__leaves_what_was_and_what_became(cast: Cast, case: Casefile) -> None:
    person = case.person
    with within_request("of-this-request"), acting(cast.alice):
        change_person(
            person=person, by=cast.alice, at=AT, version=1, official_name="Nemo Otherwise", sex="M", born_on=None,
            birth_precision="UNKNOWN", language="nl", interpreter_needed=False, phone="", address="",
        )  # fmt: skip
        entry = LedgerEntry.objects.filter(actor=cast.alice, operation="ALTER").latest("at")
    [one] = written(Change, person, reader=cast.alice)
    assert set(one.before) == set(one.after) == {"official_name", "sex", "language"}
    assert (one.before["official_name"], one.after["official_name"]) == (person.official_name, "Nemo Otherwise")
    assert (one.recorded_by_id, one.initiator, one.city_id) == (cast.alice.pk, "person", cast.city.pk)
    assert one.casefile_id is None
    assert one.request_id == entry.request_id == "of-this-request"


def test_insertion__is_no_change(cast: Cast, case: Casefile) -> None:
    plan = a_plan(case, by=cast.alice, state="DRAFT")
    with acting(cast.alice):
        goal = Goal.objects.get(plan=plan)
    assert written(CareChange, goal, reader=cast.alice) == []


@pytest.mark.parametrize("way", ["save", "update", "bulk_update", "sql"])
def test_every_way__is_written_down(cast: Cast, case: Casefile, way: str) -> None:
    with acting(cast.alice):
        row = Casefile.objects.get(pk=case.pk)
        row.next_step = f"By {way}"
        if way == "save":
            row.save()
        elif way == "update":
            Casefile.objects.filter(pk=case.pk).update(next_step=row.next_step)
        elif way == "bulk_update":
            Casefile.objects.bulk_update([row], ["next_step"])
        else:
            with connection.cursor() as cursor:
                cursor.execute("UPDATE cases_casefile SET next_step = %s WHERE id = %s", [row.next_step, row.pk])
    last = written(Change, row, reader=cast.alice)[-1]
    assert last.before == {"next_step": case.next_step}
    assert last.after == {"next_step": f"By {way}"}
    assert last.casefile_id == case.pk


def test_statement__for_many_rows_leaves_one_change_a_row(cast: Cast, case: Casefile) -> None:
    plan = a_plan(case, by=cast.alice)
    rows = [a_checkin(case, plan, by=cast.alice) for _ in range(3)]
    with acting(cast.alice):
        CheckIn.objects.filter(casefile=case).update(duration=F("duration") + 5)
    for row in rows:
        [one] = written(Change, row, reader=cast.alice)
        assert (one.before, one.after) == ({"duration": row.duration}, {"duration": row.duration + 5})


def test_clock__is_no_person_also_where_somebody_acted_before(cast: Cast, case: Casefile) -> None:
    plan = a_plan(case, by=cast.alice)
    row = a_checkin(case, plan, by=cast.alice)
    with acting(cast.alice), as_clock():
        CheckIn.objects.filter(pk=row.pk).update(state="CANCELLED")
    [one] = written(Change, row, reader=cast.alice)
    assert (one.recorded_by_id, one.initiator) == (None, "clock")
    assert one.after == {"state": "CANCELLED"}


def test_bookkeeping__is_no_news_alone_nor_beside_what_is(cast: Cast, case: Casefile) -> None:
    plan = a_plan(case, by=cast.alice)
    row = a_checkin(case, plan, by=cast.alice)
    with as_clock():
        CheckIn.objects.filter(pk=row.pk).update(reminded_at=AT, late_at=AT)
    with acting(cast.alice):
        CheckIn.objects.filter(pk=row.pk).update(version=F("version") + 1)
        assert written(Change, row, reader=cast.alice) == []
        CheckIn.objects.filter(pk=row.pk).update(version=F("version") + 1, place="Elsewhere")
    [one] = written(Change, row, reader=cast.alice)
    assert one.after == {"place": "Elsewhere"}


def test_what_stays_the_same__is_no_change(cast: Cast, case: Casefile) -> None:
    with acting(cast.alice):
        before = len(written(Change, case, reader=cast.alice))
        Casefile.objects.filter(pk=case.pk).update(next_step=F("next_step"), next_step_on=F("next_step_on"))
        Casefile.objects.get(pk=case.pk).save()
    assert len(written(Change, case, reader=cast.alice)) == before


def test_number_of_a_row__stays_because_its_history_hangs_on_it(cast: Cast, case: Casefile) -> None:
    with acting(cast.carla), pytest.raises(IntegrityError, match="keeps its number"), transaction.atomic():
        Casefile.objects.filter(pk=case.pk).update(id=F("id") + 1_000_000)


def test_change_that_is_taken_back__leaves_nothing(cast: Cast, case: Casefile) -> None:
    before = len(written(Change, case, reader=cast.alice))
    with acting(cast.alice):
        start = transaction.savepoint()
        Casefile.objects.filter(pk=case.pk).update(next_step="Never")
        transaction.savepoint_rollback(start)
    assert len(written(Change, case, reader=cast.alice)) == before


@pytest.mark.parametrize("table", TABLES)
def test_history__is_written_by_postgresql_alone(cast: Cast, case: Casefile, table: str) -> None:
    """By no role of the application, whatever she may see."""
    columns = "recorded_at, initiator, request_id, object_type, object_id, before, after"
    forged = f"INSERT INTO {table} ({columns}) VALUES (now(), 'person', '', 'casefile', {case.pk}, '{{}}', '{{}}')"  # noqa: S608
    for sql in (
        forged, f"INSERT INTO {table} DEFAULT VALUES", f"UPDATE {table} SET after = '{{}}'", f"DELETE FROM {table}",  # noqa: S608
        f"TRUNCATE {table}", f"SELECT * FROM {table} FOR UPDATE",  # noqa: S608
    ):  # fmt: skip
        for user in (cast.alice, cast.carla, cast.mayor, cast.liaison, cast.dana, cast.administrator):
            with acting(user):
                assert refused(sql), (sql, user.first_name)
        for role in (as_clock, as_sealer):
            with role():
                assert refused(sql), (sql, role)


@pytest.mark.parametrize("model", [model for model in case_models() if has_history(model)])
def test_trigger__is_left_alone(cast: Cast, model: Any) -> None:
    table = model._meta.db_table
    for sql in (
        f"ALTER TABLE {table} DISABLE TRIGGER apparatus_changed", f"DROP TRIGGER apparatus_changed ON {table}",
        f"CREATE TRIGGER another AFTER INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION apparatus_erased_core('x')",
    ):  # fmt: skip
        with acting(cast.carla):
            assert refused(sql), sql
        with as_clock():
            assert refused(sql), sql


def test_triggers_functions__are_for_nobody(cast: Cast) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.proname, r.rolname FROM pg_proc p, pg_roles r WHERE (p.proname LIKE 'apparatus_changed%%' "
            "OR p.proname LIKE 'apparatus_erased%%') AND r.rolname = ANY(%s) "
            "AND has_function_privilege(r.oid, p.oid, 'EXECUTE')",
            [[PEOPLE, CARE, CLOCK, "apparatus_app"]],
        )
        assert cursor.fetchall() == []


def test_triggers_functions__are_for_no_table_of_somebodys_own(
    own_database: OwnDatabase, owner_connection: psycopg.Connection[tuple[Any, ...]]
) -> None:
    """Nobody can have one. If she could, she couldn't have history written from it."""
    cast = a_cast()
    owner_connection.execute("CREATE TABLE mine (id bigint)")
    owner_connection.execute("GRANT ALL ON mine TO apparatus_people")
    with acting(cast.carla):
        for name in ("apparatus_changed_core", "apparatus_erased_care"):
            assert refused(f"CREATE TRIGGER mine AFTER UPDATE ON mine FOR EACH ROW EXECUTE FUNCTION {name}('x')")


def test_every_table_of_a_compartment__has_somewhere_to_write() -> None:
    homes = {table.need_to_know.compartment: table for table in HISTORIES}
    for compartment, table in homes.items():
        assert is_history(table)
        assert not has_history(table)
        assert kept_in(compartment)
    assert sum(len(kept_in(compartment)) for compartment in homes) == len(
        [model for model in case_models() if has_history(model)]
    )


def test_erasure__takes_the_history_with_it(
    own_database: OwnDatabase, owner_connection: psycopg.Connection[tuple[Any, ...]]
) -> None:
    """No role of the application deletes. When the owner does, nothing of what was there before stays behind."""
    cast = a_cast()
    case = a_case(by=cast.carla, lead=cast.alice)
    plan = a_plan(case, by=cast.alice, state="DRAFT", goals=2)
    with acting(cast.alice):
        goal, other = Goal.objects.filter(plan=plan)
        Goal.objects.filter(plan=plan).update(text="Canary")
        Goal.objects.filter(plan=plan).update(text="Something else")
    with owner_connection.transaction():
        for table in ("cases_goal", "cases_carechange"):
            owner_connection.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        owner_connection.execute("DELETE FROM cases_goal WHERE id = %s", [goal.pk])
        left = owner_connection.execute("SELECT object_id, before FROM cases_carechange WHERE object_type = 'goal'")
        assert [row for row in left.fetchall() if row[0] == goal.pk or row[0] != other.pk] == []
        owner_connection.execute("DELETE FROM cases_goal WHERE id = %s", [other.pk])
        left = owner_connection.execute("SELECT * FROM cases_carechange WHERE object_type = 'goal'")
        assert left.fetchall() == []


def test_owner__who_changes_a_row_is_written_down_as_set_up(
    own_database: OwnDatabase, owner_connection: psycopg.Connection[tuple[Any, ...]]
) -> None:
    cast = a_cast()
    case = a_case(by=cast.carla, lead=cast.alice)
    with owner_connection.transaction():
        owner_connection.execute("ALTER TABLE cases_person NO FORCE ROW LEVEL SECURITY")
        owner_connection.execute("UPDATE cases_person SET phone = '1' WHERE id = %s", [case.person_id])
        owner_connection.execute("ALTER TABLE cases_person FORCE ROW LEVEL SECURITY")
    [one] = written(Change, Person(pk=case.person_id), reader=cast.alice)
    assert (one.recorded_by_id, one.initiator, one.after) == (None, "set-up", {"phone": "1"})


def test_referral__is_written_in_the_other_house(cast: Cast, case: Casefile) -> None:
    row = a_referral(case, cast, stage="ANSWERED")
    fields = [set(one.after) for one in written(JusticeChange, row, reader=cast.carla)]
    assert fields[0] == {"stage", "approved_by_id", "approved_at"}
    assert {"answer", "answer_text", "answered_by_id"} <= fields[-1]
    assert written(Change, row, reader=cast.carla) == []
