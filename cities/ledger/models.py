"""The ledger: what happened. Appended by every door, changed by nobody, and without content."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from cities.ledger.rules import Operation


class LedgerEntry(models.Model):
    """One thing that somebody did with the record of somebody else: who, what, when, why, never the content.

    It names fields, not their values, so that erasing a person never has to touch the ledger. The case stands
    here by number and reference, without a foreign key: this side of the house cannot import a case.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    at = models.DateTimeField(_("at"), db_default=Now(), help_text=_("By the clock of the database."))
    operation = models.CharField(_("operation"), max_length=12, choices=Operation.choices)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("actor")
    )
    initiator = models.CharField(
        _("initiator"), max_length=20, help_text=_("A person, the clock, or a set-up command.")
    )
    role = models.CharField(_("role"), max_length=30, blank=True)
    agency_id = models.BigIntegerField(_("agency"), null=True)
    city_id = models.BigIntegerField(_("city"), null=True)
    case_id = models.BigIntegerField(_("case"), null=True)
    case_reference = models.CharField(_("case reference"), max_length=20, blank=True)
    compartment = models.CharField(_("compartment"), max_length=12, blank=True)
    object_type = models.CharField(_("kind of record"), max_length=40, blank=True)
    object_ids = ArrayField(models.BigIntegerField(), verbose_name=_("records"), default=list)
    fields = ArrayField(models.CharField(max_length=60), verbose_name=_("fields"), default=list)
    rows = models.PositiveIntegerField(_("number of rows"), default=1)
    act = models.CharField(_("act"), max_length=60, blank=True)
    purpose = models.CharField(_("purpose"), max_length=200, blank=True)
    justification = models.TextField(_("justification"), blank=True)
    ground = models.CharField(_("ground"), max_length=40, blank=True)
    recipient = models.CharField(_("recipient"), max_length=200, blank=True)
    request_id = models.CharField(_("request"), max_length=40, blank=True)
    outcome = models.CharField(_("outcome"), max_length=20, default="DONE")

    class Meta:
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger")
        indexes = [
            models.Index(fields=["case_id", "-at"], name="ledger_case_at"),
            models.Index(fields=["actor", "-at"], name="ledger_actor_at"),
            models.Index(fields=["city_id", "-at"], name="ledger_city_at"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(actor__isnull=False) | ~models.Q(initiator="person"), name="ledger_a_person_is_named"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.operation} {self.case_reference}"
