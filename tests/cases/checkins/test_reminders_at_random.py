"""Whatever happens, in whatever order: nothing is told twice, nothing open is forgotten, no copy says otherwise.

Ticks late, twice or not at all; senders killed between sending and marking; contacts arranged, recorded, moved and
called off in between; the caseworker away.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.access.rules import Refused
from cases.access.services import acting, as_clock
from cases.checkins.models import CheckIn
from cases.checkins.services import (
    cancel_checkin,
    leave_digests,
    leave_reminders,
    record_checkin,
    reinstate_checkin,
    reschedule_checkin,
)
from cases.outbox.models import Message
from cases.outbox.rules import LEASE
from cases.outbox.services import send_due, sending
from cities.places.rules import BRUSSELS, day_of, is_working_day
from cities.staff.models import Absence, User
from tests.cases.checkins.conftest import CLOCK, DAY, WHY, Followed
from tests.factories import AT
from tests.factories.checkins import a_checkin

#: What can happen, with a number that says which contact, or how long.
THINGS = (
    "hours pass", "hours pass", "tick", "tick", "two ticks", "send", "send", "killed", "arrange", "arrange", "early",
    "record", "cancel", "reinstate", "move", "away", "days pass",
)  # fmt: skip
STORIES = st.lists(st.tuples(st.sampled_from(THINGS), st.integers(0, 11)), min_size=8, max_size=30)


class Story:
    """Alice, her contacts, and what time it is."""

    def __init__(self, followed: Followed, monkeypatch: pytest.MonkeyPatch) -> None:
        self.followed, self.monkeypatch, self.now = followed, monkeypatch, AT

    def happens(self, thing: str, number: int) -> None:
        if thing == "hours pass":
            self.now += timedelta(hours=number + 1)
        elif thing == "days pass":
            self.now += (number % 4) * DAY
        elif thing in ("tick", "two ticks"):
            for _ in range(1 + (thing == "two ticks")):
                self.tick()
        elif thing == "send":
            self.send()
        elif thing == "killed":
            self.killed()
        elif thing in ("arrange", "early"):
            on = day_of(self.now) + (number % 4) * DAY
            at = time(6, 30) if thing == "early" else time(14) if number % 2 else None
            a_checkin(
                self.followed.case, self.followed.plan, by=self.followed.alice, at=self.now, due_on=on, due_time=at,
                tolerance_days=number % 3,
            )  # fmt: skip
        elif thing == "away":
            day = day_of(self.now) + (number % 2) * DAY
            if not Absence.objects.between(day, day + DAY).exists():
                Absence.objects.create(recorded_at=self.now, user=self.followed.alice, starts_on=day, ends_on=day + DAY)
        else:
            self.changes(thing, number)

    def changes(self, thing: str, number: int) -> None:
        rows = self.followed.checkins()
        if not rows:
            return
        row = rows[number % len(rows)]
        how: dict[str, Any] = {"checkin": row, "by": self.followed.alice, "at": self.now, "version": row.version}
        with acting(self.followed.alice), suppress(Refused):
            if thing == "record":
                record_checkin(**how, outcome="HELD")
            elif thing == "cancel":
                cancel_checkin(**how, **WHY)
            elif thing == "reinstate":
                reinstate_checkin(**how)
            else:
                reschedule_checkin(**how, **WHY, due_on=day_of(self.now) + (number % 3) * DAY)

    def tick(self) -> None:
        leave_reminders(by=CLOCK, at=self.now)
        leave_digests(by=CLOCK, at=self.now)

    def send(self) -> None:
        while send_due(by=CLOCK, at=self.now).claimed:
            pass

    def killed(self) -> None:
        def die(*_: object, **__: object) -> int:
            raise KeyboardInterrupt

        with self.monkeypatch.context() as patched, suppress(KeyboardInterrupt):
            patched.setattr(sending, "_mark", die)
            send_due(by=CLOCK, at=self.now)

    def ends(self) -> None:
        """A working morning on which she is there: the clock comes by, and whatever a dead sender held is free."""
        self.now = datetime.combine(day_of(self.now) + DAY, time(9), tzinfo=BRUSSELS)
        while not is_working_day(day_of(self.now)) or self.is_away():
            self.now += DAY
        self.tick()
        self.send()
        self.now += LEASE
        self.send()

    def is_away(self) -> bool:
        return Absence.objects.between(day_of(self.now), day_of(self.now) + DAY).exists()


def check_copies() -> None:
    """Each Message-ID is one e-mail, to one recipient, that says one thing."""
    found: dict[str, set[tuple[str, str]]] = {}
    for one in mail.outbox:
        found.setdefault(one.extra_headers["Message-ID"], set()).add((one.to[0], str(one.subject) + str(one.body)))
    assert all(len(copies) == 1 for copies in found.values())


def check_told(rows: Sequence[Message], checkins: Sequence[CheckIn], now: datetime, alice: User) -> None:
    sent = [row for row in rows if row.state == "SENT"]
    assert not [row for row in rows if row.state == "WAITING" and row.due_at <= now]
    assert max(Counter((row.kind, row.checkin_id, row.recipient_id) for row in rows).values(), default=1) == 1
    assert max(Counter((row.delivery, row.checkin_id) for row in sent).values(), default=1) == 1
    days: dict[tuple[int | None, int | None, object], set[str]] = {}
    for row in sent:
        assert row.sent_at is not None
        if row.attempts > 1 and len([other for other in sent if other.delivery == row.delivery]) > 1:
            continue  # a copy of several is sent whole, for the sake of the one that is still so
        days.setdefault((row.recipient_id, row.checkin_id, day_of(row.sent_at)), set()).add(row.kind)
    assert not [kinds for kinds in days.values() if {"CHECKIN_REMINDER", "LATE"} <= kinds]
    told = {(row.kind, row.checkin_id) for row in rows if row.state in ("SENT", "DEAD")}  # or the board has it
    today = day_of(now)
    for checkin in checkins:
        if checkin.state == "PLANNED" and checkin.late_from <= today:
            assert ("LATE", checkin.pk) in told, "A late one was forgotten."
        elif checkin.state == "PLANNED" and checkin.due_on < today:
            assert ("TO_RECORD", checkin.pk) in told, "An outcome was not asked for."
        elif checkin.state == "PLANNED" and checkin.due_on == today:
            assert ("CHECKIN_REMINDER", checkin.pk) in told, "A contact of today was not told."
    assert {row.recipient_id for row in rows if row.state == "DEAD"} <= {alice.pk}


@given(story=STORIES)
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_reminders__whatever_happens(
    followed: Followed, monkeypatch: pytest.MonkeyPatch, story: list[tuple[str, int]]
) -> None:
    start = transaction.savepoint()
    mail.outbox.clear()
    try:
        told = Story(followed, monkeypatch)
        for thing, number in story:
            told.happens(thing, number)
        told.ends()
        check_copies()
        with as_clock():
            rows = list(Message.objects.order_by("pk"))
        check_told(rows, followed.checkins(), told.now, followed.alice)
    finally:
        transaction.savepoint_rollback(start)
