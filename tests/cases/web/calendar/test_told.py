"""What a calendar feed tells and what it doesn’t, in which words, and at which hour."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from django.test import Client

from cases.access.services import acting
from cases.casefiles.models import Casefile
from cases.checkins.selectors import calendar
from cases.checkins.services import cancel_checkin
from cases.plans.models import FollowUpPlan
from tests.cases.web.calendar.reading import address_of, change, events, fetched, strict
from tests.factories import AT, TODAY, Cast
from tests.factories.checkins import a_checkin

#: What stands in the house about the person and the contact, and may stand in no calendar.
CANARIES = ("Nemo", "Voorbeeld", "Canal", "teacher", "Alice", "Prevention", "works that day", "interpreter")


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
