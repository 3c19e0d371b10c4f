"""A missed contact, and the steps by which it goes up until somebody answers it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.access.models import CaseRow
from cases.access.rules import known
from cases.checkins.models.contacts import CheckIn
from cases.checkins.rules import MissAnswer, MissCause, MissStep
from cities.roles.rules import Compartment
from cities.staff.models import User


class MissedContact(CaseRow):
    """A check-in that was missed, or of which nobody has said what came: open until it is answered."""

    need_to_know = known(
        Compartment.CORE,
        public="id recorded_at recorded_by casefile city checkin opened_at answered_at answered_by version",
        sensitive="cause in_a_row answer",
        bookkeeping="version",
    )

    checkin = models.OneToOneField(
        CheckIn, on_delete=models.PROTECT, related_name="missed", verbose_name=_("check-in")
    )  # fmt: skip
    cause = models.CharField(_("because"), max_length=12, choices=MissCause.choices)
    in_a_row = models.PositiveSmallIntegerField(
        _("in a row"), default=1, help_text=_("How many contacts were missed one after another, with this one.")
    )
    opened_at = models.DateTimeField(_("since"))
    answer = models.CharField(_("answer"), max_length=9, choices=MissAnswer.choices, blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    answered_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("answered by")
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("missed contact")
        verbose_name_plural = _("missed contacts")
        constraints = [
            models.CheckConstraint(
                condition=Q(answer="", answered_at__isnull=True) | (~Q(answer="") & Q(answered_at__isnull=False)),
                name="answered_misses_have_a_moment",
            ),
        ]
        indexes = [
            models.Index(fields=["casefile"], condition=Q(answered_at__isnull=True), name="missed_and_not_answered"),
        ]

    def __str__(self) -> str:
        return f"{self.get_cause_display()} ({self.checkin})"


class MissedStep(CaseRow):
    """One step of the ladder: who has to see to a missed contact, until when, and whether she said that she does.

    Without an owner it is whoever coordinates the city. It is over when the contact is answered or goes up a step.
    """

    need_to_know = known(
        Compartment.CORE,
        public="id recorded_at recorded_by casefile city missed step owner since deadline_on acknowledged_at "
        "acknowledged_by over_at version",
        bookkeeping="version",
    )

    missed = models.ForeignKey(
        MissedContact, on_delete=models.PROTECT, related_name="steps", verbose_name=_("missed contact")
    )
    step = models.CharField(_("step"), max_length=11, choices=MissStep.choices)
    owner = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("with")
    )
    since = models.DateTimeField(_("since"))
    deadline_on = models.DateField(_("until"), help_text=_("The day on which it goes up a step when nothing is said."))
    acknowledged_at = models.DateTimeField(_("acknowledged at"), null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("acknowledged by")
    )
    over_at = models.DateTimeField(_("over since"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("step of a missed contact")
        verbose_name_plural = _("steps of missed contacts")
        constraints = [
            models.UniqueConstraint(fields=["missed", "step"], name="each_step_once"),
            models.UniqueConstraint(fields=["missed"], condition=Q(over_at__isnull=True), name="one_step_at_a_time"),
        ]
        indexes = [
            models.Index(
                fields=["deadline_on"],
                condition=Q(over_at__isnull=True, step__in=[MissStep.CASEWORKER, MissStep.COORDINATOR]),
                name="steps_the_clock_asks",
            ),
            models.Index(
                fields=["city", "step", "deadline_on"], condition=Q(over_at__isnull=True), name="steps_on_the_board"
            ),
            models.Index(fields=["owner"], condition=Q(over_at__isnull=True), name="steps_of_an_owner"),
        ]

    def __str__(self) -> str:
        return self.get_step_display()
