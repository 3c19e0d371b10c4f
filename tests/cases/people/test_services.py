"""Acts on the record of a person."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from cases.access.rules import Ground, NotAllowed, OutOfSight, Refused, Stale
from cases.access.services import acting, grant
from cases.people.models import Person, PersonName, Relationship
from cases.people.selectors import names_of, search
from cases.people.services import add_contact, add_name, change_person, end_contact, register_person
from cities.ledger.models import LedgerEntry
from cities.roles.rules import Compartment, Role
from cities.staff.models import User
from tests.cases.conftest import last_entry
from tests.factories import AT, TODAY, Cast, a_case, a_person, posted, posting_of

pytestmark = pytest.mark.django_db


def names(person: Person) -> set[tuple[str, str]]:
    return set(names_of(person).values_list("kind", "name"))


def test_register_person__keeps_what_was_typed(cast: Cast) -> None:
    with acting(cast.carla):
        person = register_person(
            by=cast.carla, at=AT, city=cast.city, official_name="  Zoë \t Invented ", sex="F",
            born_on=date(1995, 3, 1), birth_precision="MONTH", language="Tamazight", interpreter_needed=True,
            phone="+32 470 00 00 00", address="Nowhere 1\r\n1800 Vilvoorde", aliases=["Captain", "captain"],
        )  # fmt: skip
        person.refresh_from_db()
        assert person.official_name == "Zoë Invented"
        assert person.sort_name == "zoe invented"
        assert person.address == "Nowhere 1\n1800 Vilvoorde"
        assert (person.birth_precision, person.recorded_by, person.version) == ("MONTH", cast.carla, 1)
        assert names(person) == {("OFFICIAL", "Zoë Invented"), ("ALIAS", "Captain")}
    entry = last_entry()
    assert (entry.operation, entry.role, entry.city_id) == ("COLLECT", "COORDINATOR", cast.city.pk)
    assert {"names", "official_name", "address"} <= set(entry.fields)
    assert "Zoë" not in str(vars(entry))


def test_register_person__by_who_covers_the_city_alone(cast: Cast) -> None:
    for user in (cast.alice, cast.mayor, cast.charlie, cast.carlo, cast.dana, cast.liaison):
        with acting(user), pytest.raises(NotAllowed):
            register_person(by=user, at=AT, city=cast.city, official_name="Nemo Invented")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"official_name": ""}, "official_name"),
        ({"official_name": "a\x00b"}, "official_name"),
        ({"official_name": "?"}, "official_name"),
        ({"official_name": "x" * 201}, "official_name"),
        ({"sex": "Q"}, "sex"),
        ({"born_on": TODAY + timedelta(days=1)}, "born_on"),
        ({"born_on": date(1800, 1, 1)}, "born_on"),
        ({"birth_precision": "DAY"}, "born_on"),
        ({"birth_precision": "HOUR"}, "birth_precision"),
        ({"language": "x" * 41}, "language"),
        ({"phone": "\x07"}, "phone"),
        ({"address": "x" * 1_000_000}, "address"),
        ({"aliases": ["Captain", "\u202e"]}, "aliases"),
    ],
)
def test_register_person__refuses_beside_the_field(cast: Cast, values: dict[str, Any], field: str) -> None:
    given: dict[str, Any] = {"official_name": "Nemo Invented", **values}
    with acting(cast.carla):
        with pytest.raises(Refused) as caught:
            register_person(by=cast.carla, at=AT, city=cast.city, **given)
        assert caught.value.field == field
        assert not Person.objects.exists()


@pytest.mark.parametrize("name", ["ﷺ" * 200, "ß" * 200, "İ" * 200, "𝔘𝔫𝔦", "é\u0301\u0301", "名前", "a" * 200])
def test_register_person__keeps_odd_unicode_and_finds_it_again(cast: Cast, name: str) -> None:
    with acting(cast.carla):
        person = register_person(by=cast.carla, at=AT, city=cast.city, official_name=name)
        assert [match.person for match in search(cast.carla, name, at=AT)] == [person]


def test_change_person__changes_only_what_it_is_given(cast: Cast) -> None:
    case = a_case(by=cast.carla, lead=cast.alice, new_person={"official_name": "Nemo Invented", "phone": "1"})
    with acting(cast.alice):
        row = change_person(person=case.person, by=cast.alice, at=AT, version=1, language="Dutch", sex="M")
        row.refresh_from_db()
        assert (row.language, row.sex, row.phone, row.version) == ("Dutch", "M", "1", 2)
    entry = last_entry()
    assert entry.fields == ["language", "sex"]
    assert (entry.operation, entry.case_reference, entry.actor) == ("ALTER", case.reference, cast.alice)


def test_change_person__to_what_it_is_changes_nothing(cast: Cast) -> None:
    person = a_person(by=cast.carla, official_name="Nemo Invented", born_on=date(1990, 1, 1))
    entries = LedgerEntry.objects.count()
    with acting(cast.carla):
        same = change_person(
            person=person, by=cast.carla, at=AT, version=1, official_name=" Nemo  Invented", born_on=date(1990, 1, 1)
        )
        assert same.version == 1
    assert LedgerEntry.objects.count() == entries


def test_change_person__refuses_an_older_version(cast: Cast) -> None:
    person = a_person(by=cast.carla)
    with acting(cast.carla):
        change_person(person=person, by=cast.carla, at=AT, version=1, phone="1")
        with pytest.raises(Stale):
            change_person(person=person, by=cast.carla, at=AT, version=1, phone="2")


def test_change_person__keeps_the_former_name(cast: Cast) -> None:
    person = a_person(by=cast.carla, official_name="Nemo Invented")
    with acting(cast.carla):
        for version, name in enumerate(["Nemo Other", "Nemo Invented", "Nemo Other"], start=1):
            change_person(person=person, by=cast.carla, at=AT, version=version, official_name=name)
        assert names(person) == {("OFFICIAL", "Nemo Other"), ("FORMER", "Nemo Invented"), ("FORMER", "Nemo Other")}
        assert [match.name for match in search(cast.carla, "nemo invented", at=AT)] == ["Nemo Invented"]


def test_change_person__the_same_name_written_otherwise_is_no_former_name(cast: Cast) -> None:
    person = a_person(by=cast.carla, official_name="Zoe Invented")
    with acting(cast.carla):
        change_person(person=person, by=cast.carla, at=AT, version=1, official_name="Zoë INVENTED")
        assert names(person) == {("OFFICIAL", "Zoë INVENTED")}


def test_change_person__a_new_birth_date_does_not_keep_the_old_precision(cast: Cast) -> None:
    person = a_person(by=cast.carla, born_on=date(1990, 1, 1), birth_precision="YEAR")
    with acting(cast.carla):
        row = change_person(person=person, by=cast.carla, at=AT, version=1, born_on=date(1991, 2, 3))
        assert row.birth_precision == "DAY"
        row = change_person(person=person, by=cast.carla, at=AT, version=2, born_on=None)
        assert (row.born_on, row.birth_precision) == (None, "UNKNOWN")


def test_change_person__knows_no_other_field(cast: Cast) -> None:
    person = a_person(by=cast.carla)
    with acting(cast.carla), pytest.raises(TypeError, match="city"):
        change_person(person=person, by=cast.carla, at=AT, version=1, city=cast.other_city)


def test_change_person__out_of_sight_for_others(cast: Cast) -> None:
    person = a_case(by=cast.carla, lead=cast.alice).person
    for user in (cast.bob, cast.charlie, cast.carlo, cast.dana, cast.liaison):
        with acting(user), pytest.raises(OutOfSight):
            change_person(person=person, by=user, at=AT, version=1, phone="1")
    with acting(cast.mayor), pytest.raises(NotAllowed):
        change_person(person=person, by=cast.mayor, at=AT, version=1, phone="1")


@pytest.mark.parametrize("kind", ["ALIAS", "FORMER", "CALLED"])
def test_add_name(cast: Cast, kind: str) -> None:
    case = a_case(by=cast.carla, lead=cast.alice)
    with acting(cast.alice):
        add_name(person=case.person, by=cast.alice, at=AT, kind=kind, name="Captain")
        assert (kind, "Captain") in names(case.person)
        with pytest.raises(Refused) as caught:
            add_name(person=case.person, by=cast.alice, at=AT, kind=kind, name="CAPTAIN")
        assert caught.value.code == "known_already"
    assert last_entry().case_reference == case.reference


@pytest.mark.parametrize(
    ("kind", "name", "field"), [("OFFICIAL", "Nemo", "kind"), ("NICK", "Nemo", "kind"), ("ALIAS", "\x00", "name")]
)
def test_add_name__refuses(cast: Cast, kind: str, name: str, field: str) -> None:
    person = a_person(by=cast.carla)
    with acting(cast.carla), pytest.raises(Refused) as caught:
        add_name(person=person, by=cast.carla, at=AT, kind=kind, name=name)
    assert caught.value.field == field


def test_add_name__out_of_sight_for_others(cast: Cast) -> None:
    person = a_case(by=cast.carla, lead=cast.alice).person
    for user in (cast.bob, cast.charlie):
        with acting(user), pytest.raises(OutOfSight):
            add_name(person=person, by=user, at=AT, kind="ALIAS", name="Captain")


def test_add_contact__by_a_caseworker_who_then_sees_him(cast: Cast) -> None:
    case = a_case(by=cast.carla, lead=cast.alice)
    with acting(cast.alice):
        tie = add_contact(
            case=case, by=cast.alice, at=AT, official_name="Mother Invented", kind="PARENT", is_contact=True,
            note="Works at night", sex="F", born_on=date(1970, 1, 1), phone="1",
        )  # fmt: skip
        row = Relationship.objects.get(pk=tie.pk)
        assert (row.person, row.other.official_name, row.note) == (case.person, "Mother Invented", "Works at night")
        assert row.other.city == case.city
        assert PersonName.objects.filter(person=row.other).count() == 1
    entry = last_entry()
    assert (entry.compartment, entry.case_reference) == ("CARE", case.reference)


def test_add_contact__is_care(cast: Cast) -> None:
    case = a_case(by=cast.carla, lead=cast.alice)
    with acting(cast.carla):
        core_only = [Compartment.CORE]
        grant(by=cast.carla, at=AT, case=case, to=posting_of(cast.bob), ground=Ground.TEAM, compartments=core_only)
    for user, error in ((cast.bob, NotAllowed), (cast.mayor, NotAllowed), (cast.charlie, OutOfSight)):
        with acting(user), pytest.raises(error):
            add_contact(case=case, by=user, at=AT, official_name="Mother Invented", kind="PARENT")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"kind": "ENEMY"}, "kind"),
        ({"official_name": " "}, "official_name"),
        ({"note": "x" * 1_000_000}, "note"),
        ({"note": "a\x00"}, "note"),
        ({"born_on": TODAY + timedelta(days=1)}, "born_on"),
        ({"sex": "?"}, "sex"),
    ],
)
def test_add_contact__refuses_beside_the_field(cast: Cast, values: dict[str, Any], field: str) -> None:
    case = a_case(by=cast.carla, lead=cast.alice)
    given: dict[str, Any] = {"official_name": "Mother Invented", "kind": "PARENT", **values}
    with acting(cast.alice):
        with pytest.raises(Refused) as caught:
            add_contact(case=case, by=cast.alice, at=AT, **given)
        assert caught.value.field == field
        assert not Relationship.objects.exists()


def test_end_contact__once_and_not_tomorrow(cast: Cast) -> None:
    case = a_case(by=cast.carla, lead=cast.alice)
    with acting(cast.alice):
        tie = add_contact(case=case, by=cast.alice, at=AT, official_name="Mother Invented", kind="PARENT")
        for ends_on, code in ((TODAY + timedelta(days=1), "future"), (TODAY, ""), (TODAY, "ended")):
            if not code:
                assert end_contact(relationship=tie, by=cast.alice, at=AT, ends_on=ends_on).ends_on == TODAY
                continue
            with pytest.raises(Refused) as caught:
                end_contact(relationship=tie, by=cast.alice, at=AT, ends_on=ends_on)
            assert (caught.value.field, caught.value.code) == ("ends_on", code)


def test_end_contact__out_of_sight_for_others(cast: Cast) -> None:
    case = a_case(by=cast.carla, lead=cast.alice)
    with acting(cast.alice):
        tie = add_contact(case=case, by=cast.alice, at=AT, official_name="Mother Invented", kind="PARENT")
    tie.casefile = case
    for user in (cast.bob, cast.charlie):
        with acting(user), pytest.raises(OutOfSight):
            end_contact(relationship=tie, by=user, at=AT, ends_on=TODAY)


def test_standing_with__a_posting_elsewhere_is_no_standing_here(cast: Cast) -> None:
    """Somebody who is mayor here and caseworker there may know of the person as mayor, and change nothing."""
    person = a_case(by=cast.carla).person
    both: User = cast.charlie
    posted(both, Role.MAYOR, cast.city)
    with acting(both), pytest.raises(NotAllowed):
        change_person(person=person, by=both, at=AT, version=1, phone="1")
