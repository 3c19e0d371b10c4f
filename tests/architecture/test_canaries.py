"""B7: what is in a case gets out by no side door: not by e-mail, the broker, the log, or an address.

The case is that of the scene, with the name of its part in each text. Every task of the clock is run, at once and when
what waits has become due; every page is opened for the addresses that stand in it.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any
from urllib.parse import unquote_plus

import pytest
import time_machine
from celery import current_app
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from config.celery import app
from config.logging import JsonFormatter
from config.schedule import SCHEDULE
from tests.architecture.routes import API, ROUTES
from tests.architecture.scene import CANARIES, Scene, ask, browser_of, each
from tests.architecture.shares import share
from tests.architecture.test_matrix import undone
from tests.factories import Cast

#: What is in the case, whole or in part: the texts, and the name of whom it is about.
TOLD = (*CANARIES.values(), "Nemo", "Antigone")

#: From now on, some days: reminders and openings; what nobody reviewed; what nobody confirmed, and what lapsed.
LATER = [timedelta(0), timedelta(days=1), timedelta(days=4), timedelta(days=95), timedelta(days=120)]


def _shown(text: str) -> set[str]:
    return {word for word in TOLD if word.lower() in unquote_plus(text).lower()}


def _run(name: str) -> None:
    """As a worker does, without one."""
    app.loader.import_default_modules()
    current_app.tasks[name].run()


def _formatted(records: list[logging.LogRecord]) -> list[str]:
    return [JsonFormatter().format(record) for record in records]


def test_everything_the_clock_sends__says_nothing_of_the_case(
    scene: Scene, cast: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    """Every task of the beat table, through the year; what it mails and what it logs."""
    stranger = browser_of(cast.carla, came_from="")
    stranger.post(reverse("cases:why", args=[scene.case.reference]), {"why": "OTHER", "words": "To look"})
    stranger.get(reverse("cases:case", args=[scene.case.reference]))  # without a task: that is told
    with caplog.at_level(logging.INFO):
        for later in LATER:
            with time_machine.travel(timezone.now().replace(hour=10) + later, tick=True):
                for entry in (*SCHEDULE.values(), SCHEDULE["send"]):
                    _run(str(entry["task"]))
    written = [str(one.message()) + " ".join(one.to) + one.subject + str(one.body) for one in mail.outbox]
    assert [_shown(one) for one in written if _shown(one)] == []
    subjects = {one.subject for one in mail.outbox}
    assert len(mail.outbox) >= 5, subjects
    assert len(subjects) >= 3, subjects
    assert {scene.case.reference in one for one in written} >= {True}, "They are about this case."
    assert [line for line in _formatted(caplog.records) if _shown(line)] == []


def test_the_broker__holds_names_of_tasks_and_nothing_else(scene: Scene) -> None:
    """Sent as the beat sends them, to a queue of the test's own, and read back from the real one."""
    queue = f"canaries-{os.getpid()}"
    with app.connection_for_write() as connection:
        client: Any = connection.default_channel.client  # type: ignore[attr-defined]  # the transport's own: Valkey's
        for entry in SCHEDULE.values():
            app.send_task(str(entry["task"]), connection=connection, queue=queue, **entry["options"])
        waiting = [json.loads(one) for one in client.lrange(queue, 0, -1)]
        everything = " ".join(_contents(client))
        client.delete(queue)
    assert {one["headers"]["task"] for one in waiting} == {entry["task"] for entry in SCHEDULE.values()}
    assert {(one["headers"]["argsrepr"], one["headers"]["kwargsrepr"]) for one in waiting} == {("()", "{}")}
    assert queue in everything
    assert _shown(everything) == set()
    assert scene.case.reference not in everything


def _contents(client: Any) -> Iterator[str]:
    """All that the broker holds, of whichever kind."""
    for key in client.scan_iter(count=1000):
        kind = client.type(key).decode()
        yield key.decode(errors="replace")
        for part in _parts(client, kind, key):
            yield (part or b"").decode(errors="replace")


def _parts(client: Any, kind: str, key: bytes) -> list[bytes]:
    if kind == "hash":
        return [part for pair in client.hgetall(key).items() for part in pair]
    if kind == "string":
        return [client.get(key)]
    every = {"list": client.lrange, "zset": client.zrange}
    return list(every[kind](key, 0, -1) if kind in every else client.smembers(key))


class _Addresses(HTMLParser):
    """What leads somewhere, and what is typed into a form that puts it into an address."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.typed: list[str] = []
        self.asks = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        leads = ("href", "src", "action", "formaction", "ping", "hx-get", "hx-post", "hx-push-url", "hx-vals")
        self.found += [value for name, value in told.items() if name in leads or name.startswith("data-hx")]
        if tag == "form":
            self.asks = told.get("method", "get").lower() == "get"
        elif self.asks and (tag == "textarea" or (tag == "input" and told.get("type", "text") in ("text", "search"))):
            self.typed.append(told.get("name", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.asks = False


#: Typed into a form that asks by an address: numbers and codes of the house, never a name.
CODES_ONLY: set[str] = set()


def test_addresses__have_no_word_of_the_case(scene: Scene, cast: Cast, caplog: pytest.LogCaptureFixture) -> None:
    """Those that stand in pages, those that a page leads on to, and those that a form would make of what is typed."""
    carla, liaison = browser_of(cast.carla), browser_of(cast.liaison)
    wrong, typed, seen = dict[str, set[str]](), set[str](), 0
    answers = []
    with caplog.at_level(logging.INFO):
        for name, _route, method, _act in share((one for one in each(ROUTES) if one[0] not in API), 1, 4):
            client = liaison if name.startswith("cases:referral") else carla
            client.raise_request_exception = False
            answers.append((name, undone(ask, client, method, scene.address(name))))
        search = reverse("cases:search")
        answers += [(search, undone(carla.post, search, {"q": word, "text": word})) for word in ("Nemo", "Antigone")]
    for name, answer in answers:
        reading = _Addresses()
        if answer.headers.get("Content-Type", "").startswith("text/html"):
            reading.feed(answer.content.decode())
        told = [*reading.found, *(answer.headers.get(one, "") for one in ("Location", "HX-Redirect", "HX-Push-Url"))]
        seen += len(told)
        typed |= set(reading.typed)
        wrong |= {f"{name}: {one}": _shown(one) for one in told if _shown(one)}
    assert wrong == {}
    assert seen > 300
    assert typed <= CODES_ONLY
    assert caplog.records
    assert [line for line in _formatted(caplog.records) if _shown(line)] == []


def test_the_law__notices_a_name_in_an_address() -> None:
    reading = _Addresses()
    reading.feed('<a href="/x/?q=nemo%20voorbeeld">x</a><form action="/y/"><input name="q"></form>')
    assert [_shown(one) for one in reading.found] == [{"Nemo"}, set()]
    assert reading.typed == ["q"]
