"""Each quarter the clock dates, tells and lapses grants: each once."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.core import mail
from django.db import connections

from cases.access.models import CaseAccess
from cases.access.rules import Ground
from cases.access.selectors import team_of
from cases.access.services import acting, as_clock
from cases.casefiles.models import Casefile
from cases.outbox.models import Message
from cases.outbox.services import send_due
from cases.recertification import services
from cases.recertification.services import Tended
from cities.ledger.rules import Clock
from cities.places.models import CitySettings
from cities.records import as_set_up
from cities.staff.models import Posting
from tests.cases.recertification.conftest import DAY, grants_of, services_grant, tend
from tests.databases import OwnDatabase
from tests.factories import AT, TODAY, Cast, a_case, a_cast


def test_clock__dates_tells_and_lapses_each_once(cast: Cast, case: Casefile) -> None:
    assert [row.confirm_by for row in grants_of(cast.bob, case, cast.carla)] == [TODAY + 92 * DAY] * 2
    assert tend(1) == Tended()
    assert tend(77) == Tended()
    assert tend(78).told == 4
    assert tend(79) == Tended()
    assert tend(92) == Tended()
    assert tend(93).lapsed == 4
    assert tend(94) == Tended()
    assert {row.ended_because for row in grants_of(cast.bob, case, cast.carla)} == {"LAPSED"}
    with acting(cast.carla):
        assert not team_of(case, at=AT + 94 * DAY).exists()


def test_clock__that_was_down_tells_first_and_waits_a_fortnight(cast: Cast, case: Casefile) -> None:
    assert tend(400) == Tended(told=4)
    assert tend(414) == Tended()
    assert tend(415) == Tended(lapsed=4)


def test_clock__tells_those_who_answer_for_the_city_in_one_message_without_names(cast: Cast, case: Casefile) -> None:
    other = a_case(by=cast.carla, lead=cast.alice)
    tend()
    tend(80)
    mail.outbox.clear()
    send_due(by=Clock.CLOCK, at=AT + 80 * DAY)
    [message] = mail.outbox
    assert message.to == [cast.carla.email]
    for word in (case.reference, other.reference):
        assert word in message.body
    for name in ("Alice", "Bob", "Nemo"):
        assert name not in message.body


def test_clock__tells_the_officer_where_there_is_no_coordinator(cast: Cast, case: Casefile) -> None:
    with as_set_up():
        Posting.objects.filter(user=cast.carla).update(ends_on=TODAY + DAY)
    tend(80)
    with as_clock():
        assert {row.recipient_id for row in Message.objects.filter(kind="CONFIRM")} == {cast.dana.pk}


def test_clock__keeps_to_the_days_of_the_city(cast: Cast) -> None:
    CitySettings.objects.create(recorded_at=AT, city=cast.city, confirm_days=30)
    case = a_case(by=cast.carla, lead=cast.alice)
    tend()
    assert grants_of(cast.alice, case, cast.carla)[0].confirm_by == TODAY + 30 * DAY


def test_clock__leaves_out_what_is_short_by_nature(cast: Cast) -> None:
    case = a_case(by=cast.carla)
    with acting(cast.carla):
        services_grant(case, cast.bob, cast.carla, Ground.DEPUTY)
    assert tend() == Tended()


def test_clock__one_sweep_that_fails_keeps_no_other_from_its_work(
    cast: Cast, case: Casefile, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_given: Any) -> int:
        raise RuntimeError("broken")

    monkeypatch.setattr(services, "date_grants", broken)
    with pytest.raises(ExceptionGroup):
        tend(80)
    with as_clock():
        assert CaseAccess.grants.filter(notice_on__isnull=False).count() == 4


def test_clock__in_batches(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "BATCH", 1)
    a_case(by=cast.carla, lead=cast.alice, team=(cast.bob,))
    assert tend().dated == 4
    assert tend(80).told == 4


def test_two_clocks__do_each_thing_once(own_database: OwnDatabase) -> None:
    cast = a_cast()
    case = a_case(by=cast.carla, lead=cast.alice, team=(cast.bob,))
    together, done = threading.Barrier(2), []

    def run(days: int) -> None:
        try:
            together.wait()
            done.append(tend(days))
        finally:
            connections.close_all()

    for days in (0, 80, 95):
        clocks = [threading.Thread(target=run, args=(days,)) for _clock in range(2)]
        for clock in clocks:
            clock.start()
        for clock in clocks:
            clock.join()
    assert sum(one.dated for one in done) == 4
    assert sum(one.told for one in done) == 4
    assert sum(one.lapsed for one in done) == 4
    with as_clock():
        assert Message.objects.filter(kind="CONFIRM").count() == 1
    assert {row.ended_because for row in grants_of(cast.bob, case, cast.carla)} == {"LAPSED"}
