"""Acts of the outbox: leave a message, drop it when it is no longer needed, send what is due."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time
from email.utils import parseaddr
from smtplib import SMTPException

from django.conf import settings
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import Q

from cases.access.services import as_clock, require_clock
from cases.outbox.models import Message
from cases.outbox.rendering import worded
from cases.outbox.rules import LEASE, MOST_ATTEMPTS, MessageState, message_id, wait_after
from cities.ledger import services as ledger
from cities.ledger.rules import Clock, Operation
from cities.places.rules import day_of
from cities.roles.permissions import Permission
from cities.staff.models import User

#: How many messages a sender holds at a time: few enough that a mail server which answers each after its time-out
#: (`EMAIL_URL`, ten seconds) doesn't outlast the lease.
BATCH = 20

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Draft:
    """A message to leave: what it is for, to whom, about which case, day and time, and when it is to be sent."""

    kind: str
    key: str
    recipient_id: int
    casefile_id: int
    city_id: int
    reference: str
    about_on: date
    about_time: time | None
    due_at: datetime


@dataclass(frozen=True)
class Sent:
    """What one round of sending came to. `claimed` is nothing when nothing was due."""

    claimed: int = 0
    sent: int = 0
    failed: int = 0
    dead: int = 0


@transaction.atomic
def leave_messages(*, by: Clock, at: datetime, drafts: Sequence[Draft]) -> int:
    """Leave messages to be sent. One that was left before is not left again; one that was dropped comes back.

    Returns how many reasons to write there were. The ledger entry is the act's that leaves them.
    """
    require_clock(by)
    keys = [draft.key for draft in drafts]
    Message.objects.filter(key__in=keys, state=MessageState.DROPPED).update(
        state=MessageState.WAITING, attempts=0, leased_until=None, last_error=""
    )
    rows = [Message(recorded_at=at, **vars(draft)) for draft in drafts]
    Message.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    return len(rows)


@transaction.atomic
def drop_messages(*, by: User | Clock, at: datetime, keys: Sequence[str]) -> int:
    """What these messages were for is over: those that still wait are not sent.

    Part of the act by which it is over; that one has its own requirement and its own ledger entry.
    """
    waiting = Message.objects.filter(key__in=keys, state=MessageState.WAITING)
    return waiting.update(state=MessageState.DROPPED, leased_until=None)


def send_due(*, by: Clock, at: datetime) -> Sent:
    """Send the messages that are due, a few at a time: call it until nothing was claimed, with the time it is then.

    Three transactions, and none is open while a mail server is spoken to: claim with a lease and write the ledger,
    send, mark. Whoever dies between sending and marking leaves a message that is sent once more after the lease, with
    the same Message-ID.
    """
    require_clock(by)
    with as_clock():
        claimed = _claim(by=by, at=at)
    if not claimed:
        return Sent()
    errors = _send(claimed, at=at)
    with as_clock():
        dead = _mark(claimed, errors, at=at)
    if dead:
        logger.error("messages could not be sent and are given up", extra={"rows": dead})
    failed = sum(bool(error) for error in errors.values())
    return Sent(claimed=len(claimed), sent=len(claimed) - failed, failed=failed - dead, dead=dead)


def _claim(*, by: Clock, at: datetime) -> list[Message]:
    """Messages that nobody else holds, held from now on; the attempt counts even if the sender dies of it."""
    free = Q(leased_until__isnull=True) | Q(leased_until__lte=at)
    due = Message.objects.filter(free, state=MessageState.WAITING, due_at__lte=at).select_related("recipient")
    claimed = list(due.select_for_update(skip_locked=True, of=("self",)).order_by("due_at", "pk")[:BATCH])
    for message in claimed:
        message.leased_until, message.attempts = at + LEASE, message.attempts + 1
    if claimed:
        Message.objects.bulk_update(claimed, ["leased_until", "attempts"])
        ledger.write(
            operation=Operation.DISCLOSE, by=by, act=Permission.CLOCK_TICK.name, object_type="message",
            object_ids=[message.pk for message in claimed], fields=["reference", "about_on", "about_time"],
            recipient="e-mail of staff",
        )  # fmt: skip
    return claimed


def _send(messages: Sequence[Message], *, at: datetime) -> dict[int, str]:
    """Hand the messages to the mail server over one connection. Returns the error of each; empty is sent."""
    errors = {message.pk: _unreachable(message) for message in messages}
    connection = mail.get_connection()
    try:
        connection.open()
    except (OSError, SMTPException) as error:
        return {pk: said or type(error).__name__ for pk, said in errors.items()}
    for message in messages:
        if errors[message.pk]:
            continue
        try:
            _email(message, at=at, connection=connection).send()
        except Exception as error:  # noqa: BLE001 -- whatever is wrong with one message never stops the others
            errors[message.pk] = type(error).__name__  # not its text: it may quote an address
    with suppress(OSError, SMTPException):
        connection.close()
    return errors


def _unreachable(message: Message) -> str:
    """Why it is no use to try, if it isn't."""
    if message.attempts > MOST_ATTEMPTS:
        return "every sender died of it"
    if not message.recipient.is_active:
        return "recipient has left"
    return "" if message.recipient.email else "recipient has no address"


def _email(message: Message, *, at: datetime, connection: BaseEmailBackend) -> mail.EmailMessage:
    subject, text = worded(message, language=message.recipient.language, today=day_of(at), address=settings.SITE_URL)
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    headers = {
        "Message-ID": message_id(message.pk, message.recorded_at, domain=domain),
        "Auto-Submitted": "auto-generated",
    }
    return mail.EmailMessage(subject, text, to=[message.recipient.email], headers=headers, connection=connection)


def _mark(messages: Sequence[Message], errors: dict[int, str], *, at: datetime) -> int:
    """Write down what became of each. Returns how many are given up."""
    sent = [message.pk for message in messages if not errors[message.pk]]
    Message.objects.filter(pk__in=sent).update(state=MessageState.SENT, sent_at=at, leased_until=None, last_error="")
    dead = 0
    for message in messages:
        if error := errors[message.pk]:
            gives_up = message.attempts >= MOST_ATTEMPTS or bool(_unreachable(message))
            dead += gives_up
            Message.objects.filter(pk=message.pk, state=MessageState.WAITING).update(
                state=MessageState.DEAD if gives_up else MessageState.WAITING,
                due_at=at + wait_after(message.attempts), leased_until=None, last_error=error,
            )  # fmt: skip
    return dead
