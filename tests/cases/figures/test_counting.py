"""What PostgreSQL counts is what the definition says, for any history, day and knowledge; and only for whoever may."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.access.services import acting
from cases.casefiles.rules import Stage
from cases.figures.selectors import funnel_on, held_on, moved_until
from cases.people.models import Person
from cases.plans.models import FollowUpPlan
from cases.plans.rules import PlanState
from cases.travel.models import TravelStatus
from cases.travel.selectors import status_on
from cities.places.models import City
from cities.roles.rules import Role
from cities.staff.models import User
from tests.cases.figures.histories import CLOSE_DAYS, Assessed, flow, histories, stock
from tests.factories import AT, Cast, a_case, posted

SINCE = date(2014, 1, 1)


class _Undo(Exception):
    pass


@contextmanager
def undone() -> Iterator[None]:
    try:
        with transaction.atomic():
            yield
            raise _Undo
    except _Undo:
        pass


def record(by: User, people: list[list[Assessed]], cities: list[City]) -> None:
    """Write the histories as they are, on behalf of a coordinator."""
    with acting(by):
        persons = Person.objects.bulk_create(
            [
                Person(recorded_at=AT, recorded_by=by, city=cities[0], official_name="Nemo", sort_name="nemo")
                for _ in people
            ]
        )
        for person, history in zip(persons, people, strict=True):
            written: list[TravelStatus] = []
            for row in history:
                status = TravelStatus(
                    recorded_at=AT, recorded_by=by, person=person, city=cities[row.city], value=row.value,
                    situation=row.situation, confidence=row.confidence, source_kind="POLICE", source="An invented card",
                    reliability="B", true_since=row.true_since, known_since=row.known_since, reason="Read again",
                    supersedes=None if row.corrects is None else written[row.corrects],
                )  # fmt: skip
                status.save(force_insert=True)
                written.append(status)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(people=st.lists(histories(), min_size=1, max_size=4), as_of=CLOSE_DAYS, known_on=CLOSE_DAYS)
def test_counting__is_the_definition(cast: Cast, people: list[list[Assessed]], as_of: date, known_on: date) -> None:
    cities = [cast.city, cast.other_city]
    with undone():
        posted(cast.carla, Role.COORDINATOR, cast.other_city)
        record(cast.carla, people, cities)
        with acting(cast.carla):
            each = [status_on(person, on=as_of, known_on=known_on) for person in Person.objects.all()]
        numbers = {city.pk: number for number, city in enumerate(cities)}
        with acting(cast.analyst):
            held = held_on(as_of=as_of, known_on=known_on)
            moved = moved_until(as_of=as_of, known_on=known_on, since=SINCE)
    assert sum(row.people for row in held) == sum(status is not None for status in each)
    assert stock(people, as_of, known_on) == {
        (numbers[row.city_id], row.value, row.situation, row.confidence): row.people for row in held
    }
    assert flow(people, as_of, known_on, SINCE) == {
        (numbers[row.city_id], row.month, row.kind): (row.people, row.by_day) for row in moved
    }


def returned(on: date = date(2024, 1, 10)) -> list[Assessed]:
    return [Assessed(0, "RETURNED", "FTF3", "CONFIRMED", on, on, None)]


@pytest.mark.parametrize("who", ["alice", "charlie", "liaison", "administrator"])
def test_counting__answers_nothing_without_the_national_picture(cast: Cast, who: str) -> None:
    record(cast.carla, [returned()], [cast.city])
    day = AT.date()
    with acting(getattr(cast, who)):
        assert held_on(as_of=day, known_on=day) == []
        assert moved_until(as_of=day, known_on=day, since=SINCE) == []
        assert funnel_on(as_of=day, known_on=day).returned == 0


@pytest.mark.parametrize("who", ["carla", "mayor", "dana", "analyst", "carlo"])
def test_counting__counts_every_city_for_whoever_has_it(cast: Cast, who: str) -> None:
    record(cast.carla, [returned(), returned()], [cast.city])
    with acting(getattr(cast, who)):
        assert [row.people for row in held_on(as_of=AT.date(), known_on=AT.date())] == [2]


def test_counting__lets_no_row_out(cast: Cast) -> None:
    record(cast.carla, [returned()], [cast.city])
    with acting(cast.analyst), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM cases_travelstatus")
        assert cursor.fetchone() == (0,)
        cursor.execute(
            "SELECT proname, proowner::regrole::text FROM pg_proc WHERE proname LIKE 'apparatus\\_%' AND proretset"
        )
        owners = dict(cursor.fetchall())
    assert {owners[f"apparatus_{name}"] for name in ("stock", "flow", "funnel")} == {"apparatus_counter"}


@pytest.mark.parametrize(
    "statement", ["SET ROLE apparatus_counter", "SET ROLE apparatus_keeper", "SELECT apparatus_i_may_count()"]
)
def test_counting__cannot_be_stepped_into(cast: Cast, statement: str) -> None:
    with (
        pytest.raises(DatabaseError, match="permission denied"),
        acting(cast.analyst),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_counting__reads_no_name(cast: Cast) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT has_column_privilege('apparatus_counter', 'cases_person', 'official_name', 'SELECT'), "
            "has_table_privilege('apparatus_counter', 'cases_personname', 'SELECT'), "
            "has_column_privilege('apparatus_counter', 'cases_followupplan', 'summary', 'SELECT')"
        )
        assert cursor.fetchone() == (False, False, False)


def test_funnel__from_returned_to_closed(cast: Cast) -> None:
    """Five came back: one without a case, one closed, one in intake, one whose plan ended, one with a plan in force."""
    record(cast.carla, [returned() for _ in range(5)], [cast.city])
    with acting(cast.carla):
        _nobody, closed, intake, ended, followed = Person.objects.order_by("pk")
    stages = {closed: Stage.CLOSED, intake: Stage.INTAKE, ended: Stage.FOLLOW_UP, followed: Stage.FOLLOW_UP}
    day = AT.date()
    for person, stage in stages.items():
        case = a_case(by=cast.carla, person=person, stage=stage)
        with acting(cast.carla):
            common = {
                "recorded_at": AT,
                "recorded_by": cast.carla,
                "casefile": case,
                "city": cast.city,
                "starts_on": day,
            }
            if person == ended:
                FollowUpPlan.objects.create(number=1, state=PlanState.SUPERSEDED, agreed_on=day, **common)
                FollowUpPlan.objects.create(number=2, state=PlanState.ENDED, agreed_on=day, ended_on=day, **common)
            if person == followed:
                FollowUpPlan.objects.create(number=1, state=PlanState.AGREED, agreed_on=day, **common)
    with acting(cast.analyst):
        funnel = funnel_on(as_of=day, known_on=day)
        before = funnel_on(as_of=date(2024, 2, 1), known_on=day)
    assert (funnel.returned, funnel.open_case, funnel.in_follow_up, funnel.closed, funnel.without_case) == (
        5,
        3,
        1,
        1,
        1,
    )
    assert (before.returned, before.without_case) == (5, 5)
