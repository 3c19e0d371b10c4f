"""Taking up what is due: what somebody else holds at this moment is left to the next round."""

from __future__ import annotations

import threading

from django.db import connection

from cases.access.services import as_clock
from cases.checkins.services import leave_digests
from cases.outbox.models import Message
from cases.outbox.services import Sent, send_due
from cities.ledger.rules import Clock
from tests.cases.outbox.conftest import Sink
from tests.databases import OwnDatabase
from tests.factories import AT, a_case, a_cast
from tests.factories.checkins import a_checkin
from tests.factories.plans import a_plan

PATIENCE = 20.0


def test_send_due__what_another_transaction_holds_is_passed_over(own_database: OwnDatabase, sink: Sink) -> None:
    cast = a_cast()
    case = a_case(by=cast.carla, lead=cast.alice)
    a_checkin(case, a_plan(case, by=cast.alice), by=cast.alice)
    leave_digests(by=Clock.CLOCK, at=AT)
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with as_clock():
            assert len(Message.objects.select_for_update()) == 1
            held.set()
            done.wait(PATIENCE)
        connection.close()

    other = threading.Thread(target=hold)
    other.start()
    try:
        assert held.wait(PATIENCE)
        assert send_due(by=Clock.CLOCK, at=AT) == Sent()  # not waited for either
    finally:
        done.set()
        other.join()
    assert send_due(by=Clock.CLOCK, at=AT) == Sent(claimed=1, sent=1)
    assert len(sink.taken) == 1
