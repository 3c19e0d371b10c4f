"""Openings that were drawn by chance for the data-protection officer to look at, and what she found."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.access.models import VisibleQuerySet
from cases.access.rules import NeedToKnow, known
from cases.audit.rules import Finding
from cities.places.models import City
from cities.records import Record
from cities.roles.rules import Compartment


class LookSample(Record):
    """One opening of a week, drawn by chance: an entry of the ledger, by its number; nothing of the case."""

    need_to_know: ClassVar[NeedToKnow] = known(
        Compartment.CORE, path="review", append_only=True,
        public="id recorded_at recorded_by city week_on entry_id",
    )  # fmt: skip

    city = models.ForeignKey(City, on_delete=models.PROTECT, related_name="+", verbose_name=_("city"))
    week_on = models.DateField(_("week"), help_text=_("Its Monday."))
    entry_id = models.UUIDField(_("entry of the ledger"))

    objects = VisibleQuerySet.as_manager()

    class Meta:
        verbose_name = _("sampled opening")
        verbose_name_plural = _("sampled openings")
        constraints = [models.UniqueConstraint(fields=["city", "entry_id"], name="an_opening_is_drawn_once")]
        indexes = [models.Index(fields=["city", "-week_on"], name="samples_by_week")]

    def __str__(self) -> str:
        return f"{self.week_on}: {self.entry_id}"


class SampleFinding(Record):
    """What was found of a sampled opening. The latest holds: it takes back an earlier one, and none is changed."""

    need_to_know: ClassVar[NeedToKnow] = known(
        Compartment.CORE, path="review", append_only=True,
        public="id recorded_at recorded_by city sample outcome", sensitive="note",
    )  # fmt: skip

    sample = models.ForeignKey(
        LookSample, on_delete=models.PROTECT, related_name="findings", verbose_name=_("sampled opening")
    )
    city = models.ForeignKey(City, on_delete=models.PROTECT, related_name="+", verbose_name=_("city"))
    outcome = models.CharField(_("outcome"), max_length=12, choices=Finding.choices)
    note = models.TextField(_("note"), blank=True)

    objects = VisibleQuerySet.as_manager()

    class Meta:
        verbose_name = _("finding")
        verbose_name_plural = _("findings")

    def __str__(self) -> str:
        return f"{self.sample_id}: {self.outcome}"
