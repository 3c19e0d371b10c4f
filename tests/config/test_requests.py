"""What holds for every request: health, no-store, a number; and what a log line may say."""

import json
import logging
import sys
import uuid

import pytest
from django.db import OperationalError, connection
from django.test import Client
from kombu import Connection

from config import health
from config.celery import app
from config.logging import JsonFormatter, request_id
from tests.databases import OwnDatabase


def test_health__is_well(own_database: OwnDatabase, client: Client) -> None:
    answer = client.get("/health")
    told = {"ok": True, "database": True, "broker": True, "ledger": False}
    assert (answer.status_code, answer.json()) == (200, told)


def test_health__says_which_is_missing_and_no_more(
    own_database: OwnDatabase, monkeypatch: pytest.MonkeyPatch, client: Client
) -> None:
    monkeypatch.setattr(health, "database_answers", lambda: True)
    nowhere = Connection("redis+socket:///nowhere/valkey.sock")
    monkeypatch.setattr(app, "connection_for_write", lambda **_: nowhere)
    answer = client.get("/health")
    assert (answer.status_code, answer.json()) == (
        503,
        {"ok": False, "database": True, "broker": False, "ledger": False},
    )


def test_health__needs_no_database_to_say_that_it_is_gone(monkeypatch: pytest.MonkeyPatch, client: Client) -> None:
    def refuse() -> None:
        raise OperationalError("host=secret password=secret")

    monkeypatch.setattr(connection, "cursor", refuse)
    answer = client.get("/health")
    assert answer.status_code == 503
    assert b"secret" not in answer.content


def test_health__only_answers_questions(client: Client) -> None:
    assert client.post("/health").status_code == 405


@pytest.mark.parametrize("path", ["/accounts/login/", "/nowhere/"])
def test_pages__are_never_kept(own_database: OwnDatabase, client: Client, path: str) -> None:
    assert client.get(path).headers["Cache-Control"] == "no-store, private"


def test_pages__have_a_strict_policy(own_database: OwnDatabase, client: Client) -> None:
    policy = client.get("/accounts/login/").headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy


@pytest.mark.parametrize("given", ["Zoltan-Fictief-was-here", "<script>", "0197a0b8-6f3e-4a71-9c1d-2f9d0a7c55e1", ""])
def test_request_id__is_our_own_whatever_is_sent(own_database: OwnDatabase, client: Client, given: str) -> None:
    numbers = {client.get("/accounts/login/", headers={"x-request-id": given}).headers["X-Request-ID"] for _ in "ab"}
    assert len({uuid.UUID(number) for number in numbers} - {uuid.UUID(given) if len(given) == 36 else None}) == 2


def formatted(record: logging.LogRecord) -> str:
    return JsonFormatter().format(record)


def test_log__tells_where_an_error_was_but_not_what_it_said() -> None:
    try:
        raise ValueError("Key (name)=(Zoltan Fictief) already exists")
    except ValueError:
        record = logging.LogRecord("django.request", logging.ERROR, "", 0, "Failed: %s", ("/cases/",), sys.exc_info())
    line = json.loads(formatted(record))
    assert (line["message"], line["error"]) == ("Failed: /cases/", "ValueError")
    assert "Zoltan" not in formatted(record)


def test_log__of_a_task_holds_neither_result_nor_error() -> None:
    told = {"name": "cases.tasks.tick", "id": "7", "exc": "Zoltan", "return_value": "Zoltan", "description": "failed"}
    record = logging.LogRecord("celery.app.trace", logging.ERROR, "", 0, "%(exc)s", (told,), None)
    record.data = told
    assert json.loads(formatted(record))["message"] == "Task cases.tasks.tick[7] failed"


def test_log__carries_the_requests_number() -> None:
    token = request_id.set("r-1")
    line = json.loads(formatted(logging.LogRecord("x", logging.INFO, "", 0, "m", None, None)))
    request_id.reset(token)
    assert line["request_id"] == "r-1"
