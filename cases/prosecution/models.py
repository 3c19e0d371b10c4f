"""The one door between two houses: a newly written statement to one prosecution office, and its answer."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from cases.access.models import CaseRow, RowT, VisibleQuerySet, cases_open_to, cities_open_to, offices_acted_for
from cases.access.rules import NeedToKnow, known
from cases.prosecution.rules import SINCE_SENT, Answer, Nature, ReferralGround, ReferralStage, Urgency
from cases.travel.rules import Reliability
from cities.agencies.models import Agency
from cities.records import Record
from cities.roles.rules import Compartment
from cities.staff.models import User


class ReferralQuerySet(VisibleQuerySet[RowT]):
    """Referrals, and rows of referrals, asked for on somebody's behalf."""

    def visible_to(self, user: User, *, at: datetime) -> Self:
        """The cell sees its referrals; an office sees those sent to it, as sent, and nothing else of the case."""
        path = "" if self.model is ProsecutionReferral else "referral__"
        offices = offices_acted_for(user, at=at)
        granted = cases_open_to(user, Compartment.JUSTICE, at=at)
        addressed = Q(**{f"{path}addressed_to__in": offices, f"{path}sent_at__isnull": False}, casefile__in=granted)
        if self.model is ReferralStageChange:
            addressed &= Q(to_stage__in=SINCE_SENT)
        elif path:
            addressed &= Q(removed_at__isnull=True)
        return self.filter(Q(city__in=cities_open_to(user, Compartment.JUSTICE, at=at)) | addressed)


class CautionQuerySet(VisibleQuerySet["Caution"]):
    """Cautions, asked for on somebody's behalf."""

    def visible_to(self, user: User, *, at: datetime) -> Self:
        """Whoever knows of the case; and the office whose answer it stands for."""
        answered = ProsecutionReferral.objects.visible_to(user, at=at).values("pk")
        case = cases_open_to(user, Compartment.CORE, at=at)
        cities = cities_open_to(user, Compartment.CORE, at=at)
        return self.filter(Q(city__in=cities) | Q(casefile__in=case) | Q(referral__in=answered))


class Offence(Record):
    """A suspected offence a referral can name: an entry of a versioned code list."""

    need_to_know: ClassVar[NeedToKnow] = known(
        Compartment.JUSTICE,
        path="code",
        public="id recorded_at recorded_by code name_nl name_fr name_de name_en starts_on ends_on version",
    )

    code = models.CharField(_("article"), max_length=40)
    name_nl = models.CharField(_("name in Dutch"), max_length=200)
    name_fr = models.CharField(_("name in French"), max_length=200)
    name_de = models.CharField(_("name in German"), max_length=200)
    name_en = models.CharField(_("name in English"), max_length=200)
    starts_on = models.DateField(_("in force from"))
    ends_on = models.DateField(_("in force until"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = VisibleQuerySet.as_manager()

    class Meta:
        verbose_name = _("offence")
        verbose_name_plural = _("offences")
        ordering = ["code"]
        constraints = [models.UniqueConstraint(fields=["code", "starts_on"], name="one_wording_at_a_time")]

    def __str__(self) -> str:
        name = getattr(self, f"name_{(get_language() or 'en')[:2]}", self.name_en)
        return f"{self.code}: {name}"


class ProsecutionReferral(CaseRow):
    """A statement written anew for one prosecution office. Nothing is copied from care notes; nothing flows back.

    `subject` is how the office is told who it is about: the other house can't open the person's record.
    """

    need_to_know = known(
        Compartment.JUSTICE,
        public="id recorded_at recorded_by casefile city number reference addressed_to stage drafted_by approved_by "
        "approved_at sent_by sent_at acknowledged_by acknowledged_at answered_by answered_at version",
        personal="subject",
        sensitive="ground statement urgency withheld answer answer_text",
        bookkeeping="version",
    )

    number = models.PositiveSmallIntegerField(_("number in the case"))
    reference = models.CharField(_("case reference"), max_length=20)
    addressed_to = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name=_("addressed to"))
    subject = models.CharField(_("about whom"), max_length=300)
    ground = models.CharField(_("ground"), max_length=14, choices=ReferralGround.choices)
    statement = models.TextField(_("statement"))
    urgency = models.CharField(_("urgency"), max_length=10, choices=Urgency.choices, default=Urgency.ORDINARY)
    withheld = models.TextField(_("what is withheld, and why"), blank=True)
    stage = models.CharField(_("stage"), max_length=12, choices=ReferralStage.choices, default=ReferralStage.DRAFTED)
    drafted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("drafted by"))
    approved_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("approved by")
    )
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True)
    sent_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("sent by")
    )
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("acknowledged by")
    )
    acknowledged_at = models.DateTimeField(_("acknowledged at"), null=True, blank=True)
    answered_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("answered by")
    )
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    answer = models.CharField(_("answer"), max_length=10, choices=Answer.choices, blank=True)
    answer_text = models.TextField(_("text of the answer"), blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects: ClassVar[models.Manager[Any]] = ReferralQuerySet.as_manager()  # what the cell sees, or the office

    class Meta:
        verbose_name = _("prosecution referral")
        verbose_name_plural = _("prosecution referrals")
        constraints = [
            models.UniqueConstraint(fields=["casefile", "number"], name="one_referral_number_once"),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("drafted_by")),
                name="approved_by_a_second_person",
            ),
            models.CheckConstraint(
                condition=Q(stage__in=[ReferralStage.DRAFTED, ReferralStage.WITHDRAWN]) | Q(approved_by__isnull=False),
                name="nothing_goes_unapproved",
            ),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True)
                | Q(stage__in=[ReferralStage.SENT, ReferralStage.ACKNOWLEDGED, ReferralStage.ANSWERED]),
                name="sent_stays_sent",
            ),
            models.CheckConstraint(
                condition=~Q(stage=ReferralStage.ANSWERED) | ~Q(answer=""), name="an_answer_says_what"
            ),
        ]
        indexes = [
            models.Index(
                fields=["addressed_to", "-sent_at"], condition=Q(sent_at__isnull=False), name="referrals_to_an_office"
            ),
            models.Index(fields=["city", "stage"], name="referrals_of_a_city"),
        ]

    def __str__(self) -> str:
        return f"{self.reference}/{self.number}"


