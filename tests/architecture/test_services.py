"""The laws of the acts: keyword-only, by whom and when, all or nothing, and nothing at all without the ledger."""

from __future__ import annotations

import ast
import importlib
import pkgutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from cases.access.policies import CLOCK_MAY, case_models, is_care
from cases.access.services import acting, as_clock
from cases.web.acts import ACTS, subject_of
from cities.ledger import services as ledger
from cities.ledger.models import LedgerEntry
from cities.ledger.rules import Clock
from cities.roles.permissions import Permission
from cities.staff.models import User
from tests.architecture import acts
from tests.architecture.acts import SCENES
from tests.architecture.versions import changes_seen
from tests.factories import Cast

ROOT = Path(__file__).resolve().parents[2]

#: Not acts: what services stand on. Each is used inside an act, which is atomic and writes the ledger.
TOOLS = {
    "cases.access.services.standing": {"knows_of", "locked", "require", "require_clock", "write_ledger"},
    "cases.checkins.services.clock": {"tick"},  # its sweeps are the acts, each of which may fail without the others
    "cases.recertification.services": {"tend_access"},  # the same, of who sees what
    "cases.outbox.services.leaving": {"leave_messages", "leave_with_act", "drop_messages", "drop_to_person"},
    "cases.outbox.services.claiming": {"claim"},  # the first of the three steps of `send_due`
    "cases.audit.services.sealing": {"as_sealer"},
    "cases.audit.services.verifying": {"as_auditor"},
    "cities.entrance.services": {"note_presence", "require_removable"},  # at work; may this one go
    "cities.ledger.services": {
        "for_purpose", "purpose_is", "purpose_now", "request_id", "uuid7", "within_request", "write",
    },
    "cases.checkins.services.bulk": {"one_by_one", "let_in"},
    "cities.staff.services.accounts": {"any_administrator", "require_over", "require_settings", "write_settings"},
}  # fmt: skip
#: Whole pages of tools, in rooms whose services are a package.
PAGES_OF_TOOLS = {
    f"cases.checkins.services.{page}"
    for page in ("agreeing", "checks", "ladder", "making", "moving", "notes", "replanning", "telling")
} | {
    "cases.access.services.acting",
    "cases.plans.services.making",
    "cases.prosecution.services.making",
    "cities.staff.services.sessions",
}

#: What sweeps over whatever is due, or speaks to a mail server in between: not one transaction but one a batch, each
#: opened by `as_clock()` within, and each with its entry in the ledger.
SWEEPS = {
    "cases.checkins.services.clock.settle",
    "cases.checkins.services.closings.step_around_closings",
    "cases.checkins.services.clock.materialise",
    "cases.checkins.services.clock.mark_late",
    "cases.checkins.services.clock.climb",
    "cases.checkins.services.reminders.leave_reminders",
    "cases.checkins.services.reminders.leave_digests",
    "cases.emergencies.services.raise_unreviewed",
    "cases.outbox.services.sending.send_due",
    "cases.recertification.services.date_grants",
    "cases.recertification.services.end_with_postings",
    "cases.recertification.services.lapse_grants",
    "cases.recertification.services.tell_what_is_due",
    "cases.audit.services.sealing.seal",
    "cases.audit.services.sending.send_dispatches",
}

#: Leaves no entry in the ledger: the next round would have that one to seal, for ever. The seal is its trace.
OWN_TRACE = {"cases.audit.services.sealing.seal"}


def _services() -> dict[str, ast.FunctionDef]:
    """Every public function of every `services.py`, or page of `services/`, but the tools."""
    found = {}
    for app in ("cities", "cases"):
        for path in sorted([*(ROOT / app).glob("*/services.py"), *(ROOT / app).glob("*/services/*.py")]):
            module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            if module in PAGES_OF_TOOLS:
                continue
            for node in ast.parse(path.read_text()).body:
                tools = TOOLS.get(module, set())
                if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and node.name not in tools:
                    found[f"{module}.{node.name}"] = node
    return found


SERVICES = _services()
#: Acts that are about the whole country.
OF_NO_CITY = {"cases.figures.services.open_picture", "cases.prosecution.services.codes.put_offence"}

for _room in pkgutil.iter_modules(acts.__path__):
    importlib.import_module(f"{acts.__name__}.{_room.name}")


