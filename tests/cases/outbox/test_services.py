"""Messages: sent to a real mail server, one e-mail a recipient; again when it failed; never lost."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.db import connection
from pytest_django import Settings

from cases.access.models import CaseAccess
from cases.access.rules import NotAllowed, OutOfSight, Refused
from cases.access.services import acting, as_clock
from cases.checkins.models import CheckIn
from cases.checkins.services import agree_reminder, leave_digests, leave_reminders
from cases.outbox.models import Message
from cases.outbox.rules import LEASE, MOST_ATTEMPTS
from cases.outbox.selectors import dead_in_city, letters_for, message_for, notices_of, standing_of_the_outbox
from cases.outbox.services import (
    Sent,
    claiming,
    drop_messages,
    leave_messages,
    mark_posted,
    mark_read,
    retry_dead,
    retry_message,
    send_due,
    sending,
)
from cases.outbox.services.claiming import Delivery
from cities.ledger.models import LedgerEntry
from cities.ledger.rules import Clock
from cities.places.models import CitySettings
from cities.roles.rules import Role
from cities.staff.models import Absence, User
from tests.cases.outbox.conftest import Sink, free_port
from tests.databases import OwnDatabase
from tests.factories import AT, TODAY, Cast, a_case, a_cast, staff
from tests.factories.checkins import a_checkin
from tests.factories.plans import a_plan

CLOCK = Clock.CLOCK
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def reminders(cast: Cast, count: int = 1) -> list[Message]:
    """As many contacts of Alice's today, of which she is to be told at AT."""
    case = a_case(by=cast.carla, lead=cast.alice, name="Nemo Canary")
    plan = a_plan(case, by=cast.alice)
    for _ in range(count):
        a_checkin(case, plan, by=cast.alice, due_time=time(14, 30), place="Canary street")
    leave_digests(by=CLOCK, at=AT)
    return everything()


def of_several(cast: Cast, count: int) -> list[User]:
    """As many caseworkers, each with a contact today of which she is to be told."""
    workers = [staff(Role.CASEWORKER, cast.city) for _ in range(count)]
    for worker in workers:
        case = a_case(by=cast.carla, lead=worker)
        a_checkin(case, a_plan(case, by=worker), by=worker)
    leave_digests(by=CLOCK, at=AT)
    return workers


def everything() -> list[Message]:
    with as_clock():
        return list(Message.objects.order_by("pk"))


def send(at: datetime = AT) -> Sent:
    return send_due(by=CLOCK, at=at)


def alice_is(cast: Cast, **changed: Any) -> None:
    type(cast.alice).objects.filter(pk=cast.alice.pk).update(**changed)


def killed(*_: object, **__: object) -> Any:
    raise KeyboardInterrupt


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


# --- Quiet hours ---


def test_send_due__in_the_quiet_hours_it_waits_until_they_end(cast: Cast, sink: Sink) -> None:
    a_quiet_city(cast, begins=time(9), ends=time(11))
    reminders(cast)
    assert send() == Sent(claimed=1)
    assert send(AT + 59 * MINUTE) == Sent()
    assert send(AT + 60 * MINUTE) == Sent(claimed=1, sent=1)


def a_quiet_city(cast: Cast, *, begins: time, ends: time) -> None:
    CitySettings.objects.create(recorded_at=AT, city=cast.city, quiet_from=begins, quiet_until=ends)


# --- Failing, and trying again ---


