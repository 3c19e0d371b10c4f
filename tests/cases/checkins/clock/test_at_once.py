"""Several at once: nothing is made twice, nothing is forgotten, one of two wins."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from cases.access.rules import Refused
from cases.access.services import acting, as_clock
from cases.checkins.models import CheckIn
from cases.checkins.services import Ticked, clock, record_checkin, tick
from cases.outbox.models import Message
from cities.staff.models import User
from tests.cases.checkins.conftest import CLOCK, DAY, after
from tests.databases import OwnDatabase
from tests.factories import AT, TODAY, a_case, a_cast
from tests.factories.checkins import a_checkin, a_rhythm
from tests.factories.plans import a_plan


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
