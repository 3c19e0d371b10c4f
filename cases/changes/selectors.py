"""What a record was before, and who changed it: asked for one record with all that hangs on it, told in words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q, QuerySet
from django.utils.dates import WEEKDAYS
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from cases.access.models import CaseAccess, VisibleQuerySet
from cases.access.rules import need_of
from cases.casefiles.models import Casefile
from cases.changes.models import CareChange, Change, ChangeRow, JusticeChange
from cases.changes.rules import moment_in_words
from cases.checkins.models import AgreedReminder, AvoidedDays, CheckIn, MissedContact, MissedStep, Pause, Rhythm
from cases.emergencies.models import EmergencyOpening
from cases.outbox.models import Message
from cases.people.models import Person, PersonName, Relationship
from cases.plans.models import Action, FollowUpPlan, Goal
from cases.prosecution.models import Caution, ProsecutionReferral, ReferralFact, ReferralOffence
from cities.roles.rules import Compartment
from cities.staff.models import User

#: The records that have a page of changes -> what hangs on each, and by which path.
BELONGS_TO: dict[type[models.Model], dict[type[models.Model], str]] = {
    Casefile: {
        Casefile: "pk", CaseAccess: "casefile", AvoidedDays: "casefile", AgreedReminder: "casefile",
        Caution: "casefile", EmergencyOpening: "casefile", Message: "casefile",
    },
    Person: {Person: "pk", PersonName: "person"},
    Relationship: {Relationship: "pk"},
    FollowUpPlan: {FollowUpPlan: "pk", Goal: "plan", Action: "goal__plan"},
    Rhythm: {Rhythm: "pk", Pause: "rhythm"},
    CheckIn: {CheckIn: "pk", MissedContact: "checkin", MissedStep: "missed__checkin"},
    ProsecutionReferral: {ProsecutionReferral: "pk", ReferralFact: "referral", ReferralOffence: "referral"},
}  # fmt: skip

_TABLES: dict[Compartment, type[ChangeRow]] = {
    need_of(table).compartment: table for table in (Change, CareChange, JusticeChange)
}

#: Fields that hold days of the week by number.
_WEEKDAYS = ("weekdays", "nth_weekday")

#: A record of another kind, by its number.
_Pointed = tuple[type[models.Model], int]


@dataclass(frozen=True)
class Turned:
    """One field: its name, what it is called, what stood there and what stands there since; empty: nothing."""

    name: str
    label: str
    before: Any
    after: Any
    before_in_words: str
    after_in_words: str
    is_long: bool


@dataclass(frozen=True)
class Told:
    """One change, in words: of which record, when, by whom; nobody: the clock, or a set-up command."""

    pk: int
    recorded_at: datetime
    who: User | None
    initiator: str
    request_id: str
    kind: str
    object_id: int
    record: str
    name: str
    fields: Sequence[Turned]


def table_of(record: models.Model) -> type[ChangeRow]:
    """Where the changes of such a record are kept: those of its compartment."""
    return _TABLES[need_of(type(record)).compartment]


def changes_of(record: models.Model, user: User, *, at: datetime) -> QuerySet[Any]:
    """What was changed in a record and in all that hangs on it, the newest first, as far as `user` may know of each.

    Each row is asked for on her behalf; PostgreSQL asks it again, of the row as it stands now.
    """
    table: Any = table_of(record)
    rows: Any = table.objects
    found = Q(pk__in=[])
    for model, path in BELONGS_TO[type(record)].items():
        ids = list(_visible(model, user, at=at).filter(**{path: record.pk}).values_list("pk", flat=True))
        if ids:
            found |= Q(object_type=model._meta.model_name, object_id__in=ids)
    return rows.told_to(user, at=at).filter(found).order_by("-pk")  # type: ignore[no-any-return]


def told(changes: Sequence[ChangeRow], user: User, *, at: datetime) -> list[Told]:
    """The changes in words: a query for each kind of record that is named, whatever their number."""
    kinds = {model._meta.model_name: model for family in BELONGS_TO.values() for model in family}
    wanted: dict[type[models.Model], set[int]] = defaultdict(set)
    for change in changes:
        wanted[kinds[change.object_type]].add(change.object_id)
        if change.recorded_by_id is not None:
            wanted[User].add(change.recorded_by_id)
        for model, number in _pointed_at(kinds[change.object_type], change):
            wanted[model].add(number)
    found = {model: _visible(model, user, at=at).in_bulk(numbers) for model, numbers in wanted.items()}
    return [_told(kinds[change.object_type], change, found) for change in changes]


def _visible(model: type[models.Model], user: User, *, at: datetime) -> QuerySet[Any]:
    """Of a case: what `user` may know of. Of the public square: everything."""
    rows: Any = model._default_manager.all()
    return rows.visible_to(user, at=at) if isinstance(rows, VisibleQuerySet) else rows


def _fields(model: type[models.Model]) -> dict[str, models.Field[Any, Any]]:
    return {str(field.column): field for field in model._meta.concrete_fields}


def _pointed_at(model: type[models.Model], change: ChangeRow) -> list[_Pointed]:
    """The records that a change names by their numbers."""
    fields, found = _fields(model), []
    for values in (change.before, change.after):
        for column, value in values.items():
            field = fields.get(column)
            if field is not None and isinstance(field.related_model, type) and value is not None:
                found.append((field.related_model, int(value)))
    return found


def _told(model: type[models.Model], change: ChangeRow, found: Mapping[type[models.Model], Mapping[int, Any]]) -> Told:
    row = found[model].get(change.object_id)
    fields = _fields(model)
    order = {column: place for place, column in enumerate(fields)}
    columns = sorted(change.after, key=lambda column: (order.get(column, len(order)), column))
    return Told(
        pk=change.pk,
        recorded_at=change.recorded_at,
        who=found.get(User, {}).get(change.recorded_by_id or 0),
        initiator=change.initiator,
        request_id=change.request_id,
        kind=change.object_type,
        object_id=change.object_id,
        record=capfirst(str(model._meta.verbose_name)),
        name=_name_of(row),
        fields=[_turned(column, fields.get(column), change, found) for column in columns],
    )


def _name_of(row: models.Model | None) -> str:
    """Which of its kind it is. A grant is called by whom it is given to."""
    if isinstance(row, CaseAccess):
        return f"{row.user or row.agency}, {row.get_compartment_display()}"
    if isinstance(row, EmergencyOpening):
        return str(row.user)
    if isinstance(row, Message):
        return str(row.get_kind_display())
    return "" if row is None or isinstance(row, (FollowUpPlan, Casefile)) else str(row)


def _turned(
    column: str,
    field: models.Field[Any, Any] | None,
    change: ChangeRow,
    found: Mapping[type[models.Model], Mapping[int, Any]],
) -> Turned:
    """A field that the table no longer has is told as it was written down."""
    before, after = change.before.get(column), change.after.get(column)
    said = [_in_words(field, value, found) for value in (before, after)]
    return Turned(
        name=field.name if field else column,
        label=capfirst(str(field.verbose_name)) if field else column,
        before=before,
        after=after,
        before_in_words=said[0],
        after_in_words=said[1],
        is_long=isinstance(field, models.TextField),
    )


def _in_words(
    field: models.Field[Any, Any] | None, value: Any, found: Mapping[type[models.Model], Mapping[int, Any]]
) -> str:
    if value is None or value == "" or value == []:
        return ""
    if field is None:
        return ", ".join(str(one) for one in value) if isinstance(value, list) else str(value)
    if isinstance(field.related_model, type):
        named = found[field.related_model].get(int(value))
        return str(named) if named is not None else _("a record that you may not see")
    if field.name in _WEEKDAYS:
        days = value if isinstance(value, list) else [value]
        return ", ".join(str(WEEKDAYS[day]) for day in days if day in WEEKDAYS)
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(field, models.DateField | models.TimeField):
        return moment_in_words(field.to_python(value))
    return str(value)
