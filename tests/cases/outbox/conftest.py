"""A real mail server in a thread, the house's settings pointed at it, and messages to send."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from pytest_django import Settings

from cases.access.services import as_clock
from cases.checkins.services import leave_digests
from cases.outbox.models import Message
from cases.outbox.services import Sent, send_due
from cities.ledger.rules import Clock
from cities.records import as_set_up
from cities.roles.rules import Role
from cities.staff.models import User
from tests.factories import AT, Cast, a_case, staff
from tests.factories.checkins import a_checkin
from tests.factories.plans import a_plan

CLOCK = Clock.CLOCK
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


class Sink:
    """Takes every message, unless its recipient is among those it refuses."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.refused: set[str] = set()

    async def handle_RCPT(  # noqa: N802 -- aiosmtpd's own name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refused:
            return "550 nobody here by that name"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.taken.append(message)
        return "250 taken"


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture
def sink(settings: Settings) -> Iterator[Sink]:
    taking = Sink()
    controller = Controller(taking, hostname="127.0.0.1", port=free_port())
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", controller.port
    settings.DEFAULT_FROM_EMAIL = "Apparatus <apparatus@cell.example>"
    settings.SITE_URL = "https://apparatus.example"
    yield taking
    controller.stop()


def reminders(cast: Cast, count: int = 1) -> list[Message]:
    """As many contacts of Alice's today, of which she is to be told at AT."""
    case = a_case(by=cast.carla, lead=cast.alice, name="Nemo Canary")
    plan = a_plan(case, by=cast.alice)
    for _ in range(count):
        a_checkin(case, plan, by=cast.alice, due_time=time(14, 30), place="Canary street")
    leave_digests(by=CLOCK, at=AT)
    return everything()


def of_several(cast: Cast, count: int) -> list[User]:
    """As many caseworkers, each with a contact today of which she is to be told."""
    workers = [staff(Role.CASEWORKER, cast.city) for _ in range(count)]
    for worker in workers:
        case = a_case(by=cast.carla, lead=worker)
        a_checkin(case, a_plan(case, by=worker), by=worker)
    leave_digests(by=CLOCK, at=AT)
    return workers


def everything() -> list[Message]:
    with as_clock():
        return list(Message.objects.order_by("pk"))


def send(at: datetime = AT) -> Sent:
    return send_due(by=CLOCK, at=at)


def alice_is(cast: Cast, **changed: Any) -> None:
    with as_set_up():
        type(cast.alice).objects.filter(pk=cast.alice.pk).update(**changed)
