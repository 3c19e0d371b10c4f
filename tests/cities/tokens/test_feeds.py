"""Making, revoking and using calendar feeds."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from cities.ledger.models import LedgerEntry
from cities.records import as_set_up
from cities.refusals import NotAllowed, Refused
from cities.roles.rules import Role
from cities.tokens.models import CalendarFeed
from cities.tokens.rules import is_feed_secret
from cities.tokens.selectors import feed_by_secret, feeds_of
from cities.tokens.services import issue_feed, note_feed_use, revoke_feed
from tests.factories import AT, Cast, a_user, staff

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("text", ["", "x" * 42, "x" * 44, "x" * 43 + "\n", "apparatus_" + "x" * 43, "é" * 43])
def test_is_feed_secret__refuses(text: str) -> None:
    assert not is_feed_secret(text)
    assert feed_by_secret(text) is None


def test_issue_feed__keeps_no_secret(cast: Cast) -> None:
    feed, secret = issue_feed(by=cast.alice, at=AT, of_team=True)
    assert is_feed_secret(secret)
    assert str(feed) == f"{cast.alice} ({secret[:6]}…)"
    assert secret not in str(CalendarFeed.objects.filter(pk=feed.pk).values().get())
    assert feed_by_secret(secret) == feed
    assert list(feeds_of(cast.alice)) == [feed]
    assert not feeds_of(cast.bob).exists()
    entry = LedgerEntry.objects.get(act="FEED_ISSUE")
    assert (entry.actor, entry.role, entry.object_type) == (cast.alice, "CASEWORKER", "calendarfeed")
    assert (entry.object_ids, entry.recipient) == ([feed.pk], f"user {cast.alice.pk}")


def test_issue_feed__one_of_a_kind(cast: Cast) -> None:
    first, _secret = issue_feed(by=cast.alice, at=AT, of_team=False)
    issue_feed(by=cast.alice, at=AT, of_team=True)
    issue_feed(by=cast.carla, at=AT, of_team=False)
    with pytest.raises(Refused) as refused:
        issue_feed(by=cast.alice, at=AT, of_team=False)
    assert (refused.value.field, refused.value.code) == ("whose", "taken")
    with pytest.raises(IntegrityError), transaction.atomic():
        CalendarFeed.objects.create(recorded_at=AT, user=cast.alice, of_team=False, start="x", digest="x")
    revoke_feed(feed=first, by=cast.alice, at=AT)
    issue_feed(by=cast.alice, at=AT, of_team=False)


def test_issue_feed__for_whoever_has_contacts_to_read(cast: Cast) -> None:
    for user in (cast.dana, cast.analyst, cast.administrator, cast.liaison, a_user()):
        with pytest.raises(NotAllowed):
            issue_feed(by=user, at=AT, of_team=False)


def test_revoke_feed__by_whom(cast: Cast) -> None:
    feed, secret = issue_feed(by=cast.alice, at=AT, of_team=False)
    for user in (cast.bob, cast.carla, staff(Role.ADMINISTRATOR, cast.other_city)):
        with pytest.raises(NotAllowed):
            revoke_feed(feed=feed, by=user, at=AT)
    assert feed_by_secret(secret) == feed
    assert revoke_feed(feed=feed, by=cast.administrator, at=AT).revoked_at == AT
    assert feed_by_secret(secret) is None
    assert revoke_feed(feed=feed, by=cast.alice, at=AT + timedelta(days=1)).revoked_at == AT
    assert LedgerEntry.objects.get(act="FEED_REVOKE").role == Role.ADMINISTRATOR


def test_revoke_feed__by_somebody_whose_posting_has_ended(cast: Cast) -> None:
    feed, secret = issue_feed(by=cast.alice, at=AT, of_team=False)
    with as_set_up():
        cast.alice.postings.update(ends_on=AT.date())
    revoke_feed(feed=feed, by=cast.alice, at=AT)
    assert feed_by_secret(secret) is None
    assert LedgerEntry.objects.get(act="FEED_REVOKE").role == ""


def test_feed_by_secret__not_of_a_closed_account(cast: Cast) -> None:
    closing = staff(Role.CASEWORKER, cast.city)
    _feed, secret = issue_feed(by=closing, at=AT, of_team=False)
    closing.is_active = False
    with as_set_up():
        closing.save()
    assert feed_by_secret(secret) is None


def test_note_feed_use__once_an_hour(cast: Cast) -> None:
    feed, _secret = issue_feed(by=cast.alice, at=AT, of_team=False)
    for minutes, noted in ((0, 0), (59, 0), (60, 60)):
        feed.refresh_from_db()
        note_feed_use(feed=feed, by=cast.alice, at=AT + timedelta(minutes=minutes))
        feed.refresh_from_db()
        assert feed.last_used_at == AT + timedelta(minutes=noted)
    note_feed_use(feed=feed, by=cast.bob, at=AT + timedelta(days=1))
    assert LedgerEntry.objects.filter(operation="SIGN_IN", act="FEED_USE", actor=cast.alice).count() == 2
    assert not LedgerEntry.objects.filter(operation="SIGN_IN", actor=cast.bob).exists()
    with as_set_up():
        cast.alice.postings.update(ends_on=AT.date())
    note_feed_use(feed=feed, by=cast.alice, at=AT + timedelta(days=2))
    assert LedgerEntry.objects.filter(act="FEED_USE").order_by("-id")[0].role == ""
