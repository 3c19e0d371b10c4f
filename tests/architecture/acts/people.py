"""Acts on the record of a person."""

from functools import partial

from cases.access.services import acting
from cases.people.services import add_contact, add_name, change_person, end_contact, register_person
from tests.architecture.acts import Scene, scene_of
from tests.factories import AT, TODAY, Cast, a_case


@scene_of(register_person)
def _(cast: Cast) -> Scene:
    act = partial(
        register_person, by=cast.carla, at=AT, city=cast.city, official_name="Nemo Invented", aliases=["Captain"]
    )
    return Scene(cast.carla, act)


@scene_of(change_person)
def _(cast: Cast) -> Scene:
    person = a_case(by=cast.carla, lead=cast.alice).person
    return Scene(
        cast.alice, partial(change_person, person=person, by=cast.alice, at=AT, version=1, official_name="Nemo Other")
    )


@scene_of(add_name)
def _(cast: Cast) -> Scene:
    person = a_case(by=cast.carla, lead=cast.alice).person
    return Scene(cast.alice, partial(add_name, person=person, by=cast.alice, at=AT, kind="ALIAS", name="Captain"))


@scene_of(add_contact)
def _(cast: Cast) -> Scene:
    case = a_case(by=cast.carla, lead=cast.alice)
    act = partial(add_contact, case=case, by=cast.alice, at=AT, official_name="Mother Invented", kind="PARENT")
    return Scene(cast.alice, act)


@scene_of(end_contact)
def _(cast: Cast) -> Scene:
    case = a_case(by=cast.carla, lead=cast.alice)
    with acting(cast.alice):
        tie = add_contact(case=case, by=cast.alice, at=AT, official_name="Mother Invented", kind="PARENT")
    return Scene(cast.alice, partial(end_contact, relationship=tie, by=cast.alice, at=AT, ends_on=TODAY))
