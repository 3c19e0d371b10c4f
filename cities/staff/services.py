"""Acts around those who work here."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from cities.ledger import services as ledger
from cities.ledger.rules import Operation
from cities.staff.models import User


@transaction.atomic
def change_preferences(*, by: User, at: datetime, language: str, shortcuts: bool) -> User:
    """What somebody chooses for herself: the language of the pages, and whether single keys do something."""
    by.language, by.shortcuts = language, shortcuts
    by.save(update_fields=["language", "shortcuts"])
    ledger.write(
        operation=Operation.ALTER, by=by, act="PREFERENCES", object_type="user", object_ids=[by.pk],
        fields=["language", "shortcuts"],
    )  # fmt: skip
    return by
