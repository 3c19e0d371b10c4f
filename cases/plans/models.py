"""The follow-up plan: what the person and the cell work on together."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.access.models import CaseRow
from cases.access.rules import known
from cases.assessments.rules import LifeDomain
from cases.plans.rules import Consent, GoalState, PlanState
from cities.roles.rules import Compartment
from cities.staff.models import User


class FollowUpPlan(CaseRow):
    """One version of a case's plan. At most one is agreed at a time, and at most one is being worked on."""

    need_to_know = known(
        Compartment.CARE,
        public="id recorded_at recorded_by casefile city number state starts_on agreed_on review_on ended_on version",
        sensitive="summary person_view consent consent_on consent_by",
        bookkeeping="version",
    )

    number = models.PositiveSmallIntegerField(_("version"))
    state = models.CharField(_("state"), max_length=10, choices=PlanState.choices, default=PlanState.DRAFT)
    summary = models.TextField(_("what this plan is for"), blank=True)
    person_view = models.TextField(_("the person's own view"), blank=True)
    consent = models.CharField(_("consent"), max_length=16, choices=Consent.choices, default=Consent.NOT_ASKED)
    consent_by = models.CharField(_("consent given by"), max_length=200, blank=True)
    consent_on = models.DateField(_("consent given on"), null=True, blank=True)
    starts_on = models.DateField(_("starts on"))
    agreed_on = models.DateField(_("agreed on"), null=True, blank=True)
    review_on = models.DateField(_("review on"), null=True, blank=True)
    ended_on = models.DateField(_("ended on"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("follow-up plan")
        verbose_name_plural = _("follow-up plans")
        ordering = ["casefile", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["casefile", "number"], name="one_plan_version_once"),
            models.UniqueConstraint(
                fields=["casefile"], condition=Q(state=PlanState.AGREED), name="one_agreed_plan_a_case"
            ),
            models.UniqueConstraint(
                fields=["casefile"],
                condition=Q(state__in=[PlanState.DRAFT, PlanState.PROPOSED]),
                name="one_plan_in_the_making_a_case",
            ),
        ]
        indexes = [
            models.Index(fields=["ended_on"], condition=Q(state=PlanState.ENDED), name="plan_by_its_end"),
        ]

    def __str__(self) -> str:
        return str(_("plan, version %(number)s") % {"number": self.number})


class PlanStateChange(CaseRow):
    """A version of a plan moved: from where, to where, when, by whom, why."""

    need_to_know = known(
        Compartment.CARE,
        append_only=True,
        public="id recorded_at recorded_by casefile city plan changed_at",
        sensitive="from_state to_state reason",
    )

    plan = models.ForeignKey(
        FollowUpPlan, on_delete=models.PROTECT, related_name="state_changes", verbose_name=_("plan")
    )
    from_state = models.CharField(_("from"), max_length=10, choices=PlanState.choices, blank=True)
    to_state = models.CharField(_("to"), max_length=10, choices=PlanState.choices)
    reason = models.TextField(_("reason"), blank=True)
    changed_at = models.DateTimeField(_("changed at"))

    class Meta:
        verbose_name = _("change of a plan")
        verbose_name_plural = _("changes of plans")
        ordering = ["changed_at", "id"]
        indexes = [models.Index(fields=["casefile", "-changed_at"], name="plan_changes_of_a_case")]

    def __str__(self) -> str:
        return f"{self.from_state} → {self.to_state}"


class Goal(CaseRow):
    """Something the person wants to reach in a domain of life, with an owner and a target date."""

    need_to_know = known(
        Compartment.CARE,
        public="id recorded_at recorded_by casefile city plan owner target_on position continues version",
        sensitive="domain text state result",
        bookkeeping="version",
    )

    plan = models.ForeignKey(FollowUpPlan, on_delete=models.PROTECT, related_name="goals", verbose_name=_("plan"))
    domain = models.CharField(_("life domain"), max_length=16, choices=LifeDomain.choices)
    text = models.TextField(_("goal"))
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("owner"))
    target_on = models.DateField(_("target date"))
    state = models.CharField(_("state"), max_length=8, choices=GoalState.choices, default=GoalState.OPEN)
    result = models.TextField(_("what came of it"), blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    continues = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="continued_by",
        verbose_name=_("goal of the version before"),
    )  # fmt: skip
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("goal")
        verbose_name_plural = _("goals")
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.text[:60]


class Action(CaseRow):
    """A step towards a goal: what, who, by when, and when it was done."""

    need_to_know = known(
        Compartment.CARE,
        public="id recorded_at recorded_by casefile city goal owner due_on done_on done_by continues",
        sensitive="text",
    )

    goal = models.ForeignKey(Goal, on_delete=models.PROTECT, related_name="actions", verbose_name=_("goal"))
    text = models.TextField(_("action"))
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("owner"))
    due_on = models.DateField(_("due on"))
    done_on = models.DateField(_("done on"), null=True, blank=True)
    done_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("done by")
    )
    continues = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="continued_by",
        verbose_name=_("action of the version before"),
    )  # fmt: skip

    class Meta:
        verbose_name = _("action")
        verbose_name_plural = _("actions")
        ordering = ["due_on", "id"]
        indexes = [models.Index(fields=["owner", "due_on"], condition=Q(done_on__isnull=True), name="actions_to_do")]

    def __str__(self) -> str:
        return self.text[:60]
