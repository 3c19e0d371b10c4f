"""Acts on the history of travel status: appended, corrected once, never edited."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection

from cases.access.rules import NotAllowed, OutOfSight, Refused
from cases.access.services import acting
from cases.travel.models import TravelStatus
from cases.travel.services import correct_status, record_status
from cities.ledger.models import LedgerEntry
from tests.databases import OwnDatabase
from tests.factories import AT, TODAY, Cast, a_case, a_cast, a_person
from tests.refusals import refusal

LEFT: dict[str, Any] = {
    "value": "LEFT", "situation": "FTF2", "confidence": "PRESUMED", "source_kind": "FAMILY", "source": "Her mother",
    "reliability": "B", "true_since": date(2015, 3, 1), "known_since": date(2015, 4, 1),
}  # fmt: skip


@pytest.mark.django_db
def test_record_status__appends(cast: Cast) -> None:
    case = a_case(by=cast.carla, lead=cast.alice)
    with acting(cast.alice):
        row = record_status(person=case.person, by=cast.alice, at=AT, **LEFT)
        row.refresh_from_db()
        assert {name: getattr(row, name) for name in LEFT} == LEFT
        assert (row.recorded_by, row.recorded_at, row.city, row.supersedes) == (cast.alice, AT, cast.city, None)
    entry = LedgerEntry.objects.order_by("id").reverse()[0]
    assert (entry.operation, entry.case_reference, entry.object_ids) == ("COLLECT", case.reference, [row.pk])


@pytest.mark.django_db
def test_record_status__is_known_since_today_when_nothing_is_said(cast: Cast) -> None:
    person = a_person(by=cast.carla)
    with acting(cast.carla):
        row = record_status(person=person, by=cast.carla, at=AT, **{**LEFT, "known_since": None})
        assert row.known_since == TODAY


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"value": "", "situation": ""}, ("value", "required")),
        ({"value": "RETURNED"}, ("situation", "fit")),
        ({"true_since": TODAY + timedelta(days=1)}, ("true_since", "future")),
        ({"true_since": date(1994, 12, 31)}, ("true_since", "before_birth")),
        ({"known_since": date(2015, 2, 1)}, ("known_since", "before_true")),
        ({"source": "\x00"}, ("source", "characters")),
    ],
)
def test_record_status__refuses_beside_the_field(cast: Cast, values: dict[str, Any], expected: tuple[str, str]) -> None:
    person = a_person(by=cast.carla, born_on=date(1995, 6, 15), birth_precision="YEAR")
    with acting(cast.carla):
        assert refusal(record_status, person=person, by=cast.carla, at=AT, **{**LEFT, **values}) == expected
        assert not TravelStatus.objects.exists()


@pytest.mark.django_db
def test_record_status__refuses_a_return_before_the_departure(cast: Cast) -> None:
    person = a_person(by=cast.carla)
    act: dict[str, Any] = {"person": person, "by": cast.carla, "at": AT}
    back: dict[str, Any] = {**LEFT, "value": "RETURNED", "situation": "FTF3"}
    with acting(cast.carla):
        record_status(**act, **LEFT)
        early: dict[str, Any] = {**back, "true_since": date(2015, 2, 28)}
        assert refusal(record_status, **act, **early) == ("true_since", "before_departure")
        assert record_status(**act, **back).value == "RETURNED"


@pytest.mark.django_db
def test_record_status__refuses_the_same_twice(cast: Cast) -> None:
    person = a_person(by=cast.carla)
    act: dict[str, Any] = {"person": person, "by": cast.carla, "at": AT, **LEFT}
    with acting(cast.carla):
        record_status(**act)
        assert refusal(record_status, **act) == ("", "known_already")


@pytest.mark.django_db
def test_record_status__renews_indications_with_a_reason(cast: Cast) -> None:
    person = a_person(by=cast.carla)
    act: dict[str, Any] = {"person": person, "by": cast.carla, "at": AT}
    heard: dict[str, Any] = {**LEFT, "value": "", "situation": "IND", "confidence": "INDICATED"}
    again: dict[str, Any] = {**heard, "true_since": date(2015, 8, 1), "known_since": date(2015, 8, 1)}
    with acting(cast.carla):
        record_status(**act, **heard)
        assert refusal(record_status, **act, **again) == ("reason", "required")
        assert record_status(**act, **again, reason="Said so again at school").situation == "IND"


@pytest.mark.django_db
def test_record_status__out_of_sight_for_others(cast: Cast) -> None:
    person = a_case(by=cast.carla, lead=cast.alice).person
    for user in (cast.bob, cast.charlie, cast.carlo, cast.liaison, cast.dana):
        with acting(user), pytest.raises(OutOfSight):
            record_status(person=person, by=user, at=AT, **LEFT)
    with acting(cast.mayor), pytest.raises(NotAllowed):
        record_status(person=person, by=cast.mayor, at=AT, **LEFT)


@pytest.mark.django_db
def test_correct_status__supersedes_and_says_why(cast: Cast) -> None:
    person = a_case(by=cast.carla, lead=cast.alice).person
    with acting(cast.alice):
        act: dict[str, Any] = {"by": cast.alice, "at": AT}
        wrong = record_status(person=person, **act, **LEFT)
        right: dict[str, Any] = {**LEFT, "value": "IN_ZONE", "situation": "FTF1", "known_since": date(2015, 5, 1)}
        assert refusal(correct_status, status=wrong, **act, **right, reason=" ") == ("reason", "required")
        early: dict[str, Any] = {**right, "known_since": date(2015, 3, 15)}
        assert refusal(correct_status, status=wrong, **act, **early, reason="A letter") == (
            "known_since",
            "before_corrected",
        )
        row = correct_status(status=wrong, **act, **right, reason="A letter came")
        assert (row.supersedes, row.reason) == (wrong, "A letter came")
        assert TravelStatus.objects.count() == 2
        assert refusal(correct_status, status=wrong, **act, **right, reason="A letter came") == ("", "superseded")
        back_again: dict[str, Any] = {**LEFT, "known_since": None}
        assert correct_status(status=row, **act, **back_again, reason="The letter was not hers").supersedes == row
    entry = LedgerEntry.objects.order_by("id").reverse()[0]
    assert entry.operation == "ALTER"


@pytest.mark.django_db
def test_correct_status__moves_no_departure_after_its_return(cast: Cast) -> None:
    person = a_person(by=cast.carla)
    act: dict[str, Any] = {"by": cast.carla, "at": AT}
    with acting(cast.carla):
        left = record_status(person=person, **act, **LEFT)
        back: dict[str, Any] = {
            **LEFT,
            "value": "RETURNED",
            "situation": "FTF3",
            "true_since": date(2015, 6, 1),
            "known_since": None,
        }
        record_status(person=person, **act, **back)
        later: dict[str, Any] = {**LEFT, "true_since": date(2015, 7, 1), "known_since": None, "reason": "He left later"}
        assert refusal(correct_status, status=left, **act, **later) == ("true_since", "after_return")


@pytest.mark.django_db
def test_correct_status__out_of_sight_for_others(cast: Cast) -> None:
    person = a_case(by=cast.carla, lead=cast.alice).person
    with acting(cast.alice):
        status = record_status(person=person, by=cast.alice, at=AT, **LEFT)
    for user in (cast.bob, cast.charlie, cast.carlo, cast.liaison, cast.dana):
        with acting(user), pytest.raises(OutOfSight):
            correct_status(status=status, by=user, at=AT, **LEFT, reason="No")
    with acting(cast.mayor), pytest.raises(NotAllowed):
        correct_status(status=status, by=cast.mayor, at=AT, **LEFT, reason="No")


def test_correct_status__a_double_click_writes_one(own_database: OwnDatabase) -> None:
    """Two requests at once, each with a connection of its own: one corrects, the other is told."""
    cast = a_cast()
    person = a_person(by=cast.carla)
    with acting(cast.carla):
        status = record_status(person=person, by=cast.carla, at=AT, **LEFT)
    outcomes: list[str] = []
    together = threading.Barrier(2)

    def click() -> None:
        try:
            with acting(cast.carla):
                mine = TravelStatus.objects.select_related("person").get(pk=status.pk)
                together.wait(timeout=20)
                correct_status(
                    status=mine, by=cast.carla, at=AT, **{**LEFT, "known_since": None}, reason="Clicked twice"
                )
            outcomes.append("done")
        except Refused as refused:
            outcomes.append(refused.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=click) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["done", "superseded"]
    with acting(cast.carla):
        assert TravelStatus.objects.count() == 2
