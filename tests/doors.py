"""Coming in by the REST door, as another system would: with a token, over the whole of Django."""

from __future__ import annotations

import re
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from cities.staff.models import User
from cities.tokens.services import issue_token

PROBLEM = "application/problem+json"


#: What one record of which there are versions stands at; an act on it is a step further.
RECORD = re.compile(
    r"/api/v1/(?:cases/[^/]+(?:/(?:plans|rhythms)/\d+)?|(?:check-ins|missed-contacts|absences|referrals|people|goals)/\d+)"
)


class Program(APIClient):
    """Another system. `read=2`: it acts on what it read when that was version 2."""

    def generic(self, method: str, path: str, *args: Any, read: int | None = None, **extra: Any) -> Any:  # type: ignore[override]
        if read is not None:
            record = RECORD.match(path)
            assert record, path
            told = self.get(record[0]).json()
            # Of a version that is no more, nobody can tell the tag any longer; it was none that stands.
            tag = told["etag"] if told.get("version") == read else f'"{read}-before"'
            extra["headers"] = {"If-Match": tag, **extra.get("headers", {})}
        return super().generic(method, path, *args, **extra)


def by_token(user: User, *, raises: bool = True) -> Program:
    """A client that signs in as `user`. `raises`: what nobody foresaw fails the test, in place of a 500."""
    _token, secret = issue_token(by=user, at=timezone.now(), user=user, name="a test")
    client = Program(raise_request_exception=raises)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    return client


def by_session(user: User) -> Program:
    """A page of the same site, with the session of somebody who came in a moment ago."""
    client = Program()
    client.force_login(user)
    return client


def problem(answer: Any, status: int, name: str = "") -> dict[str, Any]:
    """The problem document of an answer, checked to be one."""
    assert answer.status_code == status, answer.content
    assert answer.headers["Content-Type"] == PROBLEM
    told: dict[str, Any] = answer.json()
    assert {"type", "title", "status", "detail", "instance"} <= set(told)
    assert told["status"] == status
    assert told["title"]
    assert told["detail"]
    if name:
        assert told["type"] == f"urn:apparatus:problem:{name}"
    return told


def queries_of(client: APIClient, address: str) -> int:
    """How many queries an answer takes, once the token's use has been noted."""
    assert client.get(address).status_code == 200
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)
