"""The calendar feed: what it tells and what it doesn't, to whom, and in the letter of RFC 5545."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from icalendar import Calendar

from cases.access.rules import Ground
from cases.access.services import acting, end_grants
from cases.casefiles.models import Casefile
from cases.checkins.models import CheckIn
from cases.checkins.selectors import calendar
from cases.checkins.services import cancel_checkin, record_checkin, reschedule_checkin
from cases.plans.models import FollowUpPlan
from cases.web.calendar.feeds import WrongAddresses
from cities.ledger.models import LedgerEntry
from cities.staff.models import User
from cities.tokens.models import CalendarFeed
from cities.tokens.services import issue_feed, revoke_feed
from config.logging import without_secrets
from tests.factories import AT, TODAY, Cast, a_case, on_the_team
from tests.factories.checkins import a_checkin, an_agreed_plan

NOW = AT + timedelta(hours=1)

#: What stands in the house about the person and the contact, and may stand in no calendar.
CANARIES = ("Nemo", "Voorbeeld", "Canal", "teacher", "Alice", "Prevention", "works that day", "interpreter")


@pytest.fixture(autouse=True)
def _on_the_day() -> object:
    """The feed reads the clock: it stands an hour after everything here was arranged."""
    cache.clear()
    with time_machine.travel(NOW, tick=False):
        yield
    cache.clear()


@pytest.fixture
def case(cast: Cast) -> Casefile:
    return a_case(by=cast.carla, lead=cast.alice, name="Nemo Voorbeeld", at=AT)


@pytest.fixture
def plan(cast: Cast, case: Casefile) -> FollowUpPlan:
    return an_agreed_plan(case, by=cast.alice, starts_on=TODAY - timedelta(days=60))


def address_of(user: User, *, of_team: bool = False) -> str:
    _feed, secret = issue_feed(by=user, at=AT, of_team=of_team)
    return f"/calendar/feed/{secret}.ics"


def fetched(address: str, **headers: str) -> HttpResponse:
    """As a calendar program does: without a session."""
    return Client().get(address, headers=headers)  # type: ignore[return-value]


def events(address: str) -> list[Any]:
    """As another program reads them; first held against the letter."""
    answer = fetched(address)
    assert answer.status_code == 200
    strict(answer.content)
    calendar: Any = Calendar.from_ical(answer.content.decode())
    return list(calendar.walk("VEVENT"))


def change(row: CheckIn, cast: Cast, **fields: Any) -> None:
    with acting(cast.carla):
        CheckIn.objects.filter(pk=row.pk).update(**fields)


ONCE_IN_A_CALENDAR = ("PRODID", "VERSION", "CALSCALE", "NAME", "REFRESH-INTERVAL")
ONCE_IN_AN_EVENT = (
    "UID", "DTSTAMP", "LAST-MODIFIED", "SEQUENCE", "SUMMARY", "STATUS", "CLASS", "URL", "DTSTART", "DTEND", "TRANSP"
)  # fmt: skip
LINE = re.compile(
    r"(?P<name>[A-Z][A-Z0-9-]*)(?P<parameters>(;[A-Z-]+=[^;:,\"]+)*):(?P<value>[^\x00-\x08\x0a-\x1f\x7f]*)"
)
MOMENT, DAY = re.compile(r"\d{8}T\d{6}Z"), re.compile(r"\d{8}")


def strict(body: bytes) -> list[dict[str, tuple[str, str]]]:
    """RFC 5545 by hand: line ends, folding at 75 octets, blocks, what is needed once, and the form of values."""
    assert body.endswith(b"\r\n")
    lines = body[:-2].split(b"\r\n")
    for line in lines:
        assert b"\n" not in line
        assert b"\r" not in line
        assert 0 < len(line) <= 75, line
        line.decode()  # no character is cut in two
    text = body.decode()[:-2].replace("\r\n ", "").split("\r\n")
    assert (text[0], text[-1]) == ("BEGIN:VCALENDAR", "END:VCALENDAR")
    found: list[dict[str, tuple[str, str]]] = []
    around: dict[str, tuple[str, str]] = {}
    inside = around
    for line_ in text[1:-1]:
        match = LINE.fullmatch(line_)
        assert match is not None, line_
        name, parameters, value = match["name"], match["parameters"], match["value"]
        if (name, value) == ("BEGIN", "VEVENT"):
            assert inside is around
            inside = {}
        elif (name, value) == ("END", "VEVENT"):
            found.append(inside)
            inside = around
        else:
            assert name not in ("BEGIN", "END")
            assert name not in inside, f"{name} stands twice"
            inside[name] = (parameters, value)
    assert inside is around
    assert all(name in around for name in ONCE_IN_A_CALENDAR)
    assert around["VERSION"] == ("", "2.0")
    assert around["REFRESH-INTERVAL"] == (";VALUE=DURATION", "PT1H")
    assert len({event["UID"] for event in found}) == len(found)
    for event in found:
        assert set(event) == set(ONCE_IN_AN_EVENT)
        assert re.fullmatch(r"[0-9a-f-]{36}", event["UID"][1])
        assert event["STATUS"][1] in ("CONFIRMED", "CANCELLED")
        assert event["CLASS"] == ("", "PRIVATE")
        assert event["SEQUENCE"][1].isdecimal()
        assert MOMENT.fullmatch(event["DTSTAMP"][1])
        assert MOMENT.fullmatch(event["LAST-MODIFIED"][1])
        start, end = event["DTSTART"], event["DTEND"]
        assert start[0] == end[0]
        assert start[0] in ("", ";VALUE=DATE")
        assert (DAY if start[0] else MOMENT).fullmatch(start[1])
        assert (DAY if end[0] else MOMENT).fullmatch(end[1])
        assert end[1] > start[1]
        assert re.fullmatch(r"[A-Z]{3}-\d{4}-\d{4} [\w ]+", event["SUMMARY"][1])
    return found


def test_feed__tells_case_number_and_kind_only(cast: Cast, case: Casefile, plan: FollowUpPlan) -> None:
    row = a_checkin(
        case, plan, by=cast.alice, kind="HOME", place="Canal 5", due_time=time(10, 30), duration=50,
        who_else="the teacher", with_interpreter=True,
    )  # fmt: skip
    with acting(cast.alice):
        cancel_checkin(
            checkin=row, by=cast.alice, at=AT, version=row.version, asked_by="PERSON", reason="She works that day"
        )
    a_checkin(case, plan, by=cast.alice, kind="OFFICE", place="Prevention service")
    for of_team, user in ((False, cast.alice), (True, cast.alice), (True, cast.carla)):
        answer = fetched(address_of(user, of_team=of_team))
        assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
        assert len(strict(answer.content)) == 2
        text = answer.content.decode().replace("\r\n ", "")
        assert f"SUMMARY:{case.reference} home visit" in text
        assert f"SUMMARY:{case.reference} at the office" in text
        assert [canary for canary in CANARIES if canary.lower() in text.lower()] == []


def test_feed__says_it_in_the_language_of_its_user(cast: Cast, case: Casefile, plan: FollowUpPlan) -> None:
    a_checkin(case, plan, by=cast.alice, kind="HOME")
    cast.alice.language = "nl"
    cast.alice.save()
    answer = Client().get(address_of(cast.alice), headers={"accept-language": "fr"})
    assert b"huisbezoek" in answer.content
    assert answer.headers["Content-Language"] == "nl"


@pytest.mark.parametrize(
    ("day", "at", "utc"),
    [
        (date(2026, 10, 23), time(9, 0), datetime(2026, 10, 23, 7, 0, tzinfo=UTC)),
        (date(2026, 10, 25), time(2, 30), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),  # comes twice: the first
        (date(2026, 10, 26), time(9, 0), datetime(2026, 10, 26, 8, 0, tzinfo=UTC)),
        (date(2027, 3, 26), time(9, 0), datetime(2027, 3, 26, 8, 0, tzinfo=UTC)),
        (date(2027, 3, 28), time(2, 30), datetime(2027, 3, 28, 1, 30, tzinfo=UTC)),  # is skipped: an hour later
        (date(2027, 3, 29), time(9, 0), datetime(2027, 3, 29, 7, 0, tzinfo=UTC)),
    ],
)
def test_feed__is_right_across_both_clock_changes(
    cast: Cast, case: Casefile, plan: FollowUpPlan, day: date, at: time, utc: datetime
) -> None:
    change(a_checkin(case, plan, by=cast.alice, due_time=at, duration=50), cast, due_on=day)
    address = address_of(cast.alice)
    with time_machine.travel(datetime.combine(day, time(12), tzinfo=UTC), tick=False):
        (event,) = events(address)
    assert event["DTSTART"].dt == utc
    assert event["DTEND"].dt == utc + timedelta(minutes=50)
    assert event["TRANSP"] == "OPAQUE"


def test_feed__a_day_and_a_week_without_an_hour(cast: Cast, case: Casefile, plan: FollowUpPlan) -> None:
    row = a_checkin(case, plan, by=cast.alice, due_on=date(2026, 11, 4))
    address = address_of(cast.alice)
    with time_machine.travel(datetime(2026, 11, 4, 12, tzinfo=UTC), tick=False):
        (event,) = events(address)
        assert (event["DTSTART"].dt, event["DTEND"].dt) == (date(2026, 11, 4), date(2026, 11, 5))
        assert event["TRANSP"] == "TRANSPARENT"
        change(row, cast, within_week=True)
        (event,) = events(address)
        assert (event["DTSTART"].dt, event["DTEND"].dt) == (date(2026, 11, 2), date(2026, 11, 7))


def test_feed__one_appointment_however_often_it_moves(cast: Cast, case: Casefile, plan: FollowUpPlan) -> None:
    row = a_checkin(case, plan, by=cast.alice, due_on=TODAY + timedelta(days=3))
    other = a_checkin(case, plan, by=cast.alice, due_on=TODAY + timedelta(days=40))
    address, asked = address_of(cast.alice), {"by": cast.alice, "asked_by": "PERSON", "reason": "She works that day"}
    first = events(address)[0]
    assert first["SEQUENCE"] == 0
    sequences = [0]
    for days in (4, 5, 6):
        with acting(cast.alice):
            row = reschedule_checkin(
                checkin=row,
                at=AT,
                version=row.version,
                due_on=TODAY + timedelta(days=days),
                **asked,  # type: ignore[arg-type]
            )
        now, beside = events(address)
        assert now["UID"] == first["UID"]
        assert beside["UID"] != first["UID"]
        assert now["DTSTART"].dt == TODAY + timedelta(days=days)
        assert str(now["URL"]).endswith(f"/cases/{case.reference}/check-ins/{row.pk}/")
        sequences.append(now["SEQUENCE"])
    with acting(cast.alice):
        row = cancel_checkin(checkin=row, at=AT, version=row.version, **asked)  # type: ignore[arg-type]
    now = events(address)[0]
    assert (now["UID"], now["STATUS"], now["TRANSP"]) == (first["UID"], "CANCELLED", "TRANSPARENT")
    sequences.append(now["SEQUENCE"])
    assert sequences == sorted(set(sequences))
    assert other.pk


def test_feed__what_was_recorded_stays_and_its_outcome_is_not_told(
    cast: Cast, case: Casefile, plan: FollowUpPlan
) -> None:
    row = a_checkin(case, plan, by=cast.alice)
    address = address_of(cast.alice)
    before = events(address)[0]
    with acting(cast.alice):
        record_checkin(
            checkin=row, by=cast.alice, at=NOW, version=row.version, outcome="MISSED", note="Nobody opened the door"
        )
    (now,) = events(address)
    assert now["STATUS"] == "CONFIRMED"
    assert now["SEQUENCE"] > before["SEQUENCE"]
    assert now["LAST-MODIFIED"].dt == NOW.replace(microsecond=0)
    assert b"issed" not in fetched(address).content


def test_feed__four_weeks_back_and_eight_ahead(cast: Cast, case: Casefile, plan: FollowUpPlan) -> None:
    days = [TODAY + timedelta(days=days) for days in (-36, -20, 0, 55, 56)]
    for day in days:
        a_checkin(case, plan, by=cast.alice, due_on=day)
    assert [event["DTSTART"].dt for event in events(address_of(cast.alice))] == days[1:4]


def test_feed__of_too_much_leaves_out_what_lies_furthest_off(
    cast: Cast, case: Casefile, plan: FollowUpPlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = [TODAY + timedelta(days=days) for days in (-9, -2, 0, 7)]
    for day in days:
        a_checkin(case, plan, by=cast.alice, due_on=day)
    address = address_of(cast.alice)
    for most, shown in ((3, days[1:]), (1, [TODAY])):
        monkeypatch.setattr(calendar, "FEED_MOST", most)
        assert [event["DTSTART"].dt for event in events(address)] == shown


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
    cast.carla.postings.update(ends_on=TODAY)
    assert events(of[cast.carla]) == []  # an empty calendar: a program that got an error would keep what it had


def test_feed__asked_again_is_told_that_nothing_changed(cast: Cast, case: Casefile, plan: FollowUpPlan) -> None:
    row = a_checkin(case, plan, by=cast.alice)
    address = address_of(cast.alice)
    first = fetched(address)
    tag = first.headers["ETag"]
    assert first.headers["Cache-Control"] == "private, no-cache"
    assert "Set-Cookie" not in first.headers
    assert fetched(address).content == first.content
    entries = LedgerEntry.objects.count()
    again = fetched(address, **{"if-none-match": f'"something", W/{tag}'})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag)
    assert again.headers["Cache-Control"] == "private, no-cache"
    head = Client().head(address)
    assert (head.status_code, head.content, head.headers["ETag"]) == (200, b"", tag)
    assert LedgerEntry.objects.count() == entries  # nothing was told
    change(row, cast, version=row.version + 1)
    assert fetched(address, **{"if-none-match": tag}).status_code == 200


def test_feed__asks_no_more_for_more_contacts(cast: Cast, case: Casefile, plan: FollowUpPlan) -> None:
    address = address_of(cast.alice)
    row = a_checkin(case, plan, by=cast.alice)
    asked = {"by": cast.alice, "at": AT, "asked_by": "PERSON", "reason": "She works that day"}
    with acting(cast.alice):
        row = reschedule_checkin(checkin=row, version=row.version, due_on=TODAY + timedelta(days=1), **asked)  # type: ignore[arg-type]
    fetched(address)
    with CaptureQueriesContext(connection) as one:
        fetched(address)
    for days in (2, 3, 4):
        with acting(cast.alice):
            row = reschedule_checkin(checkin=row, version=row.version, due_on=TODAY + timedelta(days=days), **asked)  # type: ignore[arg-type]
        a_checkin(case, plan, by=cast.alice)
    with CaptureQueriesContext(connection) as more:
        assert len(events(address)) == 4
    assert len(more) == len(one)


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
