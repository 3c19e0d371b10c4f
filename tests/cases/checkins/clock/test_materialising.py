"""The clock makes check-ins: each once, whatever happens."""

from __future__ import annotations

from datetime import date

import pytest

from cases.access.services import acting
from cases.checkins.models import Rhythm
from cases.checkins.outlook import Outlook
from cases.checkins.selectors import set_aside
from cases.checkins.services import cancel_checkin, clock, materialise, pause_rhythm, reschedule_checkin
from cases.checkins.services.making import Shape, Shapes
from cities.ledger.models import LedgerEntry
from cities.ledger.rules import Clock
from cities.staff.models import Absence
from tests.cases.checkins.clock.conftest import a_tuesday_rhythm
from tests.cases.checkins.conftest import CLOCK, DAY, WEEK, WHY, Followed, after
from tests.factories import AT, TODAY
from tests.factories.cases import on_the_team


def test_materialise__the_next_one_comes_with_the_horizon(followed: Followed) -> None:
    rhythm = a_tuesday_rhythm(followed)
    assert materialise(by=CLOCK, at=after(0)) == 0
    assert materialise(by=CLOCK, at=after(1)) == 1
    assert materialise(by=CLOCK, at=after(7)) == 0
    made = followed.checkins(rhythm=rhythm)[-1]
    assert (made.due_on, made.recorded_by, made.recorded_at) == (date(2024, 12, 31), None, after(1))
    entry = LedgerEntry.objects.order_by("-id")[0]
    assert (entry.initiator, entry.act, entry.object_ids) == ("clock", "CLOCK_TICK", [made.pk])


def test_materialise__asks_nothing_of_a_rhythm_before_something_is_due(followed: Followed) -> None:
    monthly = a_tuesday_rhythm(followed, frequency="MONTHS", weekdays=[], month_day=1, starts_on=date(2024, 12, 1))
    assert monthly.materialised_until == date(2025, 1, 1)
    assert materialise(by=CLOCK, at=after(1)) == 0
    assert materialise(by=CLOCK, at=after(2)) == 1
    assert followed.fresh(monthly).materialised_until == date(2025, 2, 1)


def test_materialise__after_days_without_a_clock_exactly_what_was_missed(followed: Followed) -> None:
    daily = a_tuesday_rhythm(followed, frequency="DAYS", policy="KEEP")
    every_day = [(TODAY + days * DAY).isoformat() for days in range(200)]
    assert materialise(by=CLOCK, at=after(1)) == 1
    assert materialise(by=CLOCK, at=after(4)) == 3
    assert followed.days(daily) == every_day[:60]
    assert materialise(by=CLOCK, at=after(104)) == 100
    assert followed.days(daily) == every_day[:160]


def test_materialise__nothing_after_the_end_nor_in_a_pause(followed: Followed) -> None:
    ending = a_tuesday_rhythm(followed, ends_on=TODAY + 15 * DAY)
    paused = a_tuesday_rhythm(followed)
    with acting(followed.alice):
        pause_rhythm(rhythm=paused, by=followed.alice, at=AT, version=1, starts_on=TODAY + 60 * DAY, reason="DETENTION")
    assert materialise(by=CLOCK, at=after(60)) == 1
    assert len(followed.days(ending)) == 3
    assert followed.days(paused)[-1] == "2024-12-31"
    assert followed.fresh(ending).materialised_until == date.max


def test_materialise__what_was_done_by_hand_stays(followed: Followed) -> None:
    rhythm = a_tuesday_rhythm(followed)
    cancelled, moved = followed.checkins(rhythm=rhythm)[:2]
    with acting(followed.alice):
        cancel_checkin(checkin=cancelled, by=followed.alice, at=AT, version=1, **WHY)
        reschedule_checkin(checkin=moved, by=followed.alice, at=AT, version=1, due_on=TODAY + 8 * DAY, **WHY)
        Rhythm.objects.filter(pk=rhythm.pk).update(materialised_until=TODAY)
    assert materialise(by=CLOCK, at=AT) == 0
    assert followed.days(rhythm)[:2] == ["2024-11-13", "2024-11-19"]
    assert followed.fresh(rhythm).materialised_until == TODAY + 56 * DAY


def test_materialise__a_rhythm_that_fails_never_stops_the_others(followed: Followed) -> None:
    broken, sound = a_tuesday_rhythm(followed), a_tuesday_rhythm(followed, place="Elsewhere")
    with acting(followed.alice):
        Rhythm.objects.filter(pk=broken.pk).update(weekdays=[9])
    assert materialise(by=CLOCK, at=after(1)) == 1
    assert len(followed.days(sound)) == 9
    aside = followed.fresh(broken)
    assert (aside.set_aside_at, aside.set_aside_error) == (after(1), "ValueError: weekdays")
    with acting(followed.carla):
        assert list(set_aside(followed.carla, at=AT)) == [aside]
    with acting(followed.alice):
        assert not set_aside(followed.alice, at=AT).exists()
    assert materialise(by=CLOCK, at=after(8)) == 1


def test_materialise__what_the_database_refuses_is_set_aside_alone(
    followed: Followed, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused, sound = a_tuesday_rhythm(followed), a_tuesday_rhythm(followed, place="Elsewhere")

    with acting(followed.alice):
        Rhythm.objects.filter(pk=refused.pk).update(tolerance_days=7)
    of = Shapes.of

    def too_long(shapes: Shapes, rhythm: Rhythm, outlook: Outlook) -> Shape:
        found = of(shapes, rhythm, outlook)
        if rhythm.tolerance_days == 7:
            day = rhythm.materialised_until
            return Shape(((day, day, "x" * 11, "PLANNED", None, day, None),), found.next_on)
        return found

    monkeypatch.setattr(Shapes, "of", too_long)
    assert materialise(by=CLOCK, at=after(1)) == 1
    assert len(followed.days(sound)) == 9
    assert followed.fresh(refused).set_aside_error == "DataError"


def test_materialise__batch_after_batch(followed: Followed, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        a_tuesday_rhythm(followed, place=f"Room {number}")
    monkeypatch.setattr(clock, "MAKING_BATCH", 2)
    assert materialise(by=CLOCK, at=after(1)) == 5


def test_materialise__hands_to_a_deputy_who_is_there_herself(followed: Followed, rhythm: Rhythm) -> None:
    bob = followed.cast.bob
    on_the_team(followed.case, bob, by=followed.carla)
    far = TODAY + 8 * WEEK
    Absence.objects.create(user=followed.alice, recorded_at=AT, starts_on=far, ends_on=far + 15 * DAY, deputy=bob)
    Absence.objects.create(user=bob, recorded_at=AT, starts_on=far + WEEK, ends_on=far + WEEK + DAY)
    materialise(by=Clock.CLOCK, at=after(21))
    by_day = {row.occurs_on: row for row in followed.checkins(rhythm=rhythm)}
    stands_in, away = by_day[far], by_day[far + WEEK]
    assert (stands_in.caseworker, stands_in.stands_in_for, stands_in.due_on) == (bob, followed.alice, far)
    assert (away.due_on, away.moved_because) == (far + WEEK + DAY, "ABSENCE")
    assert (away.caseworker, away.stands_in_for) == (bob, followed.alice)
