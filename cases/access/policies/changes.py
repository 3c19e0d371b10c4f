"""Who changed what: PostgreSQL writes it down itself, whoever changes a row and whichever way.

Each table has a trigger. When a row of it changes in a field that is news, what it was and what it became is added to
the changes of its compartment, in the same statement. What only the machine keeps for itself (`bookkeeping`) doesn't
even call the trigger. When a row is deleted, which no role of the application can do, its history goes with it.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.db import models

from cases.access.policies.roles import CLOCK, SCRIBE, case_models, has_history, is_history
from cases.access.policies.terms import SEARCH_PATH
from cases.access.rules import need_of
from cities.roles.rules import Compartment

#: The names of the triggers.
CHANGED, ERASED = "apparatus_changed", "apparatus_erased"

#: Which tables have the trigger, and what it is told there.
STANDING = f"""
SELECT t.tgrelid::regclass::text, pg_get_triggerdef(t.oid) FROM pg_trigger t
WHERE t.tgname = '{CHANGED}' AND NOT t.tgisinternal
"""

#: What a change consists of: the columns that differ, without those that the trigger is told to leave out.
_WRITE = """
DECLARE
  old_row jsonb := to_jsonb(OLD);
  new_row jsonb := to_jsonb(NEW);
  actor bigint := CASE WHEN current_setting('role') <> '{clock}'
    THEN nullif(current_setting('app.user_id', true), '')::bigint END;
  was jsonb;
  became jsonb;
BEGIN
  IF OLD.id <> NEW.id THEN
    RAISE EXCEPTION 'A row keeps its number: its history hangs on it.' USING ERRCODE = 'restrict_violation';
  END IF;
  SELECT jsonb_object_agg(o.key, o.value), jsonb_object_agg(o.key, new_row -> o.key) INTO was, became
  FROM jsonb_each(old_row) o
  WHERE o.value IS DISTINCT FROM new_row -> o.key AND o.key <> ALL (TG_ARGV[1]::text[]);
  IF was IS NOT NULL THEN
    INSERT INTO {table} (recorded_at, recorded_by_id, initiator, request_id, object_type, object_id, casefile_id,
      city_id, before, after)
    VALUES (clock_timestamp(), actor,
      CASE WHEN current_setting('role') = '{clock}' THEN 'clock' WHEN actor IS NULL THEN 'set-up' ELSE 'person' END,
      coalesce(current_setting('app.request_id', true), ''), TG_ARGV[0], NEW.id, (new_row ->> TG_ARGV[2])::bigint,
      (new_row ->> 'city_id')::bigint, was, became);
  END IF;
  RETURN NULL;
END
"""

_ERASE = """
BEGIN
  DELETE FROM {table} WHERE object_type = TG_ARGV[0] AND object_id = OLD.id;
  RETURN NULL;
END
"""


def told_of(model: type[models.Model]) -> list[str]:
    """The columns of a table whose change is news."""
    kept = need_of(model).bookkeeping
    return [str(field.column) for field in model._meta.concrete_fields if field.name not in kept]


def silent_of(model: type[models.Model]) -> list[str]:
    """The columns that the machine keeps for itself."""
    return sorted({str(field.column) for field in model._meta.concrete_fields} - set(told_of(model)))


def _function(name: str, body: str) -> Iterator[str]:
    """A trigger's function, with a pinned search path, that runs as the scribe: it may write history, and no more."""
    yield f"DROP FUNCTION IF EXISTS {name} CASCADE"
    yield (
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER "
        f"SET search_path = {SEARCH_PATH} SET timezone = 'UTC' AS $$ {body} $$"
    )
    yield f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC"
    yield f"GRANT EXECUTE ON FUNCTION {name} TO CURRENT_USER"


def statements() -> Iterator[str]:
    """The functions, one of each a compartment, and the triggers of each table. History without a table is an error."""
    histories = {need_of(model).compartment: model._meta.db_table for model in case_models() if is_history(model)}
    for compartment, table in histories.items():
        yield from _function(_named(CHANGED, compartment), _WRITE.format(table=table, clock=CLOCK))
        yield from _function(_named(ERASED, compartment), _ERASE.format(table=table))
    for model in case_models():
        if has_history(model):
            if need_of(model).compartment not in histories:
                raise TypeError(f"There is no table for the history of {model.__name__}.")
            yield from _triggers(model)
    for compartment in histories:
        for trigger in (CHANGED, ERASED):
            yield f"ALTER FUNCTION {_named(trigger, compartment)} OWNER TO {SCRIBE}"


def _named(trigger: str, compartment: Compartment) -> str:
    return f"{trigger}_{compartment.value.lower()}"


def _triggers(model: type[models.Model]) -> Iterator[str]:
    table, need = model._meta.db_table, need_of(model)
    columns = told_of(model)
    was, becomes = (", ".join(f"{row}.{column}" for column in columns) for row in ("OLD", "NEW"))
    case = {"casefile": "casefile_id", "self": "id"}.get(need.path, "")
    told = f"'{model._meta.model_name}', '{{{','.join(silent_of(model))}}}', '{case}'"
    yield (
        f"CREATE TRIGGER {CHANGED} AFTER UPDATE ON {table} FOR EACH ROW "
        f"WHEN (ROW({was}) IS DISTINCT FROM ROW({becomes})) "
        f"EXECUTE FUNCTION {_named(CHANGED, need.compartment)}({told})"
    )
    yield (
        f"CREATE TRIGGER {ERASED} AFTER DELETE ON {table} FOR EACH ROW "
        f"EXECUTE FUNCTION {_named(ERASED, need.compartment)}('{model._meta.model_name}')"
    )


def loosened(table: str, definition: str) -> str:
    """The trigger of a table as it stands, asked of the row as a whole: it writes the same, and names no column."""
    told = definition[definition.index("EXECUTE FUNCTION") :]
    return (
        f"CREATE OR REPLACE TRIGGER {CHANGED} AFTER UPDATE ON {table} FOR EACH ROW "
        f"WHEN (OLD.* IS DISTINCT FROM NEW.*) {told}"
    )
