"""The message of the day: once, at her hour."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.access.services import acting
from cases.checkins.models import CheckIn
from cases.checkins.services import (
    cancel_checkin,
    pause_rhythm,
    record_checkin,
    reinstate_checkin,
    reminders,
    reschedule_checkin,
)
from cases.outbox.services import send_due
from cities.roles.rules import Role
from cities.staff.models import User
from tests.cases.checkins.conftest import CLOCK, DAY, WHY, Followed, after
from tests.cases.checkins.reminders.conftest import MINUTE, day_of_messages, is_now, told
from tests.factories import AT, TODAY, a_case, on_the_team, staff
from tests.factories.checkins import a_checkin, a_rhythm
from tests.factories.plans import a_plan


def test_leave_digests__at_her_hour_once_a_day(followed: Followed) -> None:
    for due_on in (TODAY, TODAY + DAY):
        a_checkin(
            followed.case, followed.plan, by=followed.alice, due_on=due_on, due_time=time(14, 30), tolerance_days=9
        )
    is_now(followed.alice, digest_at=time(11))
    assert day_of_messages() == 0
    assert day_of_messages(AT + 59 * MINUTE) == 0
    assert day_of_messages(AT + 60 * MINUTE) == 1
    assert day_of_messages(AT + 90 * MINUTE) == 0
    assert told() == [("CHECKIN_REMINDER", "Alice", "WAITING")]
    assert day_of_messages(after(1)) == 0
    assert day_of_messages(after(1) + 60 * MINUTE) == 2
    assert sorted(kind for kind, *_ in told()) == ["CHECKIN_REMINDER", "CHECKIN_REMINDER", "TO_RECORD"]
    alice = User.objects.get(pk=followed.alice.pk)
    assert alice.next_digest_at == datetime(2024, 11, 7, 10, tzinfo=UTC)


def test_leave_digests__none_for_whoever_wants_none(followed: Followed) -> None:
    a_checkin(followed.case, followed.plan, by=followed.alice)
    is_now(followed.alice, digest_at=None)
    assert day_of_messages() == 0


def test_leave_digests__after_days_without_a_clock_one_message_of_what_is_so_now(followed: Followed) -> None:
    """Three days down: the contact that was announced and not sent is told as late, and as nothing else."""
    a_checkin(followed.case, followed.plan, by=followed.alice, due_on=TODAY + DAY, due_time=time(7, 30))
    a_checkin(followed.case, followed.plan, by=followed.alice, due_on=TODAY + 3 * DAY)
    assert day_of_messages() == 1
    assert day_of_messages(after(3)) == 2
    assert send_due(by=CLOCK, at=after(3)).sent == 1
    assert sorted((kind, state) for kind, _, state in told()) == [
        ("CHECKIN_REMINDER", "DROPPED"),
        ("CHECKIN_REMINDER", "SENT"),
        ("LATE", "SENT"),
    ]
    assert day_of_messages(after(7)) == 1  # what has become late since; the other is not told twice


def test_leave_digests__on_a_day_off_only_when_there_is_a_contact(followed: Followed) -> None:
    armistice = date(2024, 11, 11)
    a_checkin(followed.case, followed.plan, by=followed.alice, due_on=armistice - 5 * DAY)
    assert day_of_messages(after(6)) == 0
    a_checkin(followed.case, followed.plan, by=followed.alice, due_on=armistice)
    is_now(followed.alice, next_digest_at=AT)
    assert day_of_messages(after(6)) == 2
    assert sorted(kind for kind, *_ in told()) == ["CHECKIN_REMINDER", "LATE"]


def test_leave_digests__whoever_comes_along_is_told_too(followed: Followed) -> None:
    on_the_team(followed.case, followed.cast.bob, by=followed.carla)
    checkin = a_checkin(followed.case, followed.plan, by=followed.alice)
    with acting(followed.alice):
        CheckIn.objects.filter(pk=checkin.pk).update(second=followed.cast.bob)
    assert day_of_messages() == 2
    assert {name for _, name, _ in told()} == {"Alice", "Bob"}


@pytest.mark.parametrize("end", [record_checkin, cancel_checkin, reschedule_checkin, pause_rhythm])
def test_leave_digests__dropped_when_it_is_over(followed: Followed, end: Callable[..., object]) -> None:
    rhythm = a_rhythm(followed.case, followed.plan, by=followed.alice)
    day_of_messages()
    by: dict[str, Any] = {"by": followed.alice, "at": AT, "version": 1}
    checkin = followed.checkins(rhythm=rhythm)[0]
    with acting(followed.alice):
        if end is record_checkin:
            record_checkin(checkin=checkin, outcome="HELD", **by)
        elif end is cancel_checkin:
            cancel_checkin(checkin=checkin, **WHY, **by)
        elif end is reschedule_checkin:
            reschedule_checkin(checkin=checkin, due_on=TODAY + 3 * DAY, **WHY, **by)
        else:
            pause_rhythm(rhythm=rhythm, starts_on=TODAY, reason="ABROAD", **by)
    assert told() == [("CHECKIN_REMINDER", "Alice", "DROPPED")]


def test_leave_digests__what_was_dropped_comes_back_when_a_cancellation_is_taken_back(followed: Followed) -> None:
    checkin = a_checkin(followed.case, followed.plan, by=followed.alice)
    day_of_messages()
    with acting(followed.alice):
        cancel_checkin(checkin=checkin, by=followed.alice, at=AT, version=1, **WHY)
        reinstate_checkin(checkin=checkin, by=followed.alice, at=AT, version=2)
    is_now(followed.alice, next_digest_at=AT)
    assert day_of_messages() == 1
    assert told() == [("CHECKIN_REMINDER", "Alice", "WAITING")]


def test_leave_digests__asks_as_much_of_the_database_for_many_as_for_one(followed: Followed) -> None:
    def counted(contacts: int, workers: int) -> int:
        for _ in range(workers):
            worker = staff(Role.CASEWORKER, followed.cast.city)
            case = a_case(by=followed.carla, lead=worker)
            plan = a_plan(case, by=worker)
            for _ in range(contacts):
                a_checkin(case, plan, by=worker)
        User.objects.update(next_digest_at=AT)
        with CaptureQueriesContext(connection) as queries:
            assert day_of_messages() >= contacts * workers
        return len(queries)

    assert counted(1, 1) == counted(4, 6)


def test_leave_digests__batch_after_batch(followed: Followed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reminders, "A_FEW", 2)
    a_checkin(followed.case, followed.plan, by=followed.alice)
    assert day_of_messages() == 1
    assert not User.objects.filter(next_digest_at__lte=AT).exists()