def test_send_due__tries_again_later_and_later_then_gives_up(
    cast: Cast, sink: Sink, caplog: pytest.LogCaptureFixture
) -> None:
    sink.refused.add(cast.alice.email)
    reminders(cast, 2)
    at, seen = AT, set()
    for attempt in range(1, MOST_ATTEMPTS):
        assert send(at) == Sent(claimed=1, failed=1)
        waiting, other = everything()
        assert (waiting.state, waiting.attempts, waiting.leased_until) == ("WAITING", attempt, None)
        assert (waiting.last_error, waiting.due_at) == ("SMTPRecipientsRefused", other.due_at)
        assert send(waiting.due_at - MINUTE / 2) == Sent()
        seen.add(waiting.delivery)
        at = waiting.due_at
    assert send(at) == Sent(claimed=1, dead=1)
    assert len(seen) == 1
    *given_up, alarm = everything()
    assert {message.state for message in given_up} == {"DEAD"}
    (line,) = [record for record in caplog.records if record.name.startswith("cases")]
    assert (line.levelname, line.getMessage()) == ("ERROR", "messages could not be sent and are given up")
    with acting(cast.carla):
        assert list(dead_in_city(cast.carla, at=AT)) == given_up
    with acting(cast.alice):
        assert not dead_in_city(cast.alice, at=AT).exists()
    assert (alarm.kind, alarm.channel, alarm.recipient_id) == ("DEAD_LETTER", "IN_APP", cast.carla.pk)
    assert send(at) == Sent(claimed=1, sent=1)
    assert send(at + 9 * DAY) == Sent()
    with acting(cast.carla):
        (notice,) = notices_of(cast.carla, at=AT)
        assert [row.kind for row in notice.rows] == ["DEAD_LETTER"]


def test_send_due__no_mail_server_is_a_failed_attempt(cast: Cast, sink: Sink, settings: Settings) -> None:
    of_several(cast, 2)
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, free_port()
    assert send() == Sent(claimed=2, failed=2)
    assert {message.last_error for message in everything()} == {"ConnectionRefusedError"}
    settings.EMAIL_PORT = port
    assert send(AT + MINUTE) == Sent(claimed=2, sent=2)


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


