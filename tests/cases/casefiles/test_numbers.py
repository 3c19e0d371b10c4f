"""Case numbers: none twice, none skipped, for each city and year, however many cases are opened at once."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction

from cases.access.rules import Refused
from cases.access.services import acting
from cases.casefiles.models import Casefile, CaseNumber
from cases.casefiles.services import open_case
from cases.people.models import Person
from cities.places.models import City
from cities.staff.models import User
from tests.databases import OwnDatabase
from tests.factories import AT, TODAY, Cast, a_case, a_cast, a_person, an_agency

AT_ONCE = 4
EACH = 6


class ChangedHerMind(Exception):
    """Takes an act back after it was done."""


def test_numbers__without_gaps_when_opened_at_once(own_database: OwnDatabase) -> None:
    """Threads with connections of their own open cases in two cities; every third one takes it back again."""
    cast = a_cast()
    agencies = {city.pk: an_agency(city) for city in (cast.city, cast.other_city)}
    start = threading.Barrier(2 * AT_ONCE)
    failures: list[BaseException] = []

    def work(by: User, city: City, worker: int) -> None:
        try:
            start.wait(timeout=60)
            for number in range(EACH):
                try:
                    with acting(by):
                        open_case(
                            by=by, at=AT, city=city, ground="LIVC", agency=agencies[city.pk], next_step="Telephone",
                            new_person={"official_name": f"Nemo Number{worker} {number}"}, next_step_on=TODAY,
                        )  # fmt: skip
                        if number % 3 == 2:
                            raise ChangedHerMind
                except ChangedHerMind:
                    pass
        except BaseException as error:  # noqa: BLE001 -- shown by the test, not lost in a thread
            failures.append(error)
        finally:
            connection.close()

    threads = [
        threading.Thread(target=work, args=(by, city, worker))
        for by, city in ((cast.carla, cast.city), (cast.carlo, cast.other_city))
        for worker in range(AT_ONCE)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    kept = AT_ONCE * (EACH - EACH // 3)
    for by, city in ((cast.carla, cast.city), (cast.carlo, cast.other_city)):
        with acting(by):
            numbers = sorted(Casefile.objects.filter(city=city).values_list("number", flat=True))
            assert numbers == list(range(1, kept + 1))
            assert CaseNumber.objects.get(city=city).last == kept


def test_one_person__opened_twice_at_once_has_one_case(own_database: OwnDatabase) -> None:
    cast = a_cast()
    agency = an_agency(cast.city)
    person = a_person(by=cast.carla)
    start = threading.Barrier(AT_ONCE)
    outcomes: Counter[str] = Counter()

    def work() -> None:
        try:
            start.wait(timeout=60)
            with acting(cast.carla):
                open_case(
                    by=cast.carla, at=AT, city=cast.city, person=Person.objects.get(pk=person.pk), ground="LIVC",
                    agency=agency, next_step="Telephone", next_step_on=TODAY,
                )  # fmt: skip
            outcomes["opened"] += 1
        except Refused as refused:
            outcomes[refused.code] += 1
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes == {"opened": 1, "open_case": AT_ONCE - 1}
    with acting(cast.carla):
        assert [case.number for case in Casefile.objects.all()] == [1]


@pytest.mark.django_db
def test_numbers__begin_anew_with_the_year_of_brussels(cast: Cast) -> None:
    """Half past eleven in the evening of 31 December in London is the new year in Brussels."""
    eve = datetime(2023, 12, 31, 22, 30, tzinfo=ZoneInfo("UTC"))
    new_year = datetime(2023, 12, 31, 23, 30, tzinfo=ZoneInfo("UTC"))
    references = [
        a_case(by=cast.carla, at=moment).reference
        for moment in (eve, eve + timedelta(minutes=1), new_year, new_year + timedelta(minutes=1))
    ]
    assert references == ["VIL-2023-0001", "VIL-2023-0002", "VIL-2024-0001", "VIL-2024-0002"]


@pytest.mark.django_db
def test_numbers__of_a_case_that_was_refused_are_given_again(cast: Cast) -> None:
    a_case(by=cast.carla)
    with acting(cast.carla), pytest.raises(Refused), transaction.atomic():
        open_case(
            by=cast.carla, at=AT, city=cast.city, new_person={"official_name": "Nemo Invented"}, ground="LIVC",
            agency=an_agency(cast.city), next_step="Telephone", next_step_on=TODAY, owner=cast.bob,
        )  # fmt: skip
    assert a_case(by=cast.carla).number == 2
