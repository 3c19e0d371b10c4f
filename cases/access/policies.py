"""Need-to-know a second time, in PostgreSQL: who may touch which table, and which rows of it.

Everything here is made from what the models declare (`need_to_know`), after every `migrate`, and is made anew each
time, so that what the database holds never differs from what the code says. The roles:

* the owner runs migrations, owns the tables, and under forced row-level security sees no row of them;
* `apparatus_people` is what web and API act as: the login role of `DATABASE_URL` is a member of it. It owns nothing,
  deletes nothing, and changes nothing that is append-only;
* `apparatus_clock` is what the clock acts as, by `SET LOCAL ROLE`: every city, but only dates and messages;
* `apparatus_counter` owns the functions that count for the national picture: numbers leave, names don't;
* `apparatus_keeper` owns the functions that answer "which of it is mine" and "is she busy then"; nobody acts as it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.apps import apps
from django.db import models, transaction

from cases.access.ledger_rights import PEOPLE_MAY, SEALER, rights
from cases.access.rules import Ground, NeedToKnow
from cities.roles.permissions import Permission
from cities.roles.rules import COMPARTMENTS, PERMISSIONS, POSTED_TO_EVERY_CASE, Compartment, Role

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

PEOPLE, CLOCK, COUNTER, KEEPER = "apparatus_people", "apparatus_clock", "apparatus_counter", "apparatus_keeper"

#: What the clock may do: table -> privileges. Dates, states and messages; no note, no plan text, no name. Of a plan
#: that it ended, so that nothing goes on after that; of a grant who sees what, so that nobody else is told.
CLOCK_MAY = {
    "cases_casefile": "SELECT",
    "cases_rhythm": "SELECT, UPDATE",
    "cases_pause": "SELECT",
    "cases_avoideddays": "SELECT",
    "cases_checkin": "SELECT, INSERT, UPDATE",
    "cases_missedcontact": "SELECT, INSERT, UPDATE",
    "cases_missedstep": "SELECT, INSERT, UPDATE",
    "cases_caseaccess": "SELECT (id, casefile_id, city_id, user_id, posting_id, agency_id, compartment, ground, "
    "starts_at, ends_at)",
    "cases_followupplan": "SELECT (id, casefile_id, state, ended_on)",
    "cases_message": "SELECT, INSERT, UPDATE",
    "cases_agreedreminder": "SELECT",
    "cases_looksample": "SELECT, INSERT",
}

#: What counting may read. Names are not among it.
COUNTER_MAY = {
    "cases_person": "SELECT (id, city_id, sex, born_on)",
    "cases_travelstatus": "SELECT",
    "cases_casefile": "SELECT (id, city_id, person_id, stage, opened_on, closed_on)",
    "cases_followupplan": "SELECT (id, casefile_id, number, agreed_on, ended_on)",
}

HOURS = "id, state, caseworker_id, second_id, due_on, due_time, duration, within_week"
_USER = "nullif(current_setting('app.user_id', true), '')::bigint"
_TODAY = "(statement_timestamp() AT TIME ZONE 'Europe/Brussels')::date"
POSTED_NOW = f"p.user_id = {_USER} AND p.starts_on <= {_TODAY} AND (p.ends_on IS NULL OR p.ends_on > {_TODAY})"


def case_models() -> list[type[models.Model]]:
    """Every table of `cases`, each with its `need_to_know`."""
    return [model for model in apps.get_app_config("cases").get_models() if not model._meta.proxy]


def need_of(model: type[models.Model]) -> NeedToKnow:
    """What the model declares itself to be; an undeclared model is an error, never an open table."""
    need = getattr(model, "need_to_know", None)
    if not isinstance(need, NeedToKnow):
        raise TypeError(f"{model.__name__} doesn't say what it is to need-to-know.")
    return need


def statements(*, login: str, database: str) -> Iterator[str]:
    """All of it, in order. `login`: the role of DATABASE_URL; `database`: the database's name, both as identifiers."""
    for role in (PEOPLE, CLOCK, COUNTER, KEEPER, SEALER):
        yield (
            f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') "
            f"THEN CREATE ROLE {role} NOLOGIN; END IF; END $$"
        )
        yield f"GRANT {role} TO CURRENT_USER"
    yield f'GRANT {PEOPLE} TO "{login}" WITH INHERIT TRUE'
    yield f'GRANT {CLOCK}, {SEALER} TO "{login}" WITH INHERIT FALSE'
    yield f'REVOKE ALL ON DATABASE "{database}" FROM PUBLIC'
    yield f'GRANT CONNECT ON DATABASE "{database}" TO "{login}"'
    yield "REVOKE CREATE ON SCHEMA public FROM PUBLIC"
    yield f"GRANT USAGE ON SCHEMA public TO {PEOPLE}, {CLOCK}, {COUNTER}, {KEEPER}, {SEALER}"
    yield f"GRANT CREATE ON SCHEMA public TO {COUNTER}, {KEEPER}"
    yield from _privileges()
    yield from _functions()
    for model in case_models():
        yield from _row_security(model)
    yield f"REVOKE CREATE ON SCHEMA public FROM {COUNTER}, {KEEPER}"


