"""A token that lets nobody in: refused, slowed down, and written like any other sign-in that failed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.utils import timezone
from pytest_django import Settings
from rest_framework.test import APIClient

from cases.api.authentication import FailedSignIns
from cities.ledger.models import LedgerEntry
from cities.staff.models import User
from cities.tokens.rules import PREFIX
from cities.tokens.selectors import tokens_of
from cities.tokens.services import issue_token, revoke_token
from tests.architecture.failing import failing
from tests.databases import OwnDatabase
from tests.doors import problem
from tests.factories import Cast, a_cast

ME = "/api/v1/me"
NOBODYS = PREFIX + "x" * 43


def program(secret: str) -> APIClient:
    client = APIClient(raise_request_exception=False)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    return client


def a_token_of(user: User, *, days_ago: int = 0) -> str:
    at = timezone.now() - timedelta(days=days_ago)
    return issue_token(by=user, at=at, user=user, name="a script", lasts=timedelta(days=1))[1]


def failed() -> list[tuple[object, ...]]:
    entries = LedgerEntry.objects.filter(act="SIGN_IN_FAILED").order_by("id")
    return [(one.operation, one.actor_id, one.ground, one.outcome, one.object_ids) for one in entries]


@pytest.mark.django_db
def test_a_token_that_does_not_hold__is_written_with_whose_it_is(cast: Cast) -> None:
    expired, revoked = a_token_of(cast.alice, days_ago=2), a_token_of(cast.carla)
    revoke_token(token=tokens_of(cast.carla).get(), by=cast.carla, at=timezone.now())
    for secret in (expired, revoked, NOBODYS, "Zoltan Fictief"):
        answer = program(secret).get(ME)
        problem(answer, 401, "not-signed-in")
    told = [("DENIED", None, "token", "failed", ids) for ids in ([cast.alice.pk], [cast.carla.pk], [], [])]
    assert failed() == told
    entry = LedgerEntry.objects.filter(act="SIGN_IN_FAILED").order_by("id").last()
    assert entry is not None
    assert (entry.request_id, "Zoltan" in str(vars(entry))) == (answer.headers["X-Request-ID"], False)


@pytest.mark.django_db
def test_a_token_of_who_lacks_the_second_factor__is_written(cast: Cast, settings: Settings) -> None:
    client = program(a_token_of(cast.alice))
    assert client.get(ME).status_code == 200
    assert failed() == []
    settings.SECOND_FACTOR = "required"
    problem(client.get(ME), 401, "not-signed-in")
    assert failed() == [("DENIED", None, "token", "failed", [cast.alice.pk])]


@pytest.mark.django_db
@pytest.mark.parametrize("lacks", [False, True])
def test_wrong_tokens__are_slowed_and_fill_no_ledger(
    cast: Cast, settings: Settings, monkeypatch: pytest.MonkeyPatch, lacks: bool
) -> None:
    monkeypatch.setattr(FailedSignIns, "rate", "3/min", raising=False)
    settings.SECOND_FACTOR = "required" if lacks else "optional"
    client = program(a_token_of(cast.alice) if lacks else NOBODYS)
    assert [client.get(ME).status_code for _each in range(5)] == [401, 401, 401, 429, 429]
    assert len(failed()) == 3
    settings.SECOND_FACTOR = "optional"
    assert program(a_token_of(cast.carla)).get(ME).status_code == 200  # beside it, at the same address


@pytest.mark.parametrize("way", ["refused", "no right", "not kept"])
def test_a_wrong_token__gets_no_answer_when_it_cannot_be_written(
    own_database: OwnDatabase, owner_connection: psycopg.Connection[tuple[Any, ...]], way: str
) -> None:
    expired = a_token_of(a_cast().alice, days_ago=2)
    with failing(way, owner_connection):
        problem(program(expired).get(ME), 503, "unavailable")
    assert failed() == []
    problem(program(expired).get(ME), 401, "not-signed-in")
    assert len(failed()) == 1  # committed: a refusal takes nothing back
