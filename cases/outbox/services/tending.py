"""Seeing to messages: read by their recipient, posted when they are letters, tried again when they were given up."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from cases.access.rules import Refused
from cases.access.services import locked, require, require_clock, write_ledger, write_swept
from cases.outbox.models import Message
from cases.outbox.rules import Channel, MessageState
from cities.ledger import services as ledger
from cities.ledger.rules import Clock, Operation
from cities.roles.permissions import Permission
from cities.roles.rules import Compartment
from cities.staff.models import User
from cities.staff.selectors import Standing, standing_of


@transaction.atomic
def mark_read(*, by: User, at: datetime, delivery: uuid.UUID | None = None, up_to: uuid.UUID | None = None) -> int:
    """One has read a message of one's own: one delivery, or all up to one. Reading it twice changes nothing."""
    found = standing_of(by, Permission.CITY_READ, at=at) or Standing(None)
    mine = Message.objects.visible_to(by, at=at).filter(recipient=by, delivery__isnull=False, read_at__isnull=True)
    which = mine.filter(delivery=delivery) if delivery else mine.filter(delivery__lte=up_to)
    ids = list(which.select_for_update().order_by("pk").values_list("pk", flat=True))
    if ids:
        Message.objects.filter(pk__in=ids).update(read_at=at)
        ledger.write(
            operation=Operation.ALTER, by=by, act="MESSAGE_READ", object_type="message", object_ids=ids,
            fields=["read_at"], role=found.role, agency_id=found.agency_id,
            city_id=found.posting.city_id if found.posting else None,
        )  # fmt: skip
    return len(ids)


@transaction.atomic
def mark_posted(*, message: Message, by: User, at: datetime) -> Message:
    """A letter to the person was printed and posted: once."""
    found = require(by, Permission.CHECKIN_RECORD, case=message.casefile, at=at)
    row = locked(message)
    if row.channel != Channel.LETTER or row.state != MessageState.WAITING:
        said = _("This letter is %(state)s already.") % {"state": row.get_state_display()}
        raise Refused(said, code="not_waiting")
    row.state, row.sent_at, row.attempts = MessageState.SENT, at, row.attempts + 1
    row.save(update_fields=["state", "sent_at", "attempts"])
    write_ledger(
        operation=Operation.DISCLOSE, by=by, act=Permission.CHECKIN_RECORD, case=row.casefile, record=row,
        compartment=Compartment.CORE, standing=found, fields=["about_on", "about_time"],
        recipient="letter to the person",
    )  # fmt: skip
    return row


@transaction.atomic
def retry_message(*, message: Message, by: User, at: datetime) -> Message:
    """The coordinator has a message that was given up tried again, from the beginning."""
    found = require(by, Permission.CHECKIN_ACKNOWLEDGE, case=message.casefile, at=at)
    row = locked(message)
    if row.state != MessageState.DEAD:
        said = _("This message is %(state)s: there is nothing to try again.") % {"state": row.get_state_display()}
        raise Refused(said, code="not_dead")
    _again([row.pk], at=at)
    row.refresh_from_db()
    write_ledger(
        operation=Operation.ALTER, by=by, act=Permission.CHECKIN_ACKNOWLEDGE, case=row.casefile, record=row,
        compartment=Compartment.CORE, standing=found, fields=["state", "attempts", "due_at"],
    )  # fmt: skip
    return row


@transaction.atomic
def retry_dead(*, by: Clock, at: datetime, pk: int | None = None) -> int:
    """Try again one message that was given up, or all: by whoever keeps the servers, who reads none of them."""
    require_clock(by)
    dead = Message.objects.filter(state=MessageState.DEAD).select_for_update().order_by("pk")
    ids = list((dead if pk is None else dead.filter(pk=pk)).values_list("pk", flat=True))
    if ids:
        _again(ids, at=at)
    write_swept("message", ids, by=by, fields=["attempts", "due_at", "state"])
    return len(ids)


def _again(ids: list[int], *, at: datetime) -> None:
    """From the beginning, and as a delivery of its own: what is no longer true is not sent."""
    Message.objects.filter(pk__in=ids).update(
        state=MessageState.WAITING, attempts=0, due_at=at, leased_until=None, delivery=None, last_error=""
    )
