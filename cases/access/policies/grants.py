"""A grant is only ever shortened, whoever writes to it and whichever way; and so is an emergency opening, by which
others can be given as long as it lasts.

Whoever may know of a grant may end it, and her own she always knows of: so what a grant is on, and whose it is, no role
of the application can change, and an end that was set comes nearer and never later. Longer is another grant, given by
whoever may give one.
"""

from __future__ import annotations

from collections.abc import Iterator

from cases.access.policies.terms import SEARCH_PATH

GRANTS, OPENINGS = "cases_caseaccess", "cases_emergencyopening"

#: What keeps an end from coming later: the name of the trigger, by table.
NO_LATER = {GRANTS: "apparatus_no_later", OPENINGS: "apparatus_opening_no_later"}

#: When each ends; of an opening, when its opener said that she was done.
_ENDS = {GRANTS: "ends_at", OPENINGS: "ended_at"}

#: All of a grant that changes: when it ends, by whom and why, and by when it is to be confirmed.
CHANGES = "ends_at, ended_by_id, ended_because, confirm_by, notice_on"

_NO_LATER = """
BEGIN
  IF coalesce(NEW.{ends}, 'infinity') > coalesce(OLD.{ends}, 'infinity') THEN
    RAISE EXCEPTION 'It ends when it was to end, or sooner.' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END
"""


def statements() -> Iterator[str]:
    """The triggers. They name no column, so that a migration can change the type of one."""
    for table, name in NO_LATER.items():
        yield f"DROP FUNCTION IF EXISTS {name} CASCADE"
        yield (
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql "
            f"SET search_path = {SEARCH_PATH} AS $$ {_NO_LATER.format(ends=_ENDS[table])} $$"
        )
        yield f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC"
        yield f"CREATE TRIGGER {name} BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()"
