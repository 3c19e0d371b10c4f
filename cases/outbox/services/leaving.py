"""Leaving messages to be sent, and dropping those that nobody needs any more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db import transaction
from django.db.models import QuerySet

from cases.access.services import require_clock
from cases.outbox.models import Message
from cases.outbox.rules import Channel, MessageKind, MessageState, key_of
from cities.ledger.rules import Clock
from cities.staff.models import User

_SAID_ANEW = (
    "about_time", "within_week", "channel", "address", "language", "callback", "due_at", "state", "last_error"
)  # fmt: skip


@dataclass(frozen=True)
class Draft:
    """A message to leave: of what kind, about what, to whom, in which case, for which day and time, and when."""

    kind: str
    cause: str
    recipient_id: int | None
    casefile_id: int
    city_id: int
    reference: str
    about_on: date
    about_time: time | None
    due_at: datetime
    checkin_id: int | None = None
    within_week: bool = False
    channel: str = Channel.EMAIL
    address: str = ""
    language: str = ""
    callback: str = ""
    state: str = MessageState.WAITING
    last_error: str = ""

    @property
    def key(self) -> str:
        """One that nobody can be told is its own: whoever could not be reached today may be told tomorrow."""
        nobody = self.state == MessageState.DEAD
        return key_of(self.kind, self.cause, "nobody" if nobody else self.recipient_id or self.channel)


@transaction.atomic
def leave_with_act(*, by: User, at: datetime, drafts: Sequence[Draft]) -> list[int]:
    """Leave messages in the very act that they tell of, so that it can't be done without them; its entry is theirs."""
    return _leave(at=at, drafts=drafts)


@transaction.atomic
def leave_messages(*, by: Clock, at: datetime, drafts: Sequence[Draft]) -> list[int]:
    """Leave messages to be sent. One that was left before is not left again; one that was dropped comes back, and one
    that comes at a set time before the contact comes when it is asked for by now.

    Returns the numbers of those that are new or back. The ledger entry is the act's that leaves them.
    """
    require_clock(by)
    return _leave(at=at, drafts=drafts)


def _leave(*, at: datetime, drafts: Sequence[Draft]) -> list[int]:
    wanted = {draft.key: draft for draft in drafts}
    # Always in one order: two clocks that leave the same messages wait for each other, never in a ring.
    there = list(Message.objects.filter(key__in=list(wanted)).select_for_update().order_by("key"))
    back = [row for row in there if row.state == MessageState.DROPPED]
    moved = [row for row in there if _is_moved(row, wanted[row.key])]
    for row in [*back, *moved]:
        for name in _SAID_ANEW:
            setattr(row, name, getattr(wanted[row.key], name))
        row.attempts, row.leased_until, row.delivery = 0, None, None
    Message.objects.bulk_update([*back, *moved], [*_SAID_ANEW, "attempts", "leased_until", "delivery"], batch_size=500)
    new = sorted(wanted.keys() - {row.key for row in there})
    rows = [Message(recorded_at=at, key=key, **vars(wanted[key])) for key in new]
    Message.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    made = Message.objects.filter(key__in=new, recorded_at=at).order_by("pk").values_list("pk", flat=True)
    return [*(list(made) if new else []), *(row.pk for row in back)]


def _is_moved(row: Message, draft: Draft) -> bool:
    at_a_set_time = row.kind in (MessageKind.BEFORE, MessageKind.TO_PERSON)
    untouched = row.state == MessageState.WAITING and not row.attempts
    return at_a_set_time and untouched and (row.due_at, row.address) != (draft.due_at, draft.address)


@transaction.atomic
def drop_messages(*, by: User | Clock, at: datetime, keys: Sequence[str]) -> int:
    """What these messages were about is over: those that still wait are not sent. `keys` are their causes.

    What a sender has taken up already is left to it: a second copy says the same as the first. Part of the act by
    which it is over; that one has its own requirement and its own ledger entry.
    """
    return _drop(Message.objects.filter(cause__in=keys, delivery__isnull=True))


@transaction.atomic
def drop_to_person(*, by: User, at: datetime, casefile_id: int, channel: str) -> int:
    """The person is no longer told by this channel: what waits for him is not sent. Part of an act, as above."""
    return _drop(Message.objects.filter(casefile_id=casefile_id, kind=MessageKind.TO_PERSON, channel=channel))


def _drop(rows: QuerySet[Message]) -> int:
    waiting = rows.filter(state=MessageState.WAITING).select_for_update().order_by("key")
    ids = list(waiting.values_list("pk", flat=True))
    return Message.objects.filter(pk__in=ids).update(state=MessageState.DROPPED, leased_until=None)
