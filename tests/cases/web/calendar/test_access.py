"""Who reads a feed, as whom, and what the house writes down of it."""

from __future__ import annotations

import pytest
from django.test import Client

from cases.access.rules import Ground
from cases.access.services import acting, end_grants
from cases.casefiles.models import Casefile
from cases.plans.models import FollowUpPlan
from cases.web.calendar.feeds import WrongAddresses
from cities.ledger.models import LedgerEntry
from cities.records import as_set_up
from cities.staff.models import User
from cities.tokens.models import CalendarFeed
from cities.tokens.services import revoke_feed
from config.logging import without_secrets
from tests.cases.web.calendar.reading import NOW, address_of, events, fetched
from tests.factories import AT, TODAY, Cast, on_the_team
from tests.factories.checkins import a_checkin


def test_feed__is_read_as_its_user_as_long_as_her_grounds_hold(cast: Cast, case: Casefile, plan: FollowUpPlan) -> None:
    on_the_team(case, cast.bob, by=cast.carla)
    a_checkin(case, plan, by=cast.alice)
    of = {user: address_of(user, of_team=True) for user in (cast.bob, cast.carla, cast.carlo, cast.charlie)}
    assert [len(events(of[user])) for user in (cast.bob, cast.carla, cast.carlo, cast.charlie)] == [1, 1, 0, 0]
    assert events(address_of(cast.bob)) == []
    carla = Client()
    carla.force_login(cast.carla)  # whoever sits at the browser, it is Charlie's feed
    assert b"VEVENT" not in carla.get(of[cast.charlie]).content
    with acting(cast.carla):
        end_grants(by=cast.carla, at=AT, case=case, user=cast.bob, ground=Ground.TEAM)
    assert events(of[cast.bob]) == []
    with as_set_up():
        cast.carla.postings.update(ends_on=TODAY)
    assert events(of[cast.carla]) == []  # an empty calendar: a program that got an error would keep what it had


def test_feed__what_it_told_is_in_the_ledger(cast: Cast, case: Casefile, plan: FollowUpPlan) -> None:
    row = a_checkin(case, plan, by=cast.alice)
    address = address_of(cast.alice)
    fetched(address)
    entry = LedgerEntry.objects.get(act="CALENDAR_FEED")
    feed = CalendarFeed.objects.get()
    assert (entry.operation, entry.actor, entry.object_type) == ("EXPORT", cast.alice, "checkin")
    assert (entry.object_ids, entry.city_id, entry.purpose) == ([row.pk], cast.city.pk, f"calendar feed {feed.pk}")
    used = LedgerEntry.objects.get(act="FEED_USE")
    assert (used.operation, used.object_ids) == ("SIGN_IN", [feed.pk])
    assert feed.last_used_at == NOW
    fetched(address_of(cast.charlie))
    assert LedgerEntry.objects.filter(act="CALENDAR_FEED").count() == 1  # an empty calendar tells nothing


def test_feed__wrong_revoked_and_closed_are_one_answer(cast: Cast, case: Casefile, plan: FollowUpPlan) -> None:
    a_checkin(case, plan, by=cast.alice)
    revoked, closed = address_of(cast.alice), address_of(cast.bob)
    revoke_feed(feed=CalendarFeed.objects.get(user=cast.alice), by=cast.alice, at=AT)
    with as_set_up():
        User.objects.filter(pk=cast.bob.pk).update(is_active=False)
    wrong = [revoked, closed, f"/calendar/feed/{'x' * 43}.ics", "/calendar/feed/short.ics", "/calendar/feed/é.ics"]
    answers = [fetched(address) for address in wrong]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert {answer.headers["Cache-Control"] for answer in answers} == {"no-store, private"}


def test_feed__whoever_guesses_has_to_wait(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(WrongAddresses, "rate", "30/min", raising=False)  # the tests of the rest have none
    address = address_of(cast.alice)
    statuses = [fetched(f"/calendar/feed/{number:043}.ics").status_code for number in range(31)]
    assert statuses == [404] * 30 + [429]
    refused = fetched("/calendar/feed/x.ics")
    assert int(refused.headers["Retry-After"]) > 0
    assert fetched(address).status_code == 200  # what holds is let in


def test_feed__its_address_is_in_no_log() -> None:
    line = 'Not Found: /calendar/feed/SECRET-of_it.ics and "GET /calendar/feed/SECRET.ics HTTP/1.1"'
    kept = without_secrets(line)
    assert "SECRET" not in kept
    assert kept.startswith("Not Found: /calendar/feed/… and")
