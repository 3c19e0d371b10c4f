"""Each contact that comes of a rhythm, or was arranged by hand; and what was said at it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.access.models import CaseRow
from cases.access.rules import known
from cases.checkins.models.rhythms import CRITICAL, Rhythm
from cases.checkins.rules import AskedBy, CheckInKind, CheckInState, MoveReason, Outcome
from cases.plans.models import FollowUpPlan
from cities.roles.rules import Compartment
from cities.staff.models import User


class CheckIn(CaseRow):
    """One contact: planned by the clock from a rhythm, or by hand; then recorded, rescheduled or cancelled.

    `occurs_on` is the day the rhythm gives and never changes: with the rhythm it is the natural key. `due_on` is
    the day it is to be held, after days off were stepped over; one that is skipped for a day off, falls into a pause
    or comes after the end stays as a cancelled one, with its reason in `moved_because`. A rescheduled one stays, and
    another replaces it.
    """

    need_to_know = known(
        Compartment.CORE,
        public="id recorded_at recorded_by casefile city rhythm plan caseworker occurs_on version replaces outcome_by "
        "outcome_at reminded_at late_at second stands_in_for by_hand changed_at",
        sensitive="due_on due_time within_week moved_because kind with_interpreter place who_else duration early_from "
        "tolerance_days late_from is_critical state outcome asked_by",
        bookkeeping="version changed_at reminded_at late_at",
    )

    rhythm = models.ForeignKey(
        Rhythm, on_delete=models.PROTECT, null=True, blank=True, related_name="checkins", verbose_name=_("rhythm")
    )
    plan = models.ForeignKey(FollowUpPlan, on_delete=models.PROTECT, related_name="checkins", verbose_name=_("plan"))
    kind = models.CharField(_("kind"), max_length=10, choices=CheckInKind.choices)
    with_interpreter = models.BooleanField(_("with an interpreter"), default=False)
    caseworker = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("by"))
    stands_in_for = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("instead of")
    )
    second = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("together with")
    )
    who_else = models.CharField(_("who else"), max_length=160, blank=True)
    occurs_on = models.DateField(_("day by the rhythm"))
    due_on = models.DateField(_("day"))
    due_time = models.TimeField(_("time"), null=True, blank=True)
    within_week = models.BooleanField(_("some time in the week"), default=False)
    early_from = models.DateField(
        _("from this day on"), null=True, blank=True, help_text=_("When it may be held sooner than on its day.")
    )
    moved_because = models.CharField(_("moved because of"), max_length=10, choices=MoveReason.choices, blank=True)
    duration = models.PositiveSmallIntegerField(_("minutes"), default=45)
    place = models.CharField(_("place"), max_length=160, blank=True)
    tolerance_days = models.PositiveSmallIntegerField(_("days of grace"), default=0)
    late_from = models.DateField(
        _("late from"), help_text=_("The first day on which it is late when nothing was recorded.")
    )
    is_critical = models.BooleanField(_("critical"), default=False, help_text=CRITICAL)
    by_hand = models.BooleanField(
        _("changed by hand"), default=False, help_text=_("A change of its rhythm leaves it as it is.")
    )
    state = models.CharField(_("state"), max_length=11, choices=CheckInState.choices, default=CheckInState.PLANNED)
    outcome = models.CharField(_("outcome"), max_length=17, choices=Outcome.choices, blank=True)
    outcome_at = models.DateTimeField(_("recorded at"), null=True, blank=True)
    outcome_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("recorded by")
    )
    asked_by = models.CharField(_("asked for by"), max_length=10, choices=AskedBy.choices, blank=True)
    replaces = models.OneToOneField(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="replaced_by",
        verbose_name=_("in place of"),
    )
    reminded_at = models.DateTimeField(_("reminder left at"), null=True, blank=True)
    late_at = models.DateTimeField(_("marked late at"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    changed_at = models.DateTimeField(
        _("changed at"), null=True, blank=True, editable=False, help_text=_("When it became this version of itself.")
    )

    class Meta:
        verbose_name = _("check-in")
        verbose_name_plural = _("check-ins")
        constraints = [
            models.UniqueConstraint(
                fields=["rhythm", "occurs_on"], condition=Q(replaces__isnull=True), name="one_checkin_an_occurrence"
            ),
            models.CheckConstraint(
                condition=Q(state=CheckInState.RECORDED, outcome_at__isnull=False) & ~Q(outcome="")
                | ~Q(state=CheckInState.RECORDED) & Q(outcome="", outcome_at__isnull=True),
                name="recorded_checkins_have_an_outcome",
            ),
        ]
        indexes = [
            models.Index(
                fields=["caseworker", "due_on"], condition=Q(state=CheckInState.PLANNED), name="checkins_of_a_day"
            ),
            models.Index(
                fields=["due_on"],
                condition=Q(state=CheckInState.PLANNED, reminded_at__isnull=True),
                name="checkins_to_remind_of",
            ),
            models.Index(
                fields=["late_from"],
                condition=Q(state=CheckInState.PLANNED, late_at__isnull=True),
                name="checkins_going_late",
            ),
            models.Index(
                fields=["city", "late_from"], condition=Q(state=CheckInState.PLANNED), name="checkins_on_the_board"
            ),
            models.Index(fields=["casefile", "-due_on"], name="checkins_of_a_case"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.due_on}"


class CheckInNote(CaseRow):
    """What was said at a check-in, or why it was moved: care, under professional secrecy. Corrected, never erased."""

    need_to_know = known(
        Compartment.CARE,
        append_only=True,
        public="id recorded_at recorded_by casefile city checkin supersedes written_at",
        sensitive="outcome held_on reason note agreed concerns",
    )

    checkin = models.ForeignKey(CheckIn, on_delete=models.PROTECT, related_name="notes", verbose_name=_("check-in"))
    written_at = models.DateTimeField(_("written at"))
    outcome = models.CharField(_("outcome"), max_length=17, choices=Outcome.choices, blank=True)
    held_on = models.DateField(_("held on"), null=True, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    note = models.TextField(_("note"), blank=True)
    agreed = models.TextField(_("what was agreed"), blank=True)
    concerns = models.TextField(_("concerns"), blank=True)
    supersedes = models.OneToOneField(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="superseded_by",
        verbose_name=_("corrects"),
    )

    class Meta:
        verbose_name = _("note of a check-in")
        verbose_name_plural = _("notes of check-ins")
        indexes = [models.Index(fields=["checkin", "-id"], name="notes_of_a_checkin")]

    def __str__(self) -> str:
        return str(_("note of %(day)s") % {"day": self.written_at.date()})
