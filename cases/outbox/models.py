"""The outbox: messages that a service left to be sent, so that nothing is lost when a server is."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.access.models import CaseRow
from cases.access.rules import known
from cases.outbox.rules import MessageKind, MessageState
from cities.roles.rules import Compartment
from cities.staff.models import User


class Message(CaseRow):
    """One message to one member of staff about one case. It says case number and time, never a name.

    `key` is what the message is for ("check-in 31, on 2026-11-24"): the same reason never makes a second message.
    """

    need_to_know = known(
        Compartment.CORE,
        public="id recorded_at recorded_by casefile city kind key recipient reference about_on about_time due_at state "
        "attempts leased_until sent_at last_error",
    )

    kind = models.CharField(_("kind"), max_length=20, choices=MessageKind.choices)
    key = models.CharField(_("what it is for"), max_length=80, unique=True)
    recipient = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("to"))
    reference = models.CharField(_("case reference"), max_length=20)
    about_on = models.DateField(_("day"))
    about_time = models.TimeField(_("time"), null=True, blank=True)
    due_at = models.DateTimeField(_("to be sent at"))
    state = models.CharField(_("state"), max_length=8, choices=MessageState.choices, default=MessageState.WAITING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    leased_until = models.DateTimeField(_("held by a sender until"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    last_error = models.CharField(_("last error"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            models.CheckConstraint(
                condition=Q(state=MessageState.SENT, sent_at__isnull=False)
                | (~Q(state=MessageState.SENT) & Q(sent_at__isnull=True)),
                name="sent_messages_have_a_moment",
            ),
        ]
        indexes = [models.Index(fields=["due_at"], condition=Q(state=MessageState.WAITING), name="messages_to_send")]

    def __str__(self) -> str:
        return self.key
