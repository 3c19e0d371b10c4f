"""What was agreed with the person about being reminded."""

from __future__ import annotations

from datetime import time
from typing import Any

import pytest

from cases.access.rules import NotAllowed, OutOfSight, Refused
from cases.access.services import acting, as_clock
from cases.checkins.models import CheckIn
from cases.checkins.services import agree_reminder, change_checkin, leave_digests, leave_reminders, withdraw_reminder
from cases.outbox.models import Message
from tests.cases.checkins.conftest import CLOCK, DAY, Followed, after
from tests.cases.checkins.reminders.conftest import told
from tests.factories import AT, TODAY
from tests.factories.checkins import a_checkin


def agreed(followed: Followed, **changed: Any) -> Any:
    said: dict[str, Any] = {"channel": "SMS", "number": "0470 12 34 56", "language": "fr", "days_before": 2} | changed
    with acting(followed.alice):
        return agree_reminder(case=followed.case, by=followed.alice, at=AT, **said)


def test_agree_reminder__holds_for_what_is_planned_already(followed: Followed) -> None:
    a_checkin(followed.case, followed.plan, by=followed.alice, due_on=TODAY + 6 * DAY, due_time=time(9))
    a_checkin(followed.case, followed.plan, by=followed.alice, due_on=TODAY + 8 * DAY)
    leave_reminders(by=CLOCK, at=AT)
    agreed(followed)
    assert leave_reminders(by=CLOCK, at=AT) == 1
    (message,) = followed.messages()
    assert (message.kind, message.language, message.due_at) == ("TO_PERSON", "fr", after(4))
    assert leave_reminders(by=CLOCK, at=after(1)) == 1


def test_change_checkin__whoever_was_told_of_an_hour_is_told_of_another(followed: Followed) -> None:
    row = a_checkin(followed.case, followed.plan, by=followed.alice, due_on=TODAY + 6 * DAY, due_time=time(9))
    agreed(followed)
    leave_reminders(by=CLOCK, at=AT)
    with as_clock():
        Message.objects.update(state="SENT", sent_at=AT)
    how: dict[str, Any] = {"kind": row.kind, "duration": row.duration, "caseworker": followed.alice}
    for version, hour, place in ((1, 11, "At home"), (2, 11, "At the town hall"), (3, 10, "At the town hall")):
        with acting(followed.alice):
            change_checkin(
                checkin=row, by=followed.alice, at=AT, version=version, due_time=time(hour), place=place, **how
            )
        leave_reminders(by=CLOCK, at=AT)
    sent, another, last = followed.messages()
    assert [(one.about_time, one.state) for one in (sent, another, last)] == [
        (time(9), "SENT"), (time(11), "DROPPED"), (time(10), "WAITING"),
    ]  # fmt: skip


def test_withdraw_reminder__nothing_more_is_sent(followed: Followed) -> None:
    a_checkin(followed.case, followed.plan, by=followed.alice, due_on=TODAY + 6 * DAY)
    reminder = agreed(followed)
    leave_reminders(by=CLOCK, at=AT)
    with acting(followed.alice):
        gone = withdraw_reminder(reminder=reminder, by=followed.alice, at=AT)
        assert (gone.withdrawn_at, gone.withdrawn_by) == (AT, followed.alice)
        with pytest.raises(Refused):
            withdraw_reminder(reminder=reminder, by=followed.alice, at=AT)
    assert told() == [("TO_PERSON", "", "DROPPED")]
    with acting(followed.alice):
        CheckIn.objects.update(reminded_at=None)
    assert leave_reminders(by=CLOCK, at=AT) == 0
    agreed(followed, number="0470 65 43 21")
    assert leave_reminders(by=CLOCK, at=AT) == 1
    assert [(row.address, row.state) for row in followed.messages()] == [("+32470654321", "WAITING")]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"channel": "PIGEON"}, "channel"),
        ({"number": "nobody's"}, "number"),
        ({"language": "tlh"}, "language"),
        ({"days_before": 8}, "days_before"),
        ({}, "channel"),
    ],
)
def test_agree_reminder__refuses(followed: Followed, changed: dict[str, Any], field: str) -> None:
    agreed(followed)
    with pytest.raises(Refused) as refused:
        agreed(followed, **changed)
    assert refused.value.field == field


def test_agree_reminder__only_on_the_case(followed: Followed) -> None:
    reminder = agreed(followed)
    with acting(followed.cast.bob):
        with pytest.raises(OutOfSight):
            agree_reminder(case=followed.case, by=followed.cast.bob, at=AT, channel="LETTER", language="nl")
        with pytest.raises(OutOfSight):
            withdraw_reminder(reminder=reminder, by=followed.cast.bob, at=AT)
    with acting(followed.cast.mayor), pytest.raises(NotAllowed):
        withdraw_reminder(reminder=reminder, by=followed.cast.mayor, at=AT)


def test_leave_reminders__a_person_is_not_told_of_what_is_over(followed: Followed) -> None:
    a_checkin(followed.case, followed.plan, by=followed.alice, due_time=time(9))
    agreed(followed)
    assert leave_reminders(by=CLOCK, at=AT) == 0


def test_leave__is_the_clocks(followed: Followed) -> None:
    for act in (leave_reminders, leave_digests):
        with pytest.raises(NotAllowed):
            act(by=followed.carla, at=AT)  # type: ignore[arg-type]
