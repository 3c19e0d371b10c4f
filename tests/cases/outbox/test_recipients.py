"""To whom a message goes: without an address, gone, away, or no longer on the case."""

from __future__ import annotations

from typing import Any

import pytest

from cases.access.models import CaseAccess
from cases.access.services import acting
from cases.checkins.services import leave_digests, leave_reminders
from cases.outbox.selectors import notices_of
from cases.outbox.services import Sent
from cities.staff.models import Absence
from tests.cases.outbox.conftest import CLOCK, DAY, Sink, alice_is, everything, reminders, send
from tests.factories import AT, TODAY, Cast, a_case
from tests.factories.checkins import a_checkin
from tests.factories.plans import a_plan


@pytest.mark.parametrize("changed", [{"email": ""}, {"by_email": False}])
def test_send_due__without_an_e_mail_it_is_there_in_the_application(
    cast: Cast, sink: Sink, changed: dict[str, Any]
) -> None:
    reminders(cast, 2)
    alice_is(cast, **changed)
    assert send() == Sent(claimed=1, sent=1)
    assert sink.taken == []
    assert {(message.channel, message.state) for message in everything()} == {("IN_APP", "SENT")}
    with acting(cast.alice):
        (notice,) = notices_of(cast.alice, at=AT)
    assert len(notice.rows) == 2


def test_send_due__a_recipient_who_has_left(cast: Cast, sink: Sink) -> None:
    reminders(cast)
    alice_is(cast, is_active=False)
    assert send() == Sent(claimed=1, dead=1)
    assert everything()[0].last_error == "recipient has left"
    assert sink.taken == []


def test_send_due__never_to_somebody_who_may_no_longer_know_of_the_case(cast: Cast, sink: Sink) -> None:
    reminders(cast)
    other = a_case(by=cast.carla, lead=cast.alice)
    a_checkin(other, a_plan(other, by=cast.alice), by=cast.alice)
    leave_reminders(by=CLOCK, at=AT)
    alice_is(cast, next_digest_at=AT)
    leave_digests(by=CLOCK, at=AT)
    with acting(cast.carla):
        CaseAccess.objects.filter(user=cast.alice, casefile=other).update(ends_at=AT)
    assert send() == Sent(claimed=1, sent=1, dead=1)
    (mail,) = sink.taken
    assert other.reference not in mail.get_content()
    gone = [message for message in everything() if message.state == "DEAD"]
    assert [(one.reference, one.last_error) for one in gone] == [
        (other.reference, "recipient may no longer know of the case")
    ]


def test_send_due__who_went_away_meanwhile_is_not_told_but_a_step_up_is(cast: Cast, sink: Sink) -> None:
    reminders(cast)
    Absence.objects.create(recorded_at=AT, user=cast.alice, starts_on=TODAY, ends_on=TODAY + DAY)
    assert send() == Sent(claimed=1, dead=1)
    assert sink.taken == []
    gone, alarm = everything()
    assert (gone.state, gone.last_error) == ("DEAD", "recipient is away")
    assert (alarm.kind, alarm.recipient_id) == ("DEAD_LETTER", cast.carla.pk)
