"""What the clock does of itself: once, whatever happens."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from cases.access.rules import NotAllowed, Refused
from cases.access.services import acting, as_clock
from cases.casefiles.services import move_case
from cases.checkins.models import CheckIn, Rhythm
from cases.checkins.outlook import Outlook
from cases.checkins.selectors import set_aside
from cases.checkins.services import (
    Ticked,
    cancel_checkin,
    clock,
    leave_digests,
    leave_reminders,
    mark_late,
    materialise,
    pause_rhythm,
    record_checkin,
    reschedule_checkin,
    settle,
    tick,
)
from cases.checkins.services.making import Shape, Shapes
from cases.outbox.models import Message
from cases.plans.models import FollowUpPlan
from cities.ledger.models import LedgerEntry
from cities.ledger.rules import Clock
from cities.staff.models import User
from tests.cases.checkins.conftest import DAY, Followed, after
from tests.databases import OwnDatabase
from tests.factories import AT, TODAY, Cast, a_case, a_cast
from tests.factories.checkins import a_checkin, a_rhythm
from tests.factories.plans import a_plan

CLOCK = Clock.CLOCK
WHY: dict[str, Any] = {"asked_by": "PERSON", "reason": "Works that day"}


def plan_is(followed: Followed, state: str, ended_on: date | None = None) -> None:
    with acting(followed.carla):
        FollowUpPlan.objects.filter(pk=followed.plan.pk).update(state=state, ended_on=ended_on)


def close(followed: Followed) -> None:
    with acting(followed.carla):
        version = followed.case.version
        move_case(case=followed.case, by=followed.carla, at=AT, version=version, to="CLOSED", reason="Went well")


def a_tuesday_rhythm(followed: Followed, **fields: Any) -> Rhythm:
    return a_rhythm(followed.case, followed.plan, by=followed.alice, **fields)


# --- Making check-ins ---


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


# --- Settling ---


def test_settle__nothing_goes_on_in_a_closed_case(followed: Followed) -> None:
    rhythm = a_tuesday_rhythm(followed)
    single = a_checkin(followed.case, followed.plan, by=followed.alice, due_on=TODAY + 3 * DAY)
    assert settle(by=CLOCK, at=AT) == 0
    close(followed)
    assert settle(by=CLOCK, at=after(1)) == 9
    ended = followed.fresh(rhythm)
    assert (ended.state, ended.ends_on) == ("ENDED", TODAY + DAY)
    assert {row.moved_because for row in followed.checkins(state="CANCELLED")} == {"ENDED"}
    assert followed.fresh(single).version == 2
    assert settle(by=CLOCK, at=after(1)) == 0
    assert materialise(by=CLOCK, at=after(30)) == 0


def test_settle__nothing_goes_on_after_a_plan_ended(followed: Followed) -> None:
    later = a_tuesday_rhythm(followed, starts_on=TODAY + 30 * DAY, ends_on=TODAY + 400 * DAY)
    plan_is(followed, "ENDED", TODAY + 2 * DAY)
    assert settle(by=CLOCK, at=after(1)) == 0
    assert settle(by=CLOCK, at=after(2)) == 3
    assert (followed.fresh(later).state, followed.fresh(later).ends_on) == ("ENDED", TODAY + 30 * DAY)


def test_settle__a_plan_that_a_newer_one_took_over_goes_on_with_it(followed: Followed) -> None:
    rhythm = a_tuesday_rhythm(followed)
    plan_is(followed, "SUPERSEDED")
    with acting(followed.carla):
        newer = FollowUpPlan.objects.create(
            recorded_at=AT, casefile=followed.case, city_id=followed.case.city_id, number=2, state="AGREED",
            starts_on=TODAY,
        )  # fmt: skip
    assert settle(by=CLOCK, at=after(1)) == 0
    assert materialise(by=CLOCK, at=after(1)) == 1
    with acting(followed.carla):
        FollowUpPlan.objects.filter(pk=newer.pk).update(state="ENDED", ended_on=TODAY)
    assert settle(by=CLOCK, at=after(1)) == 9
    assert followed.fresh(rhythm).state == "ENDED"


def test_settle__what_ended_long_ago_is_found_at_night(followed: Followed) -> None:
    a_tuesday_rhythm(followed)
    close(followed)
    assert settle(by=CLOCK, at=after(15)) == 0
    assert settle(by=CLOCK, at=after(15).replace(hour=3, minute=10)) == 0
    assert settle(by=CLOCK, at=after(15).replace(hour=3, minute=9)) == 8


def test_settle__a_rhythm_whose_last_day_has_come_is_ended(followed: Followed) -> None:
    rhythm = a_tuesday_rhythm(followed, ends_on=TODAY + 3 * DAY)
    assert settle(by=CLOCK, at=after(3)) == 0
    assert followed.fresh(rhythm).state == "ENDED"
    assert followed.days(rhythm) == ["2024-11-05"]  # still to be recorded


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


# --- Several at once ---


def at_once(count: int, act: Callable[[int], object]) -> list[object]:
    """The act in several threads at the same moment. Gives what each came to: its result, or its error."""
    ready, came_to = threading.Barrier(count), [object()] * count

    def one(number: int) -> None:
        try:
            ready.wait()
            came_to[number] = act(number)
        except Exception as error:  # noqa: BLE001 -- handed to the test
            came_to[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return came_to


def test_tick__four_at_once_make_nothing_twice_and_forget_nothing(
    own_database: OwnDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast = a_cast()
    for _ in range(3):
        case = a_case(by=cast.carla, lead=cast.alice)
        plan = a_plan(case, by=cast.alice)
        for weekday in range(5):
            a_rhythm(case, plan, by=cast.alice, weekdays=[weekday], policy="KEEP", starts_on=TODAY + weekday * DAY)
    monkeypatch.setattr(clock, "BATCH", 4)
    with as_clock():
        before = CheckIn.objects.count()
    ticks = at_once(4, lambda _: tick(by=CLOCK, at=after(21)))
    ticks.append(tick(by=CLOCK, at=after(21)))  # whatever was locked by another while they ran
    done = [one for one in ticks if isinstance(one, Ticked)]
    assert len(done) == len(ticks)
    with as_clock():
        assert CheckIn.objects.count() == before + 15 * 3
        assert sum(one.made for one in done) == 15 * 3
        assert CheckIn.objects.values("rhythm", "occurs_on").distinct().count() == CheckIn.objects.count()
        overdue = CheckIn.objects.filter(late_from__lte=TODAY + 21 * DAY)
        assert overdue.count() == overdue.filter(late_at__isnull=False).count() == sum(one.late for one in done)
        assert Message.objects.count() == sum(one.told + one.reminders for one in done)
        assert Message.objects.values("checkin", "kind", "recipient").distinct().count() == Message.objects.count()
        assert set(overdue.values_list("pk", flat=True)) == set(
            Message.objects.filter(kind__in=["LATE", "STEP"]).values_list("checkin_id", flat=True)
        )


def test_record_checkin__of_two_at_once_exactly_one_wins(own_database: OwnDatabase) -> None:
    cast = a_cast()
    case = a_case(by=cast.carla, lead=cast.alice)
    plan = a_plan(case, by=cast.alice)
    users: list[User] = [cast.alice, cast.carla]
    for _ in range(5):
        checkin = a_checkin(case, plan, by=cast.alice)

        def record(number: int, checkin: CheckIn = checkin) -> CheckIn:
            with acting(users[number]):
                outcome = "HELD" if number else "MISSED"
                return record_checkin(checkin=checkin, by=users[number], at=AT, version=1, outcome=outcome)

        came_to = at_once(2, record)
        (won,) = [one for one in came_to if isinstance(one, CheckIn)]
        (lost,) = [one for one in came_to if isinstance(one, Refused)]
        assert lost.code == "recorded"
        assert str(users[came_to.index(won)]) in lost.message
        with acting(cast.carla):
            assert CheckIn.objects.get(pk=checkin.pk).outcome == won.outcome
            assert checkin.notes.count() == 1
