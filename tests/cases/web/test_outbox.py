"""One's own messages, trying again what failed, letters, and what the person agreed to be told."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from re import findall
from typing import Any

import pytest
from babel.messages.pofile import read_po
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cases.access.services import acting, as_clock
from cases.casefiles.models import Casefile
from cases.checkins.models import AgreedReminder, CheckIn
from cases.checkins.services import agree_reminder, leave_digests, leave_reminders
from cases.outbox.models import Message
from cases.outbox.services import send_due
from cities.ledger.models import LedgerEntry
from cities.ledger.rules import Clock
from cities.staff.models import User
from tests.cases.web.conftest import ClientOf
from tests.factories import Cast
from tests.factories.checkins import a_checkin
from tests.factories.plans import a_plan

CLOCK = Clock.CLOCK
AN_HOUR = timedelta(hours=1)


@pytest.fixture
def checkin(cast: Cast, case: Casefile) -> CheckIn:
    """Alice's contact of today."""
    at = timezone.now() - AN_HOUR
    return a_checkin(case, a_plan(case, by=cast.alice, at=at), by=cast.alice, at=at, due_on=timezone.localdate())


def told(cast: Cast, at: datetime | None = None) -> Message:
    """Alice was told of it, in the application, whatever hour of the day it is."""
    at = at or timezone.now()
    User.objects.update(next_digest_at=at, digest_at="00:00", by_email=False)
    leave_digests(by=CLOCK, at=at)
    send_due(by=CLOCK, at=at)
    with as_clock():
        return Message.objects.get(recipient=cast.alice)


def test_messages__ones_own_newest_first_and_marked_as_read(cast: Cast, checkin: CheckIn, client_of: ClientOf) -> None:
    message = told(cast)
    page = client_of(cast.alice).get("/messages/").content.decode()
    assert "Reminder of a check-in" in page
    assert f"/cases/{message.reference}/check-ins/{checkin.pk}/" in page
    assert '<span class="tag">new</span>' in page
    assert "Nemo" not in page
    assert "No message yet" in client_of(cast.carla).get("/messages/").content.decode()
    entry = LedgerEntry.objects.filter(actor=cast.alice, object_type="message", operation="CONSULT").latest("at")
    assert entry.object_ids == [message.pk]
    answer = client_of(cast.alice).post("/messages/read/", {"delivery": str(message.delivery)}, follow=True)
    assert '<span class="tag">new</span>' not in answer.content.decode()
    assert "Mark all as read" not in answer.content.decode()


@pytest.mark.parametrize("sent", [{}, {"delivery": "nonsense"}, {"up_to": "x" * 99}])
def test_messages__what_makes_no_sense_changes_nothing(
    cast: Cast, checkin: CheckIn, client_of: ClientOf, sent: dict[str, str]
) -> None:
    told(cast)
    assert client_of(cast.alice).post("/messages/read/", sent).status_code == 302
    assert client_of(cast.alice).get("/messages/", {"before": "nonsense"}).status_code == 200
    with as_clock():
        assert Message.objects.get(recipient=cast.alice).read_at is None


def test_messages__a_page_at_a_time_at_the_same_cost(
    cast: Cast, case: Casefile, checkin: CheckIn, client_of: ClientOf
) -> None:
    first = told(cast)
    client = client_of(cast.alice)
    with CaptureQueriesContext(connection) as few:
        client.get("/messages/")
    with as_clock():
        for number in range(24):
            row = Message.objects.get(pk=first.pk)
            row.pk, row.key = None, f"another {number}"
            row.delivery = first.delivery.__class__(int=first.delivery.int - number - 1) if first.delivery else None
            row.save()
    with CaptureQueriesContext(connection) as many:
        page = client.get("/messages/")
    assert len(many) <= len(few)
    assert len(page.context["notices"]) == 20
    assert page.context["notices"][0].delivery == first.delivery
    rest = client.get("/messages/", {"before": page.context["next"]})
    assert len(rest.context["notices"]) == 5
    client.post("/messages/read/", {"up_to": str(first.delivery)})
    with as_clock():
        assert not Message.objects.filter(read_at__isnull=True).exists()


def header_of(client: Client) -> str:
    """The line of the page that leads to the messages."""
    page = client.get("/").content.decode()
    return next(line for line in page.splitlines() if 'href="/messages/"' in line)


def test_header__says_how_many_are_unread_and_nothing_else(cast: Cast, checkin: CheckIn, client_of: ClientOf) -> None:
    first = told(cast)
    client = client_of(cast.alice)
    assert '>1<span class="unseen"> unread</span>' in header_of(client)
    assert first.reference not in header_of(client)
    assert "unread" not in header_of(client_of(cast.bob))
    with as_clock():
        assert first.delivery is not None
        for number in range(100):  # the first of them left in the same e-mail: it is no message more
            row = Message.objects.get(pk=first.pk)
            row.pk, row.key = None, f"another {number}"
            row.delivery = first.delivery.__class__(int=first.delivery.int - number)
            row.save()
    with CaptureQueriesContext(connection) as many:
        assert "100" not in header_of(client)
    assert ">99+<" in header_of(client)
    client.post("/messages/read/", {"up_to": str(first.delivery)})
    with CaptureQueriesContext(connection) as none:
        assert "unread" not in header_of(client)
    assert len(many) == len(none)


