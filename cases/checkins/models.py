"""Check-ins: the rhythm that was agreed, and each contact that comes of it."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cases.access.models import CaseRow
from cases.access.rules import known
from cases.checkins.rules import (
    AskedBy,
    CheckInKind,
    CheckInState,
    Frequency,
    MovePolicy,
    MoveReason,
    Outcome,
    PauseReason,
    RhythmState,
)
from cases.plans.models import FollowUpPlan
from cities.roles.rules import Compartment
from cities.staff.models import User


class Rhythm(CaseRow):
    """How often, how and by whom the contact is held: "every two weeks on Tuesday, at the office, by Alice".

    Its occurrences exist as check-ins up to `materialised_until` (exclusive), which is the next day to be made: so
    the clock asks nothing of a rhythm before something of it is due. A rhythm that fails is set aside with its error
    and shown to the coordinator; it never stops the others.
    """

    need_to_know = known(
        Compartment.CORE,
        public="id recorded_at recorded_by casefile city plan caseworker version materialised_until "
        "set_aside_at set_aside_error",
        sensitive="kind frequency every weekdays month_day nth nth_weekday time duration place tolerance_days policy "
        "starts_on ends_on state",
    )

    plan = models.ForeignKey(FollowUpPlan, on_delete=models.PROTECT, related_name="rhythms", verbose_name=_("plan"))
    kind = models.CharField(_("kind"), max_length=10, choices=CheckInKind.choices)
    frequency = models.CharField(_("every so many"), max_length=6, choices=Frequency.choices)
    every = models.PositiveSmallIntegerField(_("every"), validators=[MinValueValidator(1), MaxValueValidator(366)])
    weekdays = ArrayField(
        models.PositiveSmallIntegerField(), verbose_name=_("on weekdays"), default=list, blank=True,
        help_text=_("0 is Monday, 6 is Sunday."),
    )  # fmt: skip
    month_day = models.SmallIntegerField(
        _("on day of the month"), null=True, blank=True, help_text=_("1 to 31; -1 is the last day.")
    )
    nth = models.SmallIntegerField(_("on the nth"), null=True, blank=True, help_text=_("1 to 4; -1 is the last."))
    nth_weekday = models.PositiveSmallIntegerField(_("weekday"), null=True, blank=True)
    time = models.TimeField(_("at"), null=True, blank=True, help_text=_("Empty: some time that day."))
    duration = models.PositiveSmallIntegerField(
        _("minutes"), default=45, validators=[MinValueValidator(5), MaxValueValidator(600)]
    )
    place = models.CharField(_("place"), max_length=160, blank=True)
    tolerance_days = models.PositiveSmallIntegerField(
        _("days of grace"),
        default=0,
        validators=[MaxValueValidator(60)],
        help_text=_("Working days before it counts as late."),
    )
    policy = models.CharField(_("on a day off"), max_length=8, choices=MovePolicy.choices, default=MovePolicy.NEXT)
    caseworker = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("by"))
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True, help_text=_("The first day without."))
    state = models.CharField(_("state"), max_length=6, choices=RhythmState.choices, default=RhythmState.ACTIVE)
    materialised_until = models.DateField(editable=False)
    set_aside_at = models.DateTimeField(null=True, blank=True, editable=False)
    set_aside_error = models.CharField(max_length=300, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("rhythm")
        verbose_name_plural = _("rhythms")
        constraints = [
            models.CheckConstraint(condition=Q(every__gte=1, every__lte=366), name="rhythm_every_is_positive"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="rhythm_ends_later"
            ),
            models.CheckConstraint(
                condition=Q(frequency=Frequency.DAYS)
                | (Q(frequency=Frequency.WEEKS) & Q(weekdays__len__gte=1))
                | Q(frequency=Frequency.MONTHS, month_day__isnull=False, nth__isnull=True, nth_weekday__isnull=True)
                | Q(frequency=Frequency.MONTHS, month_day__isnull=True, nth__isnull=False, nth_weekday__isnull=False),
                name="rhythm_says_on_which_day",
            ),
        ]
        indexes = [
            models.Index(
                fields=["materialised_until"],
                condition=Q(state=RhythmState.ACTIVE, set_aside_at__isnull=True),
                name="rhythms_the_clock_asks",
            ),
            models.Index(
                fields=["ends_on"],
                condition=Q(state=RhythmState.ACTIVE, ends_on__isnull=False),
                name="rhythms_that_end",
            ),
            models.Index(fields=["city"], condition=Q(set_aside_at__isnull=False), name="rhythms_set_aside"),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


class Pause(CaseRow):
    """A time without check-ins: prison, hospital, abroad, an agreed break. Half-open; an empty end is not known yet."""

    need_to_know = known(
        Compartment.CORE,
        public="id recorded_at recorded_by casefile city rhythm starts_on ends_on",
        sensitive="reason",
    )

    rhythm = models.ForeignKey(Rhythm, on_delete=models.PROTECT, related_name="pauses", verbose_name=_("rhythm"))
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=10, choices=PauseReason.choices)

    class Meta:
        verbose_name = _("pause")
        verbose_name_plural = _("pauses")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")), name="pause_ends_later"
            ),
            models.UniqueConstraint(fields=["rhythm"], condition=Q(ends_on__isnull=True), name="one_open_pause"),
        ]

    def __str__(self) -> str:
        return self.get_reason_display()


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
        "outcome_at reminded_at late_at climbed_at answered_at answered_by",
        sensitive="due_on due_time moved_because kind place duration tolerance_days late_from climbs_on "
        "state outcome asked_by",
    )

    rhythm = models.ForeignKey(
        Rhythm, on_delete=models.PROTECT, null=True, blank=True, related_name="checkins", verbose_name=_("rhythm")
    )
    plan = models.ForeignKey(FollowUpPlan, on_delete=models.PROTECT, related_name="checkins", verbose_name=_("plan"))
    kind = models.CharField(_("kind"), max_length=10, choices=CheckInKind.choices)
    caseworker = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("by"))
    occurs_on = models.DateField(_("day by the rhythm"))
    due_on = models.DateField(_("day"))
    due_time = models.TimeField(_("time"), null=True, blank=True)
    moved_because = models.CharField(_("moved because of"), max_length=10, choices=MoveReason.choices, blank=True)
    duration = models.PositiveSmallIntegerField(_("minutes"), default=45)
    place = models.CharField(_("place"), max_length=160, blank=True)
    tolerance_days = models.PositiveSmallIntegerField(_("days of grace"), default=0)
    late_from = models.DateField(
        _("late from"), help_text=_("The first day on which it is late when nothing was recorded.")
    )
    climbs_on = models.DateField(_("to the coordinator on"))
    state = models.CharField(_("state"), max_length=11, choices=CheckInState.choices, default=CheckInState.PLANNED)
    outcome = models.CharField(_("outcome"), max_length=17, choices=Outcome.choices, blank=True)
    outcome_at = models.DateTimeField(_("recorded at"), null=True, blank=True)
    outcome_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
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
    climbed_at = models.DateTimeField(_("told to the coordinator at"), null=True, blank=True)
    answered_at = models.DateTimeField(_("acknowledged by the coordinator at"), null=True, blank=True)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    version = models.PositiveIntegerField(default=1, editable=False)

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
                fields=["climbs_on"],
                condition=Q(state=CheckInState.PLANNED, climbed_at__isnull=True),
                name="checkins_going_up",
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
