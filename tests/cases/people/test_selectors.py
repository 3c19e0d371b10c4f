"""Whom somebody may know of, and who is around."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from cases.access.rules import OutOfSight
from cases.access.services import acting
from cases.casefiles.services import open_case
from cases.people.models import Person, PersonName
from cases.people.selectors import case_about, contacts_of, names_of, people_for, person_for
from cases.people.services import add_contact, add_name, change_person, end_contact
from cities.roles.rules import Role
from tests.factories import AT, TODAY, Cast, a_case, a_person, an_agency, posted

pytestmark = pytest.mark.django_db


def test_people_for__the_team_the_cell_and_nobody_else(cast: Cast) -> None:
    case = a_case(by=cast.carla, lead=cast.alice)
    for user in cast.everybody():
        with acting(user):
            sees = user in (cast.alice, cast.carla, cast.mayor)
            assert list(people_for(user, at=AT)) == ([case.person] if sees else [])


def test_people_for__in_the_order_of_names(cast: Cast) -> None:
    names = ["Zed Invented", "élan Invented", "Eden Invented"]
    for name in names:
        a_person(by=cast.carla, official_name=name)
    with acting(cast.carla):
        assert [str(person) for person in people_for(cast.carla, at=AT)] == [names[2], names[1], names[0]]


def test_people_for__family_is_care(cast: Cast) -> None:
    case = a_case(by=cast.carla, lead=cast.alice)
    with acting(cast.alice):
        tie = add_contact(case=case, by=cast.alice, at=AT, official_name="Mother Invented", kind="PARENT")
        assert tie.other in people_for(cast.alice, at=AT)
        assert case_about(tie.other, cast.alice, at=AT) == case
    with acting(cast.charlie):
        assert not people_for(cast.charlie, at=AT).exists()
    with acting(cast.mayor):  # he knows of the case, not of its care: also not that there is a mother
        assert list(people_for(cast.mayor, at=AT)) == [case.person] == list(Person.objects.all())
        assert list(PersonName.objects.values_list("person", flat=True)) == [case.person_id]


def test_people_for__a_person_followed_elsewhere_than_registered(cast: Cast) -> None:
    """Registered in one city, followed in another: the cells of both may know of him, each of its own case."""
    person = a_person(by=cast.carla)
    posted(cast.carla, Role.COORDINATOR, cast.other_city)
    with acting(cast.carla):
        case = open_case(
            by=cast.carla, at=AT, city=cast.other_city, person=person, ground="LIVC", agency=an_agency(),
            next_step="Make an appointment", next_step_on=TODAY,
        )  # fmt: skip
    with acting(cast.carlo):
        assert list(people_for(cast.carlo, at=AT)) == [person]
        assert case_about(person, cast.carlo, at=AT) == case
        add_name(person=person, by=cast.carlo, at=AT, kind="ALIAS", name="Captain")
        assert names_of(person).filter(name="Captain").exists()
    with acting(cast.charlie):
        assert not people_for(cast.charlie, at=AT).exists()


def test_person_for__is_out_of_sight_alike_for_hidden_and_for_never_was(cast: Cast) -> None:
    person = a_case(by=cast.carla, lead=cast.alice).person
    with acting(cast.alice):
        assert person_for(cast.alice, person.pk, at=AT) == person
    for user in (cast.bob, cast.charlie):
        for pk in (person.pk, 10**12):
            with acting(user), pytest.raises(OutOfSight):
                person_for(user, pk, at=AT)


def test_names_of__the_official_one_first(cast: Cast) -> None:
    person = a_person(by=cast.carla, official_name="Yann Invented", aliases=["Captain", "Admiral"])
    with acting(cast.carla):
        add_name(person=person, by=cast.carla, at=AT, kind="CALLED", name="Yann")
        change_person(person=person, by=cast.carla, at=AT, version=1, official_name="Zed Invented")
        assert [(name.kind, name.name) for name in names_of(person)] == [
            ("OFFICIAL", "Zed Invented"),
            ("ALIAS", "Admiral"),
            ("ALIAS", "Captain"),
            ("CALLED", "Yann"),
            ("FORMER", "Yann Invented"),
        ]


def test_contacts_of__those_to_be_contacted_first_and_only_those_of_today(cast: Cast) -> None:
    case = a_case(by=cast.carla, lead=cast.alice)
    with acting(cast.alice):
        add: dict[str, Any] = {"case": case, "by": cast.alice, "at": AT}
        friend = add_contact(**add, official_name="Amy Invented", kind="FRIEND")
        mother = add_contact(**add, official_name="Zoe Invented", kind="PARENT", is_contact=True)
        gone = add_contact(**add, official_name="Gone Invented", kind="PARTNER")
        end_contact(relationship=gone, by=cast.alice, at=AT, ends_on=TODAY)
        assert list(contacts_of(case, cast.alice, at=AT)) == [mother, friend]
    with acting(cast.carla):
        assert gone in contacts_of(case, cast.carla, at=AT - timedelta(days=1))
    for user in (cast.mayor, cast.bob, cast.charlie, cast.liaison):
        with acting(user):
            assert not contacts_of(case, user, at=AT).exists()


def test_case_about__the_open_case_first_then_the_newest(cast: Cast) -> None:
    person = a_person(by=cast.carla)
    with acting(cast.carla):
        assert case_about(person, cast.carla, at=AT) is None
    old = a_case(by=cast.carla, person=person, stage="CLOSED")
    with acting(cast.carla):
        assert case_about(person, cast.carla, at=AT) == old
    new = a_case(by=cast.carla, person=person)
    with acting(cast.carla):
        assert case_about(person, cast.carla, at=AT) == new
