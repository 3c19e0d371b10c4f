"""Questions about messages: what could not be sent."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from cases.access.models import cities_open_to
from cases.outbox.models import Message
from cases.outbox.rules import MessageState
from cities.roles.rules import Compartment
from cities.staff.models import User


def dead_in_city(user: User, *, at: datetime) -> QuerySet[Message]:
    """Messages that were given up, in the cities that `user` covers by a posting: the board says so."""
    cities = cities_open_to(user, Compartment.CORE, at=at)
    rows = Message.objects.visible_to(user, at=at).filter(city__in=cities, state=MessageState.DEAD)
    return rows.select_related("recipient").order_by("due_at", "pk")
