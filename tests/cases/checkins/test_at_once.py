"""What the clock tells people while something else is going on: nothing falls in between, no ring of waiting."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import Any

import psycopg
from django.db import connection

from cases.access.services import acting, as_clock
from cases.checkins.models import CheckIn
from cases.checkins.services import leave_digests, leave_reminders, record_checkin, step_around_closings
from cases.outbox.models import Message
from cases.outbox.rules import MessageKind
from cases.outbox.services import Draft, leave_messages
from cities.agencies.services import add_closing_days
from cities.ledger.rules import Clock
from tests.databases import OwnDatabase
from tests.factories import AT, TODAY, a_case, a_cast
from tests.factories.checkins import a_checkin, a_rhythm
from tests.factories.plans import a_plan

PATIENCE = 20.0
WAITING = """
SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


@contextmanager
def meanwhile(act: Callable[[], object], watch: psycopg.Connection[tuple[Any, ...]]) -> Iterator[list[object]]:
    """Begins the act in another thread and goes on once that waits for a lock, or is done. Gives what it came to."""
    came_to: list[object] = []

    def begin() -> None:
        try:
            came_to.append(act())
        except Exception as error:  # noqa: BLE001 -- handed to the test
            came_to.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=begin)
    thread.start()
    try:
        until = time.monotonic() + PATIENCE
        while not came_to and time.monotonic() < until:
            waiting = watch.execute(WAITING).fetchone()
            if waiting and waiting[0]:
                break
            time.sleep(0.01)
        yield came_to
    finally:
        thread.join()


def test_leave_reminders__waits_for_the_message_of_the_day_that_may_not_have_seen_the_contact(
    own_database: OwnDatabase, owner_connection: psycopg.Connection[tuple[Any, ...]]
) -> None:
    cast = a_cast()
    case = a_case(by=cast.carla, lead=cast.alice)
    checkin = a_checkin(case, a_plan(case, by=cast.alice), by=cast.carla, caseworker=cast.alice)
    with psycopg.connect(owner_connection.info.dsn, password=owner_connection.info.password) as digest:
        # Another worker makes her message of the day, and looked before the contact was there.
        tomorrow = AT + timedelta(days=1)
        digest.execute("UPDATE cities_user SET next_digest_at = %s WHERE id = %s", [tomorrow, cast.alice.pk])
        with meanwhile(lambda: leave_reminders(by=Clock.CLOCK, at=AT), owner_connection):
            digest.commit()
    with as_clock():
        (message,) = Message.objects.filter(kind=MessageKind.CHECKIN_REMINDER)
    assert (message.checkin_id, message.recipient_id) == (checkin.pk, cast.alice.pk)


def test_record_checkin__while_messages_about_it_are_left(
    own_database: OwnDatabase, owner_connection: psycopg.Connection[tuple[Any, ...]]
) -> None:
    cast = a_cast()
    case = a_case(by=cast.carla, lead=cast.alice)
    checkin = a_checkin(case, a_plan(case, by=cast.alice), by=cast.carla, caseworker=cast.alice)
    leave_digests(by=Clock.CLOCK, at=AT)

    def record() -> CheckIn:
        with acting(cast.alice):
            return record_checkin(checkin=checkin, by=cast.alice, at=AT, version=1, outcome="HELD")

    with as_clock():
        (there,) = Message.objects.filter(checkin=checkin)
        drafts = [
            Draft(
                kind=kind, cause=there.cause, recipient_id=cast.alice.pk, casefile_id=case.pk, city_id=case.city_id,
                reference=case.reference, about_on=checkin.due_on, about_time=None, due_at=AT, checkin_id=checkin.pk,
            )
            for kind in (there.kind, MessageKind.BEFORE)
        ]  # fmt: skip
    with ExitStack() as stack, as_clock():  # commits before the other thread is waited for
        leave_messages(by=Clock.CLOCK, at=AT, drafts=drafts)
        came_to = stack.enter_context(meanwhile(record, owner_connection))
    (recorded,) = came_to
    assert isinstance(recorded, CheckIn)
    with as_clock():
        assert CheckIn.objects.get(pk=checkin.pk).outcome == "HELD"
        assert Message.objects.filter(checkin=checkin).count() == 2


def test_step_around_closings__while_another_worker_is_at_it(
    own_database: OwnDatabase, owner_connection: psycopg.Connection[tuple[Any, ...]]
) -> None:
    cast = a_cast()
    case = a_case(by=cast.carla, lead=cast.alice)
    rhythm = a_rhythm(case, a_plan(case, by=cast.alice), by=cast.alice)
    tuesday = TODAY + timedelta(weeks=1)
    closing = add_closing_days(
        by=Clock.SETUP, at=AT, agency=case.agency, starts_on=tuesday, ends_on=tuesday + timedelta(days=1)
    )
    with psycopg.connect(owner_connection.info.dsn, password=owner_connection.info.password) as other:
        other.execute("SELECT FROM cities_closingdays WHERE id = %s FOR UPDATE", [closing.pk])
        assert step_around_closings(by=Clock.CLOCK, at=AT) == 0  # passed over, not waited for
    assert step_around_closings(by=Clock.CLOCK, at=AT) == 1
    with as_clock():
        assert CheckIn.objects.get(rhythm=rhythm, occurs_on=tuesday).due_on == tuesday + timedelta(days=1)