class ReferralRow(CaseRow):
    """A row that belongs to one referral: it is seen by whoever may see that referral."""

    objects: ClassVar[models.Manager[Any]] = ReferralQuerySet.as_manager()  # what the cell sees, or the office

    class Meta:
        abstract = True


class ReferralFact(ReferralRow):
    """One thing the referral states: fact or assessment, from which source, how reliable. Removed in drafts only."""

    need_to_know = known(
        Compartment.JUSTICE,
        public="id recorded_at recorded_by casefile city referral position removed_at",
        sensitive="nature text source reliability observed_on",
    )

    referral = models.ForeignKey(
        ProsecutionReferral, on_delete=models.PROTECT, related_name="facts", verbose_name=_("referral")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    nature = models.CharField(_("fact or assessment"), max_length=10, choices=Nature.choices)
    text = models.TextField(_("what"))
    source = models.CharField(_("source"), max_length=300)
    reliability = models.CharField(_("reliability of the source"), max_length=1, choices=Reliability.choices)
    observed_on = models.DateField(_("on"), null=True, blank=True)
    removed_at = models.DateTimeField(_("removed at"), null=True, blank=True)

    class Meta:
        verbose_name = _("statement of a referral")
        verbose_name_plural = _("statements of referrals")
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.text[:60]


class ReferralOffence(ReferralRow):
    """An offence that a referral suspects."""

    need_to_know = known(
        Compartment.JUSTICE,
        public="id recorded_at recorded_by casefile city referral removed_at",
        sensitive="offence",
    )

    referral = models.ForeignKey(
        ProsecutionReferral, on_delete=models.PROTECT, related_name="offences", verbose_name=_("referral")
    )
    offence = models.ForeignKey(Offence, on_delete=models.PROTECT, related_name="+", verbose_name=_("offence"))
    removed_at = models.DateTimeField(_("removed at"), null=True, blank=True)

    class Meta:
        verbose_name = _("suspected offence")
        verbose_name_plural = _("suspected offences")
        constraints = [
            models.UniqueConstraint(
                fields=["referral", "offence"], condition=Q(removed_at__isnull=True), name="one_offence_once"
            )
        ]

    def __str__(self) -> str:
        return str(self.offence)


class ReferralStageChange(ReferralRow):
    """A referral moved: from where, to where, when, by whom, why; an answer with its text."""

    need_to_know = known(
        Compartment.JUSTICE,
        append_only=True,
        public="id recorded_at recorded_by casefile city referral changed_at",
        sensitive="from_stage to_stage answer reason",
    )

    referral = models.ForeignKey(ProsecutionReferral, on_delete=models.PROTECT, related_name="stage_changes")
    from_stage = models.CharField(_("from"), max_length=12, choices=ReferralStage.choices, blank=True)
    to_stage = models.CharField(_("to"), max_length=12, choices=ReferralStage.choices)
    answer = models.CharField(_("answer"), max_length=10, choices=Answer.choices, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    changed_at = models.DateTimeField(_("changed at"))

    class Meta:
        verbose_name = _("change of a referral")
        verbose_name_plural = _("changes of referrals")
        ordering = ["changed_at", "id"]

    def __str__(self) -> str:
        return f"{self.from_stage} → {self.to_stage}"


class Caution(CaseRow):
    """All that the caseworker's house is told of the other: an inquiry is open; do not cross it. No more.

    It stands as long as the answer of its referral is "an inquiry is open": one office can't close what another opened.
    """

    need_to_know = known(
        Compartment.CORE,
        public="id recorded_at recorded_by casefile city referral starts_on ends_on",
    )

    referral = models.ForeignKey(
        ProsecutionReferral, on_delete=models.PROTECT, related_name="cautions", verbose_name=_("referral")
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)

    objects: ClassVar[models.Manager[Any]] = CautionQuerySet.as_manager()

    class Meta:
        verbose_name = _("caution")
        verbose_name_plural = _("cautions")
        constraints = [
            models.UniqueConstraint(
                fields=["referral"], condition=Q(ends_on__isnull=True), name="one_open_caution_a_referral"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="caution_ends_later"
            ),
        ]

    def __str__(self) -> str:
        return str(_("an inquiry is open"))
