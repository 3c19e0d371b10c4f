"""A case that Alice leads, and a browser for each of the cast."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from cases.casefiles.models import Casefile
from cities.staff.models import User
from tests.factories import Cast, a_case

ClientOf = Callable[[User], Client]


@pytest.fixture
def client_of() -> ClientOf:
    """A browser in which somebody has signed in."""

    def of(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return of


@pytest.fixture
def case(cast: Cast) -> Casefile:
    """Opened by Carla a little while ago, led by Alice. Pages read the real clock."""
    return a_case(by=cast.carla, lead=cast.alice, name="Nemo Voorbeeld", at=timezone.now() - timedelta(hours=1))