@pytest.mark.parametrize("name", SERVICES)
def test_service__takes_keywords_only_with_by_and_at(name: str) -> None:
    arguments = SERVICES[name].args
    assert not arguments.args
    assert not arguments.posonlyargs
    assert arguments.vararg is None
    assert {"by", "at"} <= {argument.arg for argument in arguments.kwonlyargs}


@pytest.mark.parametrize("name", sorted(set(SERVICES) - SWEEPS))
def test_service__is_atomic(name: str) -> None:
    assert "transaction.atomic" in [ast.unparse(decorator) for decorator in SERVICES[name].decorator_list]


def test_every_service__has_its_scene() -> None:
    assert set(SCENES) == set(SERVICES)


@contextmanager
def on_behalf_of(by: User | Clock) -> Iterator[None]:
    if isinstance(by, User):
        with acting(by):
            yield
    elif by is Clock.CLOCK:
        with as_clock():
            yield
    else:
        with transaction.atomic():
            yield


def _everything(cast: Cast) -> list[object]:
    """A print of every row, as far as somebody of the cast or the clock can see it."""
    tables = {
        app: [model._meta.db_table for model in apps.get_app_config(app).get_models()] for app in ("cases", "cities")
    }
    seen: list[object] = []
    open_to_all = [model._meta.db_table for model in case_models() if not is_care(model)]
    for user in (cast.carla, cast.carlo, cast.alice, cast.liaison):
        with acting(user):
            seen += _prints(open_to_all if user == cast.liaison else tables["cases"])
    with as_clock():
        seen += _prints([table for table, may in CLOCK_MAY.items() if "(" not in may])  # whole tables
    return seen + _prints(tables["cities"])


def _prints(tables: list[str]) -> list[object]:
    each = " UNION ALL ".join(
        f"SELECT '{table}', count(*), md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {table} t"  # noqa: S608
        for table in tables
    )
    with connection.cursor() as cursor:
        cursor.execute(each)
        return sorted(cursor.fetchall())  # PostgreSQL may take the tables in another order each time


@pytest.mark.parametrize("name", sorted(set(SCENES) - OWN_TRACE))
def test_service__writes_nothing_when_the_ledger_fails(name: str, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """The act is done once, to see how many entries it leaves; then the last of them can't be written, when all else
    has been: nothing of it is."""
    start = transaction.savepoint()
    scene, entries = SCENES[name](cast), _Entries()
    with monkeypatch.context() as patched, on_behalf_of(scene.by), changes_seen() as unseen:
        patched.setattr(ledger, "write", entries.write)
        scene.act()
    assert entries.written >= 1, "The act leaves no trace in the ledger."
    assert not unseen, "A row that has a version is changed, and is no version further."
    _check_entry(scene.by, name)
    transaction.savepoint_rollback(start)

    scene, again = SCENES[name](cast), _Entries(failing_at=entries.written)
    before = _everything(cast)
    with monkeypatch.context() as patched, on_behalf_of(scene.by):
        patched.setattr(ledger, "write", again.write)
        try:
            scene.act()
        except DatabaseError:
            assert again.written == entries.written
    assert again.written >= entries.written
    assert _everything(cast) == before


class _Entries:
    """Writes to the ledger, and counts; `failing_at`: which entry cannot be written."""

    def __init__(self, failing_at: int = 0) -> None:
        self.real, self.failing_at, self.written = ledger.write, failing_at, 0

    def write(self, **entry: object) -> LedgerEntry:
        self.written += 1
        if self.written == self.failing_at:
            raise DatabaseError("The ledger cannot be written.")
        return self.real(**entry)  # type: ignore[arg-type]


def _check_entry(by: User | Clock, name: str) -> None:
    """The act's last entry says who, as what, what and where; and each of its entries can be told in words."""
    said = LedgerEntry.objects.exclude(act="TEST").values_list("act", flat=True).distinct()
    assert [act for act in said if act not in ACTS | Permission.__members__ and not subject_of(act)] == []
    last = LedgerEntry.objects.order_by("id").last()
    assert last is not None
    assert last.act
    assert last.object_type or last.operation == "DENIED"
    assert last.initiator == ("person" if isinstance(by, User) else by.value)
    if isinstance(by, User):
        assert last.actor == by
        assert last.role or name == "cities.staff.services.accounts.change_preferences"
    if name.startswith("cases.") and name not in OF_NO_CITY and isinstance(by, User):
        assert last.city_id is not None
