"""The names of what is shown, for the ledger: names of fields, in the compartment they lie in, and in words."""

from __future__ import annotations

from django.utils import translation

from cases.access.selectors import beside, beside_in, by_compartment, fields_in_words, fields_of
from cases.access.services import acting, open_file, open_list
from cases.checkins.models import CheckIn, CheckInNote
from cases.people.models import Person
from cities.ledger.models import LedgerEntry
from cities.roles.permissions import Permission
from cities.roles.rules import Compartment
from tests.factories import AT, Cast, a_case


def test_fields_of__what_is_declared_but_for_bookkeeping() -> None:
    assert fields_of(Person) == [
        "address", "birth_precision", "born_on", "interpreter_needed", "language", "official_name", "phone", "sex",
    ]  # fmt: skip
    assert {"due_on", "outcome", "caseworker"} <= set(fields_of(CheckIn))
    assert not {"id", "recorded_at", "casefile", "version", "reminded_at"} & set(fields_of(CheckIn))
    assert beside(CheckInNote)[0] == "checkinnote.agreed"
    notes = [CheckInNote(), CheckInNote()]
    assert list(beside_in([], notes[:1], (row for row in notes))) == beside(CheckInNote)


def test_by_compartment__the_core_stands_with_what_was_opened_and_care_apart() -> None:
    names = ["due_on", "checkin.place", "person.official_name", "checkinnote.note", "posting.user", "referralfact.text"]
    assert by_compartment(names, kind="checkin", compartment="CORE") == {
        "CORE": ["due_on", "person.official_name", "place", "posting.user"],
        "CARE": ["checkinnote.note"],
        "JUSTICE": ["referralfact.text"],
    }
    assert by_compartment(["person.official_name"], kind="goal", compartment="CARE") == {
        "CARE": ["person.official_name"]
    }
    assert by_compartment([], kind="checkin", compartment="CORE") == {"CORE": []}


def test_in_words__as_a_person_reads_them() -> None:
    told = ["due_on", "outcome", "checkinnote.note", "checkinnote.agreed", "person.sex", "in_words", "nothing.here"]
    with translation.override("en"):
        assert fields_in_words(told, kind="checkin") == (
            "day, outcome, in_words; note of a check-in: note, what was agreed; person: sex; nothing: here"
        )
    assert fields_in_words([], kind="checkin") == ""
    assert fields_in_words(["user", "x"], kind="gone") == "user, x"


def test_open_file__has_an_entry_in_each_compartment_of_what_was_shown(cast: Cast) -> None:
    case = a_case(by=cast.carla, lead=cast.alice)
    before = LedgerEntry.objects.count()
    with acting(cast.alice):
        open_file(
            by=cast.alice, at=AT, case=case, permission=Permission.CASE_READ, compartment=Compartment.CORE, record=case,
            beside=["goal.text"], purpose="cases:my_day",
        )  # fmt: skip
    core, care = LedgerEntry.objects.order_by("id")[before:]
    assert (core.compartment, core.fields) == ("CORE", fields_of(case))
    assert (care.compartment, care.fields, care.purpose) == ("CARE", ["goal.text"], "cases:my_day")
    assert {(one.object_type, tuple(one.object_ids)) for one in (core, care)} == {("casefile", (case.pk,))}


def test_open_list__names_its_columns_when_anything_stood_in_them(cast: Cast) -> None:
    case = a_case(by=cast.carla, lead=cast.alice)
    for rows, names in (([case], ["reference", "stage"]), ([], [])):
        with acting(cast.alice):
            open_list(
                by=cast.alice, at=AT, permission=Permission.CASE_READ, compartment=Compartment.CORE, kind="casefile",
                rows=rows, fields=["stage", "reference"], purpose="cases:case_list",
            )  # fmt: skip
        entry = LedgerEntry.objects.order_by("-id")[0]
        assert (entry.object_ids, entry.fields, entry.purpose) == ([row.pk for row in rows], names, "cases:case_list")
