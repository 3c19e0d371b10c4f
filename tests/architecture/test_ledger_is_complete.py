"""B1: whatever is shown or done leaves a complete entry in the ledger, over pages and the REST door; of the
administration: `test_ledger_of_the_administration.py`. B7: what is in a case is in no log, no address, no e-mail, and
in no task's arguments. B2: `test_ledger_that_fails.py`."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Iterator

import pytest
from django.core import mail
from django.db import transaction

from cases import tasks
from cities.ledger.models import LedgerEntry
from config.logging import JsonFormatter
from tests.architecture.asked import NOTHING_OF_A_CASE, Asked, Doors, as_pages_name_them, pages, resources
from tests.architecture.routes import API, CASES
from tests.architecture.scene import Scene as Pages
from tests.architecture.scene import share
from tests.architecture.test_services import _everything
from tests.factories import Cast
from tests.factories.scene import CANARY, a_scene

#: Numbers of all cases together, or who could see how much of them: of no compartment.
NUMBERS = {"cases:colleague_sights", "cases:picture", "cases:picture_table", "cases_api:national_picture"}

#: The columns that must hold something, whatever was done.
ALWAYS = ("operation", "actor_id", "initiator", "role", "agency_id", "act", "request_id", "outcome")


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
    if one.method == "GET" and not any(compartments) and one.name not in NUMBERS:
        return "doesn't say which compartment"
    return ""


def _law(doors: Doors, asked: Iterator[Asked]) -> list[str]:
    wrong, everything = [], list(asked)
    for one in everything:
        doors.of(one)  # signing in changes its user's row
    before = _everything(doors.cast)
    for number, one in enumerate(everything):
        if one.name in NOTHING_OF_A_CASE or one.name.startswith("cities_api:"):
            continue
        request = f"law-{number:08d}"
        doors.of(one)
        with transaction.atomic():
            answer = doors.ask(one, request)
            entries = list(LedgerEntry.objects.filter(request_id=request).exclude(object_type="token"))
            sent_on = one.method == "POST" and answer.status_code == 302 and not entries
            refused = sent_on and _everything(doors.cast) == before  # with a word about it on the page that follows
            transaction.set_rollback(True)
        if refused:
            continue
        if said := lacking(one, answer.status_code, entries):
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
        for one in share(every, 0, 3):
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
