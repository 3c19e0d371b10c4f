"""How a fresh house begins."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from cities.roles.rules import Role
from cities.staff.models import User
from cities.staff.selectors import first_administrator, postings_of
from cities.staff.services import require_settings
from tests.factories import a_user

NEW = {"email": "adam@example.org", "first_name": "Adam", "last_name": "Invented"}


def types(monkeypatch: pytest.MonkeyPatch, *passwords: str) -> None:
    """Whoever runs the command types these, one after the other."""
    typed = iter(passwords)
    monkeypatch.setattr("getpass.getpass", lambda prompt: next(typed))


@pytest.mark.django_db
def test_create_administrator__of_the_whole_country(monkeypatch: pytest.MonkeyPatch) -> None:
    types(monkeypatch, "a long invented secret", "a long invented secret")
    call_command("create_administrator", **NEW)
    user = User.objects.get(email=NEW["email"])
    now = timezone.now()
    assert user.check_password("a long invented secret")
    assert (user.is_superuser, user.is_staff) == (False, False)
    (posting,) = postings_of(user, at=now)
    assert (posting.role, posting.city) == (Role.ADMINISTRATOR, None)
    assert first_administrator(at=now) == user
    assert require_settings(user, at=now, city_id=None).posting == posting


@pytest.mark.django_db
def test_create_administrator__somebody_who_is_there_already() -> None:
    user = a_user(email=NEW["email"])
    call_command("create_administrator", email=NEW["email"].upper())
    assert user.postings.count() == 1
    with pytest.raises(CommandError, match="same posting"):
        call_command("create_administrator", email=NEW["email"])


@pytest.mark.django_db
def test_create_administrator__may_set_the_password_later() -> None:
    call_command("create_administrator", **NEW, no_password=True)
    assert not User.objects.get(email=NEW["email"]).has_usable_password()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("passwords", "said"), [(("one long secret", "another secret"), "differ"), (("short", "short"), "too short")]
)
def test_create_administrator__refuses_a_bad_password(
    monkeypatch: pytest.MonkeyPatch, passwords: tuple[str, str], said: str
) -> None:
    types(monkeypatch, *passwords)
    with pytest.raises(CommandError, match=said):
        call_command("create_administrator", **NEW)
    assert not User.objects.exists()
