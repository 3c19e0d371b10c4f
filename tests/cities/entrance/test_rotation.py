"""SECRET_KEY is changed: who has an authenticator app comes in all the same; in the end the old key is not needed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from cities.entrance.sealing import seal_secret
from cities.entrance.selectors import factors_of
from cities.ledger.models import LedgerEntry
from cities.staff.models import User
from tests.cities.entrance.people import code, is_in, set_up_app, sign_in, with_password
from tests.factories import Cast

pytestmark = pytest.mark.django_db
OLD, NEW = "the key that was in use until today", "the key that is in use from today on"


@pytest.fixture(autouse=True)
def clock(settings: Settings) -> Iterator[time_machine.Traveller]:
    """Stands still but where it is told to go on: a code lets in once."""
    settings.SECOND_FACTOR, settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "required", OLD, []
    with time_machine.travel(timezone.now(), tick=False) as clock:
        yield clock


def comes_in(user: User, said: str) -> bool:
    client: Client = sign_in(user)
    client.post("/accounts/second-factor/sign-in/", {"code": said})
    return is_in(client)


def resealed() -> str:
    out = StringIO()
    call_command("reseal_second_factors", stdout=out)
    return out.getvalue()


def test_key__is_changed_and_everybody_comes_in(cast: Cast, settings: Settings, clock: time_machine.Traveller) -> None:
    client = sign_in(with_password(cast.alice))
    secret, codes = set_up_app(client)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [OLD]
    assert is_in(client)
    clock.shift(timedelta(minutes=2))
    assert comes_in(cast.alice, code(secret))
    assert comes_in(cast.alice, codes[0])

    assert "2 second factors sealed anew" in resealed()
    entry = LedgerEntry.objects.get(act="SECOND_FACTORS_RESEALED")
    assert (entry.initiator, entry.rows, entry.outcome) == ("set-up", 2, "DONE")
    settings.SECRET_KEY_FALLBACKS = []
    clock.shift(timedelta(minutes=2))
    assert comes_in(cast.alice, code(secret))
    assert comes_in(cast.alice, codes[1])
    assert not comes_in(cast.alice, codes[0])
    assert not comes_in(cast.alice, code(secret))


def test_key__that_is_gone_lets_nobody_in_and_loses_nothing(
    cast: Cast, settings: Settings, clock: time_machine.Traveller
) -> None:
    secret, codes = set_up_app(sign_in(with_password(cast.alice)))
    settings.SECRET_KEY = NEW
    clock.shift(timedelta(minutes=2))
    assert not comes_in(cast.alice, code(secret))
    assert not comes_in(cast.alice, codes[0])
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("reseal_second_factors", stdout=out)
    assert ended.value.code == 1
    assert "2 cannot be opened" in out.getvalue()
    assert str(cast.alice) in out.getvalue()
    settings.SECRET_KEY_FALLBACKS = [OLD]
    clock.shift(timedelta(minutes=10))  # so many wrong ones were tried
    assert comes_in(cast.alice, code(secret))


def test_what_is_new__is_sealed_with_the_new_key(cast: Cast, settings: Settings) -> None:
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [OLD]
    secret, _codes = set_up_app(sign_in(with_password(cast.alice)))
    settings.SECRET_KEY_FALLBACKS = []
    assert comes_in(cast.alice, code(secret))


def test_reseal_factors__takes_codes_of_elsewhere_along_and_leaves_passkeys_alone(
    cast: Cast, settings: Settings
) -> None:
    rows = factors_of(cast.alice)
    rows.create(user=cast.alice, type="webauthn", data={"name": "a key ring"})
    rows.create(user=cast.alice, type="recovery_codes", data={"migrated_codes": [seal_secret("12345678")]})
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [OLD]
    assert "1 second factors sealed anew" in resealed()
    settings.SECRET_KEY_FALLBACKS = []
    assert "1 second factors sealed anew" in resealed()
    assert factors_of(cast.alice).get(type="webauthn").data == {"name": "a key ring"}
