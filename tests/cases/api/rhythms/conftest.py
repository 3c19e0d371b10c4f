"""A rhythm as a machine says it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from tests.factories import Cast


def next_monday() -> date:
    today = timezone.localdate()
    return today + timedelta(days=7 - today.weekday())


def weekly(cast: Cast, **changes: Any) -> dict[str, Any]:
    return {
        "kind": "OFFICE", "frequency": "WEEKS", "every": 2, "weekdays": [1], "starts_on": next_monday().isoformat(),
        "caseworker": cast.alice.pk,
    } | changes  # fmt: skip
