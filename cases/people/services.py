"""Acts on the record of a person: register, change, name, and who is around."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.access.models import cities_open_to
from cases.access.rules import NotAllowed, Refused, clean_text
from cases.access.selectors import compartments_open_to
from cases.access.services import locked, require, write_ledger
from cases.people.models import Person, PersonName, Relationship
from cases.people.rules import NameKind, RelationshipKind, Sex, clean_birth, clean_name, fold
from cases.people.selectors import case_about, standing_with
from cities.ledger.rules import Operation
from cities.places.models import City
from cities.roles.permissions import Permission
from cities.roles.rules import Compartment
from cities.staff.models import User

if TYPE_CHECKING:
    from cases.casefiles.models import Casefile

#: What `change_person` may be given.
CHANGEABLE = frozenset(
    {"official_name", "sex", "born_on", "birth_precision", "language", "interpreter_needed", "phone", "address"}
)


def _clean(fields: dict[str, Any], *, today: date) -> dict[str, Any]:
    """The fields of a person as they are kept, or `Refused` beside the first that is impossible."""
    kept = dict(fields)
    kept["official_name"] = clean_name(fields["official_name"], field="official_name")
    kept["sort_name"] = fold(kept["official_name"])
    if fields["sex"] not in Sex.values:
        raise Refused(_("This is not a code for sex."), field="sex", code="unknown_code")
    kept["birth_precision"] = clean_birth(fields["born_on"], fields["birth_precision"], today=today)
    kept["language"] = clean_text(fields["language"], field="language", most=40, one_line=True)
    kept["phone"] = clean_text(fields["phone"], field="phone", most=40, one_line=True)
    kept["address"] = clean_text(fields["address"], field="address", most=500)
    return kept


def _write(*, by: User, at: datetime, city_id: int, fields: dict[str, Any], pk: int | None = None) -> Person:
    """The row of a person and of her official name."""
    kept = _clean(fields, today=timezone.localdate(at))
    person = Person.objects.create(pk=pk, recorded_at=at, recorded_by=by, city_id=city_id, **kept)
    _write_name(person=person, by=by, at=at, kind=NameKind.OFFICIAL, name=person.official_name)
    return person


def _write_name(*, person: Person, by: User, at: datetime, kind: str, name: str) -> PersonName | None:
    """The row of a name; None when the person is known by it already, in the same sense."""
    folded = fold(name)
    if PersonName.objects.filter(person=person, kind=kind, folded=folded).exists():
        return None
    return PersonName.objects.create(
        recorded_at=at, recorded_by=by, person=person, city_id=person.city_id, kind=kind, name=name, folded=folded
    )


@transaction.atomic
def register_person(
    *,
    by: User,
    at: datetime,
    city: City,
    official_name: str,
    sex: str = Sex.UNKNOWN,
    born_on: date | None = None,
    birth_precision: str = "UNKNOWN",
    language: str = "",
    interpreter_needed: bool = False,
    phone: str = "",
    address: str = "",
    aliases: Sequence[str] = (),
) -> Person:
    """Record a human being for the first time. Only who covers the city can: nobody records what she can't see."""
    found = require(by, Permission.PERSON_CHANGE, city_id=city.pk, at=at)
    if not cities_open_to(by, Compartment.CORE, at=at).includes(city.pk):
        raise NotAllowed(Permission.PERSON_CHANGE.value)
    fields = {
        "official_name": official_name, "sex": sex, "born_on": born_on, "birth_precision": birth_precision,
        "language": language, "interpreter_needed": interpreter_needed, "phone": phone, "address": address,
    }  # fmt: skip
    person = _write(by=by, at=at, city_id=city.pk, fields=fields)
    for alias in aliases:
        name = clean_name(alias, field="aliases")
        _write_name(person=person, by=by, at=at, kind=NameKind.ALIAS, name=name)
    write_ledger(
        operation=Operation.COLLECT, by=by, act=Permission.PERSON_CHANGE, city_id=city.pk, record=person,
        compartment=Compartment.CORE, standing=found,
        fields=[name for name, value in fields.items() if value] + (["names"] if aliases else []),
    )  # fmt: skip
    return person


@transaction.atomic
def change_person(*, person: Person, by: User, at: datetime, version: int, **fields: Any) -> Person:
    """Correct or complete who somebody is. An official name that no longer holds is kept as a former one."""
    found = standing_with(by, Permission.PERSON_CHANGE, person=person, at=at)
    if unknown := set(fields) - CHANGEABLE:
        raise TypeError(f"Not a field of a person that can be changed: {', '.join(sorted(unknown))}.")
    row = locked(person, version=version)
    before = {name: getattr(row, name) for name in CHANGEABLE}
    if "born_on" in fields and "birth_precision" not in fields:
        before["birth_precision"] = "UNKNOWN"  # how much was known of the old date says nothing of the new one
    kept = _clean({**before, **fields}, today=timezone.localdate(at))
    changed = {name: value for name, value in kept.items() if value != getattr(row, name)}
    if not changed:
        return row
    if "official_name" in changed:
        _rename(row, by=by, at=at, name=kept["official_name"])
    for name, value in changed.items():
        setattr(row, name, value)
    row.version += 1
    row.save(update_fields=[*changed, "version"])
    write_ledger(
        operation=Operation.ALTER, by=by, act=Permission.PERSON_CHANGE, case=case_about(row, by, at=at),
        city_id=row.city_id, record=row, compartment=Compartment.CORE, standing=found, fields=changed,
    )  # fmt: skip
    return row


