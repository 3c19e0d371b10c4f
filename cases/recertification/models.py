"""That a grant was still needed: who said so, and when."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.access.models import CaseAccess, CaseRow, VisibleQuerySet, cases_open_to, cities_open_to, cities_reviewed_by
from cases.access.rules import known
from cities.roles.rules import Compartment
from cities.staff.models import User


class ConfirmationQuerySet(VisibleQuerySet["GrantConfirmation"]):
    """Confirmations, asked for on somebody's behalf."""

    def visible_to(self, user: User, *, at: datetime) -> Self:
        """Those on cases she may know of, and those of the cities she reviews."""
        cases = cases_open_to(user, Compartment.CORE, at=at)
        cities = cities_open_to(user, Compartment.CORE, at=at)
        return self.filter(Q(city__in=cities) | Q(city__in=cities_reviewed_by(user, at=at)) | Q(casefile__in=cases))


class GrantConfirmation(CaseRow):
    """Whoever answers for it said that this grant is still needed, until the day by which it is asked again.

    Never changed: a quarter is a row. That nobody said so, or that it is no longer needed, stands on the grant itself.
    """

    need_to_know = known(
        Compartment.CORE,
        append_only=True,
        public="id recorded_at recorded_by casefile city grant confirmed_at confirm_by",
    )

    grant = models.ForeignKey(
        CaseAccess, on_delete=models.PROTECT, related_name="confirmations", verbose_name=_("grant")
    )
    confirmed_at = models.DateTimeField(_("confirmed at"))
    confirm_by = models.DateField(_("to be confirmed again by"))

    objects: ClassVar[models.Manager[Any]] = ConfirmationQuerySet.as_manager()

    class Meta:
        verbose_name = _("confirmation of a grant")
        verbose_name_plural = _("confirmations of grants")
        constraints = [models.UniqueConstraint(fields=["grant", "confirm_by"], name="one_confirmation_a_quarter")]

    def __str__(self) -> str:
        return f"{self.grant_id} until {self.confirm_by}"
