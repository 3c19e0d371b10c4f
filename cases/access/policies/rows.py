"""Who sees which rows of a table of `cases`, and who may write them."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import models

from cases.access.policies.roles import (
    CARE,
    CLOCK,
    CLOCK_MAY,
    COUNTER,
    COUNTER_MAY,
    KEEPER,
    PEOPLE,
    SCRIBE,
    is_care,
    is_history,
    is_of_referrals,
    kept_in,
)
from cases.access.policies.terms import POSTED_NOW, USER, in_sql
from cases.access.rules import EMERGENCY_LASTS, Ground, need_of
from cities.roles.permissions import Permission
from cities.roles.rules import COMPARTMENTS, Compartment, Role, roles_with

#: A new grant is to an office, or to somebody by a posting of hers there, with no more than her role can be given.
_GIVEN = "user_id IS NULL OR EXISTS (SELECT FROM cities_posting p WHERE p.id = posting_id AND p.user_id = " + (
    "cases_caseaccess.user_id AND (p.city_id IS NULL OR p.city_id = cases_caseaccess.city_id) AND ("
    + " OR ".join(
        f"(compartment = '{part.value}' AND p.role IN ({in_sql(roles)}))"
        for part in Compartment
        if (roles := [role for role in Role if part in COMPARTMENTS[role]])
    )
    + "))"
)


def sees(model: type[models.Model]) -> str:
    """The condition, in SQL, under which the user of the transaction may know of a row of this table."""
    need = need_of(model)
    table = model._meta.db_table
    cities = f"city_id = ANY((SELECT apparatus_my_cities('{need.compartment.value}'))::bigint[])"
    cases = f"IN (SELECT apparatus_my_cases('{need.compartment.value}'))"
    reviewed = "city_id = ANY((SELECT apparatus_my_reviewed_cities())::bigint[])"
    if need.path == "code":
        return f"{USER} IS NOT NULL"
    if need.path == "city":
        return cities
    if need.path == "review":
        return reviewed
    if need.path == "row":
        # Whoever may know of the row now, asked of the row itself, under its own policy: what is listed is of one
        # record. What was sent to an office it sees as it was sent, and not what stood there before.
        other_house = f" AND {cities.replace(need.compartment.value, Compartment.JUSTICE.value)}"
        return " OR ".join(
            f"(object_type = '{kept._meta.model_name}'{other_house if is_of_referrals(kept) else ''} AND EXISTS "
            f"(SELECT FROM {kept._meta.db_table} r WHERE r.id = {table}.object_id))"
            for kept in kept_in(need.compartment)
        )
    if need.path == "self":
        return f"{cities} OR id {cases}"
    if need.path == "person":
        # Who is in no case, or is family: care. Whose case one may know of is asked of the cases, row by row, under
        # their own policy: a page of people doesn't go through all of a city.
        cities = cities.replace(f"'{need.compartment.value}'", f"'{Compartment.CARE.value}'")
        person = f"{table}.{'id' if table == 'cases_person' else 'person_id'}"
        followed = f"EXISTS (SELECT FROM cases_casefile c WHERE c.person_id = {person})"
        return f"{cities} OR {followed} OR {person} IN (SELECT apparatus_my_family())"
    if table == "cases_prosecutionreferral":
        return (
            f"{cities} OR (casefile_id {cases} AND sent_at IS NOT NULL "
            "AND addressed_to_id = ANY((SELECT apparatus_my_offices())::bigint[]))"
        )
    referral = "referral_id IN (SELECT id FROM cases_prosecutionreferral)"
    if table == "cases_caution":
        return f"{cities} OR casefile_id {cases} OR {referral}"
    if table == "cases_emergencyreview":
        return "opening_id IN (SELECT id FROM cases_emergencyopening)"
    if table == "cases_emergencyopening":
        return f"user_id = {USER} OR {reviewed} OR {cities} OR casefile_id {cases}"
    if table == "cases_message":
        return f"{cities} OR casefile_id {cases} OR (recipient_id = {USER} AND {reviewed})"
    if table == "cases_grantconfirmation":
        return f"{reviewed} OR {cities} OR casefile_id {cases}"
    if any(field.name == "referral" for field in model._meta.fields):
        # The office sees what was sent: no statement that was taken out before, no step from before the sending.
        sent = "to_stage IN ('SENT', 'ACKNOWLEDGED', 'ANSWERED')" if "stage" in table else "removed_at IS NULL"
        return f"{cities} OR ({sent} AND casefile_id {cases} AND {referral})"
    if table == "cases_caseaccess":
        justice_cities, justice = cities.replace("CORE", "JUSTICE"), cases.replace("CORE", "JUSTICE")
        return (
            f"user_id = {USER} OR {reviewed} "
            f"OR (agency_id = ANY((SELECT apparatus_my_offices())::bigint[]) AND casefile_id {justice}) "
            f"OR (({cities} OR casefile_id {cases}) "
            f"AND (ground <> '{Ground.REFERRAL.value}' OR {justice_cities} OR casefile_id {justice}))"
        )
    return f"{cities} OR casefile_id {cases}"


def may_write(model: type[models.Model]) -> str:
    """The condition for a new or changed row: what one may see, and a few rows written for somebody else to see."""
    need = need_of(model)
    if need.path == "person":
        return f"({sees(model)}) OR city_id = ANY((SELECT apparatus_my_posted_cities())::bigint[])"
    if need.path == "code":
        return f"{USER} IS NOT NULL AND (SELECT apparatus_my_settings())"
    return sees(model)


def may_add(model: type[models.Model]) -> str:
    """The condition for a new row, where it is narrower: nobody lets herself into a case, but by an emergency opening
    that stands there, for an hour, in her own city and by the whole reference; what was opened so lets in nobody else,
    and herself no longer; nobody is given more than her role can be, or gives a case of another city by naming her own
    beside it; and nobody reviews what she did herself."""
    table = model._meta.db_table
    city = "(SELECT apparatus_my_cities('CORE'))::bigint[]"
    if table == "cases_caseaccess":
        emergency = f"ground = '{Ground.EMERGENCY.value}'"
        return (
            f"({_GIVEN}) AND ((city_id = ANY({city}) AND EXISTS (SELECT FROM cases_casefile c "
            f"WHERE c.id = {table}.casefile_id AND c.city_id = {table}.city_id)) "
            f"OR (user_id IS NOT NULL AND NOT {emergency} AND casefile_id IN (SELECT apparatus_my_work())) "
            f"OR (user_id = {USER} AND {emergency} AND EXISTS (SELECT FROM cases_emergencyopening o "
            f"WHERE o.user_id = {USER} AND o.casefile_id = {table}.casefile_id AND o.posting_id = {table}.posting_id "
            f"AND o.city_id = {table}.city_id AND o.ended_at IS NULL AND o.ends_at >= {table}.ends_at)))"
        )
    if table == "cases_emergencyopening":
        return (
            f"user_id = {USER} AND ends_at <= statement_timestamp() + interval "
            f"'{EMERGENCY_LASTS.total_seconds():.0f} seconds' AND (casefile_id, city_id) IN (SELECT case_id, in_city "
            f"FROM apparatus_emergency_case(reference)) AND EXISTS (SELECT FROM cities_posting p "
            f"WHERE p.id = {table}.posting_id AND p.city_id = {table}.city_id AND {POSTED_NOW} "
            f"AND p.role IN ({in_sql(roles_with(Permission.EMERGENCY_OPEN))}))"
        )
    if table == "cases_emergencyreview":
        return (
            f"recorded_by_id = {USER} AND (city_id = ANY({city}) OR city_id = ANY((SELECT "
            "apparatus_my_reviewed_cities())::bigint[])) "
            f"AND opening_id IN (SELECT id FROM cases_emergencyopening WHERE user_id <> {USER})"
        )
    return may_write(model)


def security(model: type[models.Model]) -> Iterator[str]:
    """Row-level security of one table, forced, with every policy made anew."""
    table = model._meta.db_table
    people = CARE if is_care(model) else PEOPLE
    yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
    yield f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY"
    yield (
        f"DO $$ DECLARE p record; BEGIN FOR p IN SELECT policyname FROM pg_policies WHERE schemaname = 'public' "
        f"AND tablename = '{table}' LOOP EXECUTE format('DROP POLICY %I ON {table}', p.policyname); END LOOP; END $$"
    )
    yield f"CREATE POLICY people_see ON {table} FOR SELECT TO {people} USING ({sees(model)})"
    if is_history(model):
        yield f"CREATE POLICY scribe ON {table} TO {SCRIBE} USING (true) WITH CHECK (true)"
        return
    yield f"CREATE POLICY people_write ON {table} FOR INSERT TO {people} WITH CHECK ({may_add(model)})"
    if not need_of(model).append_only:
        may_change = may_write(model) if need_of(model).path == "code" else sees(model)  # else anybody locks the list
        yield (
            f"CREATE POLICY people_change ON {table} FOR UPDATE TO {people} "
            f"USING ({may_change}) WITH CHECK ({may_write(model)})"
        )
    if table in CLOCK_MAY:
        yield f"CREATE POLICY clock ON {table} TO {CLOCK} USING (true) WITH CHECK (true)"
    if table in COUNTER_MAY:
        yield f"CREATE POLICY counter ON {table} FOR SELECT TO {COUNTER} USING (true)"
    if table in ("cases_caseaccess", "cases_casefile", "cases_relationship", "cases_checkin"):
        yield f"CREATE POLICY keeper ON {table} FOR SELECT TO {KEEPER} USING (true)"
