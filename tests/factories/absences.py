"""Who is absent."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from cities.staff.models import Absence, User
from cities.staff.services import record_absence
from tests.factories.places import AT


def an_absence(
    user: User, *, by: User | None = None, at: datetime = AT, begins: int = 0, ends: int = 7, deputy: User | None = None
) -> Absence:
    """So many days from `at` on, recorded by herself unless said otherwise."""
    today = timezone.localdate(at)
    return record_absence(
        by=by or user, at=at, user=user, starts_on=today + timedelta(days=begins),
        ends_on=today + timedelta(days=ends), deputy=deputy,
    )  # fmt: skip
