"""Senders that are killed, and several at once: nothing is lost, and a copy shows itself as one."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection

from cases.access.services import acting, as_clock
from cases.checkins.models import CheckIn
from cases.checkins.services import leave_digests
from cases.outbox.models import Message
from cases.outbox.rules import LEASE, MOST_ATTEMPTS
from cases.outbox.services import Sent, drop_messages, sending
from cases.outbox.services.claiming import Delivery
from cities.staff.models import User
from tests.cases.outbox.conftest import CLOCK, DAY, MINUTE, Sink, alice_is, everything, of_several, reminders, send
from tests.databases import OwnDatabase
from tests.factories import AT, TODAY, Cast, a_case, a_cast
from tests.factories.checkins import a_checkin
from tests.factories.plans import a_plan


def killed(*_: object, **__: object) -> Any:
    raise KeyboardInterrupt


def test_send_due__killed_between_sending_and_marking_sends_a_copy_that_shows_itself_as_one(
    cast: Cast, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    reminders(cast, 2)
    with monkeypatch.context() as patched:
        patched.setattr(sending, "_mark", killed)
        with pytest.raises(KeyboardInterrupt):
            send()
    case = a_case(by=cast.carla, lead=cast.alice)
    a_checkin(case, a_plan(case, by=cast.alice), by=cast.alice)  # comes up meanwhile: leaves by itself
    alice_is(cast, next_digest_at=AT)
    leave_digests(by=CLOCK, at=AT)
    with acting(cast.alice):
        held = Message.objects.filter(delivery__isnull=False).first()
        assert held is not None
        assert drop_messages(by=cast.alice, at=AT, keys=[held.cause]) == 0
    assert send(AT + LEASE - MINUTE) == Sent(claimed=1, sent=1)
    assert send(AT + LEASE) == Sent(claimed=1, sent=1)
    first, between, second = sink.taken
    assert first["Message-ID"] == second["Message-ID"] != between["Message-ID"]
    assert first.get_content() == second.get_content() != between.get_content()


def killed_while_sending(cast: Cast, count: int, monkeypatch: pytest.MonkeyPatch) -> list[Message]:
    messages = reminders(cast, count)
    with monkeypatch.context() as patched:
        patched.setattr(sending, "_mark", killed)
        with pytest.raises(KeyboardInterrupt):
            send()
    return messages


def test_send_due__sends_no_copy_of_what_is_no_longer_so(
    cast: Cast, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed_while_sending(cast, 2, monkeypatch)
    assert send(AT + 2 * DAY) == Sent(claimed=1)
    assert (len(sink.taken), {one.state for one in everything()}) == (1, {"DROPPED"})


def test_send_due__sends_a_copy_whole_while_some_of_it_is_still_so(
    cast: Cast, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _second = killed_while_sending(cast, 2, monkeypatch)
    assert first.checkin_id is not None
    with as_clock():
        CheckIn.objects.filter(pk=first.checkin_id).update(due_on=TODAY + 2 * DAY, late_from=TODAY + 3 * DAY)
        Message.objects.filter(pk=first.pk).update(about_on=TODAY + 2 * DAY)
    assert send(AT + DAY) == Sent(claimed=1, sent=1)
    assert {one.state for one in everything()} == {"SENT"}


def test_send_due__killed_among_several_sends_one_of_them_twice(
    cast: Cast, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_several(cast, 3)
    marked: list[Delivery] = []
    mark = sending._mark

    def dies_at_the_second(one: Delivery, *said: Any, **how: Any) -> bool:
        if marked:
            raise KeyboardInterrupt
        marked.append(one)
        return mark(one, *said, **how)

    with monkeypatch.context() as patched:
        patched.setattr(sending, "_mark", dies_at_the_second)
        with pytest.raises(KeyboardInterrupt):
            send()
    assert len(sink.taken) == 2
    assert send(AT + LEASE) == Sent(claimed=2, sent=2)
    numbers = [message["Message-ID"] for message in sink.taken]
    assert (len(numbers), len(set(numbers))) == (4, 3)


def test_send_due__what_kills_every_sender_is_given_up(cast: Cast, sink: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    reminders(cast)
    with monkeypatch.context() as patched:
        patched.setattr(sending, "_send", killed)
        for attempt in range(MOST_ATTEMPTS):
            with pytest.raises(KeyboardInterrupt):
                send(AT + attempt * LEASE)
    assert send(AT + MOST_ATTEMPTS * LEASE) == Sent(claimed=1, dead=1)
    assert everything()[0].last_error == "every sender died of it"


def test_send_due__three_senders_at_once_send_each_delivery_once(own_database: OwnDatabase, sink: Sink) -> None:
    cast = a_cast()
    workers = of_several(cast, 45)
    for worker in workers[:20]:  # several causes each, and none of them parted
        case = a_case(by=cast.carla, lead=worker)
        plan = a_plan(case, by=worker)
        for _ in range(3):
            a_checkin(case, plan, by=worker)
    User.objects.update(next_digest_at=AT)
    leave_digests(by=CLOCK, at=AT)
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
    assert send() == Sent()
    assert sum(sent) == len(sink.taken) == 45
    assert len({mail["Message-ID"] for mail in sink.taken}) == 45
    assert len({mail["To"] for mail in sink.taken}) == 45
    assert {message.state for message in everything()} == {"SENT"}
