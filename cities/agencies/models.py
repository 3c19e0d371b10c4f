"""The agencies, and their seats in the cells."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cities.agencies.rules import AgencyKind
from cities.places.models import City
from cities.records import DateRange, Record


class Agency(Record):
    """An organisation that people are posted at, or that something can be addressed to."""

    name = models.CharField(_("name"), max_length=160, unique=True)
    kind = models.CharField(_("kind"), max_length=20, choices=AgencyKind.choices)
    city = models.ForeignKey(
        City, on_delete=models.PROTECT, null=True, blank=True, related_name="agencies", verbose_name=_("city"),
        help_text=_("Empty for a federal or regional agency."),
    )  # fmt: skip
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    is_active = models.BooleanField(_("in use"), default=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("agency")
        verbose_name_plural = _("agencies")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class CellSeat(Record):
    """An agency's seat in the cell of a city, from one day until another."""

    city = models.ForeignKey(City, on_delete=models.PROTECT, related_name="seats", verbose_name=_("city"))
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="seats", verbose_name=_("agency"))
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("seat in the cell")
        verbose_name_plural = _("seats in the cell")
        ordering = ["city", "agency"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")),
                name="seat_ends_after_it_starts",
                violation_error_message=_("A period ends after it starts."),
            ),
            ExclusionConstraint(
                name="seats_of_an_agency_do_not_overlap",
                expressions=[
                    (DateRange("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                    ("city", RangeOperators.EQUAL),
                    ("agency", RangeOperators.EQUAL),
                ],
                violation_error_message=_("This agency has a seat in that period already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.city.code}: {self.agency}"


class ClosingDays(Record):
    """Days on which an agency is closed, beside weekends and public holidays: between Christmas and New Year."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="closings", verbose_name=_("agency"))
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), help_text=_("The first day it is open again."))
    occasion = models.CharField(_("occasion"), max_length=80, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True, editable=False)
    settled_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text=_("When the clock had planned anew what they move.")
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("closing days")
        verbose_name_plural = _("closing days")
        ordering = ["agency", "starts_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gt=F("starts_on")), name="closing_ends_after_it_starts",
                violation_error_message=_("A period ends after it starts."),
            ),
            ExclusionConstraint(
                name="closings_of_an_agency_do_not_overlap",
                expressions=[
                    (DateRange("starts_on", "ends_on"), RangeOperators.OVERLAPS), ("agency", RangeOperators.EQUAL)
                ],
                condition=Q(withdrawn_at__isnull=True),
                violation_error_message=_("This agency is closed in that time already."),
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["id"], condition=Q(settled_at__isnull=True), name="closings_to_settle")]

    def __str__(self) -> str:
        return f"{self.agency}: {self.starts_on}–{self.ends_on}"
