"""The rhythm that was agreed, its pauses, and the days on which the person would rather not be met."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cases.access.models import CaseRow
from cases.access.rules import known
from cases.checkins.rules import CheckInKind, Frequency, MovePolicy, PauseReason, RhythmState
from cases.plans.models import FollowUpPlan
from cities.roles.rules import Compartment
from cities.staff.models import User

#: What it means that a contact is critical.
CRITICAL = _("When it is missed, that goes to the next case conference at once.")


class Rhythm(CaseRow):
    """How often, how and by whom the contact is held: "every two weeks on Tuesday, at the office, by Alice".

    A rhythm that is changed from a day on ends there, and another `follows` it; so does each step of a taper ("weekly
    for eight weeks, then monthly"). What was made of the one before never changes.

    Its occurrences exist as check-ins up to `materialised_until` (exclusive), which is the next day to be made: so
    the clock asks nothing of a rhythm before something of it is due. A rhythm that fails is set aside with its error
    and shown to the coordinator; it never stops the others.
    """

    need_to_know = known(
        Compartment.CORE,
        public="id recorded_at recorded_by casefile city plan caseworker second follows version materialised_until "
        "set_aside_at set_aside_error",
        sensitive="kind with_interpreter frequency every weekdays month_day nth nth_weekday times within_week time "
        "duration place who_else early_days tolerance_days policy avoids_regional avoids_school is_critical "
        "starts_on ends_on state",
        bookkeeping="version materialised_until set_aside_at set_aside_error",
    )

    plan = models.ForeignKey(FollowUpPlan, on_delete=models.PROTECT, related_name="rhythms", verbose_name=_("plan"))
    kind = models.CharField(_("kind"), max_length=10, choices=CheckInKind.choices)
    with_interpreter = models.BooleanField(_("with an interpreter"), default=False)
    frequency = models.CharField(_("every so many"), max_length=7, choices=Frequency.choices)
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
    times = models.PositiveSmallIntegerField(
        _("so many times"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(500)]
    )
    within_week = models.BooleanField(_("some time in the week"), default=False)
    time = models.TimeField(_("at"), null=True, blank=True, help_text=_("Empty: some time that day."))
    duration = models.PositiveSmallIntegerField(
        _("minutes"), default=45, validators=[MinValueValidator(5), MaxValueValidator(600)]
    )
    place = models.CharField(_("place"), max_length=160, blank=True)
    early_days = models.PositiveSmallIntegerField(
        _("days sooner"), default=0, validators=[MaxValueValidator(60)],
        help_text=_("Working days before, from which on it may be held."),
    )  # fmt: skip
    tolerance_days = models.PositiveSmallIntegerField(
        _("days of grace"),
        default=0,
        validators=[MaxValueValidator(60)],
        help_text=_("Working days before it counts as late."),
    )
    policy = models.CharField(_("on a day off"), max_length=8, choices=MovePolicy.choices, default=MovePolicy.NEXT)
    avoids_regional = models.BooleanField(_("regional holidays are days off"), default=False)
    avoids_school = models.BooleanField(_("school holidays are days off"), default=False)
    is_critical = models.BooleanField(_("critical"), default=False, help_text=CRITICAL)
    caseworker = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("by"))
    second = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("together with")
    )
    who_else = models.CharField(_("who else"), max_length=160, blank=True)
    follows = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="followed_by",
        verbose_name=_("comes after"),
    )  # fmt: skip
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
                condition=Q(frequency__in=[Frequency.DAYS, Frequency.QUARTER])
                | (Q(frequency=Frequency.WEEKS) & Q(weekdays__len__gte=1))
                | Q(frequency=Frequency.MONTHS, month_day__isnull=False, nth__isnull=True, nth_weekday__isnull=True)
                | Q(frequency=Frequency.MONTHS, month_day__isnull=True, nth__isnull=False, nth_weekday__isnull=False),
                name="rhythm_says_on_which_day",
            ),
        ]
        indexes = [
            models.Index(
                fields=["materialised_until", "id"],
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


class AvoidedDays(CaseRow):
    """Days on which the person would rather not be met, as agreed with him: half-open.

    No reason stands here, and none is asked for: an observance, a family feast and a football match look the same.
    """

    need_to_know = known(
        Compartment.CORE,
        public="id recorded_at recorded_by casefile city withdrawn_at",
        sensitive="starts_on ends_on",
    )

    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("days to avoid")
        verbose_name_plural = _("days to avoid")
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gt=F("starts_on")), name="avoided_days_end_later"),
        ]
        indexes = [
            models.Index(fields=["casefile"], condition=Q(withdrawn_at__isnull=True), name="avoided_days_of_a_case")
        ]

    def __str__(self) -> str:
        return f"{self.starts_on}–{self.ends_on}"
