"""One contact of a rhythm, changed by hand or held sooner than its day."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import pytest

from cases.access.rules import Stale
from cases.access.services import acting
from cases.checkins.models import Rhythm
from cases.checkins.services import change_checkin, record_checkin, reschedule_checkin
from tests.cases.checkins.conftest import DAY, WEEK, Followed, after
from tests.factories import AT, TODAY
from tests.factories.cases import on_the_team
from tests.factories.checkins import a_rhythm
from tests.refusals import refusal


def test_change_checkin__this_one_alone(followed: Followed, rhythm: Rhythm) -> None:
    first, second = followed.checkins(rhythm=rhythm)[:2]
    on_the_team(followed.case, followed.cast.bob, by=followed.carla)
    said: dict[str, Any] = {
        "kind": "VIDEO", "due_time": time(9, 30), "duration": 30, "place": "", "caseworker": followed.cast.bob,
        "second": followed.alice, "who_else": "her teacher", "with_interpreter": True, "is_critical": True,
    }  # fmt: skip
    with acting(followed.alice):
        row = change_checkin(checkin=first, by=followed.alice, at=AT, version=1, **said)
        assert change_checkin(checkin=first, by=followed.alice, at=AT, version=2, **said).version == 2  # nothing new
    assert {name: getattr(row, name) for name in said} == said
    assert (row.by_hand, row.due_on, followed.fresh(second).kind) == (True, first.due_on, "OFFICE")
    with acting(followed.alice), pytest.raises(Stale):
        change_checkin(checkin=first, by=followed.alice, at=AT, version=1, **said)
    with acting(followed.alice):
        moved = reschedule_checkin(
            checkin=row, by=followed.alice, at=AT, version=2, due_on=TODAY + DAY, asked_by="US", reason="Fully booked"
        )
    same = ("second", "who_else", "with_interpreter", "is_critical", "kind", "caseworker")
    assert [getattr(moved, name) for name in same] == [getattr(row, name) for name in same]


def test_record_checkin__as_many_working_days_sooner_as_was_agreed(followed: Followed) -> None:
    sooner = a_rhythm(followed.case, followed.plan, by=followed.alice, early_days=2, starts_on=TODAY + DAY)
    within = a_rhythm(followed.case, followed.plan, by=followed.alice, within_week=True, weekdays=[4])
    first, later = followed.checkins(rhythm=sooner)[:2]
    friday = followed.checkins(rhythm=within)[0]
    assert (first.due_on, first.early_from) == (TODAY + WEEK, TODAY + 2 * DAY)  # Monday is Armistice Day
    assert friday.early_from == TODAY - DAY
    assert friday.late_from == date(2024, 11, 12)
    with acting(followed.alice):
        record_checkin(checkin=friday, by=followed.alice, at=AT, version=1, outcome="HELD", held_on=TODAY)
        said: dict[str, Any] = {"by": followed.alice, "version": 1, "outcome": "HELD"}
        assert refusal(lambda: record_checkin(checkin=first, at=AT, **said)) == ("", "future")
        day = first.early_from
        assert day is not None
        record_checkin(checkin=first, at=after((day - TODAY).days), held_on=day, **said)
        assert refusal(lambda: record_checkin(checkin=later, at=after(4), **said)) == ("", "future")