def test_send_due__one_bad_message_never_stops_the_others(
    cast: Cast, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, *_ = of_several(cast, 3)
    real = sending._email

    def email(one: Delivery, **how: Any) -> EmailMessage:
        if one.recipient == bad:
            raise ValueError("no")
        return real(one, **how)

    monkeypatch.setattr(sending, "_email", email)
    assert send() == Sent(claimed=3, sent=2, failed=1)


def test_send_due__killed_between_sending_and_marking_sends_a_copy_that_shows_itself_as_one(
    cast: Cast, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    reminders(cast, 2)
    with monkeypatch.context() as patched:
        patched.setattr(sending, "_mark", killed)
        with pytest.raises(KeyboardInterrupt):
            send()
    case = a_case(by=cast.carla, lead=cast.alice)
    a_checkin(case, a_plan(case, by=cast.alice), by=cast.alice)  # comes up meanwhile: leaves by itself
    alice_is(cast, next_digest_at=AT)
    leave_digests(by=CLOCK, at=AT)
    with acting(cast.alice):
        held = Message.objects.filter(delivery__isnull=False).first()
        assert held is not None
        assert drop_messages(by=cast.alice, at=AT, keys=[held.cause]) == 0
    assert send(AT + LEASE - MINUTE) == Sent(claimed=1, sent=1)
    assert send(AT + LEASE) == Sent(claimed=1, sent=1)
    first, between, second = sink.taken
    assert first["Message-ID"] == second["Message-ID"] != between["Message-ID"]
    assert first.get_content() == second.get_content() != between.get_content()


def test_send_due__killed_among_several_sends_one_of_them_twice(
    cast: Cast, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_several(cast, 3)
    marked: list[Delivery] = []
    mark = sending._mark

    def dies_at_the_second(one: Delivery, *said: Any, **how: Any) -> bool:
        if marked:
            raise KeyboardInterrupt
        marked.append(one)
        return mark(one, *said, **how)

    with monkeypatch.context() as patched:
        patched.setattr(sending, "_mark", dies_at_the_second)
        with pytest.raises(KeyboardInterrupt):
            send()
    assert len(sink.taken) == 2
    assert send(AT + LEASE) == Sent(claimed=2, sent=2)
    numbers = [message["Message-ID"] for message in sink.taken]
    assert (len(numbers), len(set(numbers))) == (4, 3)


def test_send_due__what_kills_every_sender_is_given_up(cast: Cast, sink: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    reminders(cast)
    with monkeypatch.context() as patched:
        patched.setattr(sending, "_send", killed)
        for attempt in range(MOST_ATTEMPTS):
            with pytest.raises(KeyboardInterrupt):
                send(AT + attempt * LEASE)
    assert send(AT + MOST_ATTEMPTS * LEASE) == Sent(claimed=1, dead=1)
    assert everything()[0].last_error == "every sender died of it"


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


# --- To the person ---


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


# --- Reading, and seeing to what failed ---


def test_mark_read__ones_own_and_only_those(cast: Cast, sink: Sink) -> None:
    reminders(cast, 2)
    send()
    with acting(cast.alice):
        (notice,) = notices_of(cast.alice, at=AT)
        assert not notice.is_read
        assert notice.came_at == AT
    with acting(cast.carla):
        assert notices_of(cast.carla, at=AT) == []
        assert mark_read(by=cast.carla, at=AT, delivery=notice.delivery) == 0
    with acting(cast.alice):
        assert mark_read(by=cast.alice, at=AT, up_to=notice.delivery) == 2
        assert mark_read(by=cast.alice, at=AT, delivery=notice.delivery) == 0
        assert notices_of(cast.alice, at=AT)[0].is_read
        assert notices_of(cast.alice, at=AT, before=notice.delivery) == []


def a_dead_one(cast: Cast) -> Message:
    reminders(cast)
    alice_is(cast, is_active=False)
    send()
    alice_is(cast, is_active=True)
    return everything()[0]


def test_retry_message__from_the_beginning_and_as_a_delivery_of_its_own(cast: Cast, sink: Sink) -> None:
    dead = a_dead_one(cast)
    with acting(cast.alice), pytest.raises(NotAllowed):
        retry_message(message=dead, by=cast.alice, at=AT)
    with acting(cast.carla):
        assert message_for(cast.carla, dead.pk, at=AT) == dead
        retried = retry_message(message=dead, by=cast.carla, at=AT)
        assert (retried.state, retried.attempts, retried.delivery) == ("WAITING", 0, None)
        with pytest.raises(Refused):
            retry_message(message=dead, by=cast.carla, at=AT)
    assert send().sent == 2  # and the alarm, in the application
    assert len(sink.taken) == 1


def test_retry_dead__one_or_all(cast: Cast, sink: Sink) -> None:
    dead = a_dead_one(cast)
    with pytest.raises(NotAllowed):
        retry_dead(by=cast.carla, at=AT)  # type: ignore[arg-type]
    with as_clock():
        assert standing_of_the_outbox(at=AT).dead == 1
        assert retry_dead(by=CLOCK, at=AT, pk=dead.pk + 999) == 0
        assert retry_dead(by=CLOCK, at=AT, pk=dead.pk) == 1
        assert retry_dead(by=CLOCK, at=AT) == 0
        assert standing_of_the_outbox(at=AT).oldest == AT


def test_message_for__is_out_of_sight_elsewhere(cast: Cast) -> None:
    (message,) = reminders(cast)
    with acting(cast.charlie), pytest.raises(OutOfSight):
        message_for(cast.charlie, message.pk, at=AT)


def test_outbox__is_the_clocks(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        send_due(by=cast.carla, at=AT)  # type: ignore[arg-type]
    with pytest.raises(NotAllowed):
        leave_messages(by=cast.carla, at=AT, drafts=[])  # type: ignore[arg-type]


def test_send_due__three_senders_at_once_send_each_delivery_once(own_database: OwnDatabase, sink: Sink) -> None:
    cast = a_cast()
    workers = of_several(cast, 45)
    for worker in workers[:20]:  # several causes each, and none of them parted
        case = a_case(by=cast.carla, lead=worker)
        plan = a_plan(case, by=worker)
        for _ in range(3):
            a_checkin(case, plan, by=worker)
    User.objects.update(next_digest_at=AT)
    leave_digests(by=CLOCK, at=AT)
    sent: list[int] = []
    ready = threading.Barrier(3)

    def one() -> None:
        ready.wait()
        while (done := send()).claimed:
            sent.append(done.sent)
        connection.close()

    threads = [threading.Thread(target=one) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert send() == Sent()
    assert sum(sent) == len(sink.taken) == 45
    assert len({mail["Message-ID"] for mail in sink.taken}) == 45
    assert len({mail["To"] for mail in sink.taken}) == 45
    assert {message.state for message in everything()} == {"SENT"}
