"""Published numbers: what others counted, with their words for how sure they were."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from cities.records import Record


class Series(Record):
    """Who published, and what: the cable, the OCAM counts, the courts."""

    code = models.SlugField(_("code"), max_length=30, unique=True)
    name = models.CharField(_("name"), max_length=200)
    note = models.TextField(_("note on the method"), blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("series")
        verbose_name_plural = _("series")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Figure(Record):
    """One published number: of what, where, as of which day, how sure ("about", "at least", "presumed"), by whom."""

    series = models.ForeignKey(Series, on_delete=models.PROTECT, related_name="figures", verbose_name=_("series"))
    as_of = models.DateField(_("as of"))
    area = models.CharField(_("area"), max_length=5, help_text=_("A country, a region (BRU, VLG, WAL) or a NIS code."))
    measure = models.CharField(_("measure"), max_length=40)
    value = models.DecimalField(_("value"), max_digits=12, decimal_places=2)
    qualifier = models.CharField(_("qualifier"), max_length=30, blank=True)
    source = models.TextField(_("source"))
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("figure")
        verbose_name_plural = _("figures")
        ordering = ["series", "as_of", "area", "measure"]
        constraints = [
            models.UniqueConstraint(fields=["series", "as_of", "area", "measure"], name="one_figure_a_measure"),
        ]

    def __str__(self) -> str:
        return f"{self.series.code} {self.as_of} {self.area} {self.measure}: {self.qualifier} {self.value}"
