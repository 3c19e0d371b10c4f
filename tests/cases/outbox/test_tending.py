"""Reading messages, and seeing to what failed."""

from __future__ import annotations

import pytest

from cases.access.rules import NotAllowed, OutOfSight, Refused
from cases.access.services import acting, as_clock
from cases.outbox.models import Message
from cases.outbox.selectors import message_for, notices_of, standing_of_the_outbox
from cases.outbox.services import leave_messages, mark_read, retry_dead, retry_message, send_due
from tests.cases.outbox.conftest import CLOCK, Sink, alice_is, everything, reminders, send
from tests.factories import AT, Cast


def test_mark_read__ones_own_and_only_those(cast: Cast, sink: Sink) -> None:
    reminders(cast, 2)
    send()
    with acting(cast.alice):
        (notice,) = notices_of(cast.alice, at=AT)
        assert not notice.is_read
        assert notice.came_at == AT
    with acting(cast.carla):
        assert notices_of(cast.carla, at=AT) == []
        assert mark_read(by=cast.carla, at=AT, delivery=notice.delivery) == 0
    with acting(cast.alice):
        assert mark_read(by=cast.alice, at=AT, up_to=notice.delivery) == 2
        assert mark_read(by=cast.alice, at=AT, delivery=notice.delivery) == 0
        assert notices_of(cast.alice, at=AT)[0].is_read
        assert notices_of(cast.alice, at=AT, before=notice.delivery) == []


def a_dead_one(cast: Cast) -> Message:
    reminders(cast)
    alice_is(cast, is_active=False)
    send()
    alice_is(cast, is_active=True)
    return everything()[0]


def test_retry_message__from_the_beginning_and_as_a_delivery_of_its_own(cast: Cast, sink: Sink) -> None:
    dead = a_dead_one(cast)
    with acting(cast.alice), pytest.raises(NotAllowed):
        retry_message(message=dead, by=cast.alice, at=AT)
    with acting(cast.carla):
        assert message_for(cast.carla, dead.pk, at=AT) == dead
        retried = retry_message(message=dead, by=cast.carla, at=AT)
        assert (retried.state, retried.attempts, retried.delivery) == ("WAITING", 0, None)
        with pytest.raises(Refused):
            retry_message(message=dead, by=cast.carla, at=AT)
    assert send().sent == 2  # and the alarm, in the application
    assert len(sink.taken) == 1


def test_retry_dead__one_or_all(cast: Cast, sink: Sink) -> None:
    dead = a_dead_one(cast)
    with pytest.raises(NotAllowed):
        retry_dead(by=cast.carla, at=AT)  # type: ignore[arg-type]
    with as_clock():
        assert standing_of_the_outbox(at=AT).dead == 1
        assert retry_dead(by=CLOCK, at=AT, pk=dead.pk + 999) == 0
        assert retry_dead(by=CLOCK, at=AT, pk=dead.pk) == 1
        assert retry_dead(by=CLOCK, at=AT) == 0
        assert standing_of_the_outbox(at=AT).oldest == AT


def test_message_for__is_out_of_sight_elsewhere(cast: Cast) -> None:
    (message,) = reminders(cast)
    with acting(cast.charlie), pytest.raises(OutOfSight):
        message_for(cast.charlie, message.pk, at=AT)


def test_outbox__is_the_clocks(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        send_due(by=cast.carla, at=AT)  # type: ignore[arg-type]
    with pytest.raises(NotAllowed):
        leave_messages(by=cast.carla, at=AT, drafts=[])  # type: ignore[arg-type]