def _privileges() -> Iterator[str]:
    """Which role may do what with which table, whatever the rows."""
    yield f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC, {PEOPLE}, {CLOCK}, {COUNTER}, {KEEPER}, {SEALER}"
    yield f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {PEOPLE}, {CLOCK}"
    yield f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {PEOPLE}"
    for model in apps.get_models(include_auto_created=True):
        table = model._meta.db_table
        if model._meta.app_label == "cases":
            changes = "INSERT" if need_of(model).append_only else "INSERT, UPDATE"
        elif table in PEOPLE_MAY:
            changes = PEOPLE_MAY[table]
        elif model._meta.app_label == "cities":
            changes = "INSERT, UPDATE"  # rows of the public square end too; they are not deleted
        else:
            changes = "INSERT, UPDATE, DELETE"
        yield f"GRANT {changes} ON {table} TO {PEOPLE}"
    for name in ("user", "city", "agency", "posting", "absence", "closingdays", "schoolholiday", "citysettings"):
        yield f"GRANT SELECT ON cities_{name} TO {CLOCK}"
    yield f"GRANT UPDATE (next_digest_at) ON cities_user TO {CLOCK}"
    yield f"GRANT UPDATE (settled_at) ON cities_closingdays TO {CLOCK}"
    yield f"GRANT SELECT ON cities_city, cities_population TO {COUNTER}"
    yield from rights(clock=CLOCK)
    for table, privileges in CLOCK_MAY.items():
        yield f"GRANT {privileges} ON {table} TO {CLOCK}"
    for table, privileges in COUNTER_MAY.items():
        yield f"GRANT {privileges} ON {table} TO {COUNTER}"
    yield f"GRANT SELECT ON cities_posting, cases_caseaccess, cases_casefile, cases_relationship TO {KEEPER}"
    yield f"GRANT SELECT (id, is_active, is_superuser) ON cities_user TO {KEEPER}"
    yield f"GRANT SELECT ({HOURS}) ON cases_checkin TO {KEEPER}"


def _roles_in_sql(roles: frozenset[Role] | set[Role]) -> str:
    return ", ".join(f"'{role.value}'" for role in sorted(roles))


def function(name: str, returns: str, body: str, *, owner: str, to: str, arguments: str = "") -> Iterator[str]:
    """One function with a pinned search path that runs as its owner."""
    yield (
        f"CREATE OR REPLACE FUNCTION {name}({arguments}) RETURNS {returns} LANGUAGE sql STABLE SECURITY DEFINER "
        f"PARALLEL SAFE SET search_path = pg_catalog, public AS $$ {body} $$"
    )
    yield f"ALTER FUNCTION {name} OWNER TO {owner}"
    yield f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC"
    yield f"GRANT EXECUTE ON FUNCTION {name} TO {to}"


