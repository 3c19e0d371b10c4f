"""What goes to the person: an SMS through the gateway, a letter by hand."""

from __future__ import annotations

from datetime import time
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from cases.access.rules import OutOfSight, Refused
from cases.access.services import acting
from cases.checkins.services import agree_reminder, leave_reminders
from cases.outbox.models import Message
from cases.outbox.selectors import letters_for
from cases.outbox.services import Sent, mark_posted
from cities.ledger.models import LedgerEntry
from tests.cases.outbox.conftest import CLOCK, DAY, everything, send
from tests.factories import AT, TODAY, Cast, a_case
from tests.factories.checkins import a_checkin
from tests.factories.plans import a_plan


def an_sms(cast: Cast, **changed: Any) -> Message:
    case = a_case(by=cast.carla, lead=cast.alice, name="Nemo Canary")
    said: dict[str, Any] = {"channel": "SMS", "number": "0470 12 34 56", "language": "nl"} | changed
    with acting(cast.alice):
        agree_reminder(case=case, by=cast.alice, at=AT, **said)
    a_checkin(case, a_plan(case, by=cast.alice), by=cast.alice, due_on=TODAY + 2 * DAY, due_time=time(14, 30))
    leave_reminders(by=CLOCK, at=AT)
    return everything()[0]


def test_send_due__an_sms_through_the_gateway(cast: Cast, settings: Settings, tmp_path: Path) -> None:
    settings.SMS_URL = tmp_path.as_uri()
    message = an_sms(cast)
    tomorrow_at_ten = AT + DAY
    assert (message.due_at, message.address, message.recipient_id) == (tomorrow_at_ten, "+32470123456", None)
    assert send(tomorrow_at_ten) == Sent(claimed=1, sent=1)
    (file,) = tmp_path.iterdir()
    number, _, text = file.read_text().partition("\n\n")
    assert number == "+32470123456"
    assert "donderdag 7 november, 14:30" in text
    assert "anary" not in text
    entry = LedgerEntry.objects.order_by("-id")[0]
    assert (entry.operation, entry.recipient) == ("DISCLOSE", "SMS to the person")


def test_send_due__a_gateway_that_fails_is_tried_again(cast: Cast, settings: Settings, tmp_path: Path) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("")
    settings.SMS_URL = blocked.as_uri()
    an_sms(cast)
    assert send(AT + DAY) == Sent(claimed=1, failed=1)
    assert everything()[0].last_error == "FileExistsError"


def test_mark_posted__a_letter_once(cast: Cast) -> None:
    letter = an_sms(cast, channel="LETTER", number="")
    assert send(AT + DAY) == Sent()
    with acting(cast.alice):
        assert not letters_for(cast.alice, at=AT).exists()
        assert list(letters_for(cast.alice, at=AT + DAY)) == [letter]
        assert mark_posted(message=letter, by=cast.alice, at=AT + DAY).state == "SENT"
        with pytest.raises(Refused):
            mark_posted(message=letter, by=cast.alice, at=AT + DAY)
        assert not letters_for(cast.alice, at=AT + DAY).exists()
    with acting(cast.bob), pytest.raises(OutOfSight):
        mark_posted(message=letter, by=cast.bob, at=AT)
