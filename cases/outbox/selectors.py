"""Questions about messages: one's own, those of a check-in, letters to print, what could not be sent."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q, QuerySet

from cases.access.models import cities_open_to
from cases.access.rules import OutOfSight
from cases.outbox.models import Message
from cases.outbox.rules import SENT_BY_THE_CLOCK, Channel, MessageState
from cities.places.rules import day_of
from cities.roles.rules import Compartment
from cities.staff.models import Absence, User


def messages_for(user: User, *, at: datetime) -> QuerySet[Message]:
    """The messages that `user` may know of, to whomever they go."""
    return Message.objects.visible_to(user, at=at).select_related("recipient")


def told_lately(user: User, *, since: datetime, at: datetime) -> QuerySet[Message]:
    """What she was told since then, the latest first: not what is to be said later, nor what was dropped unsent."""
    rows = Message.objects.visible_to(user, at=at).filter(recipient=user, due_at__range=(since, at))
    return rows.exclude(state=MessageState.DROPPED).order_by("-due_at", "-pk")


def dead_in_city(user: User, *, at: datetime) -> QuerySet[Message]:
    """Messages that were given up, in the cities that `user` covers by a posting: the board says so."""
    cities = cities_open_to(user, Compartment.CORE, at=at)
    rows = Message.objects.visible_to(user, at=at).filter(city__in=cities, state=MessageState.DEAD)
    return rows.select_related("recipient").order_by("due_at", "pk")


def message_for(user: User, pk: int, *, at: datetime) -> Message:
    """One message, or `OutOfSight`."""
    found = messages_for(user, at=at).select_related("casefile").filter(pk=pk).first()
    if found is None:
        raise OutOfSight
    return found


def told_about(checkin_id: int, user: User, *, at: datetime) -> QuerySet[Message]:
    """Who was told of a check-in, when and how; what was dropped unsent was never told."""
    rows = messages_for(user, at=at).filter(checkin=checkin_id).exclude(state=MessageState.DROPPED)
    return rows.order_by("recorded_at", "pk")


def letters_for(user: User, *, at: datetime) -> QuerySet[Message]:
    """Letters to print: of the contacts that are the user's own, or those of somebody she stands in for today."""
    today = day_of(at)
    for_whom = Absence.objects.between(today, today + timedelta(days=1)).filter(deputy=user).values("user_id")
    rows = messages_for(user, at=at).filter(
        Q(checkin__caseworker=user) | Q(checkin__caseworker__in=for_whom),
        channel=Channel.LETTER, state=MessageState.WAITING, due_at__lte=at, about_on__gte=today,
        checkin__state="PLANNED",
    )  # fmt: skip
    return rows.select_related("casefile__person").order_by("about_on", "pk")


@dataclass(frozen=True)
class Notice:
    """One message as its recipient got it: what left together."""

    delivery: uuid.UUID
    rows: Sequence[Message]

    @property
    def came_at(self) -> datetime:
        return min(row.sent_at or row.due_at for row in self.rows)

    @property
    def is_read(self) -> bool:
        return all(row.read_at for row in self.rows)


def notices_of(user: User, *, at: datetime, before: uuid.UUID | None = None, limit: int = 20) -> list[Notice]:
    """One's own messages, the newest first, a page at a time from `before` on; of cases one may still know of."""
    mine = messages_for(user, at=at).filter(recipient=user, delivery__isnull=False)
    older = mine.filter(delivery__lt=before) if before else mine
    numbers = list(older.order_by("-delivery").values_list("delivery", flat=True).distinct()[:limit])
    rows: dict[uuid.UUID, list[Message]] = {number: [] for number in numbers if number is not None}
    for row in mine.filter(delivery__in=numbers).order_by("pk"):
        if row.delivery is not None:
            rows[row.delivery].append(row)
    return [Notice(number, found) for number, found in rows.items()]


#: More unread messages than these are not counted: nobody works through a longer list any differently.
MOST_COUNTED = 99


def unread_of(user: User, *, at: datetime) -> int:
    """How many of her own messages stand unread, as `notices_of` has them; one more than `MOST_COUNTED` for any more.

    One question, however many there are, and not a word of what they say.
    """
    mine = messages_for(user, at=at).filter(recipient=user, delivery__isnull=False, read_at__isnull=True)
    return mine.order_by().values("delivery").distinct()[: MOST_COUNTED + 1].count()


@dataclass(frozen=True)
class Standing:
    """How the outbox stands: for whoever keeps the servers. Numbers and moments, no message."""

    waiting: int
    due: int
    oldest: datetime | None
    dead: int
    letters: int


def standing_of_the_outbox(*, at: datetime) -> Standing:
    """Asked as the clock, which sees the messages of every city and no case."""
    sent = Q(state=MessageState.WAITING, channel__in=SENT_BY_THE_CLOCK)
    found = Message.objects.filter(state__in=[MessageState.WAITING, MessageState.DEAD]).aggregate(
        waiting=Count("pk", filter=sent),
        due=Count("pk", filter=sent & Q(due_at__lte=at)),
        oldest=Min("due_at", filter=sent & Q(due_at__lte=at)),
        dead=Count("pk", filter=Q(state=MessageState.DEAD)),
        letters=Count("pk", filter=Q(state=MessageState.WAITING, channel=Channel.LETTER, due_at__lte=at)),
    )
    return Standing(**found)


def dead_letters() -> QuerySet[Message]:
    """What was given up, for whoever keeps the servers: asked as the clock."""
    return Message.objects.filter(state=MessageState.DEAD).order_by("pk")
