"""People: who they are, by which names, and who is around them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases.access.services import open_list
from cases.api.base import CaseDoor
from cases.api.naming import names_in
from cases.api.versions import OfAVersion, tag_of
from cases.api.words import PersonName
from cases.casefiles.selectors import cases_for
from cases.people.models import Person, Relationship
from cases.people.rules import LONGEST_NAME, BirthPrecision, NameKind, RelationshipKind, Sex
from cases.people.selectors import Match, contacts_of, listed_people, names_of, person_for, search, standing_with
from cases.people.services import add_contact, add_name, change_person, end_contact
from cities.api.base import PageQuery, Shape
from cities.api.described import described, paged
from cities.refusals import LONGEST_TEXT
from cities.roles.permissions import Permission
from cities.roles.rules import Compartment


class PersonShape(Shape):
    """A person, as in a list."""

    id = serializers.IntegerField()
    official_name = serializers.CharField()
    city = serializers.CharField(
        source="city.code", help_text="Where the person is, or was last, registered as living."
    )
    sex = serializers.ChoiceField(choices=Sex.choices)
    born_on = serializers.DateField(allow_null=True)
    birth_precision = serializers.ChoiceField(choices=BirthPrecision.choices)


class NameShape(Shape):
    """A name by which somebody is or was known."""

    of_kind = "personname"

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=NameKind.choices)
    name = serializers.CharField()
    recorded_at = serializers.DateTimeField()


class PersonDetail(OfAVersion, PersonShape):
    """A person, opened."""

    language = serializers.CharField(allow_blank=True)
    interpreter_needed = serializers.BooleanField()
    phone = serializers.CharField(allow_blank=True)
    address = serializers.CharField(allow_blank=True)
    names = NameShape(many=True)
    cases = serializers.ListField(child=serializers.CharField(), help_text="References of cases that you may know of.")


class ChangePerson(Shape):
    """What is to be different; what is left out stays as it is."""

    official_name = serializers.CharField(max_length=LONGEST_NAME, required=False)
    sex = serializers.ChoiceField(choices=Sex.choices, required=False)
    born_on = serializers.DateField(required=False, allow_null=True)
    birth_precision = serializers.ChoiceField(choices=BirthPrecision.choices, required=False)
    language = serializers.CharField(max_length=40, allow_blank=True, required=False)
    interpreter_needed = serializers.BooleanField(required=False)
    phone = serializers.CharField(max_length=40, allow_blank=True, required=False)
    address = serializers.CharField(max_length=500, allow_blank=True, required=False)


class AddName(Shape):
    """Another name. The official one is changed, not added."""

    kind = serializers.ChoiceField(choices=NameKind.choices)
    name = serializers.CharField(max_length=LONGEST_NAME)


class SearchPeople(Shape):
    """A name, a birth date, both, or a case reference. In the body: addresses are written to logs."""

    text = serializers.CharField(max_length=200)
    limit = serializers.IntegerField(min_value=1, max_value=50, default=20)


class MatchShape(Shape):
    """Somebody who may be meant, and why, in words."""

    person = PersonName()
    name = serializers.CharField(help_text="The name that matches.")
    case = serializers.CharField(allow_null=True, source="casefile.reference", default=None)
    reason = serializers.CharField()


class Matches(Shape):
    """The likeliest first."""

    results = MatchShape(many=True)


class ContactShape(Shape):
    """Somebody around the person of a case."""

    id = serializers.IntegerField()
    person = PersonName(source="other")
    kind = serializers.ChoiceField(choices=RelationshipKind.choices, help_text="What the contact is to the person.")
    is_contact = serializers.BooleanField(help_text="May be contacted.")
    note = serializers.CharField(allow_blank=True)
    ends_on = serializers.DateField(allow_null=True)


class AddContact(Shape):
    """A contact to be recorded; he gets no case by that."""

    official_name = serializers.CharField(max_length=LONGEST_NAME)
    kind = serializers.ChoiceField(choices=RelationshipKind.choices)
    is_contact = serializers.BooleanField(default=False)
    note = serializers.CharField(max_length=LONGEST_TEXT, allow_blank=True, default="")
    sex = serializers.ChoiceField(choices=Sex.choices, default=Sex.UNKNOWN)
    born_on = serializers.DateField(required=False, allow_null=True)
    phone = serializers.CharField(max_length=40, allow_blank=True, default="")


class EndContact(Shape):
    """From which day somebody is no longer around."""

    ends_on = serializers.DateField()


@dataclass(frozen=True)
class Found:
    """What a search gives back."""

    results: list[Match]


class PersonView(CaseDoor):
    """What the views of one person share."""

    def shown(self, person: Person) -> dict[str, Any]:
        """The person as she stands now, opened."""
        row: Any = person_for(self.by, person.pk, at=self.at)
        self.opened_person(row, Permission.PERSON_READ, row, names_in(PersonDetail))
        cases = cases_for(self.by, at=self.at).filter(person=row).order_by("pk")
        told = PersonShape(row).data | {
            "language": row.language, "interpreter_needed": row.interpreter_needed, "phone": row.phone,
            "address": row.address, "version": row.version, "etag": tag_of(row),
            "names": NameShape(names_of(row), many=True).data, "cases": list(cases.values_list("reference", flat=True)),
        }  # fmt: skip
        return dict(told)

    def allowed_with(self, person: Person, permission: Permission) -> None:
        standing_with(self.by, permission, person=person, at=self.at)


class People(CaseDoor):
    """The list."""

    @described(
        "people_list", "People, in the order in which they were recorded", query=PageQuery, answers=paged(PersonShape)
    )
    def get(self, request: Request) -> Response:
        self.allowed(Permission.PERSON_READ)
        found, following = self.page(listed_people(self.by, at=self.at), self.query(PageQuery), keys=["pk"])
        return self.listed_and_opened(
            PersonShape, found, following,
            permission=Permission.PERSON_READ, compartment=Compartment.CORE, kind="person",
        )  # fmt: skip


class PeopleSearch(CaseDoor):
    """Finding somebody in spite of accents, transliteration and typing errors."""

    @described("people_search", "Find somebody", body=SearchPeople, answers=Matches)
    def post(self, request: Request) -> Response:
        self.allowed(Permission.PERSON_READ)
        told = self.body(SearchPeople)
        found = search(self.by, told["text"], at=self.at, limit=told["limit"])
        open_list(
            by=self.by, at=self.at, permission=Permission.PERSON_READ, compartment=Compartment.CORE, kind="person",
            rows=[match.person for match in found], fields=["official_name", "personname.name", "casefile.reference"],
        )  # fmt: skip
        return Response(Matches(Found(found)).data)


class OnePerson(PersonView):
    """One person."""

    @described("people_read", "Open somebody's record", answers=PersonDetail)
    def get(self, request: Request, pk: int) -> Response:
        return Response(self.shown(person_for(self.by, pk, at=self.at)))

    @described(
        "people_change", "Correct or complete who somebody is", body=ChangePerson, answers=PersonDetail, guarded=True
    )
    def patch(self, request: Request, pk: int) -> Response:
        person = person_for(self.by, pk, at=self.at)
        self.allowed_with(person, Permission.PERSON_CHANGE)
        with self.on_what_was_read(person, self.shown) as version:
            change_person(person=person, by=self.by, at=self.at, version=version, **self.body(ChangePerson))
        return Response(self.shown(person))


class PersonNames(PersonView):
    """Other names."""

    @described("people_add_name", "Record another name", body=AddName, answers=PersonDetail)
    def post(self, request: Request, pk: int) -> Response:
        person = person_for(self.by, pk, at=self.at)
        self.allowed_with(person, Permission.PERSON_CHANGE)
        add_name(person=person, by=self.by, at=self.at, **self.body(AddName))
        return Response(self.shown(person))


class Contacts(CaseDoor):
    """Who is around the person of a case: care, under professional secrecy."""

    @described("cases_contacts", "Who is around the person today", answers=ContactShape(many=True))
    def get(self, request: Request, reference: str) -> Response:
        case = self.case(reference)
        self.in_sight(case, Compartment.CARE)
        rows = list(contacts_of(case, self.by, at=self.at))
        open_list(
            by=self.by, at=self.at, permission=Permission.PERSON_READ, compartment=Compartment.CARE,
            kind="relationship", rows=rows, fields=names_in(ContactShape), case=case,
        )  # fmt: skip
        return Response(ContactShape(rows, many=True).data)

    @described(
        "cases_add_contact", "Record somebody around the person", body=AddContact, answers=ContactShape, status=201
    )
    def post(self, request: Request, reference: str) -> Response:
        case = self.case(reference)
        self.allowed(Permission.PERSON_CHANGE, case)
        row: Relationship = add_contact(case=case, by=self.by, at=self.at, **self.body(AddContact))
        return Response(ContactShape(row).data, status=201)


class ContactEnd(CaseDoor):
    """No longer around."""

    @described("cases_end_contact", "Somebody is no longer around the person", body=EndContact, answers=ContactShape)
    def post(self, request: Request, reference: str, pk: int) -> Response:
        case = self.case(reference)
        row = self.found(contacts_of(case, self.by, at=self.at), pk)
        self.allowed(Permission.PERSON_CHANGE, case)
        return Response(
            ContactShape(end_contact(relationship=row, by=self.by, at=self.at, **self.body(EndContact))).data
        )
