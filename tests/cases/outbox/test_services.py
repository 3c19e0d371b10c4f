"""Messages: sent to a real mail server, once; again when it failed; never lost."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.db import connection
from pytest_django import Settings

from cases.access.rules import NotAllowed
from cases.access.services import acting, as_clock
from cases.checkins.services import leave_reminders
from cases.outbox import services
from cases.outbox.models import Message
from cases.outbox.rules import LEASE, MOST_ATTEMPTS
from cases.outbox.selectors import dead_in_city
from cases.outbox.services import Sent, drop_messages, send_due
from cities.ledger.models import LedgerEntry
from cities.ledger.rules import Clock
from tests.cases.outbox.conftest import Sink, free_port
from tests.databases import OwnDatabase
from tests.factories import AT, TODAY, Cast, a_case, a_cast
from tests.factories.checkins import a_checkin
from tests.factories.plans import a_plan

CLOCK = Clock.CLOCK
MINUTE = timedelta(minutes=1)


def reminders(cast: Cast, count: int = 1) -> list[Message]:
    """As many reminders of Alice's, due at AT."""
    case = a_case(by=cast.carla, lead=cast.alice, name="Nemo Canary")
    plan = a_plan(case, by=cast.alice)
    for _ in range(count):
        a_checkin(case, plan, by=cast.alice, due_time=time(14, 30), place="Canary street")
    leave_reminders(by=CLOCK, at=AT)
    return everything()


def everything() -> list[Message]:
    with as_clock():
        return list(Message.objects.order_by("pk"))


def send(at: datetime = AT) -> Sent:
    return send_due(by=CLOCK, at=at)


def alice_is(cast: Cast, **changed: Any) -> None:
    type(cast.alice).objects.filter(pk=cast.alice.pk).update(**changed)


def test_send_due__case_number_and_time_and_never_a_name(cast: Cast, sink: Sink) -> None:
    (message,) = reminders(cast)
    assert send() == Sent(claimed=1, sent=1)
    (mail,) = sink.taken
    assert mail["Subject"] == "VIL-2024-0001: 5 November 2024, 14:30"
    assert (mail["To"], mail["From"]) == (cast.alice.email, "Apparatus <apparatus@cell.example>")
    assert mail["Message-ID"] == f"<message-{message.pk}.{AT.timestamp():.0f}@cell.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content().splitlines() == [
        "VIL-2024-0001",
        "Tuesday 5 November 2024, 14:30",
        "",
        "Sign in to read more: https://apparatus.example",
    ]
    assert "anary" not in str(mail)
    (sent,) = everything()
    assert (sent.state, sent.sent_at, sent.attempts, sent.leased_until) == ("SENT", AT, 1, None)
    assert send() == Sent()
    entry = LedgerEntry.objects.order_by("-id")[0]
    assert (entry.operation, entry.object_type, entry.object_ids) == ("DISCLOSE", "message", [message.pk])


@pytest.mark.parametrize(
    ("language", "subject", "day"),
    [
        ("nl", "VIL-2024-0001: 5 november 2024, 14:30", "dinsdag 5 november 2024, 14:30"),
        ("fr", "VIL-2024-0001: 5 novembre 2024, 14:30", "mardi 5 novembre 2024, 14:30"),
        ("de", "VIL-2024-0001: 5. November 2024, 14:30", "Dienstag 5. November 2024, 14:30"),
    ],
)
def test_send_due__in_the_recipients_language(cast: Cast, sink: Sink, language: str, subject: str, day: str) -> None:
    alice_is(cast, language=language)
    reminders(cast)
    send()
    assert sink.taken[0]["Subject"] == subject
    assert sink.taken[0].get_content().splitlines()[1] == day


def test_send_due__says_when_it_comes_after_the_day(cast: Cast, sink: Sink) -> None:
    reminders(cast)
    send(AT + timedelta(days=3))
    assert "after the day" in sink.taken[0].get_content()


def test_send_due__not_before_it_is_due(cast: Cast, sink: Sink) -> None:
    case = a_case(by=cast.carla, lead=cast.alice)
    a_checkin(case, a_plan(case, by=cast.alice), by=cast.alice, due_on=TODAY + timedelta(days=1))
    leave_reminders(by=CLOCK, at=AT)
    seven = AT.replace(hour=7) + timedelta(days=1)
    assert send(seven - MINUTE) == Sent()
    assert send(seven) == Sent(claimed=1, sent=1)


def test_send_due__a_few_at_a_time(cast: Cast, sink: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "BATCH", 2)
    reminders(cast, 5)
    assert [send().sent for _ in range(4)] == [2, 2, 1, 0]
    assert len({mail["Message-ID"] for mail in sink.taken}) == 5


