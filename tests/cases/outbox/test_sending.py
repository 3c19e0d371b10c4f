"""Messages: sent to a real mail server, one e-mail a recipient, without a name."""

from __future__ import annotations

from datetime import time

import pytest

from cases.checkins.services import leave_digests
from cases.outbox.services import Sent, claiming
from cities.ledger.models import LedgerEntry
from tests.cases.outbox.conftest import CLOCK, DAY, MINUTE, Sink, alice_is, everything, of_several, reminders, send
from tests.factories import AT, TODAY, Cast, a_case
from tests.factories.checkins import a_checkin
from tests.factories.plans import a_plan


def test_send_due__case_number_and_time_and_never_a_name(cast: Cast, sink: Sink) -> None:
    (message,) = reminders(cast)
    assert send() == Sent(claimed=1, sent=1)
    (mail,) = sink.taken
    (sent,) = everything()
    assert mail["Subject"] == "VIL-2024-0001: 5 November 2024, 14:30"
    assert (mail["To"], mail["From"]) == (cast.alice.email, "Apparatus <apparatus@cell.example>")
    assert mail["Message-ID"] == f"<{sent.delivery}@cell.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content().splitlines() == [
        "Contacts",
        "  VIL-2024-0001, Tuesday 5 November 2024, 14:30",
        "",
        "Sign in to read more: https://apparatus.example",
    ]
    assert "anary" not in str(mail)
    assert (sent.state, sent.sent_at, sent.attempts, sent.leased_until) == ("SENT", AT, 1, None)
    assert send() == Sent()
    entry = LedgerEntry.objects.order_by("-id")[0]
    assert (entry.operation, entry.object_type, entry.object_ids) == ("DISCLOSE", "message", [message.pk])


@pytest.mark.parametrize(
    ("language", "subject", "day"),
    [
        ("nl", "VIL-2024-0001: 5 november 2024, 14:30", "dinsdag 5 november 2024, 14:30"),
        ("fr", "VIL-2024-0001: 5 novembre 2024, 14:30", "mardi 5 novembre 2024, 14:30"),
        ("de", "VIL-2024-0001: 5. November 2024, 14:30", "Dienstag 5. November 2024, 14:30"),
    ],
)
def test_send_due__in_the_recipients_language(cast: Cast, sink: Sink, language: str, subject: str, day: str) -> None:
    alice_is(cast, language=language)
    reminders(cast)
    send()
    assert sink.taken[0]["Subject"] == subject
    assert day in sink.taken[0].get_content()


def test_send_due__what_is_due_to_one_recipient_is_one_e_mail(cast: Cast, sink: Sink) -> None:
    reminders(cast, 3)
    assert send() == Sent(claimed=1, sent=1)
    (mail,) = sink.taken
    assert mail.get_content().count("VIL-2024-0001") == 3
    assert mail["Subject"] == "VIL-2024-0001 and more: what is on, and what waits for you"
    assert len({message.delivery for message in everything()}) == 1
    assert {message.state for message in everything()} == {"SENT"}


def test_send_due__not_before_it_is_due(cast: Cast, sink: Sink) -> None:
    case = a_case(by=cast.carla, lead=cast.alice)
    a_checkin(case, a_plan(case, by=cast.alice), by=cast.alice, due_on=TODAY + DAY, due_time=time(7, 30))
    leave_digests(by=CLOCK, at=AT)
    the_evening_before = AT.replace(hour=18)
    assert send(the_evening_before - MINUTE) == Sent()
    assert send(the_evening_before) == Sent(claimed=1, sent=1)


def test_send_due__a_few_at_a_time(cast: Cast, sink: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claiming, "BATCH", 2)
    of_several(cast, 5)
    assert [send().sent for _ in range(4)] == [2, 2, 1, 0]
    assert len({mail["Message-ID"] for mail in sink.taken}) == 5
