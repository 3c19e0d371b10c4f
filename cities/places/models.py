"""Where the apparatus stands: cities, when they were hot spots, and how many people live there."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from cities.places.rules import Region
from cities.records import DateRange, Record


class City(Record):
    """A municipality with a cell, or one that people left from."""

    code = models.CharField(
        _("code"), max_length=3, unique=True, validators=[RegexValidator(r"^[A-Z]{3}\Z")],
        help_text=_("Three capitals that begin every case reference of this city, such as VIL."),
    )  # fmt: skip
    nis = models.CharField(
        _("NIS code"), max_length=5, unique=True, validators=[RegexValidator(r"^\d{5}\Z")],
        help_text=_("The five digits by which Statbel knows the municipality."),
    )  # fmt: skip
    name_nl = models.CharField(_("name in Dutch"), max_length=80)
    name_fr = models.CharField(_("name in French"), max_length=80)
    name_de = models.CharField(_("name in German"), max_length=80)
    name_en = models.CharField(_("name in English"), max_length=80)
    region = models.CharField(_("region"), max_length=10, choices=Region.choices)
    languages = models.CharField(_("languages of the administration"), max_length=11, help_text=_("Such as “fr nl”."))
    published_departures = models.PositiveIntegerField(_("published departures"), null=True, blank=True)
    published_departures_on = models.DateField(_("published departures, as of"), null=True, blank=True)
    note = models.TextField(_("note on the sources"), blank=True)

    class Meta:
        verbose_name = _("city")
        verbose_name_plural = _("cities")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The city's name in the reader's language."""
        language = (get_language() or "en")[:2]
        return str(getattr(self, f"name_{language}", self.name_en))


class HotSpotDesignation(Record):
    """The period for which a city was a hot spot, and the prevention grant that came with it."""

    city = models.ForeignKey(City, on_delete=models.PROTECT, related_name="designations", verbose_name=_("city"))
    round = models.PositiveSmallIntegerField(_("round"))
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)
    grant_eur = models.DecimalField(_("grant in euro"), max_digits=12, decimal_places=2, null=True, blank=True)
    source = models.TextField(_("source"), blank=True)

    class Meta:
        verbose_name = _("hot-spot designation")
        verbose_name_plural = _("hot-spot designations")
        ordering = ["starts_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")),
                name="designation_ends_after_it_starts",
                violation_error_message=_("A period ends after it starts."),
            ),
            ExclusionConstraint(
                name="designations_of_a_city_do_not_overlap",
                expressions=[
                    (DateRange("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                    ("city", RangeOperators.EQUAL),
                ],
                violation_error_message=_("This city has a designation in that period already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.city.code} {self.starts_on}–{self.ends_on or ''}"


class Population(Record):
    """How many people were registered in a city on 1 January of a year. Not known is no row, never a zero."""

    city = models.ForeignKey(City, on_delete=models.PROTECT, related_name="populations", verbose_name=_("city"))
    year = models.PositiveSmallIntegerField(_("year"))
    inhabitants = models.PositiveIntegerField(_("inhabitants"))
    is_approximate = models.BooleanField(_("approximate"), default=False)
    source = models.CharField(_("source"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("population")
        verbose_name_plural = _("populations")
        ordering = ["city", "year"]
        constraints = [
            models.UniqueConstraint(fields=["city", "year"], name="one_population_a_year"),
            models.CheckConstraint(condition=Q(inhabitants__gt=0), name="population_is_not_nothing"),
        ]

    def __str__(self) -> str:
        return f"{self.city.code} {self.year}: {self.inhabitants}"