def _rename(person: Person, *, by: User, at: datetime, name: str) -> None:
    """The official name becomes a former one, unless it is the same name written otherwise."""
    if fold(name) == person.sort_name:
        PersonName.objects.filter(person=person, kind=NameKind.OFFICIAL).update(name=name)
        return
    _write_name(person=person, by=by, at=at, kind=NameKind.FORMER, name=person.official_name)
    PersonName.objects.filter(person=person, kind=NameKind.OFFICIAL).update(
        name=name, folded=fold(name), recorded_at=at, recorded_by=by
    )


@transaction.atomic
def add_name(*, person: Person, by: User, at: datetime, kind: str, name: str) -> PersonName:
    """Record another name by which somebody is or was known. The official one is changed, not added."""
    found = standing_with(by, Permission.PERSON_CHANGE, person=person, at=at)
    if kind not in NameKind.values or kind == NameKind.OFFICIAL:
        raise Refused(_("This is not a kind of other name."), field="kind", code="unknown_code")
    kept = clean_name(name, field="name")
    row = _write_name(person=locked(person), by=by, at=at, kind=kind, name=kept)
    if row is None:
        raise Refused(_("This name is recorded already."), field="name", code="known_already")
    write_ledger(
        operation=Operation.COLLECT, by=by, act=Permission.PERSON_CHANGE, case=case_about(person, by, at=at),
        city_id=person.city_id, record=row, compartment=Compartment.CORE, standing=found, fields=["kind", "name"],
    )  # fmt: skip
    return row


@transaction.atomic
def add_contact(
    *,
    case: Casefile,
    by: User,
    at: datetime,
    official_name: str,
    kind: str,
    is_contact: bool = False,
    note: str = "",
    sex: str = Sex.UNKNOWN,
    born_on: date | None = None,
    phone: str = "",
) -> Relationship:
    """Record somebody around the person of a case: a contact, never a case. Family is care."""
    found = require(by, Permission.PERSON_CHANGE, case=case, at=at)
    if Compartment.CARE not in compartments_open_to(by, case, at=at):
        raise NotAllowed(Permission.PERSON_CHANGE.value)
    if kind not in RelationshipKind.values:
        raise Refused(_("This is not a kind of relationship."), field="kind", code="unknown_code")
    fields = {
        "official_name": official_name, "sex": sex, "born_on": born_on, "birth_precision": "UNKNOWN",
        "language": "", "interpreter_needed": False, "phone": phone, "address": "",
    }  # fmt: skip
    # The relationship comes first: it is by it that a caseworker may know of her contact at all.
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [Person._meta.db_table])
        pk = cursor.fetchone()[0]
    relationship = Relationship.objects.create(
        recorded_at=at, recorded_by=by, casefile=case, city_id=case.city_id, person_id=case.person_id, other_id=pk,
        kind=kind, is_contact=is_contact, note=clean_text(note, field="note"),
    )  # fmt: skip
    relationship.other = _write(by=by, at=at, city_id=case.city_id, fields=fields, pk=pk)
    write_ledger(
        operation=Operation.COLLECT, by=by, act=Permission.PERSON_CHANGE, case=case, record=relationship,
        compartment=Compartment.CARE, standing=found, fields=["official_name", "kind", "is_contact", "note"],
    )  # fmt: skip
    return relationship


@transaction.atomic
def end_contact(*, relationship: Relationship, by: User, at: datetime, ends_on: date) -> Relationship:
    """Somebody is no longer around the person, from `ends_on` on. The record stays."""
    case = relationship.casefile
    found = require(by, Permission.PERSON_CHANGE, case=case, at=at)
    row = locked(relationship)
    if row.ends_on is not None:
        raise Refused(_("This has ended already."), field="ends_on", code="ended")
    if ends_on > timezone.localdate(at):
        raise Refused(_("This day is in the future."), field="ends_on", code="future")
    row.ends_on = ends_on
    row.save(update_fields=["ends_on"])
    write_ledger(
        operation=Operation.ALTER, by=by, act=Permission.PERSON_CHANGE, case=case, record=row,
        compartment=Compartment.CARE, standing=found, fields=["ends_on"],
    )  # fmt: skip
    return row
