"""Sending what is due: taken up in groups, sent outside any transaction, marked together."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr
from smtplib import SMTPException

from django.conf import settings
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend

from cases.access.services import as_clock, require_clock
from cases.outbox.gateways import gateway
from cases.outbox.models import Message
from cases.outbox.rendering import for_person, for_staff
from cases.outbox.rules import MOST_ATTEMPTS, Channel, MessageKind, MessageState, message_id, wait_after
from cases.outbox.services.claiming import Delivery, claim
from cases.outbox.services.leaving import Draft, leave_messages
from cities.ledger.rules import Clock
from cities.places.rules import day_of
from cities.roles.rules import Role
from cities.staff.models import Posting

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Sent:
    """What one round of sending came to, in deliveries. `claimed` is nothing when nothing was due."""

    claimed: int = 0
    sent: int = 0
    failed: int = 0
    dead: int = 0


def send_due(*, by: Clock, at: datetime) -> Sent:
    """Send the messages that are due, a few at a time: call it until nothing was claimed, with the time it is then.

    Three transactions, and none is open while a mail server is spoken to: take up, group and lease, with the ledger
    entry; send; mark. Whoever dies between sending and marking leaves a delivery that is sent once more after the
    lease: with the same Message-ID, and saying the same.
    """
    require_clock(by)
    with as_clock():
        taken = claim(by=by, at=at)
    if not taken.groups:
        return Sent()
    errors = _send(taken.deliveries)
    dead = 0
    if taken.deliveries:
        with as_clock():
            dead = _mark(taken.deliveries, errors, by=by, at=at)
    if dead:
        logger.error("messages could not be sent and are given up", extra={"rows": dead})
    failed = sum(bool(error) for error in errors.values())
    sent = len(taken.deliveries) - failed + taken.in_app
    return Sent(claimed=taken.groups, sent=sent, failed=failed - dead, dead=dead)


def _send(deliveries: Sequence[Delivery]) -> dict[uuid.UUID, str]:
    """Hand the deliveries over. Returns the error of each; empty is sent."""
    errors = {one.number: _hopeless(one) for one in deliveries}
    trying = [one for one in deliveries if not errors[one.number]]
    for one, error in _send_emails([one for one in trying if one.channel == Channel.EMAIL]):
        errors[one.number] = error
    for one in trying:
        if one.channel == Channel.SMS:
            errors[one.number] = _send_sms(one)
    return errors


def _hopeless(one: Delivery) -> str:
    return one.refused or ("every sender died of it" if one.attempts > MOST_ATTEMPTS else "")


def _send_emails(deliveries: Sequence[Delivery]) -> Iterator[tuple[Delivery, str]]:
    """All over one connection; one bad message never stops the others."""
    if not deliveries:
        return
    connection = mail.get_connection()
    try:
        connection.open()
    except (OSError, SMTPException) as error:
        yield from ((one, type(error).__name__) for one in deliveries)
        return
    for one in deliveries:
        try:
            _email(one, connection=connection).send()
            yield one, ""
        except Exception as error:  # noqa: BLE001 -- whatever is wrong with one message never stops the others
            yield one, type(error).__name__  # not its text: it may quote an address
    with suppress(OSError, SMTPException):
        connection.close()


def _email(one: Delivery, *, connection: BaseEmailBackend) -> mail.EmailMessage:
    assert one.recipient is not None
    subject, text = for_staff(one.rows, language=one.recipient.language, address=settings.SITE_URL)
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    headers = {"Message-ID": message_id(one.number, domain=domain), "Auto-Submitted": "auto-generated"}
    return mail.EmailMessage(subject, text, to=[one.recipient.email], headers=headers, connection=connection)


def _send_sms(one: Delivery) -> str:
    try:
        gateway(settings.SMS_URL)(number=one.rows[0].address, text=for_person(one.rows), delivery=one.number)
    except Exception as error:  # noqa: BLE001 -- whatever is wrong with one message never stops the others
        return type(error).__name__
    return ""


def _mark(deliveries: Sequence[Delivery], errors: dict[uuid.UUID, str], *, by: Clock, at: datetime) -> int:
    """Write down what became of each. Returns how many are given up."""
    sent = [row.pk for one in deliveries if not errors[one.number] for row in one.rows]
    Message.objects.filter(pk__in=sent).update(state=MessageState.SENT, sent_at=at, leased_until=None, last_error="")
    dead: list[Message] = []
    given_up = 0
    for one in deliveries:
        if error := errors[one.number]:
            gives_up = one.attempts >= MOST_ATTEMPTS or bool(one.refused)
            given_up += gives_up
            dead += one.rows if gives_up else []
            Message.objects.filter(pk__in=[row.pk for row in one.rows], state=MessageState.WAITING).update(
                state=MessageState.DEAD if gives_up else MessageState.WAITING,
                due_at=at + wait_after(one.attempts), leased_until=None, last_error=error,
            )  # fmt: skip
    _tell_coordinators(dead, by=by, at=at)
    return given_up


def _tell_coordinators(dead: Sequence[Message], *, by: Clock, at: datetime) -> None:
    """In the application, to each coordinator of the city, once a day: the board says which messages."""
    first = {row.city_id: row for row in reversed(dead)}
    if not first:
        return
    postings = Posting.objects.in_force(at=at).filter(city__in=list(first), role=Role.COORDINATOR, user__is_active=True)
    told = set(postings.values_list("city_id", "user_id"))
    drafts = [
        Draft(
            kind=MessageKind.DEAD_LETTER, cause=f"dead letters of city {city} on {day_of(at)}", recipient_id=user,
            casefile_id=first[city].casefile_id, city_id=city, reference=first[city].reference, about_on=day_of(at),
            about_time=None, due_at=at, channel=Channel.IN_APP,
        )
        for city, user in sorted(told)
    ]  # fmt: skip
    leave_messages(by=by, at=at, drafts=drafts)
