"""Sending that fails is tried again, and given up; it never stops the others."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.mail import EmailMessage
from pytest_django import Settings

from cases.access.services import acting
from cases.outbox.rules import MOST_ATTEMPTS
from cases.outbox.selectors import dead_in_city, notices_of
from cases.outbox.services import Sent, sending
from cases.outbox.services.claiming import Delivery
from tests.cases.outbox.conftest import DAY, MINUTE, Sink, everything, free_port, of_several, reminders, send
from tests.factories import AT, Cast


def test_send_due__tries_again_later_and_later_then_gives_up(
    cast: Cast, sink: Sink, caplog: pytest.LogCaptureFixture
) -> None:
    sink.refused.add(cast.alice.email)
    reminders(cast, 2)
    at, seen = AT, set()
    for attempt in range(1, MOST_ATTEMPTS):
        assert send(at) == Sent(claimed=1, failed=1)
        waiting, other = everything()
        assert (waiting.state, waiting.attempts, waiting.leased_until) == ("WAITING", attempt, None)
        assert (waiting.last_error, waiting.due_at) == ("SMTPRecipientsRefused", other.due_at)
        assert send(waiting.due_at - MINUTE / 2) == Sent()
        seen.add(waiting.delivery)
        at = waiting.due_at
    assert send(at) == Sent(claimed=1, dead=1)
    assert len(seen) == 1
    *given_up, alarm = everything()
    assert {message.state for message in given_up} == {"DEAD"}
    (line,) = [record for record in caplog.records if record.name.startswith("cases")]
    assert (line.levelname, line.getMessage()) == ("ERROR", "messages could not be sent and are given up")
    with acting(cast.carla):
        assert list(dead_in_city(cast.carla, at=AT)) == given_up
    with acting(cast.alice):
        assert not dead_in_city(cast.alice, at=AT).exists()
    assert (alarm.kind, alarm.channel, alarm.recipient_id) == ("DEAD_LETTER", "IN_APP", cast.carla.pk)
    assert send(at) == Sent(claimed=1, sent=1)
    assert send(at + 9 * DAY) == Sent()
    with acting(cast.carla):
        (notice,) = notices_of(cast.carla, at=AT)
        assert [row.kind for row in notice.rows] == ["DEAD_LETTER"]


def test_send_due__no_mail_server_is_a_failed_attempt(cast: Cast, sink: Sink, settings: Settings) -> None:
    of_several(cast, 2)
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, free_port()
    assert send() == Sent(claimed=2, failed=2)
    assert {message.last_error for message in everything()} == {"ConnectionRefusedError"}
    settings.EMAIL_PORT = port
    assert send(AT + MINUTE) == Sent(claimed=2, sent=2)


def test_send_due__one_bad_message_never_stops_the_others(
    cast: Cast, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, *_ = of_several(cast, 3)
    real = sending._email

    def email(one: Delivery, **how: Any) -> EmailMessage:
        if one.recipient == bad:
            raise ValueError("no")
        return real(one, **how)

    monkeypatch.setattr(sending, "_email", email)
    assert send() == Sent(claimed=3, sent=2, failed=1)