def _functions() -> Iterator[str]:
    """Which cities and which cases are mine: asked once a statement, by every policy. And when a colleague is busy."""
    names = "my_cities my_cases my_offices my_reviewed_cities my_posted_cities my_people my_settings busy"
    for name in names.split():
        yield f"DROP FUNCTION IF EXISTS apparatus_{name} CASCADE"
    by_compartment = " OR ".join(
        f"(compartment = '{c.value}' AND p.role IN ({_roles_in_sql(roles)}))"
        for c in Compartment
        if (roles := {role for role in POSTED_TO_EVERY_CASE if c in COMPARTMENTS[role]})
    )
    own = {"owner": KEEPER, "to": PEOPLE}
    yield from function(
        "apparatus_my_cities", "bigint[]",
        f"SELECT coalesce(array_agg(DISTINCT p.city_id), '{{}}') FROM cities_posting p "
        f"WHERE {POSTED_NOW} AND p.city_id IS NOT NULL AND ({by_compartment})",
        arguments="compartment text", **own,
    )  # fmt: skip
    granted = (
        "a.compartment = $1 AND a.starts_at <= statement_timestamp() AND (a.ends_at IS NULL OR a.ends_at > "
        f"statement_timestamp()) AND {POSTED_NOW} AND (p.city_id IS NULL OR p.city_id = a.city_id)"
    )
    yield from function(
        "apparatus_my_cases", "SETOF bigint",
        "SELECT a.casefile_id FROM cases_caseaccess a JOIN cities_posting p ON p.id = a.posting_id "
        f"WHERE a.user_id = {_USER} AND {granted} "
        "UNION ALL SELECT a.casefile_id FROM cities_posting p JOIN cases_caseaccess a ON a.agency_id = p.agency_id "
        f"WHERE p.role = '{Role.PROSECUTION_LIAISON.value}' AND {granted}",
        arguments="text", **own,
    )  # fmt: skip
    yield from function(
        "apparatus_my_offices", "bigint[]",
        f"SELECT coalesce(array_agg(DISTINCT p.agency_id), '{{}}') FROM cities_posting p "
        f"WHERE {POSTED_NOW} AND p.role = '{Role.PROSECUTION_LIAISON.value}'",
        **own,
    )  # fmt: skip
    reviewers = {role for role in Role if Permission.LEDGER_READ in PERMISSIONS[role]}
    yield from function(
        "apparatus_my_reviewed_cities", "bigint[]",
        f"SELECT coalesce(array_agg(DISTINCT p.city_id), '{{}}') FROM cities_posting p "
        f"WHERE {POSTED_NOW} AND p.city_id IS NOT NULL AND p.role IN ({_roles_in_sql(reviewers)})",
        **own,
    )  # fmt: skip
    writers = {role for role in Role if Permission.PERSON_CHANGE in PERMISSIONS[role]}
    yield from function(
        "apparatus_my_posted_cities", "bigint[]",
        f"SELECT coalesce(array_agg(DISTINCT p.city_id), '{{}}') FROM cities_posting p "
        f"WHERE {POSTED_NOW} AND p.city_id IS NOT NULL AND p.role IN ({_roles_in_sql(writers)})",
        **own,
    )  # fmt: skip
    keepers = {role for role in Role if Permission.SETTINGS_CHANGE in PERMISSIONS[role]}
    yield from function(
        "apparatus_my_settings", "boolean",
        f"SELECT EXISTS (SELECT FROM cities_posting p WHERE {POSTED_NOW} AND p.city_id IS NULL "
        f"AND p.role IN ({_roles_in_sql(keepers)})) "
        f"OR EXISTS (SELECT FROM cities_user u WHERE u.id = {_USER} AND u.is_superuser AND u.is_active)",
        **own,
    )  # fmt: skip
    yield from function(
        "apparatus_my_people", "SETOF bigint",
        "SELECT c.person_id FROM cases_casefile c WHERE c.id IN (SELECT apparatus_my_cases('CORE')) "
        "OR c.city_id = ANY((SELECT apparatus_my_cities('CORE'))::bigint[]) "
        "UNION SELECT r.other_id FROM cases_relationship r WHERE r.casefile_id IN (SELECT apparatus_my_cases('CARE')) "
        "OR r.city_id = ANY((SELECT apparatus_my_cities('CARE'))::bigint[])",
        **own,
    )  # fmt: skip
    hers = f"o.user_id = h.id AND o.starts_on <= {_TODAY} AND NOT o.ends_on <= {_TODAY} IS TRUE"
    yield from function(
        "apparatus_busy", "TABLE (checkin bigint, holder bigint, day date, hour time, minutes int)",
        "SELECT c.id, h.id, due_on, due_time, duration::int FROM unnest(holders) AS h (id) JOIN cases_checkin c ON "
        "h.id IN (caseworker_id, second_id) WHERE state = 'PLANNED' AND due_on = ANY(days) AND NOT within_week "
        f"AND due_time IS NOT NULL AND (h.id = {_USER} OR EXISTS "
        f"(SELECT FROM cities_posting p, cities_posting o WHERE p.city_id = o.city_id AND {POSTED_NOW} AND {hers}))",
        arguments="holders bigint[], days date[]", **own,
    )  # fmt: skip
    yield f"GRANT EXECUTE ON FUNCTION apparatus_my_cities(text), apparatus_my_cases(text) TO {KEEPER}"


