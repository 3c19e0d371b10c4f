"""The roles of the database, and which may do what with which table, whatever the rows.

* The owner runs migrations, owns the tables, and under forced row-level security sees no row of them;
* `apparatus_people` is what web and API act as: the login role of `DATABASE_URL` is a member of it. It owns nothing,
  deletes nothing, changes nothing that is append-only, and has **no right at all on a table of care**;
* `apparatus_care` is what they act as, by `set_config('role', …)` in the transaction, for whoever has a posting that
  can be given care: all of the above, and the tables of care (docs/decisions/0023);
* `apparatus_clock` is what the clock acts as, by `SET LOCAL ROLE`: every city, but only dates and messages;
* `apparatus_sealer` seals the ledger, and `apparatus_auditor` reads whether it is whole, by `SET LOCAL ROLE`;
* `apparatus_setup` is what a set-up command acts as, by `SET LOCAL ROLE`: people, and it may post whom it will;
* `apparatus_counter` owns the functions that count for the national picture: numbers leave, names don't;
* `apparatus_keeper` owns the functions that answer "which of it is mine" and "is she busy then"; nobody acts as it;
* `apparatus_scribe` owns the triggers' functions that write down who changed what; nobody acts as it.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps
from django.db import models

from cases.access.policies import postings
from cases.access.policies.grants import CHANGES, GRANTS, OPENINGS
from cases.access.policies.ledger import AUDITOR, PEOPLE_MAY, SEALER, rights
from cases.access.rules import need_of
from cities.records import SETUP
from cities.roles.rules import Compartment

PEOPLE, CARE, CLOCK = "apparatus_people", "apparatus_care", "apparatus_clock"
COUNTER, KEEPER, SCRIBE = "apparatus_counter", "apparatus_keeper", "apparatus_scribe"

#: What the login role of `DATABASE_URL` becomes, when it says so; and what it never becomes: they own functions.
ACTED_AS, OWN_FUNCTIONS = (CARE, CLOCK, SEALER, AUDITOR, SETUP), (COUNTER, KEEPER, SCRIBE)

#: All roles that are made here.
ROLES = (PEOPLE, *ACTED_AS, *OWN_FUNCTIONS)

#: What of a row people may change, where it is not all: table -> columns.
ONLY = {GRANTS: CHANGES, OPENINGS: "ended_at", postings.POSTINGS: postings.CHANGES}

#: What the clock may do: table -> privileges. Dates, states and messages; no note, no plan text, no name. Of a plan
#: that it ended, so that nothing goes on after that; of a grant who sees what, so that nobody else is told, and that
#: nobody confirmed it; of an emergency opening that nobody reviewed it, not why it was made.
CLOCK_MAY = {
    "cases_casefile": "SELECT (id, recorded_at, recorded_by_id, city_id, reference, year, number, opened_on, "
    "closed_on, agency_id, owner_id, lead_caseworker_id, version)",
    "cases_rhythm": "SELECT, UPDATE",
    "cases_pause": "SELECT",
    "cases_avoideddays": "SELECT",
    "cases_checkin": "SELECT, INSERT, UPDATE",
    "cases_missedcontact": "SELECT, INSERT, UPDATE",
    "cases_missedstep": "SELECT, INSERT, UPDATE",
    "cases_caseaccess": "SELECT (id, casefile_id, city_id, user_id, posting_id, agency_id, reference, compartment, "
    "ground, starts_at, ends_at, confirm_by, notice_on), UPDATE (ends_at, ended_because, confirm_by, notice_on)",
    "cases_emergencyopening": "SELECT (id, casefile_id, city_id, user_id, reference, opened_at, review_by, late_at), "
    "UPDATE (late_at)",
    "cases_emergencyreview": "SELECT (id, opening_id)",
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


def case_models() -> list[type[models.Model]]:
    """Every table of `cases`, each with its `need_to_know`."""
    return [model for model in apps.get_app_config("cases").get_models() if not model._meta.proxy]


def is_care(model: type[models.Model]) -> bool:
    """Whether the table lies under professional secrecy, so that the other house has no right on it at all."""
    return need_of(model).compartment == Compartment.CARE


def is_history(model: type[models.Model]) -> bool:
    """Whether the table says what rows of others were before: PostgreSQL alone writes it."""
    return need_of(model).path == "row"


def has_history(model: type[models.Model]) -> bool:
    """Whether it is written down what a row of this table was before. Of code lists, the days in them say it."""
    return need_of(model).path not in ("row", "code")


def kept_in(compartment: Compartment) -> list[type[models.Model]]:
    """The tables of this compartment whose rows have a history."""
    return [model for model in case_models() if has_history(model) and need_of(model).compartment == compartment]


def is_of_referrals(model: type[models.Model]) -> bool:
    """Whether a row comes of what went to an office and came back. How it came about is of the other house, also where
    what stands there now is told to everybody who knows of the case, as a caution is."""
    return need_of(model).compartment == Compartment.JUSTICE or any(f.name == "referral" for f in model._meta.fields)


def made(*, login: str, database: str) -> Iterator[str]:
    """The roles, and which of them the login role of `DATABASE_URL` may act as."""
    for role in ROLES:
        yield (
            f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') "
            f"THEN CREATE ROLE {role} NOLOGIN; END IF; END $$"
        )
        yield f"GRANT {role} TO CURRENT_USER"
    yield f'GRANT {PEOPLE} TO "{login}" WITH INHERIT TRUE'
    yield f"GRANT {PEOPLE} TO {CARE}, {SETUP} WITH INHERIT TRUE"
    yield f'GRANT {", ".join(ACTED_AS)} TO "{login}" WITH INHERIT FALSE'
    yield from of_database(login=login, database=database)
    yield "REVOKE CREATE ON SCHEMA public FROM PUBLIC"
    yield f"GRANT USAGE ON SCHEMA public TO {', '.join(ROLES)}"


def of_database(*, login: str, database: str) -> Iterator[str]:
    """Who comes in, and that nobody makes a table there, not even a temporary one. No copy of a database takes this
    along: each is told anew."""
    yield f'REVOKE ALL ON DATABASE "{database}" FROM PUBLIC'
    yield f'GRANT CONNECT ON DATABASE "{database}" TO "{login}"'


def privileges() -> Iterator[str]:
    """Which role may do what with which table, whatever the rows."""
    yield f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC, {', '.join(ROLES)}"
    yield f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {PEOPLE}, {CLOCK}"
    yield f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {PEOPLE}"
    for model in apps.get_models(include_auto_created=True):
        table = model._meta.db_table
        if model._meta.app_label == "cases" and is_history(model):
            changes = "SELECT"
            yield f"GRANT INSERT, DELETE, SELECT (object_type, object_id) ON {table} TO {SCRIBE}"
        elif table in ONLY:
            changes = f"INSERT, UPDATE ({ONLY[table]})"
        elif model._meta.app_label == "cases":
            changes = "INSERT" if need_of(model).append_only else "INSERT, UPDATE"
        elif table in PEOPLE_MAY:
            changes = PEOPLE_MAY[table]
        elif model._meta.app_label == "cities":
            changes = "INSERT, UPDATE"  # rows of the public square end too; they are not deleted
        else:
            changes = "INSERT, UPDATE, DELETE"
        if model._meta.app_label == "cases" and is_care(model):
            yield f"REVOKE ALL ON {table} FROM {PEOPLE}"
            yield f"GRANT SELECT, {changes} ON {table} TO {CARE}"
        else:
            yield f"GRANT {changes} ON {table} TO {PEOPLE}"
    public = ["user", "city", "agency", "posting", "absence", "closingdays", "schoolholiday", "citysettings"]
    yield f"GRANT SELECT ON {', '.join(f'cities_{name}' for name in public)} TO {CLOCK}"
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
    hours = "id, state, caseworker_id, second_id, due_on, due_time, duration, within_week"
    yield f"GRANT SELECT ({hours}) ON cases_checkin TO {KEEPER}"
