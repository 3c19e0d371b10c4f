"""The lint over PostgreSQL's catalogue: what must not be there, whoever made it. Runs after every migration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

from cases.access.policies import ROLES, case_models, has_history
from cases.access.policies.changes import CHANGED, ERASED
from cases.access.policies.grants import NO_LATER
from cases.access.policies.postings import KEPT, POSTINGS
from cases.access.policies.terms import SEARCH_PATH

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

#: The names of the policies that `policies` makes.
POLICIES = ["people_see", "people_write", "people_change", "clock", "counter", "keeper", "scribe", "setup"]

_OURS = "{0}.nspname NOT LIKE 'pg\\_%%' AND {0}.nspname <> 'information_schema'"
_OF_NO_EXTENSION = "NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = {0}.oid AND d.deptype = 'e')"

#: Functions that run as their owner, in whichever schema; those of an extension are its own affair.
_AS_OWNER = (
    f"FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE p.prosecdef AND {_OURS.format('n')} "
    f"AND {_OF_NO_EXTENSION.format('p')}"
)
_VIEWS = f"FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {_OURS.format('n')}"

FAULTS = f"""
SELECT format('table %%s has no forced row-level security', relname) FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND relname LIKE 'cases\\_%%'
AND NOT (relrowsecurity AND relforcerowsecurity)
UNION ALL SELECT format('table %%s has no row-level security', relname) FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relname = %(postings)s AND NOT relrowsecurity
UNION ALL SELECT format('table %%s has no policy for people', c.relname) FROM pg_class c
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
AND (c.relname LIKE 'cases\\_%%' OR c.relname = %(postings)s)
AND NOT EXISTS (SELECT FROM pg_policies p WHERE p.tablename = c.relname AND p.policyname = 'people_see')
UNION ALL SELECT format('view %%s runs with its owner''s rights', relname) {_VIEWS} AND relkind = 'v'
AND NOT coalesce('security_invoker=true' = ANY(reloptions), false) AND {_OF_NO_EXTENSION.format("c")}
UNION ALL SELECT format('view %%s keeps a copy that no policy guards', relname) {_VIEWS} AND relkind = 'm'
UNION ALL SELECT format('table %%s has a policy that no rule made: %%s', tablename, policyname)
FROM pg_policies WHERE schemaname = 'public' AND policyname <> ALL (%(policies)s)
UNION ALL SELECT format('function %%s runs as its owner for everybody', proname) {_AS_OWNER}
AND EXISTS (SELECT FROM aclexplode(coalesce(proacl, acldefault('f', proowner))) WHERE grantee = 0)
UNION ALL SELECT format('function %%s runs as its owner without the search path %%s', proname, %(path)s) {_AS_OWNER}
AND 'search_path=' || %(path)s <> ALL (coalesce(proconfig, '{{}}'))
UNION ALL SELECT format('role %%s may make tables in the database', rolname) FROM pg_roles
WHERE rolname = ANY (%(roles)s) AND (has_database_privilege(oid, current_database(), 'TEMP')
    OR has_database_privilege(oid, current_database(), 'CREATE'))
UNION ALL SELECT format('role %%s may make tables in the schema %%s', rolname, nspname) FROM pg_roles r, pg_namespace n
WHERE rolname = ANY (%(roles)s) AND {_OURS.format("n")} AND has_schema_privilege(r.oid, n.oid, 'CREATE')
UNION ALL SELECT format('table %%s does not write down what its rows were: %%s', made, name)
FROM unnest(%(histories)s::text[]) AS made, unnest(%(writing)s::text[]) AS name WHERE NOT EXISTS (SELECT FROM pg_trigger
WHERE tgrelid = to_regclass(made) AND tgname = name AND tgenabled <> 'D')
UNION ALL SELECT format('table %%s lets what was granted be lengthened', made)
FROM unnest(%(ending)s::text[], %(no_later)s::text[]) AS t (made, name) WHERE NOT EXISTS (SELECT FROM pg_trigger
WHERE tgrelid = to_regclass(made) AND tgname = name AND tgenabled <> 'D')
UNION ALL SELECT format('table %%s lets anybody change what only administrators may', made)
FROM unnest(%(kept)s::text[], %(keeping)s::text[]) AS t (made, name) WHERE NOT EXISTS (SELECT FROM pg_trigger
WHERE tgrelid = to_regclass(made) AND tgname = name AND tgenabled <> 'D')
"""  # noqa: S608 -- of conditions written above

#: What PostgreSQL's own log would hold of what somebody wrote, and the values with which it holds nothing.
SPEAKS = """
SELECT name || '=' || setting FROM pg_settings
WHERE (name = 'log_min_error_statement' AND setting NOT IN ('fatal', 'panic'))
OR (name = 'log_error_verbosity' AND setting <> 'terse')
OR (name = 'log_statement' AND setting NOT IN ('none', 'ddl'))
OR (name IN ('log_min_duration_statement', 'log_min_duration_sample') AND setting <> '-1')
OR (name = 'log_transaction_sample_rate' AND setting::float > 0)
OR (name IN ('debug_print_parse', 'debug_print_rewritten', 'debug_print_plan') AND setting = 'on')
OR (name = 'auto_explain.log_min_duration' AND setting <> '-1')
ORDER BY name
"""


def faults(connection: BaseDatabaseWrapper) -> list[str]:
    """What the catalogue shows that must not be: the lint that runs after every migration. Empty is good."""
    told: dict[str, str | list[str]] = {
        "policies": POLICIES,
        "postings": POSTINGS,
        "path": SEARCH_PATH,
        "roles": [*ROLES, str(settings.DATABASES["default"]["USER"])],
        "histories": [model._meta.db_table for model in case_models() if has_history(model)],
        "writing": [CHANGED, ERASED],
        "ending": list(NO_LATER),
        "no_later": list(NO_LATER.values()),
        "kept": list(KEPT),
        "keeping": list(KEPT.values()),
    }
    with connection.cursor() as cursor:
        cursor.execute(FAULTS, told)
        return [row[0] for row in cursor.fetchall()]


def speaking(connection: BaseDatabaseWrapper) -> list[str]:
    """The settings by which the server's own log would hold what somebody wrote, as they hold for this session. No
    fault of the schema, and on some managed servers not ours to change: said after every migration, and by no error."""
    with connection.cursor() as cursor:
        cursor.execute(SPEAKS)
        return [row[0] for row in cursor.fetchall()]
