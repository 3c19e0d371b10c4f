"""The case: one person in one city's cell, with an owner and a next step, always."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.access.models import CaseRow, VisibleQuerySet
from cases.access.rules import NeedToKnow, known
from cases.casefiles.rules import LegalGround, Stage
from cases.people.models import Person
from cities.agencies.models import Agency
from cities.places.models import City
from cities.records import Record
from cities.roles.rules import Compartment
from cities.staff.models import User


class CaseNumber(Record):
    """The last number given in a city and year; the row is locked while a case is opened, so no number is skipped."""

    need_to_know: ClassVar[NeedToKnow] = known(
        Compartment.CORE, path="city", public="id recorded_at recorded_by city year last", bookkeeping="last"
    )

    city = models.ForeignKey(City, on_delete=models.PROTECT, related_name="+", verbose_name=_("city"))
    year = models.PositiveSmallIntegerField(_("year"))
    last = models.PositiveIntegerField(_("last number given"))

    objects = VisibleQuerySet.as_manager()

    class Meta:
        verbose_name = _("case number")
        verbose_name_plural = _("case numbers")
        constraints = [models.UniqueConstraint(fields=["city", "year"], name="one_count_a_city_and_year")]

    def __str__(self) -> str:
        return f"{self.city.code} {self.year}: {self.last}"


def content_of(path: str = "") -> list[str]:
    """What of a case the clock doesn't read, to be left where it is: whose it is, where it stands, what somebody wrote.
    `path`: how a row hangs on its case."""
    need = Casefile.need_to_know
    return sorted(f"{path}__{name}" if path else name for name in need.personal | need.sensitive)


class Casefile(Record):
    """The file of one person in the cell of one city. `owner` is who must take the next step, on the day set."""

    need_to_know: ClassVar[NeedToKnow] = known(
        Compartment.CORE,
        path="self",
        public="id recorded_at recorded_by city reference year number opened_on closed_on agency "
        "owner lead_caseworker version",
        personal="person",
        sensitive="stage ground next_step next_step_on review_on",
        bookkeeping="version",
    )

    city = models.ForeignKey(City, on_delete=models.PROTECT, related_name="+", verbose_name=_("city"))
    reference = models.CharField(_("case reference"), max_length=20, unique=True)
    year = models.PositiveSmallIntegerField(_("year"))
    number = models.PositiveIntegerField(_("number"))
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="casefiles", verbose_name=_("person"))
    stage = models.CharField(_("stage"), max_length=10, choices=Stage.choices)
    ground = models.CharField(_("legal ground"), max_length=10, choices=LegalGround.choices)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name=_("agency"))
    opened_on = models.DateField(_("opened on"))
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("owner"))
    lead_caseworker = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("lead caseworker")
    )
    next_step = models.CharField(_("next step"), max_length=200)
    next_step_on = models.DateField(_("next step on"))
    review_on = models.DateField(_("review on"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = VisibleQuerySet.as_manager()

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        constraints = [
            models.UniqueConstraint(fields=["city", "year", "number"], name="one_number_once"),
            models.UniqueConstraint(
                fields=["person", "city"],
                condition=Q(closed_on__isnull=True),
                name="one_open_case_a_person_and_city",
                violation_error_message=_("This person has an open case in this city already."),
            ),
            models.CheckConstraint(condition=~Q(next_step=""), name="a_case_has_a_next_step"),
            models.CheckConstraint(
                condition=Q(stage=Stage.CLOSED, closed_on__isnull=False)
                | (~Q(stage=Stage.CLOSED) & Q(closed_on__isnull=True)),
                name="closed_cases_have_a_closing_day",
            ),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True) | Q(closed_on__gte=models.F("opened_on")),
                name="closed_after_it_was_opened",
            ),
        ]
        indexes = [
            models.Index(fields=["city", "-id"], name="case_by_city"),
            models.Index(fields=["owner", "next_step_on"], condition=Q(closed_on__isnull=True), name="case_by_owner"),
            models.Index(fields=["closed_on"], condition=Q(closed_on__isnull=False), name="case_by_closing"),
            models.Index(fields=["city", "review_on"], condition=Q(closed_on__isnull=True), name="case_by_review"),
        ]

    def __str__(self) -> str:
        return self.reference


class StageChange(CaseRow):
    """A case moved from one stage to another: when, by whom, why."""

    need_to_know = known(
        Compartment.CORE,
        append_only=True,
        public="id recorded_at recorded_by casefile city changed_at",
        sensitive="from_stage to_stage reason",
    )

    from_stage = models.CharField(_("from"), max_length=10, choices=Stage.choices, blank=True)
    to_stage = models.CharField(_("to"), max_length=10, choices=Stage.choices)
    reason = models.TextField(_("reason"), blank=True)
    changed_at = models.DateTimeField(_("changed at"))

    class Meta:
        verbose_name = _("change of stage")
        verbose_name_plural = _("changes of stage")
        indexes = [models.Index(fields=["casefile", "-changed_at"], name="stage_changes_of_a_case")]

    def __str__(self) -> str:
        return f"{self.from_stage} → {self.to_stage}"
