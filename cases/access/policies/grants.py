"""A grant is only ever shortened, whoever writes to it and whichever way.

Whoever may know of a grant may end it, and her own she always knows of: so what a grant is on, and whose it is, no role
of the application can change, and an end that was set comes nearer and never later. Longer is another grant, given by
whoever may give one.
"""

from __future__ import annotations

from collections.abc import Iterator

from cases.access.policies.terms import SEARCH_PATH

GRANTS, NO_LATER = "cases_caseaccess", "apparatus_no_later"

#: All of a grant that changes: when it ends, by whom and why, and by when it is to be confirmed.
CHANGES = "ends_at, ended_by_id, ended_because, confirm_by, notice_on"

_NO_LATER = """
BEGIN
  IF coalesce(NEW.ends_at, 'infinity') > coalesce(OLD.ends_at, 'infinity') THEN
    RAISE EXCEPTION 'A grant ends when it was to end, or sooner.' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END
"""


def statements() -> Iterator[str]:
    """The trigger. It names no column, so that a migration can change the type of one."""
    yield f"DROP FUNCTION IF EXISTS {NO_LATER} CASCADE"
    yield (
        f"CREATE FUNCTION {NO_LATER}() RETURNS trigger LANGUAGE plpgsql "
        f"SET search_path = {SEARCH_PATH} AS $$ {_NO_LATER} $$"
    )
    yield f"REVOKE ALL ON FUNCTION {NO_LATER} FROM PUBLIC"
    yield (f"CREATE TRIGGER {NO_LATER} BEFORE UPDATE ON {GRANTS} FOR EACH ROW EXECUTE FUNCTION {NO_LATER}()")