def test_checkin__says_who_was_told_and_so_does_the_timeline(
    cast: Cast, case: Casefile, checkin: CheckIn, client_of: ClientOf
) -> None:
    told(cast)
    client = client_of(cast.alice)
    page = client.get(f"/cases/{case.reference}/check-ins/{checkin.pk}/").content.decode()
    assert "Told" in page
    assert "in the application" in page
    client.post("/messages/read/", {"up_to": str(told_number(cast))})
    lines = client.get(f"/cases/{case.reference}/timeline/", {"kind": "MESSAGE"}).content.decode()
    assert f"to {cast.alice}, in the application: sent" in lines
    assert ", read " in lines
    assert f'href="/cases/{case.reference}/check-ins/{checkin.pk}/"' in lines


def told_number(cast: Cast) -> Any:
    with as_clock():
        return Message.objects.get(recipient=cast.alice).delivery


def test_board__a_message_that_was_given_up_is_tried_again(cast: Cast, checkin: CheckIn, client_of: ClientOf) -> None:
    message = told(cast)
    with as_clock():
        Message.objects.filter(pk=message.pk).update(state="DEAD", sent_at=None, last_error="SMTPServerDisconnected")
    board = client_of(cast.carla).get("/board/").content.decode()
    assert f"/board/messages/{message.pk}/retry/" in board
    done = client_of(cast.carla).post(f"/board/messages/{message.pk}/retry/", follow=True).content.decode()
    assert f"It is tried again: {message.reference}." in done
    twice = client_of(cast.carla).post(f"/board/messages/{message.pk}/retry/", follow=True).content.decode()
    assert "there is nothing to try again" in twice


# --- The person ---


def test_reminders__the_words_before_he_agrees_then_agreed_then_withdrawn(
    cast: Cast, case: Casefile, checkin: CheckIn, client_of: ClientOf
) -> None:
    client, address = client_of(cast.alice), f"/cases/{case.reference}/reminders/"
    page = client.get(address).content.decode()
    for language in ("Nederlands", "Français", "Deutsch", "English"):
        assert language in page
    assert "Appointment:" in page
    said = {"channel": "SMS", "number": "nobody's", "language": "nl", "days_before": "2"}
    wrong = client.post(address, said).content.decode()
    assert "Write the number as it is dialled" in wrong
    assert "nobody&#x27;s" in wrong
    right = client.post(address, said | {"number": "0470 12 34 56"}, follow=True).content.decode()
    assert "+32470123456" in right
    with acting(cast.alice):
        agreed = AgreedReminder.objects.get()
    gone = client.post(f"{address}{agreed.pk}/withdraw/", follow=True).content.decode()
    assert "nothing more is sent" in gone
    assert "withdrawn on" in gone
    twice = client.post(f"{address}{agreed.pk}/withdraw/", follow=True).content.decode()
    assert "withdrawn already" in twice
    assert client_of(cast.bob).get(address).status_code == 404
    assert client_of(cast.mayor).get(address).status_code == 403


def test_letter__on_my_day_printed_and_posted(
    cast: Cast, case: Casefile, checkin: CheckIn, client_of: ClientOf
) -> None:
    client = client_of(cast.alice)
    assert "Letters to print" not in client.get("/").content.decode()
    at = timezone.now()
    with acting(cast.alice):
        agree_reminder(case=case, by=cast.alice, at=at, channel="LETTER", language="nl", days_before=3)
    leave_reminders(by=CLOCK, at=at)
    assert "Letters to print" in client.get("/").content.decode()
    with as_clock():
        letter = Message.objects.get(channel="LETTER")
    address = f"/cases/{case.reference}/letters/{letter.pk}/"
    page = client.get(address).content.decode()
    assert "Graag herinneren wij u aan uw afspraak:" in page
    assert f"{address}posted/" in page
    client.post(f"{address}posted/")
    assert "Letters to print" not in client.get("/").content.decode()
    again = client.post(f"{address}posted/", follow=True).content.decode()
    assert "This letter is sent already." in again
    assert client.get(f"/cases/{case.reference}/letters/{told(cast).pk}/").status_code == 404


ROOT = Path(__file__).resolve().parents[3]

#: Parts of words, in any of the four languages, by which a flatmate could tell what it is about.
TELLING = (
    "radical", "terror", "prevent", "prévent", "prävent", "follow", "opvolg", "suivi", "begleit",
    "check-in", "cell", "cel ", "zelle", "municip", "gemeente", "commune", "police", "polit", "poliz", "justi",
    "parket", "probation", "syri", "returnee", "terugkeer", "islam", "coach", "plan", "case", "dossier", "akte",
    "apparatus",
)  # fmt: skip


@pytest.mark.parametrize("name", ["sms", "letter"])
def test_what_the_person_gets__tells_nobody_what_it_is_about(name: str) -> None:
    """The words of the template, and their translations wherever there are any."""
    text = (ROOT / "templates" / "letters" / f"{name}.txt").read_text()
    words = findall(r'translate "([^"]+)"', text) + findall(r"blocktranslate %}(.+?){% endblock", text)
    assert words
    said = list(words)
    for language in ("nl", "fr", "de"):
        with (ROOT / "locale" / language / "LC_MESSAGES" / "django.po").open("rb") as file:
            catalogue = read_po(file, locale=language)
        for word in words:
            found = catalogue.get(word.replace("{{ callback }}", "%(callback)s"))
            said += [str(found.string)] if found else []
    for one in said:
        assert not [part for part in TELLING if part in one.lower()], one
