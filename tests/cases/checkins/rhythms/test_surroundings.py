"""What stands around a rhythm: shown before it is arranged, stepped around when it comes up later."""

from __future__ import annotations

import pytest

from cases.access.services import acting
from cases.checkins.models import Rhythm
from cases.checkins.rules import Pattern
from cases.checkins.selectors import preview
from cases.checkins.services import closings, step_around_closings
from cities.agencies.services import add_closing_days, withdraw_closing_days
from cities.ledger.rules import Clock
from cities.staff.models import Absence
from tests.cases.checkins.conftest import DAY, WEEK, Followed, last_entry
from tests.factories import AT, TODAY
from tests.factories.cases import on_the_team
from tests.factories.checkins import a_rhythm


def test_preview__shows_what_moves_and_who_stands_in(followed: Followed) -> None:
    on_the_team(followed.case, followed.cast.bob, by=followed.carla)
    absence = {"user": followed.alice, "recorded_at": AT}
    Absence.objects.create(starts_on=TODAY + WEEK, ends_on=TODAY + WEEK + DAY, deputy=followed.cast.bob, **absence)
    Absence.objects.create(starts_on=TODAY + 2 * WEEK, ends_on=TODAY + 2 * WEEK + DAY, **absence)
    Absence.objects.create(
        starts_on=TODAY + 3 * WEEK, ends_on=TODAY + 3 * WEEK + DAY, deputy=followed.cast.carlo, **absence
    )
    pattern = Pattern(frequency="WEEKS", weekdays=[1], starts_on=TODAY)
    with acting(followed.alice):
        days = preview([pattern], case=followed.case, caseworker=followed.alice, at=AT)
    assert len(days) == 10
    assert days[1].held_by == followed.cast.bob.pk
    assert [(one.due_on, one.because) for one in days[2:4]] == [
        (TODAY + 2 * WEEK + DAY, "ABSENCE"), (TODAY + 3 * WEEK + DAY, "ABSENCE")
    ]  # fmt: skip  # who may not know of the case stands in for nobody


def test_step_around_closings__what_is_planned_there_moves_and_goes_back(followed: Followed, rhythm: Rhythm) -> None:
    keeps = a_rhythm(followed.case, followed.plan, by=followed.alice, policy="KEEP", starts_on=TODAY + DAY)
    before = followed.days(rhythm)
    agency = followed.case.agency
    closing = add_closing_days(
        by=Clock.SETUP, at=AT, agency=agency, starts_on=TODAY + WEEK, ends_on=TODAY + WEEK + 2 * DAY
    )
    elsewhere = add_closing_days(
        by=Clock.SETUP, at=AT, agency=followed.cast.office, starts_on=TODAY + 2 * WEEK, ends_on=TODAY + 3 * WEEK
    )
    assert step_around_closings(by=Clock.CLOCK, at=AT) == 1
    assert step_around_closings(by=Clock.CLOCK, at=AT) == 0
    moved = followed.checkins(rhythm=rhythm, occurs_on=TODAY + WEEK)[0]
    assert (moved.due_on, moved.moved_because) == (TODAY + WEEK + 2 * DAY, "CLOSED")
    assert (TODAY + WEEK).isoformat() in followed.days(keeps)
    entry = last_entry()[0]
    assert (entry.initiator, entry.object_ids) == ("clock", [moved.pk])
    elsewhere.refresh_from_db()
    assert elsewhere.settled_at == AT
    withdraw_closing_days(closing=closing, by=Clock.SETUP, at=AT, version=1)
    assert step_around_closings(by=Clock.CLOCK, at=AT) == 1
    assert followed.days(rhythm) == before


def test_step_around_closings__some_at_a_time(followed: Followed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(closings, "BATCH", 2)
    rhythms = [a_rhythm(followed.case, followed.plan, by=followed.alice, place=f"Desk {number}") for number in range(5)]
    add_closing_days(
        by=Clock.SETUP, at=AT, agency=followed.case.agency, starts_on=TODAY + WEEK, ends_on=TODAY + WEEK + DAY
    )
    assert step_around_closings(by=Clock.CLOCK, at=AT) == 5
    for rhythm in rhythms:
        assert (TODAY + WEEK + DAY).isoformat() in followed.days(rhythm)