def sees(model: type[models.Model]) -> str:
    """The condition, in SQL, under which the user of the transaction may know of a row of this table."""
    need, table = need_of(model), model._meta.db_table
    cities = f"city_id = ANY((SELECT apparatus_my_cities('{need.compartment.value}'))::bigint[])"
    cases = f"IN (SELECT apparatus_my_cases('{need.compartment.value}'))"
    if need.path == "code":
        return f"{_USER} IS NOT NULL"
    reviewed = "city_id = ANY((SELECT apparatus_my_reviewed_cities())::bigint[])"
    if need.path in ("city", "review"):
        return cities if need.path == "city" else reviewed
    if need.path == "self":
        return f"{cities} OR id {cases}"
    if need.path == "person":
        # Who is in no case, or is family: care. The people of the cases one may know of are among `my_people`.
        cities = cities.replace(f"'{need.compartment.value}'", f"'{Compartment.CARE.value}'")
        return f"{cities} OR {'id' if table == 'cases_person' else 'person_id'} IN (SELECT apparatus_my_people())"
    if table == "cases_prosecutionreferral":
        return (
            f"{cities} OR (casefile_id {cases} AND sent_at IS NOT NULL "
            "AND addressed_to_id = ANY((SELECT apparatus_my_offices())::bigint[]))"
        )
    referral = "referral_id IN (SELECT id FROM cases_prosecutionreferral)"
    if table == "cases_caution":
        return f"{cities} OR casefile_id {cases} OR {referral}"
    if any(field.name == "referral" for field in model._meta.fields):
        # The office sees what was sent: no statement that was taken out before, no step from before the sending.
        sent = "to_stage IN ('SENT', 'ACKNOWLEDGED', 'ANSWERED')" if "stage" in table else "removed_at IS NULL"
        return f"{cities} OR ({sent} AND casefile_id {cases} AND {referral})"
    if table == "cases_caseaccess":
        justice_cities, justice = cities.replace("CORE", "JUSTICE"), cases.replace("CORE", "JUSTICE")
        return (
            f"user_id = {_USER} OR {reviewed} "
            f"OR (agency_id = ANY((SELECT apparatus_my_offices())::bigint[]) AND casefile_id {justice}) "
            f"OR (({cities} OR casefile_id {cases}) "
            f"AND (ground <> '{Ground.REFERRAL.value}' OR {justice_cities} OR casefile_id {justice}))"
        )
    return f"{cities} OR casefile_id {cases}"


def may_write(model: type[models.Model]) -> str:
    """The condition for a new or changed row: what one may see, and a few rows written for somebody else to see."""
    if (need := need_of(model)).path == "person":
        return f"({sees(model)}) OR city_id = ANY((SELECT apparatus_my_posted_cities())::bigint[])"
    if need.path == "code":
        return f"{_USER} IS NOT NULL AND (SELECT apparatus_my_settings())"
    return sees(model)


def _row_security(model: type[models.Model]) -> Iterator[str]:
    table = model._meta.db_table
    yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
    yield f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY"
    yield (
        f"DO $$ DECLARE p record; BEGIN FOR p IN SELECT policyname FROM pg_policies WHERE schemaname = 'public' "
        f"AND tablename = '{table}' LOOP EXECUTE format('DROP POLICY %I ON {table}', p.policyname); END LOOP; END $$"
    )
    yield f"CREATE POLICY people_see ON {table} FOR SELECT TO {PEOPLE} USING ({sees(model)})"
    yield f"CREATE POLICY people_write ON {table} FOR INSERT TO {PEOPLE} WITH CHECK ({may_write(model)})"
    if not need_of(model).append_only:
        yield (
            f"CREATE POLICY people_change ON {table} FOR UPDATE TO {PEOPLE} "
            f"USING ({sees(model)}) WITH CHECK ({may_write(model)})"
        )
    if table in CLOCK_MAY:
        yield f"CREATE POLICY clock ON {table} TO {CLOCK} USING (true) WITH CHECK (true)"
    if table in COUNTER_MAY:
        yield f"CREATE POLICY counter ON {table} FOR SELECT TO {COUNTER} USING (true)"
    if table in ("cases_caseaccess", "cases_casefile", "cases_relationship", "cases_checkin"):
        yield f"CREATE POLICY keeper ON {table} FOR SELECT TO {KEEPER} USING (true)"


def apply(connection: BaseDatabaseWrapper, *, login: str) -> None:
    """Make roles, privileges and policies what the code says. `connection` is the owner's; `login` the web's role."""
    connection.ensure_connection()  # PostgreSQL 15 can't let a role have the clock's rights without inheriting them
    if getattr(connection, "pg_version", 0) < 160000:
        raise RuntimeError("Apparatus needs PostgreSQL 16 or newer.")
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        for statement in statements(login=login, database=str(connection.settings_dict["NAME"])):
            cursor.execute(statement)
