"""What the clock tells people: once, at their hour, and a step up when they are not there."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.access.models import CaseAccess
from cases.access.rules import NotAllowed, OutOfSight, Refused
from cases.access.services import acting, as_clock
from cases.checkins.models import CheckIn, MissedContact, MissedStep
from cases.checkins.services import (
    agree_reminder,
    cancel_checkin,
    leave_digests,
    leave_reminders,
    pause_rhythm,
    record_checkin,
    reinstate_checkin,
    reminders,
    reschedule_checkin,
    withdraw_reminder,
)
from cases.outbox.models import Message
from cases.outbox.selectors import dead_in_city
from cases.outbox.services import send_due
from cities.ledger.rules import Clock
from cities.roles.rules import Role
from cities.staff.models import Absence, Posting, User
from cities.staff.services import change_preferences
from tests.cases.checkins.conftest import DAY, Followed, after
from tests.factories import AT, TODAY, a_case, on_the_team, staff
from tests.factories.checkins import a_checkin, a_rhythm
from tests.factories.plans import a_plan

CLOCK = Clock.CLOCK
WHY: dict[str, Any] = {"asked_by": "PERSON", "reason": "Works that day"}
MINUTE = timedelta(minutes=1)


def day_of_messages(at: datetime = AT) -> int:
    return leave_digests(by=CLOCK, at=at)


def told() -> list[tuple[str, str, str]]:
    """Kind, first name of the recipient, state: of every message."""
    with as_clock():
        rows = Message.objects.select_related("recipient").order_by("pk")
        return [(row.kind, row.recipient.first_name if row.recipient else "", row.state) for row in rows]


def is_now(user: User, **changed: Any) -> None:
    User.objects.filter(pk=user.pk).update(**changed)


def away(user: User, deputy: User | None = None, day: date = TODAY) -> Absence:
    return Absence.objects.create(recorded_at=AT, user=user, starts_on=day, ends_on=day + DAY, deputy=deputy)


def a_step(followed: Followed, checkin: CheckIn, *, owner: User | None, step: str = "CASEWORKER") -> MissedStep:
    case: dict[str, Any] = {"casefile": followed.case, "city_id": followed.case.city_id, "recorded_at": AT}
    with acting(followed.carla):
        missed = MissedContact.objects.create(**case, checkin=checkin, cause="NOT_RECORDED", opened_at=AT)
        return MissedStep.objects.create(
            **case, missed=missed, step=step, owner=owner, since=AT, deadline_on=TODAY + 2 * DAY
        )


# --- The message of the day ---


def test_leave_digests__at_her_hour_once_a_day(followed: Followed) -> None:
    for due_on in (TODAY, TODAY + DAY):
        a_checkin(
            followed.case, followed.plan, by=followed.alice, due_on=due_on, due_time=time(14, 30), tolerance_days=9
        )
    is_now(followed.alice, digest_at=time(11))
    assert day_of_messages() == 0
    assert day_of_messages(AT + 59 * MINUTE) == 0
    assert day_of_messages(AT + 60 * MINUTE) == 1
    assert day_of_messages(AT + 90 * MINUTE) == 0
    assert told() == [("CHECKIN_REMINDER", "Alice", "WAITING")]
    assert day_of_messages(after(1)) == 0
    assert day_of_messages(after(1) + 60 * MINUTE) == 2
    assert sorted(kind for kind, *_ in told()) == ["CHECKIN_REMINDER", "CHECKIN_REMINDER", "TO_RECORD"]
    alice = User.objects.get(pk=followed.alice.pk)
    assert alice.next_digest_at == datetime(2024, 11, 7, 10, tzinfo=UTC)


def test_leave_digests__none_for_whoever_wants_none(followed: Followed) -> None:
    a_checkin(followed.case, followed.plan, by=followed.alice)
    is_now(followed.alice, digest_at=None)
    assert day_of_messages() == 0


def test_leave_digests__after_days_without_a_clock_one_message_of_what_is_so_now(followed: Followed) -> None:
    """Three days down: the contact that was announced and not sent is told as late, and as nothing else."""
    a_checkin(followed.case, followed.plan, by=followed.alice, due_on=TODAY + DAY, due_time=time(7, 30))
    a_checkin(followed.case, followed.plan, by=followed.alice, due_on=TODAY + 3 * DAY)
    assert day_of_messages() == 1
    assert day_of_messages(after(3)) == 2
    assert send_due(by=CLOCK, at=after(3)).sent == 1
    assert sorted((kind, state) for kind, _, state in told()) == [
        ("CHECKIN_REMINDER", "DROPPED"),
        ("CHECKIN_REMINDER", "SENT"),
        ("LATE", "SENT"),
    ]
    assert day_of_messages(after(7)) == 1  # what has become late since; the other is not told twice


def test_leave_digests__on_a_day_off_only_when_there_is_a_contact(followed: Followed) -> None:
    armistice = date(2024, 11, 11)
    a_checkin(followed.case, followed.plan, by=followed.alice, due_on=armistice - 5 * DAY)
    assert day_of_messages(after(6)) == 0
    a_checkin(followed.case, followed.plan, by=followed.alice, due_on=armistice)
    is_now(followed.alice, next_digest_at=AT)
    assert day_of_messages(after(6)) == 2
    assert sorted(kind for kind, *_ in told()) == ["CHECKIN_REMINDER", "LATE"]


def test_leave_digests__whoever_comes_along_is_told_too(followed: Followed) -> None:
    on_the_team(followed.case, followed.cast.bob, by=followed.carla)
    checkin = a_checkin(followed.case, followed.plan, by=followed.alice)
    with acting(followed.alice):
        CheckIn.objects.filter(pk=checkin.pk).update(second=followed.cast.bob)
    assert day_of_messages() == 2
    assert {name for _, name, _ in told()} == {"Alice", "Bob"}


@pytest.mark.parametrize("end", [record_checkin, cancel_checkin, reschedule_checkin, pause_rhythm])
def test_leave_digests__dropped_when_it_is_over(followed: Followed, end: Callable[..., object]) -> None:
    rhythm = a_rhythm(followed.case, followed.plan, by=followed.alice)
    day_of_messages()
    by: dict[str, Any] = {"by": followed.alice, "at": AT, "version": 1}
    checkin = followed.checkins(rhythm=rhythm)[0]
    with acting(followed.alice):
        if end is record_checkin:
            record_checkin(checkin=checkin, outcome="HELD", **by)
        elif end is cancel_checkin:
            cancel_checkin(checkin=checkin, **WHY, **by)
        elif end is reschedule_checkin:
            reschedule_checkin(checkin=checkin, due_on=TODAY + 3 * DAY, **WHY, **by)
        else:
            pause_rhythm(rhythm=rhythm, starts_on=TODAY, reason="ABROAD", **by)
    assert told() == [("CHECKIN_REMINDER", "Alice", "DROPPED")]


def test_leave_digests__what_was_dropped_comes_back_when_a_cancellation_is_taken_back(followed: Followed) -> None:
    checkin = a_checkin(followed.case, followed.plan, by=followed.alice)
    day_of_messages()
    with acting(followed.alice):
        cancel_checkin(checkin=checkin, by=followed.alice, at=AT, version=1, **WHY)
        reinstate_checkin(checkin=checkin, by=followed.alice, at=AT, version=2)
    is_now(followed.alice, next_digest_at=AT)
    assert day_of_messages() == 1
    assert told() == [("CHECKIN_REMINDER", "Alice", "WAITING")]


def test_leave_digests__asks_as_much_of_the_database_for_many_as_for_one(followed: Followed) -> None:
    def counted(contacts: int, workers: int) -> int:
        for _ in range(workers):
            worker = staff(Role.CASEWORKER, followed.cast.city)
            case = a_case(by=followed.carla, lead=worker)
            plan = a_plan(case, by=worker)
            for _ in range(contacts):
                a_checkin(case, plan, by=worker)
        User.objects.update(next_digest_at=AT)
        with CaptureQueriesContext(connection) as queries:
            assert day_of_messages() >= contacts * workers
        return len(queries)

    assert counted(1, 1) == counted(4, 6)


def test_leave_digests__batch_after_batch(followed: Followed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reminders, "A_FEW", 2)
    a_checkin(followed.case, followed.plan, by=followed.alice)
    assert day_of_messages() == 1
    assert not User.objects.filter(next_digest_at__lte=AT).exists()


# --- Missed contacts ---


def test_leave_digests__a_missed_contact_is_told_to_its_owner_and_once(followed: Followed) -> None:
    checkin = a_checkin(followed.case, followed.plan, by=followed.alice)
    step = a_step(followed, checkin, owner=followed.alice)
    assert day_of_messages() == 1
    assert told() == [("STEP", "Alice", "WAITING")]  # and not as late besides
    with acting(followed.carla):
        MissedStep.objects.filter(pk=step.pk).update(over_at=AT)
        MissedStep.objects.create(
            recorded_at=AT, casefile=followed.case, city_id=followed.case.city_id, missed=step.missed,
            step="COORDINATOR", since=AT, deadline_on=TODAY + 5 * DAY,
        )  # fmt: skip
    assert day_of_messages(after(1)) == 1
    assert [one[:2] for one in told()] == [("STEP", "Alice"), ("STEP", "Carla")]
    assert day_of_messages(after(2)) == 0


def test_leave_digests__where_nobody_coordinates_it_is_the_owners_of_the_case(followed: Followed) -> None:
    checkin = a_checkin(followed.case, followed.plan, by=followed.alice)
    a_step(followed, checkin, owner=None, step="COORDINATOR")
    Posting.objects.filter(user=followed.carla).update(ends_on=TODAY)
    day_of_messages()
    owner = followed.case.owner.first_name
    assert ("STEP", owner) in [one[:2] for one in told()]


def test_leave_digests__an_answered_one_is_not_sent(followed: Followed) -> None:
    checkin = a_checkin(followed.case, followed.plan, by=followed.alice)
    step = a_step(followed, checkin, owner=followed.alice)
    day_of_messages()
    with acting(followed.carla):
        MissedContact.objects.filter(pk=step.missed_id).update(answer="EXPLAINED", answered_at=AT)
    send_due(by=CLOCK, at=AT)
    assert told() == [("STEP", "Alice", "DROPPED")]


# --- A step up instead of nowhere ---


def test_leave_digests__the_deputy_of_an_absent_one(followed: Followed) -> None:
    a_checkin(followed.case, followed.plan, by=followed.alice)
    on_the_team(followed.case, followed.cast.bob, by=followed.carla)
    away(followed.alice, followed.cast.bob)
    day_of_messages()
    assert told() == [("CHECKIN_REMINDER", "Bob", "WAITING")]


def test_leave_digests__a_deputy_who_may_not_know_is_passed_over(followed: Followed) -> None:
    a_checkin(followed.case, followed.plan, by=followed.alice)
    away(followed.alice, followed.cast.bob)
    day_of_messages()
    assert told() == [("CHECKIN_REMINDER", "Carla", "WAITING")]


@pytest.mark.parametrize("why", ["closed", "off the case"])
def test_leave_digests__to_the_coordinator_when_she_has_gone(followed: Followed, why: str) -> None:
    a_checkin(followed.case, followed.plan, by=followed.alice)
    if why == "closed":
        is_now(followed.alice, is_active=False)
    else:
        with acting(followed.carla):
            CaseAccess.objects.filter(user=followed.alice).update(ends_at=AT)
    day_of_messages()
    assert told() == [("CHECKIN_REMINDER", "Carla", "WAITING")]


def test_leave_digests__where_nobody_is_left_the_owner_and_the_board(
    followed: Followed, caplog: pytest.LogCaptureFixture
) -> None:
    a_checkin(followed.case, followed.plan, by=followed.alice)
    with acting(followed.carla):
        type(followed.case).objects.filter(pk=followed.case.pk).update(owner=followed.cast.mayor)
    away(followed.alice)
    away(followed.carla)
    with caplog.at_level(logging.ERROR):
        day_of_messages()
    assert sorted(told()) == [("CHECKIN_REMINDER", "Alice", "DEAD"), ("CHECKIN_REMINDER", "Maud", "WAITING")]
    assert "nobody can be told" in caplog.text
    with acting(followed.carla):
        (row,) = dead_in_city(followed.carla, at=AT)
        assert row.last_error.startswith("nobody can be told")
    assert send_due(by=CLOCK, at=AT).sent == 1
    assert day_of_messages(after(1)) == 1  # she is back, and is told that it is late
    assert ("LATE", "Alice", "WAITING") in told()


def test_leave_digests__without_an_address_it_is_in_the_application(followed: Followed) -> None:
    a_checkin(followed.case, followed.plan, by=followed.alice)
    is_now(followed.alice, email="")
    day_of_messages()
    assert [row.channel for row in followed.messages()] == ["IN_APP"]


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


# --- To the person ---


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
        cursor.execute("SET LOCAL enable_seqscan = off")  # the tables are too small for an index to be worth while
        for question, index in zip(
            asked, ("checkins_to_remind_of", "users_to_be_told", "messages_to_send"), strict=True
        ):
            cursor.execute(f"EXPLAIN {question}")
            plan = "\n".join(line for (line,) in cursor.fetchall())
            assert index in plan, plan
