"""Somebody in the administration, and what it answers."""

from __future__ import annotations

from typing import Any

from django.test import Client

from cities.ledger.models import LedgerEntry
from cities.staff.models import User

NAMES = {f"name_{language}": "Nowhere" for language in ("nl", "fr", "de", "en")}


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def errors(answer: Any) -> dict[str, list[str]]:
    """What stands beside the fields of the form that came back."""
    assert answer.status_code == 200, answer.status_code
    found: dict[str, list[str]] = answer.context["adminform"].form.errors
    return found


def last_act() -> tuple[str, Any]:
    entry = LedgerEntry.objects.order_by("id").last()
    assert entry is not None
    return entry.act, entry.actor
