"""`manage.py tick`, and the two tasks: they do what is due and say what."""

from __future__ import annotations

from datetime import time
from io import StringIO

import pytest
import time_machine
from django.core import mail
from django.core.management import CommandError, call_command
from django.utils import timezone

from cases.access.services import as_clock
from cases.checkins.models import MissedStep
from cases.outbox.models import Message
from cases.tasks import send_messages, tick
from cities.places.rules import moment_of
from tests.factories import Cast, a_case
from tests.factories.checkins import a_rhythm
from tests.factories.plans import a_plan


def ticked(*arguments: str) -> dict[str, int]:
    said = StringIO()
    call_command("tick", *arguments, stdout=said)
    lines = [line.split(maxsplit=1) for line in said.getvalue().splitlines()]
    return {what: int(count.replace(",", "")) for count, what in lines}


def a_weekly_contact(cast: Cast) -> None:
    case = a_case(by=cast.carla, lead=cast.alice)
    a_rhythm(case, a_plan(case, by=cast.alice), by=cast.alice)


def test_tick__says_what_it_did(cast: Cast) -> None:
    a_weekly_contact(cast)
    said = ticked("--at", "2024-11-12T08:00")
    assert said == {
        "check-ins called off, of closed cases and ended plans": 0,
        "check-ins made": 1,
        "check-ins marked late": 1,
        "missed contacts brought up a step": 1,
        "reminders left": 0,
        "causes left for the messages of the day": 3,
        "check-ins planned anew around closing days": 0,
        "grants ended with their posting": 0,
        "grants given a day by which they are confirmed": 2,
        "grants of which it was said that they have to be confirmed": 0,
        "grants lapsed, which nobody confirmed": 0,
        "emergency openings raised, which nobody reviewed": 0,
        "messages sent": 2,
        "messages failed, to be tried again": 0,
        "messages given up": 0,
    }
    assert set(ticked("--at", "2024-11-12T08:00:00+01:00").values()) == {0}
    told = {message.to[0]: str(message.body) for message in mail.outbox}
    assert set(told) == {cast.alice.email, cast.carla.email}
    assert told[cast.alice.email].count("VIL-2024-0001") == 2  # the late one of last week and the one of today, in one
    assert told[cast.carla.email].count("VIL-2024-0001") == 1  # the one that came up to her


def test_tick__by_the_clocks_of_brussels(cast: Cast) -> None:
    a_weekly_contact(cast)
    assert ticked("--at", "2024-11-05T23:59")["check-ins made"] == 0
    assert ticked("--at", "2024-11-06T00:00")["check-ins made"] == 1


@pytest.mark.parametrize("text", ["soon", "2024-13-40T00:00"])
def test_tick__refuses_what_is_no_moment(text: str) -> None:
    with pytest.raises(CommandError, match="not a moment"):
        ticked("--at", text)


@time_machine.travel(moment_of(timezone.localdate(), time(12)))  # in quiet hours nobody would be told
def test_tasks__read_the_clock_and_do_what_is_due(cast: Cast) -> None:
    a_weekly_contact(cast)
    tick()
    send_messages()
    ticked()
    with as_clock():
        assert MissedStep.objects.filter(step="COORDINATOR").exists()
        due = Message.objects.filter(due_at__lte=timezone.now())
        assert set(due.values_list("state", flat=True)) == {"SENT"}
        assert {message.to[0] for message in mail.outbox} == {cast.alice.email, cast.carla.email}
        assert len(mail.outbox) == 2
        assert due.count() > 1
    assert len({one.extra_headers["Message-ID"] for one in mail.outbox}) == len(mail.outbox)