def test_send_due__tries_again_later_and_later_then_gives_up(
    cast: Cast, sink: Sink, caplog: pytest.LogCaptureFixture
) -> None:
    sink.refused.add(cast.alice.email)
    (message,) = reminders(cast)
    at = AT
    for attempt in range(1, MOST_ATTEMPTS):
        assert send(at) == Sent(claimed=1, failed=1)
        (waiting,) = everything()
        assert (waiting.state, waiting.attempts, waiting.leased_until) == ("WAITING", attempt, None)
        assert waiting.last_error == "SMTPRecipientsRefused"
        assert send(waiting.due_at - MINUTE / 2) == Sent()
        at = waiting.due_at
    assert send(at) == Sent(claimed=1, dead=1)
    (given_up,) = everything()
    assert given_up.state == "DEAD"
    (alarm,) = [record for record in caplog.records if record.name.startswith("cases")]
    assert (alarm.levelname, alarm.getMessage()) == ("ERROR", "messages could not be sent and are given up")
    assert send(at + timedelta(days=9)) == Sent()
    with acting(cast.carla):
        assert list(dead_in_city(cast.carla, at=AT)) == [message]
    with acting(cast.alice):
        assert not dead_in_city(cast.alice, at=AT).exists()


def test_send_due__no_mail_server_is_a_failed_attempt(cast: Cast, sink: Sink, settings: Settings) -> None:
    reminders(cast, 2)
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, free_port()
    assert send() == Sent(claimed=2, failed=2)
    assert {message.last_error for message in everything()} == {"ConnectionRefusedError"}
    settings.EMAIL_PORT = port
    assert send(AT + MINUTE) == Sent(claimed=2, sent=2)


def test_send_due__nobody_to_send_it_to(cast: Cast, sink: Sink) -> None:
    reminders(cast)
    alice_is(cast, email="")
    assert send() == Sent(claimed=1, dead=1)
    assert everything()[0].last_error == "recipient has no address"


def test_send_due__a_recipient_who_has_left(cast: Cast, sink: Sink) -> None:
    reminders(cast)
    alice_is(cast, is_active=False)
    assert send() == Sent(claimed=1, dead=1)
    assert everything()[0].last_error == "recipient has left"
    assert sink.taken == []


def test_send_due__one_bad_message_never_stops_the_others(
    cast: Cast, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, *_ = reminders(cast, 3)
    real = services._email

    def email(message: Message, **how: Any) -> EmailMessage:
        if message.pk == bad.pk:
            raise ValueError("no")
        return real(message, **how)

    monkeypatch.setattr(services, "_email", email)
    assert send() == Sent(claimed=3, sent=2, failed=1)


def test_send_due__killed_between_sending_and_marking_sends_a_copy_that_shows_itself_as_one(
    cast: Cast, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    reminders(cast)

    def killed(*_: object, **__: object) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(services, "_mark", killed)
        with pytest.raises(KeyboardInterrupt):
            send()
    assert send(AT + LEASE - MINUTE) == Sent()
    assert send(AT + LEASE) == Sent(claimed=1, sent=1)
    first, second = sink.taken
    assert first["Message-ID"] == second["Message-ID"]


def test_send_due__what_kills_every_sender_is_given_up(cast: Cast, sink: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    reminders(cast)

    def killed(*_: object, **__: object) -> dict[int, str]:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(services, "_send", killed)
        for attempt in range(MOST_ATTEMPTS):
            with pytest.raises(KeyboardInterrupt):
                send(AT + attempt * LEASE)
    assert send(AT + MOST_ATTEMPTS * LEASE) == Sent(claimed=1, dead=1)
    assert everything()[0].last_error == "every sender died of it"


def test_drop_messages__what_waits_is_not_sent(cast: Cast, sink: Sink) -> None:
    first, second = reminders(cast, 2)
    with acting(cast.alice):
        assert drop_messages(by=cast.alice, at=AT, keys=[first.key, "of nothing"]) == 1
    assert send() == Sent(claimed=1, sent=1)
    with acting(cast.alice):
        assert drop_messages(by=cast.alice, at=AT, keys=[second.key]) == 0
    assert [message.state for message in everything()] == ["DROPPED", "SENT"]


def test_drop_messages__what_was_on_its_way_is_told_truly(
    cast: Cast, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    (message,) = reminders(cast)
    real = services._send

    def dropped_meanwhile(messages: Sequence[Message], *, at: datetime) -> dict[int, str]:
        with acting(cast.alice):
            drop_messages(by=cast.alice, at=AT, keys=[message.key])
        return real(messages, at=at)

    monkeypatch.setattr(services, "_send", dropped_meanwhile)
    assert send() == Sent(claimed=1, sent=1)
    assert everything()[0].state == "SENT"


def test_outbox__is_the_clocks(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        send_due(by=cast.carla, at=AT)  # type: ignore[arg-type]
    with pytest.raises(NotAllowed):
        services.leave_messages(by=cast.carla, at=AT, drafts=[])  # type: ignore[arg-type]


def test_send_due__three_senders_at_once_send_each_message_once(own_database: OwnDatabase, sink: Sink) -> None:
    reminders(a_cast(), 45)
    sent: list[int] = []
    ready = threading.Barrier(3)

    def one() -> None:
        ready.wait()
        while (done := send()).claimed:
            sent.append(done.sent)
        connection.close()

    threads = [threading.Thread(target=one) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(sent) == len(sink.taken) == 45
    assert len({mail["Message-ID"] for mail in sink.taken}) == 45
    assert {message.state for message in everything()} == {"SENT"}
