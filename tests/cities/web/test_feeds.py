"""The pages of one's calendar feeds."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django.test import Client

from cities.tokens.models import CalendarFeed
from cities.tokens.services import issue_feed
from cities.web.entrance import marks
from tests.coming_in import without_marks
from tests.factories import AT, Cast

pytestmark = pytest.mark.django_db

PASSWORD = "a long sentence that nobody guesses"


@pytest.fixture
def at_work(cast: Cast) -> Client:
    """Alice has just given her password."""
    cast.alice.set_password(PASSWORD)
    cast.alice.save()
    client = Client()
    client.force_login(cast.alice)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client


def test_feed__is_shown_once_works_and_is_revoked(at_work: Client) -> None:
    assert "Calendar feeds" in at_work.get("/preferences/").content.decode()
    assert "No calendar program reads your contacts." in at_work.get("/preferences/feeds/").content.decode()
    assert at_work.get("/preferences/feeds/new/").status_code == 200
    answer = at_work.post("/preferences/feeds/new/", {"whose": "team"})
    found = re.search(r'value="http://testserver(/calendar/feed/[\w-]{43}\.ics)"', answer.content.decode())
    assert found is not None
    assert Client().get(found[1]).status_code == 200
    page = at_work.get("/preferences/feeds/").content.decode()
    assert found[1] not in page
    assert "The team&#x27;s contacts" in page or "The team's contacts" in page
    assert "last used on" in page
    answer = at_work.post(f"/preferences/feeds/{CalendarFeed.objects.get().pk}/revoke/", follow=True)
    assert "revoked on" in answer.content.decode()
    assert Client().get(found[1]).status_code == 404


def test_new__tells_its_owner(at_work: Client, cast: Cast, django_capture_on_commit_callbacks: object) -> None:
    for messages in (1, 1):  # the second of a kind is refused
        with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
            at_work.post("/preferences/feeds/new/", {"whose": "own"})
        assert len(mail.outbox) == messages
    [message] = mail.outbox
    assert (message.to, "A calendar feed was made in your name" in message.body) == ([cast.alice.email], True)
    assert "/preferences/feeds/" in message.body
    assert "/calendar/feed/" not in message.body


def test_new__wrong_input_and_a_second_of_a_kind(cast: Cast, at_work: Client) -> None:
    for sent in ({}, {"whose": "everybody"}):
        assert at_work.post("/preferences/feeds/new/", sent).status_code in (200, 422)
    assert not CalendarFeed.objects.exists()
    assert at_work.post("/preferences/feeds/new/", {"whose": "own"}).status_code == 200
    again = at_work.post("/preferences/feeds/new/", {"whose": "own"})
    assert again.status_code == 422
    assert "There is such a feed already" in again.content.decode()
    assert CalendarFeed.objects.count() == 1


def test_new__asks_for_the_password_again(cast: Cast) -> None:
    cast.alice.set_password(PASSWORD)
    cast.alice.save()
    client = Client()
    client.force_login(cast.alice)
    without_marks(client, marks.SHOWN)  # long ago
    answer = client.get("/preferences/feeds/new/")
    assert answer.headers["Location"].startswith("/accounts/reauthenticate/")
    answer = client.post("/preferences/feeds/new/", {"whose": "own"})
    assert answer.status_code == 403
    assert "Is it you?" in answer.content.decode()
    assert not CalendarFeed.objects.exists()


def test_revoke__somebody_elses_is_not_there(cast: Cast, at_work: Client) -> None:
    feed, _secret = issue_feed(by=cast.bob, at=AT, of_team=False)
    assert at_work.post(f"/preferences/feeds/{feed.pk}/revoke/").status_code == 404
    feed.refresh_from_db()
    assert feed.revoked_at is None
