"""Handing out a calendar feed: what left for somebody's calendar program, and when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from cases.access.services import require, write_ledger
from cases.checkins.models import CheckIn
from cases.checkins.rules import Told
from cities.ledger.rules import Operation
from cities.roles.permissions import Permission
from cities.roles.rules import Compartment
from cities.staff.models import User
from cities.tokens.models import CalendarFeed


@transaction.atomic
def hand_out_feed(*, feed: CalendarFeed, told: Sequence[Told], by: User, at: datetime) -> None:
    """It stands in the ledger before it leaves: which contacts, by which feed; one entry a city, for who reviews it."""
    found = require(by, Permission.CHECKIN_READ, at=at)
    of_city: dict[int, list[int]] = defaultdict(list)
    numbers = [one.number for one in told]
    for city, number in CheckIn.objects.filter(pk__in=numbers).order_by("city", "pk").values_list("city_id", "pk"):
        of_city[city].append(number)
    for city, ids in of_city.items():
        write_ledger(
            operation=Operation.EXPORT, by=by, act="CALENDAR_FEED", city_id=city, record=CheckIn(), ids=ids,
            compartment=Compartment.CORE, standing=found, purpose=f"calendar feed {feed.pk}",
            fields=["kind", "due_on", "due_time", "within_week", "duration"],
        )  # fmt: skip
