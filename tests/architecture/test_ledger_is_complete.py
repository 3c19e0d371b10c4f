"""B1: whatever is shown or done leaves a complete entry in the ledger, over pages and the REST door; of the
administration: `test_ledger_of_the_administration.py`. B7: what is in a case is in no log, no address, no e-mail, and
in no task's arguments. B2: `test_ledger_that_fails.py`."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.core import mail
from django.db import transaction

from cases import tasks
from cities.ledger.models import LedgerEntry
from config.logging import JsonFormatter
from tests.architecture.asked import NOTHING_OF_A_CASE, Asked, Doors, as_pages_name_them, pages, resources
from tests.architecture.routes import API, CASES
from tests.architecture.scene import IN_CARE, IN_CORE, IN_JUSTICE
from tests.architecture.scene import Scene as Pages
from tests.architecture.shares import share
from tests.architecture.test_services import _everything
from tests.factories import Cast
from tests.factories.scene import CANARY, a_scene

#: Numbers of all cases together, or who could see how much of them: of no compartment.
NUMBERS = {"cases:colleague_sights", "cases:picture", "cases:picture_table", "cases_api:national_picture"}

#: Records of the public square, which lie in no case and so in none of its compartments.
COLLEAGUES = {"user", "posting", "absence"}

#: The columns that must hold something, whatever was done.
ALWAYS = ("operation", "actor_id", "initiator", "role", "agency_id", "act", "request_id", "outcome")


#: Names that stand for several rows, or for what an answer of the REST door works out of fields.
NO_COLUMNS = {
    "aliases", "cases", "compartments", "facts", "goals", "in_words", "inquiry_open_since", "is_set_aside",
    "lasts_until", "may_move_to", "missed_shown", "names", "offences", "rrule", "team", "working_days_late",
}  # fmt: skip


def is_the_name_of_a_field(name: str, kind: str) -> bool:
    """A field of a record of this kind, or of another one, which then stands before it. Never what is in a field."""
    of, _dot, field = name.rpartition(".")
    if field in NO_COLUMNS or kind == "picture":
        return True
    model = apps.all_models["cases"].get(of or kind) or apps.all_models["cities"].get(of or kind)
    return model is not None and field in {one.name for one in model._meta.get_fields()} | {"agency_id"}


def lacking(one: Asked, status: int, entries: list[LedgerEntry]) -> str:
    """What is missing in the ledger of this request, in words; empty when nothing is."""
    if status in (401, 403, 404):
        return f"answers {status} to somebody who may"
    if status >= 500:
        return f"answers {status}"
    if one.is_api and status >= 400:
        return ""  # nothing was shown and nothing done
    if not entries:
        return "leaves no entry"
    for entry in entries:
        empty = [column for column in ALWAYS if getattr(entry, column) in (None, "")]
        if empty:
            return f"{entry.act}: has no {', '.join(empty)}"
        if entry.operation in ("ALTER", "COLLECT") and not (entry.object_ids and entry.fields):
            return f"{entry.act}: doesn't say which fields of what"
        if entry.operation in ("CONSULT", "DISCLOSE", "EXPORT", "EMERGENCY") and entry.rows and not entry.fields:
            return f"{entry.act}: doesn't say which fields were shown"
        if entry.operation in ("CONSULT", "EXPORT") and one.method == "GET" and entry.rows and not entry.purpose:
            return f"{entry.act}: doesn't say why"
        if strange := [name for name in entry.fields if not is_the_name_of_a_field(name, entry.object_type)]:
            return f"{entry.act}: {', '.join(strange)} of {entry.object_type} is no name of a field"
        if entry.operation == "CONSULT" and not entry.object_type and entry.rows:
            return f"{entry.act}: doesn't say what was read"
        if entry.object_ids and len(entry.object_ids) != entry.rows:
            return f"{entry.act}: {entry.rows} rows, {len(entry.object_ids)} named"
    if one.of_a_case and not any(
        entry.case_id and entry.case_reference and entry.city_id and len(entry.object_ids) == entry.rows
        for entry in entries
    ):
        return "has no entry with its case, its city and its record"
    compartments = [entry.compartment for entry in entries if entry.operation == "CONSULT"]
    of_colleagues = {entry.object_type for entry in entries} <= COLLEAGUES
    if one.method == "GET" and not any(compartments) and one.name not in NUMBERS and not of_colleagues:
        return "doesn't say which compartment"
    return ""


#: What stands in a text of the scenes -> the fields that it can have been read from; of what it was before: `before`.
TEXTS = {
    f"Nemo {IN_CORE}": {"official_name", "subject"}, f"{IN_CORE} step": {"next_step"}, f"{IN_CORE} place": {"place"},
    f"{IN_CORE} sister": {"source"}, f"{IN_CORE} street": {"address"}, f"{IN_CARE} summary": {"summary"},
    f"{IN_CARE} action": {"text"}, f"Antigone {IN_CARE}": {"official_name", "other"}, f"{IN_CARE} note": {"note"},
    f"{IN_CARE} view": {"person_view"}, f"{IN_JUSTICE} fact": {"text"}, f"{IN_JUSTICE} witness": {"source"},
    f"{IN_JUSTICE} subject": {"subject"}, f"{IN_JUSTICE} statement": {"statement"},
    f"{IN_JUSTICE} withheld": {"withheld"},
    f"{CANARY} Person": {"official_name"}, f"{CANARY} step": {"next_step"}, f"{CANARY} Mother": {"official_name"},
    f"{CANARY} summary": {"summary"}, f"{CANARY} action": {"text"}, f"{CANARY} place": {"place"},
    f"{CANARY} teacher": {"who_else"}, f"{CANARY} note": {"note"}, f"{CANARY} subject": {"subject"},
    f"{CANARY} statement": {"statement"},
}  # fmt: skip

#: Which part of a case a text of the scene of the pages lies in.
PARTS = {IN_CARE: "CARE", IN_JUSTICE: "JUSTICE"}


def unnamed(told: str, entries: list[LedgerEntry]) -> str:
    """What an answer shows and no entry names, or none of the compartment it lies in; empty when there is nothing."""
    names = {name.rpartition(".")[2] for entry in entries for name in entry.fields}
    shown = [text for text, fields in TEXTS.items() if text in told and not names & (fields | {"before"})]
    parts = {entry.compartment for entry in entries}
    shown += [part for canary, part in PARTS.items() if canary in told and part not in parts]
    return f"shows {', '.join(shown)}, which no entry names" if shown else ""


def _law(doors: Doors, asked: Iterator[Asked]) -> list[str]:
    wrong, everything = [], list(asked)
    for one in everything:
        doors.of(one)  # signing in changes its user's row
    before = _everything(doors.cast)
    for one in everything:
        if one.name in NOTHING_OF_A_CASE or one.name.startswith("cities_api:"):
            continue
        doors.of(one)
        with transaction.atomic():
            answer = doors.ask(one)
            left = LedgerEntry.objects.filter(request_id=answer.headers["X-Request-ID"])
            entries = list(left.exclude(object_type="token"))
            sent_on = one.method == "POST" and answer.status_code == 302 and not entries
            refused = sent_on and _everything(doors.cast) == before  # with a word about it on the page that follows
            transaction.set_rollback(True)
        if refused:
            continue
        said = lacking(one, answer.status_code, entries) or unnamed(answer.content.decode(errors="replace"), entries)
        if said:
            wrong.append(f"{one}: {said}")
    return wrong


def test_every_page__leaves_a_complete_entry(scene: Pages) -> None:
    assert set(NOTHING_OF_A_CASE) <= set(CASES) | set(API)
    wrong = _law(Doors(scene.cast), pages(scene))
    assert not wrong, "\n".join(wrong)


def test_every_resource__leaves_a_complete_entry(cast: Cast) -> None:
    wrong = _law(Doors(cast), resources(a_scene(cast)))
    assert not wrong, "\n".join(wrong)


def test_nothing_of_a_case__is_in_a_log_an_address_an_e_mail_or_a_task(
    cast: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    scene = a_scene(cast)
    doors = Doors(cast)
    every = [*resources(scene), *pages(Pages(cast, scene.case, as_pages_name_them(scene, cast)))]
    lines = JsonFormatter()
    with caplog.at_level(logging.DEBUG):
        assert not [one for one in every if CANARY in one.address]
        for one in share(every, 0, 6):
            doors.of(one)
            with transaction.atomic():
                answer = doors.ask(one)
                assert CANARY not in answer.headers.get("Location", "")
                transaction.set_rollback(True)
    assert [record for record in caplog.records if CANARY in lines.format(record)] == []
    with caplog.at_level(logging.DEBUG):
        for task in (tasks.tick, tasks.send_messages):
            task()
    assert [record for record in caplog.records if CANARY in lines.format(record)] == []
    assert not [message for message in mail.outbox if CANARY in f"{message.subject} {message.body}"]


def test_tasks__are_told_nothing() -> None:
    """What has no arguments can carry nothing through the broker."""
    found = [task for name, task in vars(tasks).items() if hasattr(task, "delay")]
    assert len(found) >= 4
    assert [task.name for task in found if inspect.signature(task.run).parameters] == []
