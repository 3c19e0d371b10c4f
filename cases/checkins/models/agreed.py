"""That the person agreed to be reminded of a contact: how, in which language, how long before."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.access.models import CaseRow
from cases.access.rules import known
from cases.checkins.reminding import PersonChannel
from cities.roles.rules import Compartment
from cities.staff.models import User


class AgreedReminder(CaseRow):
    """The person wants to be told before each contact, by SMS or by letter, and saw the words in his language.

    It holds until it is withdrawn, by him or for him; nothing is sent to him without one.
    """

    need_to_know = known(
        Compartment.CORE,
        public="id recorded_at recorded_by casefile city channel days_before agreed_on withdrawn_at withdrawn_by",
        personal="number",
        sensitive="language",
    )

    channel = models.CharField(_("how"), max_length=6, choices=PersonChannel.choices)
    number = models.CharField(_("mobile number"), max_length=20, blank=True)
    language = models.CharField(_("in"), max_length=2, choices=User._meta.get_field("language").choices, default="nl")
    days_before = models.PositiveSmallIntegerField(
        _("days before"), default=1, validators=[MinValueValidator(1), MaxValueValidator(7)]
    )
    agreed_on = models.DateField(_("agreed on"))
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True, editable=False)
    withdrawn_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("withdrawn by"),
        editable=False,
    )  # fmt: skip

    class Meta:
        verbose_name = _("agreed reminder")
        verbose_name_plural = _("agreed reminders")
        constraints = [
            models.UniqueConstraint(
                fields=["casefile", "channel"], condition=Q(withdrawn_at__isnull=True), name="one_reminder_a_channel"
            ),
            models.CheckConstraint(
                condition=(Q(channel="SMS") & ~Q(number="")) | Q(channel="LETTER", number=""),
                name="an_sms_has_a_number",
            ),
            models.CheckConstraint(condition=Q(days_before__range=(1, 7)), name="reminded_within_a_week"),
        ]

    def __str__(self) -> str:
        return self.get_channel_display()
