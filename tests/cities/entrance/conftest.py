"""Two providers of identities, for all tests of a process; and Alice, who has come in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from pytest_django import Settings
from pytest_django.plugin import DjangoDbBlocker

from config.env import Environment
from config.sign_in import providers
from tests.cities.entrance.people import sign_in, with_password
from tests.factories import Cast
from tests.provider.running import Provider, a_provider

NOTE = "She spoke of her sister for the first time."
MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="session")
def both(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Provider, Provider]]:
    folder = tmp_path_factory.mktemp("providers")
    with django_db_blocker.unblock(), a_provider("city", folder) as city, a_provider("federal", folder) as federal:
        yield city, federal


Configure = Callable[..., None]


@pytest.fixture
def configure(both: tuple[Provider, Provider], settings: Settings) -> Configure:
    """Both are configured, as `.env` would; `city` with more, if given."""

    def configured(**city: str) -> None:
        told: dict[str, Any] = {"OPENID_PROVIDERS": "city,federal"}
        told |= both[0].environment(**city) | both[1].environment()
        found = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]
        settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {**found, "APPS": providers(Environment(told))}}

    settings.SOCIALACCOUNT_REQUESTS_TIMEOUT = 60  # a machine that does much else answers late
    for provider in both:
        provider.says()
    configured()
    return configured


@pytest.fixture
def alice(cast: Cast) -> Client:
    return sign_in(with_password(cast.alice))


def at(minutes: float) -> time_machine.travel:
    return time_machine.travel(timezone.now() + minutes * MINUTE, tick=False)
