"""Where the apparatus stands: cities, when they were hot spots, and how many people live there."""

from __future__ import annotations

from datetime import time

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from cities.places.rules import Community, Region
from cities.records import DateRange, Record
from cities.roles.rules import CONFIRM_DAYS


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
    version = models.PositiveIntegerField(default=1, editable=False)

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
    version = models.PositiveIntegerField(default=1, editable=False)

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
    version = models.PositiveIntegerField(default=1, editable=False)

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


class SchoolHoliday(Record):
    """A holiday of the schools of one community: whoever is at school, or has children there, is not at home to us."""

    community = models.CharField(_("community"), max_length=8, choices=Community.choices)
    name_nl = models.CharField(_("name in Dutch"), max_length=80)
    name_fr = models.CharField(_("name in French"), max_length=80)
    name_de = models.CharField(_("name in German"), max_length=80)
    name_en = models.CharField(_("name in English"), max_length=80)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), help_text=_("The first day of school again."))
    source = models.CharField(_("source"), max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("school holiday")
        verbose_name_plural = _("school holidays")
        ordering = ["community", "starts_on"]
        constraints = [
            models.UniqueConstraint(fields=["community", "starts_on"], name="one_school_holiday_at_a_time"),
            models.CheckConstraint(
                condition=Q(ends_on__gt=F("starts_on")), name="school_holiday_ends_after_it_starts",
                violation_error_message=_("A period ends after it starts."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.get_community_display()} {self.starts_on}–{self.ends_on}"


class CitySettings(Record):
    """How a city follows up: after how long something climbs, and when nobody is disturbed. No row: the defaults."""

    city = models.OneToOneField(City, on_delete=models.PROTECT, related_name="settings", verbose_name=_("city"))
    coordinator_after = models.PositiveSmallIntegerField(
        _("to the coordinator after"), default=2, validators=[MinValueValidator(1), MaxValueValidator(30)],
        help_text=_("Working days that a missed contact stays with the caseworker."),
    )  # fmt: skip
    conference_after = models.PositiveSmallIntegerField(
        _("to the case conference after"), default=5, validators=[MinValueValidator(1), MaxValueValidator(60)],
        help_text=_("Working days that it stays with the coordinator."),
    )  # fmt: skip
    misses_in_a_row = models.PositiveSmallIntegerField(
        _("misses in a row"), default=3, validators=[MinValueValidator(2), MaxValueValidator(20)],
        help_text=_("So many missed contacts in a row go to the next case conference at once."),
    )  # fmt: skip
    confirm_days = models.PositiveSmallIntegerField(
        _("grants are confirmed every"), default=CONFIRM_DAYS,
        validators=[MinValueValidator(28), MaxValueValidator(366)],
        help_text=_("So many days after a grant was given or confirmed it has to be confirmed, or it lapses."),
    )  # fmt: skip
    quiet_from = models.TimeField(_("quiet from"), default=time(20, 0), help_text=_("No message after this hour."))
    quiet_until = models.TimeField(_("quiet until"), default=time(7, 0), help_text=_("Nor before this one."))
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("settings of a city")
        verbose_name_plural = _("settings of cities")

    def __str__(self) -> str:
        return str(self.city)
