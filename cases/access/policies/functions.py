"""Functions that run as their owner: which cities and which cases are mine, asked once a statement by every policy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cases.access.policies.roles import CARE, KEEPER, PEOPLE
from cases.access.policies.terms import POSTED_NOW, SEARCH_PATH, TODAY, USER, in_sql, posted_now
from cases.access.rules import Ground
from cities.roles.permissions import Permission
from cities.roles.rules import COMPARTMENTS, POSTED_TO_EVERY_CASE, Compartment, Role, roles_with


def function(name: str, returns: str, body: str, *, owner: str, to: str, arguments: str = "") -> Iterator[str]:
    """One function with a pinned search path that runs as its owner."""
    yield (
        f"CREATE OR REPLACE FUNCTION {name}({arguments}) RETURNS {returns} LANGUAGE sql STABLE SECURITY DEFINER "
        f"PARALLEL SAFE SET search_path = {SEARCH_PATH} AS $$ {body} $$"
    )
    yield f"ALTER FUNCTION {name} OWNER TO {owner}"
    yield f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC"
    yield f"GRANT EXECUTE ON FUNCTION {name} TO {to}"


OWN = {"owner": KEEPER, "to": PEOPLE}


def _cities(name: str, roles: Iterable[Role]) -> Iterator[str]:
    """The cities in which I am posted in one of these roles."""
    yield from function(
        name, "bigint[]",
        f"SELECT coalesce(array_agg(DISTINCT p.city_id), '{{}}') FROM cities_posting p "
        f"WHERE {POSTED_NOW} AND p.city_id IS NOT NULL AND p.role IN ({in_sql(roles)})",
        **OWN,
    )  # fmt: skip


def statements() -> Iterator[str]:
    """Which cities and which cases are mine: asked once a statement, by every policy. And when a colleague is busy."""
    names = "my_cities my_cases my_offices my_reviewed_cities my_posted_cities my_family my_settings busy role_of"
    names += " emergency_case my_work my_kept_cities my_country my_confirmed_cities"
    for name in names.split():
        yield f"DROP FUNCTION IF EXISTS apparatus_{name} CASCADE"
    by_compartment = " OR ".join(
        f"(compartment = '{c.value}' AND p.role IN ({in_sql(roles)}))"
        for c in Compartment
        if (roles := {role for role in POSTED_TO_EVERY_CASE if c in COMPARTMENTS[role]})
    )
    yield from function(
        "apparatus_my_cities", "bigint[]",
        f"SELECT coalesce(array_agg(DISTINCT p.city_id), '{{}}') FROM cities_posting p "
        f"WHERE {POSTED_NOW} AND p.city_id IS NOT NULL AND ({by_compartment})",
        arguments="compartment text", **OWN,
    )  # fmt: skip
    granted = (
        "a.compartment = $1 AND a.starts_at <= statement_timestamp() AND (a.ends_at IS NULL OR a.ends_at > "
        f"statement_timestamp()) AND {POSTED_NOW} AND (p.city_id IS NULL OR p.city_id = a.city_id)"
    )
    in_core = f"'{Compartment.CORE.value}'"
    yield from function(
        "apparatus_my_cases", "SETOF bigint",
        "SELECT a.casefile_id FROM cases_caseaccess a JOIN cities_posting p ON p.id = a.posting_id "
        f"WHERE a.user_id = {USER} AND {granted} "
        "UNION ALL SELECT a.casefile_id FROM cities_posting p JOIN cases_caseaccess a ON a.agency_id = p.agency_id "
        f"WHERE p.role = '{Role.PROSECUTION_LIAISON.value}' AND {granted}",
        arguments="text", **OWN,
    )  # fmt: skip
    working = in_sql(roles_with(Permission.CASE_CHANGE))
    yield from function(  # as whoever works with them: what one opened in an emergency is not one's to share
        "apparatus_my_work", "SETOF bigint",
        "SELECT a.casefile_id FROM cases_caseaccess a JOIN cities_posting p ON p.id = a.posting_id "
        f"WHERE a.user_id = {USER} AND a.ground <> '{Ground.EMERGENCY.value}' AND p.role IN ({working}) "
        f"AND {granted.replace('$1', in_core)}",
        **OWN,
    )  # fmt: skip
    yield from function(
        "apparatus_my_offices", "bigint[]",
        f"SELECT coalesce(array_agg(DISTINCT p.agency_id), '{{}}') FROM cities_posting p "
        f"WHERE {POSTED_NOW} AND p.role = '{Role.PROSECUTION_LIAISON.value}'",
        **OWN,
    )  # fmt: skip
    yield from _cities("apparatus_my_reviewed_cities", roles_with(Permission.LEDGER_READ))
    yield from _cities("apparatus_my_posted_cities", roles_with(Permission.PERSON_CHANGE))
    yield from _cities("apparatus_my_confirmed_cities", roles_with(Permission.POSTING_CONFIRM))
    keepers = roles_with(Permission.SETTINGS_CHANGE)
    yield from _cities("apparatus_my_kept_cities", keepers)
    country = (
        f"SELECT EXISTS (SELECT FROM cities_posting p WHERE {POSTED_NOW} AND p.city_id IS NULL "
        f"AND p.role IN ({in_sql(keepers)}))"
    )
    yield from function("apparatus_my_country", "boolean", country, **OWN)
    yield from function(
        "apparatus_my_settings", "boolean",
        f"{country} OR EXISTS (SELECT FROM cities_user u WHERE u.id = {USER} AND u.is_superuser AND u.is_active)",
        **OWN,
    )  # fmt: skip
    under_secrecy = in_sql(role for role in Role if Compartment.CARE in COMPARTMENTS[role])
    yield from function(  # whoever can't be given care has no relationships to read either: not by this way round
        "apparatus_my_family", "SETOF bigint",
        "SELECT r.other_id FROM apparatus_my_cases('CARE') m (id) JOIN cases_relationship r ON r.casefile_id = m.id "
        f"WHERE EXISTS (SELECT FROM cities_posting p WHERE {POSTED_NOW} AND p.role IN ({under_secrecy})) "
        "UNION SELECT r.other_id FROM cases_relationship r "
        "WHERE r.city_id = ANY((SELECT apparatus_my_cities('CARE'))::bigint[])",
        **OWN,
    )  # fmt: skip
    opening = in_sql(roles_with(Permission.EMERGENCY_OPEN))
    yield from function(  # the only way to a case that one has no ground for: by its whole reference, in one's own city
        "apparatus_emergency_case", "TABLE (case_id bigint, in_city bigint)",
        "SELECT c.id, c.city_id FROM cases_casefile c WHERE c.reference = wanted AND EXISTS (SELECT FROM "
        f"cities_posting p WHERE p.city_id = c.city_id AND {POSTED_NOW} AND p.role IN ({opening}))",
        arguments="wanted text", **OWN,
    )  # fmt: skip
    hers = f"o.user_id = h.id AND o.starts_on <= {TODAY} AND NOT o.ends_on <= {TODAY} IS TRUE"
    yield from function(
        "apparatus_busy", "TABLE (checkin bigint, holder bigint, day date, hour time, minutes int)",
        "SELECT c.id, h.id, due_on, due_time, duration::int FROM unnest(holders) AS h (id) JOIN cases_checkin c ON "
        "h.id IN (caseworker_id, second_id) WHERE state = 'PLANNED' AND due_on = ANY(days) AND NOT within_week "
        f"AND due_time IS NOT NULL AND (h.id = {USER} OR EXISTS "
        f"(SELECT FROM cities_posting p, cities_posting o WHERE p.city_id = o.city_id AND {POSTED_NOW} AND {hers}))",
        arguments="holders bigint[], days date[]", **OWN,
    )  # fmt: skip
    yield from function(
        "apparatus_role_of", "text",
        f"SELECT CASE WHEN EXISTS (SELECT FROM cities_posting p WHERE {posted_now('asking')} "
        f"AND p.role IN ({under_secrecy})) THEN '{CARE}' ELSE 'none' END",
        arguments="asking bigint", **OWN,
    )  # fmt: skip
    for helper in ("apparatus_my_cities(text)", "apparatus_my_cases(text)"):
        yield f"GRANT EXECUTE ON FUNCTION {helper} TO {KEEPER}"
