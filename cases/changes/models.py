"""Who changed which field of a row from what to what, and when: beside the ledger, in the row's own compartment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.access.models import RowT, VisibleQuerySet, can_open, cities_open_to
from cases.access.policies import is_of_referrals, kept_in
from cases.access.rules import NeedToKnow, known, need_of
from cities.places.models import City
from cities.records import Record
from cities.roles.rules import Compartment
from cities.staff.models import User

#: What every table of changes consists of.
_COLUMNS = "id recorded_at recorded_by initiator request_id object_type object_id casefile city"


class ChangeQuerySet(VisibleQuerySet[RowT]):
    """Changes, asked for on somebody's behalf: whoever may know of a row may know what it was before."""

    def visible_to(self, user: User, *, at: datetime) -> Self:
        """Those of rows that she may know of now."""
        need = need_of(self.model)
        if need.compartment == Compartment.CARE and not can_open(user, Compartment.CARE, at=at):
            return self.none()
        return self.told_to(user, at=at).filter(_of_rows_known_by(user, need.compartment, at=at))

    def told_to(self, user: User, *, at: datetime) -> Self:
        """Without those of referrals, and of what came of them, where the other house is not hers. An office has what
        was sent to it; whoever knows of a case is told that an inquiry is open, and not who said so when."""
        need = need_of(self.model)
        kinds = [model._meta.model_name for model in kept_in(need.compartment) if is_of_referrals(model)]
        return self.filter(~Q(object_type__in=kinds) | Q(city__in=cities_open_to(user, Compartment.JUSTICE, at=at)))

    def listed_to(self, user: User, *, at: datetime) -> Self:
        """They stand in no list."""
        return self.none()


def _of_rows_known_by(user: User, compartment: Compartment, *, at: datetime) -> Q:
    def each() -> Iterator[Q]:
        for model in kept_in(compartment):
            rows: Any = model._default_manager
            yield Q(object_type=model._meta.model_name, object_id__in=rows.visible_to(user, at=at).values("pk"))

    found = Q(pk__in=[])
    for one in each():
        found |= one
    return found


class ChangeRow(Record):
    """One change of one row: the fields that differ, as they were and as they became. An insertion is none.

    PostgreSQL writes it, by a trigger, in the statement that changes the row: there is no way past it. `recorded_by`
    is who acted; nobody when `initiator` is the clock or a set-up command. `before` and `after` have the same keys:
    the names of columns.
    """

    need_to_know: ClassVar[NeedToKnow]

    recorded_at = models.DateTimeField(_("changed at"), help_text=_("By the clock of the database."))
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True, db_index=False,
        verbose_name=_("changed by"),
    )  # fmt: skip
    initiator = models.CharField(_("initiator"), max_length=20)
    request_id = models.CharField(_("request"), max_length=64, blank=True)
    object_type = models.CharField(_("kind of record"), max_length=40)
    object_id = models.BigIntegerField(_("record"))
    # Both are those of the row itself, which has its own foreign keys.
    casefile = models.ForeignKey(
        "cases.Casefile", on_delete=models.PROTECT, related_name="+", null=True, db_constraint=False,
        verbose_name=_("case"),
    )  # fmt: skip
    city = models.ForeignKey(
        City, on_delete=models.PROTECT, related_name="+", null=True, db_constraint=False, db_index=False,
        verbose_name=_("city"),
    )  # fmt: skip
    before = models.JSONField(_("before"))
    after = models.JSONField(_("after"))

    objects: ClassVar[models.Manager[Any]] = ChangeQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.object_type} {self.object_id}: {', '.join(sorted(self.after))}"


class Change(ChangeRow):
    """A change of something that whoever knows of the case, or of the person, may know."""

    need_to_know = known(Compartment.CORE, path="row", append_only=True, public=_COLUMNS, sensitive="before after")

    class Meta:
        verbose_name = _("change")
        verbose_name_plural = _("changes")
        indexes = [models.Index(fields=["object_type", "object_id", "-id"], name="changes_of_a_row")]


class CareChange(ChangeRow):
    """A change of something under professional secrecy. The other house has no right on this table."""

    need_to_know = known(Compartment.CARE, path="row", append_only=True, public=_COLUMNS, sensitive="before after")

    class Meta:
        verbose_name = _("change in care")
        verbose_name_plural = _("changes in care")
        indexes = [models.Index(fields=["object_type", "object_id", "-id"], name="care_changes_of_a_row")]


class JusticeChange(ChangeRow):
    """A change of a referral: for the cell that wrote it, not for the office, which sees it as it was sent."""

    need_to_know = known(Compartment.JUSTICE, path="row", append_only=True, public=_COLUMNS, sensitive="before after")

    class Meta:
        verbose_name = _("change in justice")
        verbose_name_plural = _("changes in justice")
        indexes = [models.Index(fields=["object_type", "object_id", "-id"], name="justice_changes_of_a_row")]
