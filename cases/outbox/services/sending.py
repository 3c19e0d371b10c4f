"""Sending what is due: taken up in groups, sent outside any transaction, each marked before the next."""

from __future__ import annotations

import logging
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

    No transaction is open while a mail server is spoken to: one takes up, groups and leases, with the ledger entry;
    then each is sent, and marked in one of its own before the next. Whoever dies in between leaves one delivery that
    is sent once more after the lease: with the same Message-ID, and saying the same. What cannot be marked stops the
    rest: they wait for the lease unsent.
    """
    require_clock(by)
    with as_clock():
        taken = claim(by=by, at=at)
    sent = failed = dead = 0
    for one, error in _send(taken.deliveries):
        with as_clock():
            gives_up = _mark(one, error, by=by, at=at)
        sent, failed, dead = sent + (not error), failed + bool(error and not gives_up), dead + gives_up
    if dead:
        logger.error("messages could not be sent and are given up", extra={"rows": dead})
    return Sent(claimed=taken.groups, sent=sent + taken.in_app, failed=failed, dead=dead)


def _send(deliveries: Sequence[Delivery]) -> Iterator[tuple[Delivery, str]]:
    """Hand the deliveries over, one after the other, as they are asked for. With the error of each; empty is sent."""
    trying = []
    for one in deliveries:
        if error := _hopeless(one):
            yield one, error
        else:
            trying.append(one)
    for one in trying:
        if one.channel == Channel.SMS:
            yield one, _send_sms(one)
    yield from _send_emails([one for one in trying if one.channel == Channel.EMAIL])


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
    try:
        for one in deliveries:
            yield one, _send_email(one, connection=connection)
    finally:
        with suppress(OSError, SMTPException):
            connection.close()


def _send_email(one: Delivery, *, connection: BaseEmailBackend) -> str:
    try:
        _email(one, connection=connection).send()
    except Exception as error:  # noqa: BLE001 -- whatever is wrong with one message never stops the others
        return type(error).__name__  # not its text: it may quote an address
    return ""


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


def _mark(one: Delivery, error: str, *, by: Clock, at: datetime) -> bool:
    """Write down what became of it. Returns whether it is given up."""
    rows = Message.objects.filter(pk__in=[row.pk for row in one.rows])
    if not error:
        rows.update(state=MessageState.SENT, sent_at=at, leased_until=None, last_error="")
        return False
    gives_up = one.attempts >= MOST_ATTEMPTS or bool(one.refused)
    rows.filter(state=MessageState.WAITING).update(
        state=MessageState.DEAD if gives_up else MessageState.WAITING,
        due_at=at + wait_after(one.attempts), leased_until=None, last_error=error,
    )  # fmt: skip
    if gives_up:
        _tell_coordinators(one.rows, by=by, at=at)
    return gives_up


def _tell_coordinators(dead: Sequence[Message], *, by: Clock, at: datetime) -> None:
    """In the application, to each coordinator of the city, once a day: the board says which messages."""
    first = {row.city_id: row for row in reversed(dead)}
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
