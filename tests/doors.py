"""Coming in by the REST door, as another system would: with a token, over the whole of Django."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from cities.staff.models import User
from cities.tokens.services import issue_token

PROBLEM = "application/problem+json"


def by_token(user: User, *, raises: bool = True) -> APIClient:
    """A client that signs in as `user`. `raises`: what nobody foresaw fails the test, in place of a 500."""
    _token, secret = issue_token(by=user, at=timezone.now(), user=user, name="a test")
    client = APIClient(raise_request_exception=raises)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
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
