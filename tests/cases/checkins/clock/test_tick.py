"""What the clock does of itself: what is late, the whole tick, and that nobody else may."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from cases.access.rules import NotAllowed
from cases.access.services import as_clock
from cases.checkins.models import CheckIn
from cases.checkins.services import Ticked, clock, leave_digests, leave_reminders, mark_late, materialise, settle, tick
from cases.outbox.models import Message
from cities.ledger.rules import Clock
from tests.cases.checkins.clock.conftest import a_tuesday_rhythm, close
from tests.cases.checkins.conftest import CLOCK, DAY, Followed, after
from tests.factories import AT, Cast, a_case
from tests.factories.checkins import a_checkin, a_rhythm
from tests.factories.plans import a_plan

# --- Late, and up to the coordinator ---


def test_mark_late__the_working_day_after_the_grace(followed: Followed) -> None:
    friday = a_checkin(followed.case, followed.plan, by=followed.alice, due_on=date(2024, 11, 8))
    patient = a_checkin(followed.case, followed.plan, by=followed.alice, due_on=date(2024, 11, 8), tolerance_days=5)
    assert mark_late(by=CLOCK, at=datetime(2024, 11, 11, 22, 59, tzinfo=UTC)) == 0  # Armistice, a Monday, to the end
    midnight = datetime(2024, 11, 11, 23, 0, tzinfo=UTC)
    assert mark_late(by=CLOCK, at=midnight) == 1
    assert mark_late(by=CLOCK, at=midnight) == 0
    late = followed.fresh(friday)
    assert (late.late_at, late.version) == (midnight, 1)
    assert followed.fresh(patient).late_at is None


# --- The whole tick ---


def test_tick__does_all_and_says_what(followed: Followed) -> None:
    a_tuesday_rhythm(followed)
    assert tick(by=CLOCK, at=AT) == Ticked(told=1)
    assert tick(by=CLOCK, at=after(7)) == Ticked(made=1, late=1, climbed=1, told=3)
    assert tick(by=CLOCK, at=after(7)) == Ticked()
    close(followed)
    assert tick(by=CLOCK, at=after(7)).settled == 9


def test_tick__one_sweep_that_fails_does_not_stop_the_others(
    followed: Followed, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_tuesday_rhythm(followed)

    def fails(*, by: Clock, at: datetime) -> int:
        raise DatabaseError("no")

    monkeypatch.setattr(clock, "settle", fails)
    with pytest.raises(ExceptionGroup) as failed:
        tick(by=CLOCK, at=AT)
    assert [type(error) for error in failed.value.exceptions] == [DatabaseError]
    assert len(followed.messages()) == 1


@pytest.mark.parametrize(
    ("night", "new_day"),
    [
        (datetime(2026, 3, 28, 20, tzinfo=UTC), date(2026, 3, 29)),  # an hour is skipped
        (datetime(2026, 10, 24, 20, tzinfo=UTC), date(2026, 10, 25)),  # an hour comes twice
    ],
)
def test_tick__over_the_nights_in_which_the_clocks_change(cast: Cast, night: datetime, new_day: date) -> None:
    at = night - timedelta(hours=6)
    case = a_case(by=cast.carla, lead=cast.alice, at=at)
    plan = a_plan(case, by=cast.alice, starts_on=new_day - DAY, at=at)
    a_rhythm(
        case, plan, by=cast.alice, at=at, frequency="DAYS", policy="KEEP", starts_on=new_day - DAY, time=time(2, 30)
    )
    tick(by=CLOCK, at=night)
    ticks = [tick(by=CLOCK, at=night + timedelta(minutes=minutes)) for minutes in range(0, 12 * 60, 20)]
    assert sum(one.made for one in ticks) == 1
    with as_clock():
        dues = dict(Message.objects.values_list("about_on", "due_at"))
        assert CheckIn.objects.get(occurs_on=new_day).due_time == time(2, 30)
    assert dues[new_day] == night  # it is early, and was to be told the evening before, at six


def test_clock__acts_are_nobody_elses(followed: Followed) -> None:
    for act in (tick, settle, materialise, mark_late, clock.climb, leave_reminders, leave_digests):
        with pytest.raises(NotAllowed):
            act(by=followed.carla, at=AT)  # type: ignore[arg-type]


def test_clock__reads_no_note_no_plan_and_no_name(followed: Followed) -> None:
    for column, table in (
        ("id", "checkinnote"),
        ("summary", "followupplan"),
        ("id", "person"),
        ("reason", "caseaccess"),
    ):
        with (
            pytest.raises(DatabaseError, match="permission denied"),
            transaction.atomic(),
            as_clock(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"SELECT {column} FROM cases_{table}")  # noqa: S608
    with as_clock(), connection.cursor() as cursor:
        cursor.execute("SELECT state FROM cases_followupplan WHERE id = %s", [followed.plan.pk])
        assert cursor.fetchall() == [("AGREED",)]
