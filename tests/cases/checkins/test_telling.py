"""Who comes along, and the person of whose week any day will do: both are told in their own way."""

from __future__ import annotations

from datetime import time, timedelta

from cases.access.services import acting, as_clock
from cases.checkins.models import CheckIn
from cases.checkins.services import agree_reminder, change_checkin, leave_digests, leave_reminders
from cases.outbox.models import Message
from cases.outbox.rendering import for_person, to_person
from cases.outbox.services import send_due
from cities.places.rules import moment_of
from cities.staff.models import User
from tests.cases.checkins.conftest import CLOCK, DAY, Followed, after
from tests.factories import AT, TODAY, on_the_team
from tests.factories.checkins import a_checkin, a_rhythm

MONDAY = TODAY + 6 * DAY  # of the week after


def told() -> list[tuple[str, str, str]]:
    """Kind, first name and hour by the clocks of Brussels, of every message."""
    with as_clock():
        rows = Message.objects.select_related("recipient").order_by("recipient__first_name", "pk")
        return [
            (row.kind, row.recipient.first_name, f"{row.due_at.astimezone(AT.tzinfo):%a %H:%M}")
            for row in rows
            if row.recipient
        ]


def with_bob(followed: Followed) -> CheckIn:
    on_the_team(followed.case, followed.cast.bob, by=followed.carla)
    return a_checkin(followed.case, followed.plan, by=followed.alice, second=followed.cast.bob, due_time=time(14))


def is_now(user: User, digest_at: time | None) -> None:
    User.objects.filter(pk=user.pk).update(digest_at=digest_at)


def test_leave_digests__who_comes_along_is_told_when_the_first_wants_no_message(followed: Followed) -> None:
    with_bob(followed)
    is_now(followed.alice, None)
    assert leave_digests(by=CLOCK, at=AT) == 1
    assert told() == [("CHECKIN_REMINDER", "Bob", "Tue 10:00")]


def test_leave_digests__who_comes_along_is_told_at_her_own_hour(followed: Followed) -> None:
    with_bob(followed)
    is_now(followed.cast.bob, time(12))
    assert leave_digests(by=CLOCK, at=AT) == 2
    assert told() == [("CHECKIN_REMINDER", "Alice", "Tue 10:00"), ("CHECKIN_REMINDER", "Bob", "Tue 12:00")]


def test_leave_digests__who_comes_along_and_wants_no_message_gets_none(followed: Followed) -> None:
    with_bob(followed)
    is_now(followed.cast.bob, None)
    assert leave_digests(by=CLOCK, at=AT) == 1
    assert told() == [("CHECKIN_REMINDER", "Alice", "Tue 10:00")]


def test_leave_digests__some_time_this_week_is_told_when_the_week_begins(followed: Followed) -> None:
    a_rhythm(followed.case, followed.plan, by=followed.alice, within_week=True, weekdays=[3], starts_on=MONDAY)
    User.objects.update(next_digest_at=AT)
    assert leave_digests(by=CLOCK, at=AT) == 0
    assert leave_digests(by=CLOCK, at=after(6)) == 0  # Armistice day
    assert leave_digests(by=CLOCK, at=after(7)) == 1
    assert told() == [("CHECKIN_REMINDER", "Alice", "Tue 10:00")]


def test_leave_reminders__the_person_is_told_of_his_week(followed: Followed) -> None:
    a_rhythm(followed.case, followed.plan, by=followed.alice, within_week=True, weekdays=[3], time=time(15), times=2)
    with acting(followed.alice):
        agree_reminder(
            case=followed.case, by=followed.alice, at=AT, channel="SMS", number="0470 12 34 56", language="en",
            days_before=2,
        )  # fmt: skip
    assert leave_reminders(by=CLOCK, at=AT) == 1  # this week has begun: now or never; the next one is too far
    assert leave_reminders(by=CLOCK, at=after(2)) == 1
    with as_clock():
        this, following = Message.objects.order_by("about_on")
    assert (this.due_at, this.within_week) == (AT, True)
    assert following.due_at == moment_of(MONDAY - 2 * DAY, time(10))
    assert for_person([following]).startswith("Appointment: in the week of 11 November 2024.")
    assert "15" not in for_person([following])  # no hour: any day of it will do
    with as_clock():
        assert Message.objects.get(pk=this.pk).state == "WAITING"
    assert send_due(by=CLOCK, at=after(4) - timedelta(hours=1)).sent == 0  # Saturday: nothing is left of that week
    with as_clock():
        assert Message.objects.get(pk=this.pk).state == "DROPPED"


def test_to_person__one_day_and_one_week_in_one_message() -> None:
    days = [(TODAY, time(14), False), (MONDAY + 3 * DAY, None, True)]
    assert to_person("sms", days, language="nl", callback="") == (
        "Afspraak: dinsdag 5 november, 14:00; in de week van 11 november 2024."
    )
    letter = to_person("letter", days, language="fr", callback="02 123 45 67")
    assert "dans la semaine du 11 novembre 2024" in letter
    assert "mardi 5 novembre 2024, 14:00" in letter


def test_leave_reminders__a_changed_hour_is_the_one_that_is_told(followed: Followed) -> None:
    checkin = a_checkin(followed.case, followed.plan, by=followed.alice, due_on=TODAY + 2 * DAY, due_time=time(14))
    with acting(followed.alice):
        agree_reminder(
            case=followed.case, by=followed.alice, at=AT, channel="SMS", number="0470 12 34 56", language="en",
            days_before=1,
        )  # fmt: skip
    assert leave_reminders(by=CLOCK, at=AT) == 1
    with acting(followed.alice):
        change_checkin(
            checkin=checkin, by=followed.alice, at=AT, version=1, kind="PHONE", due_time=time(16), duration=45,
            place="", caseworker=followed.alice,
        )  # fmt: skip
    assert leave_reminders(by=CLOCK, at=AT + timedelta(minutes=1)) == 1
    with as_clock():
        assert [row.about_time for row in Message.objects.filter(state="WAITING")] == [time(16)]
