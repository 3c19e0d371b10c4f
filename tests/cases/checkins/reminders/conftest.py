"""Messages of the day, who is told by them, and who is away."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from cases.access.services import as_clock
from cases.checkins.services import leave_digests
from cases.outbox.models import Message
from cities.records import as_set_up
from cities.staff.models import Absence, User
from tests.cases.checkins.conftest import CLOCK, DAY
from tests.factories import AT, TODAY

MINUTE = timedelta(minutes=1)


def day_of_messages(at: datetime = AT) -> int:
    return leave_digests(by=CLOCK, at=at)


def told() -> list[tuple[str, str, str]]:
    """Kind, first name of the recipient, state: of every message."""
    with as_clock():
        rows = Message.objects.select_related("recipient").order_by("pk")
        return [(row.kind, row.recipient.first_name if row.recipient else "", row.state) for row in rows]


def is_now(user: User, **changed: Any) -> None:
    with as_set_up():
        User.objects.filter(pk=user.pk).update(**changed)


def away(user: User, deputy: User | None = None, day: date = TODAY) -> Absence:
    return Absence.objects.create(recorded_at=AT, user=user, starts_on=day, ends_on=day + DAY, deputy=deputy)
