"""One box: accents, transliterations and typing errors are forgiven; nothing is found that one may not know."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from cases.access.services import acting
from cases.people.selectors import Match, search
from cases.people.services import add_contact, add_name
from cities.staff.models import User
from tests.factories import AT, Cast, a_case, a_person

pytestmark = pytest.mark.django_db


def found(user: User, text: str) -> list[Match]:
    with acting(user):
        return search(user, text, at=AT)


@pytest.mark.parametrize(
    ("name", "typed", "reason"),
    [
        ("Zoë D'Examplé", "zoe d'example", "official name"),
        ("Zoë D'Examplé", "exam", "official name"),
        ("Muhammad Invented", "Mohamed invented", "sounds like it (official name)"),
        ("Yusuf Invented", "Youssouf", "sounds like it (official name)"),
        ("Khadija Fictive", "Chadija", "sounds like it (official name)"),
        ("Nemo Fictional", "Nemo Fictiobal", "spelled nearly like it (official name)"),
        ("Ingeborg Straßenbeispiel", "strassenbeispiel", "official name"),
        ("نور المثال", "المثال", "official name"),
        ("Николай Выдуманный", "николай", "official name"),
        ("Николай Выдуманный", "Nikolaj", "sounds like it (official name)"),
        ("Николай Выдуманный", "Выдумманый", "sounds like it (official name)"),
        ("Nikolai Invented", "Николай", "official name"),
    ],
)
def test_search__forgives(cast: Cast, name: str, typed: str, reason: str) -> None:
    case = a_case(by=cast.carla, lead=cast.alice, name=name)
    assert found(cast.alice, typed) == [Match(case.person, name, case, reason)]
    assert found(cast.bob, typed) == []
    assert found(cast.carlo, typed) == []


def test_search__says_by_which_name(cast: Cast) -> None:
    case = a_case(by=cast.carla, lead=cast.alice, name="Nemo Invented")
    with acting(cast.alice):
        add_name(person=case.person, by=cast.alice, at=AT, kind="ALIAS", name="Captain Fiction")
    [match] = found(cast.alice, "captain")
    assert (match.person, match.name, match.reason) == (case.person, "Captain Fiction", "alias")


def test_search__a_person_once_and_the_likeliest_first(cast: Cast) -> None:
    near = a_case(by=cast.carla, name="Nema Invented", new_person={"official_name": "Nema Invented"})
    same = a_case(by=cast.carla, new_person={"official_name": "Nemo Invented", "aliases": ["Nemo Inventor"]})
    assert [match.person for match in found(cast.carla, "nemo invented")] == [same.person, near.person]


def test_search__a_case_reference(cast: Cast) -> None:
    case = a_case(by=cast.carla, lead=cast.alice)
    [match] = found(cast.alice, f" {case.reference.lower()} ")
    assert (match.casefile, match.reason) == (case, "case reference")
    assert found(cast.bob, case.reference) == found(cast.charlie, case.reference) == []


@pytest.mark.parametrize(
    "typed", ["3/5/1990", "03.05.1990", "1990-05-03", "born 3-5-1990 nemo", "3 mai 1990", "nemo 3 May 1990"]
)
def test_search__a_birth_date(cast: Cast, typed: str) -> None:
    born: dict[str, Any] = {"official_name": "Nemo Born", "born_on": date(1990, 5, 3)}
    a_case(by=cast.carla, new_person={"official_name": "Nemo Bornlater", "born_on": date(1990, 5, 4)})
    case = a_case(by=cast.carla, lead=cast.alice, new_person=born)
    assert [match.casefile for match in found(cast.alice, typed)] == [case]
    assert found(cast.bob, typed) == []


@pytest.mark.parametrize(
    "typed", ["", "  ", "%", "_", "-", "\x00", "31/2/1990", "xqzw", "'; --", "\\", "a" * 1_000_000]
)
def test_search__finds_nobody_for_nothing(cast: Cast, typed: str) -> None:
    a_case(by=cast.carla, lead=cast.alice)
    assert found(cast.alice, typed) == []


def test_search__finds_family_without_a_case_of_their_own(cast: Cast) -> None:
    case = a_case(by=cast.carla, lead=cast.alice)
    with acting(cast.alice):
        add_contact(case=case, by=cast.alice, at=AT, official_name="Mother Example", kind="PARENT")
    [match] = found(cast.alice, "mother")
    assert match.casefile is None
    assert found(cast.bob, "mother") == []


def test_search__the_open_case_before_a_closed_one(cast: Cast) -> None:
    person = a_person(by=cast.carla, official_name="Nemo Twice")
    a_case(by=cast.carla, person=person, stage="CLOSED")
    open_case = a_case(by=cast.carla, person=person)
    [match] = found(cast.carla, "nemo twice")
    assert match.casefile == open_case


def test_search__no_more_than_asked_for(cast: Cast) -> None:
    for number in range(5):
        a_case(by=cast.carla, name=f"Nemo Common{number}")
    with acting(cast.carla):
        assert len(search(cast.carla, "nemo", at=AT, limit=3)) == 3
