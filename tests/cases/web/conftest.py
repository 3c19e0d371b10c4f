"""A case that Alice leads, a browser for each of the cast, and what is read in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from cases.casefiles.models import Casefile
from cities.staff.models import User
from tests.factories import Cast, a_case

#: The page before is my day: so nobody is asked why she opens a case.
FROM_MY_DAY = {"Referer": "http://testserver/"}

ClientOf = Callable[[User], Client]


@pytest.fixture
def client_of() -> ClientOf:
    """A browser in which somebody has signed in, and follows links from her day's work unless told otherwise."""

    def of(user: User) -> Client:
        client = Client(headers=FROM_MY_DAY)
        client.force_login(user)
        return client

    return of


@pytest.fixture
def case(cast: Cast) -> Casefile:
    """Opened by Carla a little while ago, led by Alice. Pages read the real clock."""
    return a_case(by=cast.carla, lead=cast.alice, name="Nemo Voorbeeld", at=timezone.now() - timedelta(hours=1))


@pytest.fixture
def one_moment() -> Iterator[None]:
    """Between two requests no time passes, however slow the machine: else the second notes that somebody is there."""
    with time_machine.travel(timezone.now(), tick=False):
        yield


def words(page: str) -> str:
    """What is read of a page: without tags, on one line."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
