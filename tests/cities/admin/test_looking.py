"""Whoever is shown colleagues in the administration has looked at them, and it stands in the ledger."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.audit.selectors import ledger_for
from cities.ledger.models import LedgerEntry
from cities.roles.rules import Role
from cities.staff.models import User
from tests.factories import Cast, posting_of, staff

pytestmark = pytest.mark.django_db


def _looks(user: User) -> list[Any]:
    entries = LedgerEntry.objects.filter(actor=user, act="STAFF_READ").order_by("id")
    return [(entry.object_type, set(entry.object_ids), entry.city_id, entry.purpose) for entry in entries]


def _client(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_list__names_whom_it_showed(cast: Cast) -> None:
    client = _client(cast.administrator)
    client.get(reverse("admin:cities_user_changelist"), {"q": cast.bob.email})
    client.get(reverse("admin:cities_posting_changelist"), {"q": cast.bob.email})
    client.get(reverse("admin:cities_user_changelist"), {"q": "nobody at all"})
    posting = posting_of(cast.bob).pk
    assert _looks(cast.administrator) == [
        ("user", {cast.bob.pk}, None, "admin"), ("posting", {posting}, None, "admin")
    ]  # fmt: skip
    entry = LedgerEntry.objects.get(object_type="user", act="STAFF_READ")
    assert set(entry.fields) == {"last_name", "first_name", "email", "language", "is_active"}


def test_form__names_who_was_opened_and_a_posting_lies_in_its_city(cast: Cast) -> None:
    client, posting = _client(cast.administrator), posting_of(cast.bob).pk
    for name, number in (("user", cast.bob.pk), ("posting", posting)):
        for page in ("change", "history"):
            assert client.get(reverse(f"admin:cities_{name}_{page}", args=[number])).status_code == 200
    opened = [("user", {cast.bob.pk}, None, "admin"), ("posting", {posting}, cast.city.pk, "admin")]
    assert _looks(cast.administrator) == [one for one in opened for _page in ("change", "history")]


def test_form_that_is_refused__is_shown_again_and_written_down_again(cast: Cast) -> None:
    address = reverse("admin:cities_user_change", args=[cast.bob.pk])
    answer = _client(cast.administrator).post(address, {"first_name": "", "last_name": "Kept", "language": "nl"})
    assert answer.status_code == 200
    assert _looks(cast.administrator) == [("user", {cast.bob.pk}, None, "admin")]


def test_new_posting__names_among_whom_one_chooses(cast: Cast) -> None:
    _client(cast.administrator).get(reverse("admin:cities_posting_add"))
    assert _looks(cast.administrator) == [("user", set(User.objects.values_list("pk", flat=True)), None, "admin")]


def test_account__how_somebody_signs_in_is_a_look_too(cast: Cast) -> None:
    address = reverse("entrance_account", args=[cast.bob.pk])
    assert _client(cast.administrator).get(address).status_code == 200
    assert _looks(cast.administrator) == [("user", {cast.bob.pk}, None, "entrance_account")]
    assert _client(staff(Role.ADMINISTRATOR, cast.other_city)).get(address).status_code == 403


def test_list__is_read_by_the_officer_of_each_who_stood_in_it(cast: Cast) -> None:
    """Somebody who keeps the country is posted in no city: her looks are read where those work whom she was shown."""
    keeper, there = staff(Role.ADMINISTRATOR, None), staff(Role.DATA_PROTECTION_OFFICER, cast.other_city)
    _client(keeper).get(reverse("admin:cities_user_changelist"))
    for officer in (cast.dana, there):
        read = ledger_for(officer, at=timezone.now()).filter(act="STAFF_READ")
        assert [entry.actor_id for entry in read] == [keeper.pk]
