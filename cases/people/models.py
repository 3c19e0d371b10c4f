"""The people: those followed up, and those around them."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from cases.access.models import CaseRow, RowT, VisibleQuerySet, can_open, cases_open_to, cities_open_to, covering
from cases.access.rules import NeedToKnow, known
from cases.access.written import Ids, written_once
from cases.people.rules import BirthPrecision, NameKind, RelationshipKind, Sex
from cities.places.models import City
from cities.records import Record
from cities.roles.rules import Compartment
from cities.staff.models import User


class PersonQuerySet(VisibleQuerySet[RowT]):
    """People, and rows about people, asked for on somebody's behalf."""

    def _known_by(self, user: User, *, at: datetime, listed: bool = False) -> Self:
        """People of a city one coordinates, people whose case one may know, and the family in those cases.

        Who may know of the cases of a city and not of their care, a mayor, knows the people of cases alone: that
        somebody is family of somebody is care.
        """
        person = "pk__in" if self.model is Person else "person__in"
        cities = cities_open_to(user, Compartment.CARE, at=at)
        known = Q(city__in=cities) | Q(**{person: _followed(user, listed, at=at)})
        if can_open(user, Compartment.CARE, at=at):
            known |= Q(**{person: _family(user, listed, at=at)})
        return self.filter(known)


@written_once
def _followed(user: User, listed: bool, *, at: datetime) -> Ids:
    cases = cases_open_to(user, Compartment.CORE, listed, at=at)
    cities = cities_open_to(user, Compartment.CORE, at=at)
    return Person.objects.filter(
        Q(casefiles__in=cases)
        | (Q(casefiles__city__in=cities) & ~Q(casefiles__city=F("city")))
        | Q(casefiles__city__in=_without_care(user, at=at))
    ).values("pk")


@written_once
def _without_care(user: User, *, at: datetime) -> Ids:
    with_care = cities_open_to(user, Compartment.CARE, at=at)
    return covering(user, Compartment.CORE, at=at).exclude(city__in=with_care).values("city_id")


@written_once
def _family(user: User, listed: bool, *, at: datetime) -> Ids:
    """Of the relationships that she knows of, whom they are with: as `Relationship` says itself, but that it is asked
    only of who may be given care at all."""
    cases = cases_open_to(user, Compartment.CARE, listed, at=at)
    cities = cities_open_to(user, Compartment.CARE, at=at)
    return Relationship.objects.filter(Q(city__in=cities) | Q(casefile__in=cases)).values("other_id")


class Person(Record):
    """A human being who is followed up, or who is close to somebody who is. Never a client, target or offender."""

    need_to_know: ClassVar[NeedToKnow] = known(
        Compartment.CORE,
        path="person",
        public="id recorded_at recorded_by city version",
        personal="official_name sort_name sex born_on birth_precision language phone interpreter_needed address",
        bookkeeping="sort_name version",
    )

    city = models.ForeignKey(
        City, on_delete=models.PROTECT, related_name="+", verbose_name=_("city"),
        help_text=_("Where the person is, or was last, registered as living."),
    )  # fmt: skip
    official_name = models.CharField(_("name"), max_length=200)
    sort_name = models.CharField(max_length=200, editable=False)
    sex = models.CharField(_("sex"), max_length=1, choices=Sex.choices, default=Sex.UNKNOWN)
    born_on = models.DateField(_("born on"), null=True, blank=True)
    birth_precision = models.CharField(
        _("precision of the birth date"), max_length=8, choices=BirthPrecision.choices, default=BirthPrecision.UNKNOWN
    )
    language = models.CharField(_("language"), max_length=40, blank=True)
    interpreter_needed = models.BooleanField(_("needs an interpreter"), default=False)
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    address = models.TextField(_("address"), blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.CheckConstraint(
                condition=Q(born_on__isnull=False) | Q(birth_precision=BirthPrecision.UNKNOWN),
                name="birth_precision_of_a_birth_date",
            ),
        ]
        indexes = [models.Index(fields=["city", "sort_name"], name="person_by_city")]

    def __str__(self) -> str:
        return self.official_name


class PersonName(Record):
    """A name by which a person is or was known, aliases included, folded so that it can be found."""

    need_to_know: ClassVar[NeedToKnow] = known(
        Compartment.CORE,
        path="person",
        public="id recorded_at recorded_by city person kind",
        personal="name folded sounds",
        bookkeeping="folded sounds",
    )

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="names", verbose_name=_("person"))
    city = models.ForeignKey(City, on_delete=models.PROTECT, related_name="+", verbose_name=_("city"))
    kind = models.CharField(_("kind"), max_length=8, choices=NameKind.choices)
    name = models.CharField(_("name"), max_length=200)
    folded = models.CharField(max_length=200, editable=False)
    # How each word of it sounds (Daitch-Mokotoff): Mohamed and Muhammad are one. PostgreSQL keeps it.
    sounds = models.GeneratedField(
        expression=Func("folded", function="apparatus_sounds"),
        output_field=ArrayField(models.CharField(max_length=6)),
        db_persist=True,
    )

    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("name")
        verbose_name_plural = _("names")
        constraints = [models.UniqueConstraint(fields=["person", "folded", "kind"], name="one_name_once")]

    def __str__(self) -> str:
        return self.name


class Relationship(CaseRow):
    """What somebody is to the person followed up, as known in one case. Relatives are contacts, never cases."""

    need_to_know = known(
        Compartment.CARE,
        public="id recorded_at recorded_by casefile city person other ends_on",
        sensitive="kind note is_contact",
    )

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="relationships", verbose_name=_("person"))
    other = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", verbose_name=_("other person"))
    kind = models.CharField(_("is the"), max_length=12, choices=RelationshipKind.choices)
    is_contact = models.BooleanField(_("may be contacted"), default=False)
    note = models.TextField(_("note"), blank=True)
    ends_on = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("relationship")
        verbose_name_plural = _("relationships")
        constraints = [
            models.CheckConstraint(condition=~Q(person=F("other")), name="nobody_is_his_own_relative"),
            models.UniqueConstraint(
                fields=["casefile", "person", "other", "kind"],
                condition=Q(ends_on__isnull=True),
                name="one_relationship_once",
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()
