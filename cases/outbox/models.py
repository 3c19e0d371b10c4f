"""The outbox: messages that a service left to be sent, so that nothing is lost when a server is."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.access.models import CaseRow, VisibleQuerySet, cities_reviewed_by
from cases.access.rules import known
from cases.outbox.rules import SENT_BY_THE_CLOCK, Channel, MessageKind, MessageState
from cities.roles.rules import Compartment
from cities.staff.models import User


class MessageQuerySet(VisibleQuerySet["Message"]):
    """Messages, asked for on somebody's behalf."""

    def visible_to(self, user: User, *, at: datetime) -> Self:
        """Those in cases one may know of; and one's own, for whoever looks after the looking in that city."""
        known = super().visible_to(user, at=at)
        return known | self.filter(recipient=user, city__in=cities_reviewed_by(user, at=at))


class Message(CaseRow):
    """One cause to write to one recipient about one case. It says case number and time, never a name.

    `cause` is what it is about ("check-in 31 on 2026-11-24"); `key` is kind, cause and recipient together: the same
    reason never makes a second message. What is due to one recipient at one time leaves as one `delivery`: one
    e-mail, one SMS. To the person himself there is no `recipient` but a number, or a letter to print.
    """

    need_to_know = known(
        Compartment.CORE,
        public="id recorded_at recorded_by casefile city kind cause key channel recipient language callback checkin "
        "reference about_on about_time within_week due_at state delivery attempts leased_until sent_at read_at "
        "last_error",
        personal="address",
        bookkeeping="due_at state delivery attempts leased_until sent_at read_at last_error",
    )

    kind = models.CharField(_("kind"), max_length=20, choices=MessageKind.choices)
    cause = models.CharField(_("what it is about"), max_length=80)
    key = models.CharField(_("what it is for"), max_length=160, unique=True)
    channel = models.CharField(_("channel"), max_length=6, choices=Channel.choices, default=Channel.EMAIL)
    recipient = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("to")
    )
    address = models.CharField(_("number"), max_length=40, blank=True)
    language = models.CharField(_("language"), max_length=2, blank=True)
    callback = models.CharField(_("number to call"), max_length=40, blank=True)
    checkin = models.ForeignKey(
        "cases.CheckIn", on_delete=models.PROTECT, null=True, blank=True, related_name="messages",
        verbose_name=_("check-in"),
    )  # fmt: skip
    reference = models.CharField(_("case reference"), max_length=20)
    about_on = models.DateField(_("day"))
    about_time = models.TimeField(_("time"), null=True, blank=True)
    within_week = models.BooleanField(_("some time in the week"), default=False)
    due_at = models.DateTimeField(_("to be sent at"))
    state = models.CharField(_("state"), max_length=8, choices=MessageState.choices, default=MessageState.WAITING)
    delivery = models.UUIDField(_("sent together as"), null=True, blank=True, editable=False)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    leased_until = models.DateTimeField(_("held by a sender until"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    read_at = models.DateTimeField(_("read at"), null=True, blank=True)
    last_error = models.CharField(_("last error"), max_length=200, blank=True)

    objects: ClassVar[models.Manager[Any]] = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            models.CheckConstraint(
                condition=Q(state=MessageState.SENT, sent_at__isnull=False)
                | (~Q(state=MessageState.SENT) & Q(sent_at__isnull=True)),
                name="sent_messages_have_a_moment",
            ),
            models.CheckConstraint(
                condition=Q(channel__in=[Channel.EMAIL, Channel.IN_APP], recipient__isnull=False, address="")
                | (Q(channel=Channel.SMS, recipient__isnull=True) & ~Q(address=""))
                | Q(channel=Channel.LETTER, recipient__isnull=True, address=""),
                name="messages_go_to_somebody",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=Q(state=MessageState.WAITING, channel__in=SENT_BY_THE_CLOCK),
                name="messages_to_send",
            ),
            models.Index(
                fields=["casefile"],
                condition=Q(state=MessageState.WAITING, channel=Channel.LETTER),
                name="letters_to_print",
            ),
            models.Index(fields=["cause"], condition=Q(state=MessageState.WAITING), name="messages_by_cause"),
            models.Index(
                fields=["recipient", "-delivery"],
                condition=Q(recipient__isnull=False, delivery__isnull=False),
                name="messages_of_a_recipient",
            ),
            models.Index(fields=["city"], condition=Q(state=MessageState.DEAD), name="messages_given_up"),
        ]

    def __str__(self) -> str:
        return self.key
