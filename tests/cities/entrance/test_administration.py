"""What an administrator can do about how somebody comes in."""

from __future__ import annotations

import pytest
from django.core import mail
from django.test import Client

from cities.entrance.selectors import factors_of
from cities.ledger.models import LedgerEntry
from cities.roles.rules import Role
from tests.cities.entrance.people import is_in, set_up_app, sign_in
from tests.factories import Cast, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def adam(cast: Cast) -> Client:
    client = Client()
    client.force_login(cast.administrator)
    return client


def test_an_administrator__resets_a_second_factor_with_a_reason_and_she_is_told(
    alice: Client, adam: Client, cast: Cast, django_capture_on_commit_callbacks: object
) -> None:
    set_up_app(alice)
    page = f"/accounts/of/{cast.alice.pk}/"
    assert "authenticator app" in adam.get(page).content.decode()
    assert adam.post(page, {"act": "RESET", "reason": " "}).status_code == 422
    assert factors_of(cast.alice).exists()
    mail.outbox.clear()
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        assert adam.post(page, {"act": "RESET", "reason": "Telephone lost"}).status_code == 302
    assert not factors_of(cast.alice).exists()
    assert not is_in(alice)
    entry = LedgerEntry.objects.get(act="SECOND_FACTOR_RESET")
    assert (entry.actor, entry.object_ids, entry.justification, entry.role) == (
        cast.administrator, [cast.alice.pk], "Telephone lost", "ADMINISTRATOR",
    )  # fmt: skip
    assert [(message.to, "reset your second factor" in message.body) for message in mail.outbox] == [
        ([cast.alice.email], True)
    ]


def test_an_administrator__ends_all_sessions_of_somebody(alice: Client, adam: Client, cast: Cast) -> None:
    adam.post(f"/accounts/of/{cast.alice.pk}/", {"act": "END", "reason": "Laptop stolen"})
    assert not is_in(alice)
    assert is_in(sign_in(cast.alice))


def test_an_administrator__does_not_reset_her_own_nor_of_who_works_elsewhere(adam: Client, cast: Cast) -> None:
    answer = adam.post(f"/accounts/of/{cast.administrator.pk}/", {"act": "RESET", "reason": "Mine"})
    assert answer.status_code == 422
    assert adam.get(f"/accounts/of/{cast.charlie.pk}/").status_code == 403
    assert adam.get("/accounts/of/999999/").status_code == 404


@pytest.mark.parametrize("role", [Role.CASEWORKER, Role.COORDINATOR, Role.DATA_PROTECTION_OFFICER])
def test_nobody_else__sees_how_somebody_signs_in(cast: Cast, role: Role) -> None:
    client = Client()
    client.force_login(staff(role, cast.city))
    assert client.get(f"/accounts/of/{cast.alice.pk}/").status_code == 403
