"""Emergency openings, and what was said of them afterwards."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cases.access.models import CaseRow, VisibleQuerySet, cases_open_to, cities_open_to, cities_reviewed_by
from cases.access.rules import EMERGENCY_LASTS, known
from cases.emergencies.rules import ReviewOutcome, lasts_until
from cities.roles.rules import Compartment
from cities.staff.models import Posting, User


class OpeningQuerySet(VisibleQuerySet["EmergencyOpening"]):
    """Emergency openings, asked for on somebody's behalf."""

    def visible_to(self, user: User, *, at: datetime) -> Self:
        """Her own, also when the hour is over; those in cases she may know of; and those of the cities she reviews."""
        cases = cases_open_to(user, Compartment.CORE, at=at)
        cities = cities_open_to(user, Compartment.CORE, at=at)
        reviewed = cities_reviewed_by(user, at=at)
        return self.filter(Q(user=user) | Q(city__in=cities) | Q(city__in=reviewed) | Q(casefile__in=cases))


class EmergencyOpening(CaseRow):
    """Somebody who had no ground opened one case, for an hour at most, because it could not wait.

    The grants it gave are `CaseAccess` rows from `opened_at` on. It is reviewed by `review_by`; `late_at`: when the
    clock saw that nobody had, and told the data-protection officer.
    """

    need_to_know = known(
        Compartment.CORE,
        public="id recorded_at recorded_by casefile city user posting reference opened_at ends_at ended_at review_by "
        "late_at",
        sensitive="reason",
        bookkeeping="late_at",
    )

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("opened by"))
    posting = models.ForeignKey(Posting, on_delete=models.PROTECT, related_name="+", verbose_name=_("posting"))
    reference = models.CharField(_("case reference"), max_length=20)
    reason = models.TextField(_("reason"))
    opened_at = models.DateTimeField(_("opened at"))
    ends_at = models.DateTimeField(_("until"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    review_by = models.DateTimeField(_("to be reviewed by"))
    late_at = models.DateTimeField(_("late since"), null=True, blank=True)

    objects: ClassVar[models.Manager[Any]] = OpeningQuerySet.as_manager()

    class Meta:
        verbose_name = _("emergency opening")
        verbose_name_plural = _("emergency openings")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("opened_at"), ends_at__lte=F("opened_at") + EMERGENCY_LASTS),
                name="an_opening_lasts_an_hour_at_most",
            ),
        ]
        indexes = [
            models.Index(fields=["city", "-id"], name="openings_of_a_city"),
            models.Index(fields=["user", "-id"], name="openings_of_a_user"),
            models.Index(fields=["review_by"], condition=Q(late_at__isnull=True), name="openings_to_review"),
        ]

    def __str__(self) -> str:
        return f"{self.reference}: {self.user}"

    @property
    def lasts_until(self) -> datetime:
        return lasts_until(self.ends_at, self.ended_at)

    @property
    def review(self) -> EmergencyReview | None:
        """What is said of it now: the newest review corrects those before it."""
        return max(self.reviews.all(), key=lambda review: review.pk, default=None)


class ReviewQuerySet(VisibleQuerySet["EmergencyReview"]):
    """Reviews of emergency openings, asked for on somebody's behalf."""

    def visible_to(self, user: User, *, at: datetime) -> Self:
        """Those of the openings she may see: the opener sees what was said of hers."""
        return self.filter(opening__in=EmergencyOpening.objects.visible_to(user, at=at))


class EmergencyReview(CaseRow):
    """What a coordinator or the data-protection officer says of an emergency opening, never the opener herself.

    Never changed: who thinks otherwise later writes another one, and the newest counts.
    """

    need_to_know = known(
        Compartment.CORE,
        append_only=True,
        public="id recorded_at recorded_by casefile city opening outcome reviewed_at",
        sensitive="note consequence",
    )

    opening = models.ForeignKey(
        EmergencyOpening, on_delete=models.PROTECT, related_name="reviews", verbose_name=_("emergency opening")
    )
    outcome = models.CharField(_("outcome"), max_length=12, choices=ReviewOutcome.choices)
    note = models.TextField(_("note"))
    consequence = models.TextField(_("what follows"), blank=True)
    reviewed_at = models.DateTimeField(_("reviewed at"))

    objects: ClassVar[models.Manager[Any]] = ReviewQuerySet.as_manager()

    class Meta:
        verbose_name = _("review of an emergency opening")
        verbose_name_plural = _("reviews of emergency openings")
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome=ReviewOutcome.JUSTIFIED) | ~Q(consequence=""), name="what_follows_a_review_is_said"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.opening_id}: {self.outcome}"
