"""Told before a contact, once; and what it costs when nothing is due."""

from __future__ import annotations

from datetime import datetime, time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.access.services import acting, as_clock
from cases.checkins.models import CheckIn
from cases.checkins.services import leave_digests, leave_reminders, reminders
from cases.outbox.services import send_due
from cities.staff.services import change_preferences
from tests.cases.checkins.conftest import CLOCK, Followed
from tests.cases.checkins.reminders.conftest import MINUTE, day_of_messages, is_now, told
from tests.factories import AT, on_the_team
from tests.factories.checkins import a_checkin

# --- Before a contact ---


def before(followed: Followed) -> list[datetime]:
    return [row.due_at for row in followed.messages() if row.kind == "BEFORE" and row.state == "WAITING"]


def test_leave_reminders__so_many_minutes_before_the_contact(followed: Followed) -> None:
    is_now(followed.alice, remind_before=30)
    a_checkin(followed.case, followed.plan, by=followed.alice, due_time=time(14, 30))
    a_checkin(followed.case, followed.plan, by=followed.alice)
    assert leave_reminders(by=CLOCK, at=AT) == 1
    assert leave_reminders(by=CLOCK, at=AT) == 0
    assert before(followed) == [AT.replace(hour=14, minute=0)]


def test_leave_reminders__a_change_of_mind_holds_for_today(followed: Followed) -> None:
    a_checkin(followed.case, followed.plan, by=followed.alice, due_time=time(14, 30))
    leave_reminders(by=CLOCK, at=AT)
    day_of_messages()
    for minutes in (30, 60):
        with acting(followed.alice):
            change_preferences(
                by=followed.alice, at=AT, language="en", shortcuts=True, by_email=True, digest_at=time(7),
                remind_before=minutes,
            )  # fmt: skip
        day_of_messages(AT + MINUTE)
        assert before(followed) == [AT.replace(hour=14, minute=30) - minutes * MINUTE]


def test_leave_reminders__what_others_put_on_today_after_her_message_of_the_day(followed: Followed) -> None:
    day_of_messages()
    a_checkin(followed.case, followed.plan, by=followed.alice)
    assert leave_reminders(by=CLOCK, at=AT) == 0  # she put it there herself
    a_checkin(followed.case, followed.plan, by=followed.carla, caseworker=followed.alice)
    assert leave_reminders(by=CLOCK, at=AT) == 1
    assert told() == [("CHECKIN_REMINDER", "Alice", "WAITING")]


def test_leave_reminders__a_new_caseworker_is_told_today(followed: Followed) -> None:
    on_the_team(followed.case, followed.cast.bob, by=followed.carla)
    checkin = a_checkin(followed.case, followed.plan, by=followed.alice)
    day_of_messages()
    leave_reminders(by=CLOCK, at=AT)
    with acting(followed.carla):
        CheckIn.objects.filter(pk=checkin.pk).update(caseworker=followed.cast.bob, reminded_at=None)
    assert leave_reminders(by=CLOCK, at=AT) == 1
    assert ("CHECKIN_REMINDER", "Bob", "WAITING") in told()


def test_leave_reminders__batch_after_batch(followed: Followed, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(5):
        a_checkin(followed.case, followed.plan, by=followed.alice)
    monkeypatch.setattr(reminders, "BATCH", 2)
    leave_reminders(by=CLOCK, at=AT)
    assert all(row.reminded_at for row in followed.checkins())


# --- What it costs when nothing is due ---


def test_with_nothing_due__three_looks_into_an_index_each(followed: Followed) -> None:
    """One question a sweep, and each is answered by an index that holds only what is open."""
    a_checkin(followed.case, followed.plan, by=followed.alice)
    for act in (leave_reminders, leave_digests):
        act(by=CLOCK, at=AT)
    send_due(by=CLOCK, at=AT)
    with CaptureQueriesContext(connection) as queries:
        assert (
            leave_reminders(by=CLOCK, at=AT) == leave_digests(by=CLOCK, at=AT) == send_due(by=CLOCK, at=AT).claimed == 0
        )
    asked = [
        one["sql"]
        for one in queries
        if one["sql"].lstrip().startswith(("SELECT", "WITH", "UPDATE", "INSERT")) and "set_config" not in one["sql"]
    ]
    assert len(asked) == 3
    with as_clock(), connection.cursor() as cursor:
        # The tables are too small for an index to be worth while, and any that holds what is open is as good.
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
        for question, index in zip(
            asked, ("checkins_to_remind_of", "users_to_be_told", "messages_to_send"), strict=True
        ):
            cursor.execute(f"EXPLAIN {question}")
            plan = "\n".join(line for (line,) in cursor.fetchall())
            assert index in plan, plan
