"""What is believed about where somebody is: by whom, how surely, true since when, known since when."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cases.access.rules import NeedToKnow, known
from cases.people.models import Person, PersonQuerySet
from cases.travel.rules import Confidence, Reliability, Situation, SourceKind, TravelValue
from cities.places.models import City
from cities.records import Record
from cities.roles.rules import Compartment


class TravelStatus(Record):
    """One assessment, appended and never edited; a correction is a new row that supersedes an old one.

    What holds on day D as known on day K: among the rows known by K and not superseded by a row known by K,
    with `true_since` by D, not lapsed by D, the latest by (`true_since`, `known_since`, `id`).
    """

    need_to_know: ClassVar[NeedToKnow] = known(
        Compartment.CORE,
        path="person",
        append_only=True,
        public="id recorded_at recorded_by city person supersedes",
        sensitive="value situation confidence source_kind source reliability true_since known_since reason",
    )

    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="travel_statuses", verbose_name=_("person")
    )
    city = models.ForeignKey(City, on_delete=models.PROTECT, related_name="+", verbose_name=_("city"))
    value = models.CharField(_("travel status"), max_length=10, choices=TravelValue.choices, blank=True)
    situation = models.CharField(_("situation"), max_length=4, choices=Situation.choices, blank=True)
    confidence = models.CharField(_("confidence"), max_length=9, choices=Confidence.choices)
    source_kind = models.CharField(_("kind of source"), max_length=11, choices=SourceKind.choices)
    source = models.CharField(_("source"), max_length=300)
    reliability = models.CharField(_("reliability of the source"), max_length=1, choices=Reliability.choices)
    true_since = models.DateField(_("true since"))
    known_since = models.DateField(_("known since"))
    reason = models.TextField(_("why it was corrected or renewed"), blank=True)
    supersedes = models.OneToOneField(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="superseded_by",
        verbose_name=_("corrects"),
    )

    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("travel status")
        verbose_name_plural = _("travel statuses")
        constraints = [
            models.CheckConstraint(condition=~Q(value="", situation=""), name="travel_status_says_something"),
            models.CheckConstraint(condition=Q(known_since__gte=F("true_since")), name="known_once_it_was_true"),
            models.CheckConstraint(condition=Q(supersedes__isnull=True) | ~Q(reason=""), name="a_correction_says_why"),
        ]
        indexes = [models.Index(fields=["person", "-true_since", "-known_since", "-id"], name="travel_latest_first")]

    def __str__(self) -> str:
        return f"{self.get_value_display() or self.get_situation_display()}, {self.get_confidence_display()}"
