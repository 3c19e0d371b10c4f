"""The lint over PostgreSQL's catalogue: what must not be there, whoever made it. Runs after every migration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cases.access.policies import case_models, has_history
from cases.access.policies.changes import CHANGED, ERASED
from cases.access.policies.grants import GRANTS, NO_LATER

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

#: The names of the policies that `policies` makes.
POLICIES = ["people_see", "people_write", "people_change", "clock", "counter", "keeper", "scribe"]


def faults(connection: BaseDatabaseWrapper) -> list[str]:
    """What the catalogue shows that must not be: the lint that runs after every migration. Empty is good."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT format('table %%s has no forced row-level security', relname) FROM pg_class "
            "WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND relname LIKE 'cases\\_%%' "
            "AND NOT (relrowsecurity AND relforcerowsecurity) "
            "UNION ALL SELECT format('table %%s has no policy for people', c.relname) FROM pg_class c "
            "WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND c.relname LIKE 'cases\\_%%' "
            "AND NOT EXISTS (SELECT FROM pg_policies p WHERE p.tablename = c.relname AND p.policyname = 'people_see') "
            "UNION ALL SELECT format('view %%s runs with its owner''s rights', relname) FROM pg_class "
            "WHERE relnamespace = 'public'::regnamespace AND relkind = 'v' "
            "AND NOT coalesce('security_invoker=true' = ANY(reloptions), false) "
            "AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = pg_class.oid AND d.deptype = 'e') "
            "UNION ALL SELECT format('view %%s keeps a copy that no policy guards', relname) FROM pg_class "
            "WHERE relnamespace = 'public'::regnamespace AND relkind = 'm' "
            "UNION ALL SELECT format('table %%s has a policy that no rule made: %%s', tablename, policyname) "
            "FROM pg_policies WHERE schemaname = 'public' AND policyname <> ALL (%s) "
            "UNION ALL SELECT format('function %%s runs as its owner for everybody', proname) FROM pg_proc "
            "WHERE pronamespace = 'public'::regnamespace AND prosecdef "
            "AND EXISTS (SELECT FROM aclexplode(coalesce(proacl, acldefault('f', proowner))) WHERE grantee = 0) "
            "UNION ALL SELECT format('function %%s runs as its owner without a pinned search path', proname) "
            "FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef "
            "AND NOT EXISTS (SELECT FROM unnest(proconfig) s WHERE s LIKE 'search\\_path=%%') "
            "UNION ALL SELECT format('table %%s does not write down what its rows were: %%s', made, name) "
            "FROM unnest(%s::text[]) AS made, unnest(%s::text[]) AS name WHERE NOT EXISTS (SELECT FROM pg_trigger "
            "WHERE tgrelid = to_regclass(made) AND tgname = name AND tgenabled <> 'D') "
            "UNION ALL SELECT format('table %%s lets a grant be lengthened', made) FROM unnest(%s::text[]) AS made "
            "WHERE NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = to_regclass(made) AND tgname = %s "
            "AND tgenabled <> 'D')",
            [
                POLICIES,
                [model._meta.db_table for model in case_models() if has_history(model)],
                [CHANGED, ERASED],
                [GRANTS],
                NO_LATER,
            ],
        )
        return [row[0] for row in cursor.fetchall()]
