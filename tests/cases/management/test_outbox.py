"""`manage.py outbox`: how it stands, for monitoring; and putting back what was given up."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from cases.access.services import as_clock
from cases.checkins.services import leave_digests
from cases.outbox.models import Message
from cases.outbox.services import send_due
from cities.ledger.models import LedgerEntry
from cities.ledger.rules import Clock
from tests.factories import AT, Cast, a_case
from tests.factories.checkins import a_checkin
from tests.factories.plans import a_plan


def said(*arguments: str) -> tuple[int, str]:
    """With what it ended, and what it said."""
    out = StringIO()
    try:
        call_command("outbox", "--at", "2024-11-05T10:30", *arguments, stdout=out)
    except SystemExit as ended:
        return int(str(ended.code)), out.getvalue()
    return 0, out.getvalue()


@pytest.fixture
def message(cast: Cast) -> Message:
    case = a_case(by=cast.carla, lead=cast.alice, name="Nemo Canary")
    a_checkin(case, a_plan(case, by=cast.alice), by=cast.alice)
    leave_digests(by=Clock.CLOCK, at=AT)
    with as_clock():
        return Message.objects.get()


def test_outbox__half_an_hour_late_is_in_time_and_more_is_not(message: Message) -> None:
    code, words = said()
    assert code == 0
    assert "1 due now, the oldest since 2024-11-05 10:00" in words
    code, _ = said("--at", "2024-11-05T10:31")
    assert code == 1
    send_due(by=Clock.CLOCK, at=AT)
    code, words = said("--at", "2024-11-09T10:31")
    assert (code, "0 waiting" in words) == (0, True)


def test_outbox__what_was_given_up_is_told_and_put_back(message: Message) -> None:
    with as_clock():
        Message.objects.update(state="DEAD", last_error="SMTPServerDisconnected")
    code, words = said()
    assert code == 1
    assert f"{message.pk} CHECKIN_REMINDER EMAIL: SMTPServerDisconnected" in words
    assert "anary" not in words
    assert message.reference not in words
    code, words = said("--retry", "all")
    assert (code, "1 put back" in words) == (0, True)
    entry = LedgerEntry.objects.order_by("-id")[0]
    assert (entry.object_type, entry.object_ids, entry.initiator) == ("message", [message.pk], "clock")
    assert "0 put back" in said("--retry", str(message.pk))[1]


@pytest.mark.parametrize("text", ["nothing", "-1", "9" * 20])
def test_outbox__refuses_what_is_no_number(db: None, text: str) -> None:
    with pytest.raises(CommandError, match="neither the number"):
        said(f"--retry={text}")
