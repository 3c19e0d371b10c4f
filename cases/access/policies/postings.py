"""Nobody posts herself: who may add a posting, and what may change of one, of a grant's opening and of an account.

A posting decides on all the rest, so it is no less kept than a case. Everybody may read postings; they say who works
where. Only who administers the city, or the country, posts somebody there, and never herself. PostgreSQL says so as
the application does (`cities/staff/services`), and as who may confirm one each quarter. A set-up command posts on
nobody's behalf, as a role of its own that has to be named (`cities.records.as_set_up`); the owner of the tables may.

What stood there before no policy sees, so what may change of a row is asked by a trigger.
"""

from __future__ import annotations

from collections.abc import Iterator

from cases.access.policies.terms import SEARCH_PATH, USER
from cities.records import SETUP

POSTINGS, USERS = "cities_posting", "cities_user"

#: All of a posting that changes: when it ends, and who confirmed it when; and, counted along, its version.
ENDS, CONFIRMED = ("ends_on", "ended_at"), ("confirmed_on", "confirmed_by_id")
CHANGES = ", ".join((*ENDS, *CONFIRMED, "version"))

#: Of an account: what no act of the application changes, and what only administrators do, of others.
NEVER, ADMINISTERED = ("is_superuser", "is_staff", "username", "email"), ("is_active",)

#: The names of the triggers, by table.
KEPT = {POSTINGS: "apparatus_posting_kept", USERS: "apparatus_account_kept"}

_COUNTRY, _CITIES = "(SELECT apparatus_my_country())", "(SELECT apparatus_my_kept_cities())::bigint[]"

#: Whether she administers the city in which this posting is: with an agency that serves more, the country.
MAY_POST = (
    f"user_id <> {USER} AND recorded_by_id = {USER} AND ({_COUNTRY} OR (city_id = ANY({_CITIES}) AND EXISTS "
    f"(SELECT FROM cities_agency g WHERE g.id = {POSTINGS}.agency_id AND g.city_id = {POSTINGS}.city_id)))"
)


def _differ(columns: tuple[str, ...]) -> str:
    now, before = (", ".join(f"{row}.{column}" for column in columns) for row in ("NEW", "OLD"))
    return f"ROW({now}) IS DISTINCT FROM ROW({before})"


#: A condition within another: a role that may not even call what is asked there changes the rest all the same.
_UNLESS_ALLOWED = """
  IF current_user = '{setup}' OR pg_has_role((SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'USAGE') THEN
    RETURN NEW;
  END IF;
"""

_POSTING = f"""
BEGIN
  {_UNLESS_ALLOWED.format(setup=SETUP)}
  IF {_differ(ENDS)} THEN
    IF (apparatus_my_country() OR OLD.city_id = ANY(apparatus_my_kept_cities())) IS NOT TRUE THEN
      RAISE EXCEPTION 'Who administers the city ends a posting there.' USING ERRCODE = 'insufficient_privilege';
    END IF;
  END IF;
  IF {_differ(CONFIRMED)} THEN
    IF (OLD.user_id <> {USER} AND NEW.confirmed_by_id = {USER}
        AND OLD.city_id = ANY(apparatus_my_confirmed_cities())) IS NOT TRUE THEN
      RAISE EXCEPTION 'Who looks after the looking there confirms a posting.' USING ERRCODE = 'insufficient_privilege';
    END IF;
  END IF;
  RETURN NEW;
END
"""

_ACCOUNT = f"""
BEGIN
  {_UNLESS_ALLOWED.format(setup=SETUP)}
  IF TG_OP = 'INSERT' THEN
    IF NEW.is_superuser OR NEW.is_staff THEN
      RAISE EXCEPTION 'An account begins with nothing.' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
  END IF;
  IF {_differ(NEVER)} THEN
    RAISE EXCEPTION 'What an account is does not change.' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF {_differ(ADMINISTERED)} THEN
    IF OLD.is_superuser AND apparatus_my_country() IS NOT TRUE THEN
      RAISE EXCEPTION 'Who administers the country closes this one.' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF (OLD.id <> {USER} AND (apparatus_my_country() OR cardinality(apparatus_my_kept_cities()) > 0)) IS NOT TRUE THEN
      RAISE EXCEPTION 'An administrator closes an account.' USING ERRCODE = 'insufficient_privilege';
    END IF;
  END IF;
  RETURN NEW;
END
"""


def statements() -> Iterator[str]:
    """The policies and the triggers. The owner is not bound by them: migrations write postings too."""
    yield f"ALTER TABLE {POSTINGS} ENABLE ROW LEVEL SECURITY"
    for policy, rule in {
        "people_see": "FOR SELECT USING (true)",
        "people_write": f"FOR INSERT WITH CHECK ({MAY_POST})",
        "people_change": "FOR UPDATE USING (true) WITH CHECK (true)",  # which row may be locked; the trigger says more
        "setup": f"TO {SETUP} USING (true) WITH CHECK (true)",
    }.items():
        yield f"DROP POLICY IF EXISTS {policy} ON {POSTINGS}"
        yield f"CREATE POLICY {policy} ON {POSTINGS} {rule}"
    for table, body, when in ((POSTINGS, _POSTING, "UPDATE"), (USERS, _ACCOUNT, "INSERT OR UPDATE")):
        name = KEPT[table]
        yield f"DROP FUNCTION IF EXISTS {name} CASCADE"
        yield (
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SET search_path = {SEARCH_PATH} AS $$ {body} $$"
        )
        yield f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC"
        yield f"CREATE TRIGGER {name} BEFORE {when} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()"
