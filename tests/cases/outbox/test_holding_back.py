"""What is no longer so is not sent; what is so waits until the quiet hours end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import time
from typing import Any

import pytest

from cases.access.services import acting
from cases.checkins.models import CheckIn
from cases.checkins.services import leave_digests
from cases.outbox.services import Sent, drop_messages, sending
from cases.outbox.services.claiming import Delivery
from cities.places.models import CitySettings
from tests.cases.outbox.conftest import CLOCK, DAY, MINUTE, Sink, alice_is, everything, reminders, send
from tests.factories import AT, TODAY, Cast

# --- What is no longer so ---


def test_send_due__a_contact_that_became_late_meanwhile_is_not_announced(cast: Cast, sink: Sink) -> None:
    reminders(cast)
    assert send(AT + 3 * DAY) == Sent(claimed=1)
    assert [message.state for message in everything()] == ["DROPPED"]
    leave_digests(by=CLOCK, at=AT + 3 * DAY)
    assert send(AT + 3 * DAY) == Sent(claimed=1, sent=1)
    (mail,) = sink.taken
    assert mail.get_content().splitlines()[0] == "Late: say what came of it"


@pytest.mark.parametrize(
    "changed",
    [{"state": "CANCELLED"}, {"state": "RECORDED", "outcome": "HELD", "outcome_at": AT}, {"late_from": TODAY}],
)
def test_send_due__what_a_check_in_has_become_decides(cast: Cast, sink: Sink, changed: dict[str, Any]) -> None:
    reminders(cast)
    with acting(cast.alice):
        CheckIn.objects.update(**changed)
    assert send() == Sent(claimed=1)
    assert sink.taken == []
    assert [message.state for message in everything()] == ["DROPPED"]


def test_send_due__to_a_check_in_only_what_presses_most(cast: Cast, sink: Sink) -> None:
    alice_is(cast, remind_before=300)
    reminders(cast)
    assert {message.kind for message in everything()} == {"BEFORE", "CHECKIN_REMINDER"}
    assert send() == Sent(claimed=1, sent=1)
    assert sink.taken[0].get_content().splitlines()[0] == "Soon"
    assert sorted(message.state for message in everything()) == ["DROPPED", "SENT"]


def test_send_due__before_a_contact_only_to_whoever_holds_it_and_wants_it(cast: Cast, sink: Sink) -> None:
    alice_is(cast, remind_before=60, digest_at=None)
    reminders(cast)
    alice_is(cast, remind_before=0)
    assert send(AT.replace(hour=13, minute=30)) == Sent(claimed=1)
    assert sink.taken == []


def test_drop_messages__what_waits_is_not_sent(cast: Cast, sink: Sink) -> None:
    first, second = reminders(cast, 2)
    with acting(cast.alice):
        assert drop_messages(by=cast.alice, at=AT, keys=[first.cause, "of nothing"]) == 1
    assert send() == Sent(claimed=1, sent=1)
    with acting(cast.alice):
        assert drop_messages(by=cast.alice, at=AT, keys=[second.cause]) == 0
    assert [message.state for message in everything()] == ["DROPPED", "SENT"]


def test_drop_messages__what_was_on_its_way_is_told_truly(
    cast: Cast, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    (message,) = reminders(cast)
    real = sending._send

    def dropped_meanwhile(deliveries: Sequence[Delivery]) -> Iterator[tuple[Delivery, str]]:
        with acting(cast.alice):
            drop_messages(by=cast.alice, at=AT, keys=[message.cause])
        return real(deliveries)

    monkeypatch.setattr(sending, "_send", dropped_meanwhile)
    assert send() == Sent(claimed=1, sent=1)
    assert everything()[0].state == "SENT"


# --- Quiet hours ---


def test_send_due__in_the_quiet_hours_it_waits_until_they_end(cast: Cast, sink: Sink) -> None:
    a_quiet_city(cast, begins=time(9), ends=time(11))
    reminders(cast)
    assert send() == Sent(claimed=1)
    assert send(AT + 59 * MINUTE) == Sent()
    assert send(AT + 60 * MINUTE) == Sent(claimed=1, sent=1)


def a_quiet_city(cast: Cast, *, begins: time, ends: time) -> None:
    CitySettings.objects.create(recorded_at=AT, city=cast.city, quiet_from=begins, quiet_until=ends)
