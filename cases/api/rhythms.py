"""Rhythms of check-ins: preview, arrange, pause, go on, end."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases.access.services import open_list
from cases.api.base import CaseDoor
from cases.api.words import OnAVersion, UserName
from cases.casefiles.models import Casefile
from cases.checkins.models import Rhythm
from cases.checkins.recurrence import Frequency, Pattern, fault_of
from cases.checkins.rules import (
    CheckInKind,
    MovePolicy,
    MoveReason,
    PauseReason,
    RhythmState,
    next_days,
    rhythm_in_words,
)
from cases.checkins.selectors import rhythm_for, rhythms_of
from cases.checkins.services import arrange_rhythm, end_rhythm, pause_rhythm, resume_rhythm, take_up_rhythm
from cases.plans.models import FollowUpPlan
from cases.plans.selectors import plan_for, plan_in_force
from cities.api.base import Shape
from cities.api.described import described
from cities.places.rules import day_of
from cities.refusals import Refused
from cities.roles.permissions import Permission
from cities.roles.rules import Compartment


class PauseShape(Shape):
    """A time without check-ins, half-open."""

    starts_on = serializers.DateField()
    ends_on = serializers.DateField(allow_null=True)
    reason = serializers.ChoiceField(choices=PauseReason.choices)


class PatternShape(Shape):
    """On which days."""

    frequency = serializers.ChoiceField(choices=Frequency.choices)
    every = serializers.IntegerField(min_value=1, max_value=366, default=1)
    weekdays = serializers.ListField(
        child=serializers.IntegerField(min_value=0, max_value=6), max_length=7, default=list,
        help_text="Of a rhythm in weeks: 0 is Monday.",
    )  # fmt: skip
    month_day = serializers.IntegerField(
        min_value=-1, max_value=31, allow_null=True, default=None, help_text="1 to 31, or -1 for the last day."
    )
    nth = serializers.IntegerField(
        min_value=-1, max_value=4, allow_null=True, default=None, help_text="1 to 4, or -1 for the last."
    )
    nth_weekday = serializers.IntegerField(min_value=0, max_value=6, allow_null=True, default=None)
    policy = serializers.ChoiceField(choices=MovePolicy.choices, default=MovePolicy.NEXT, help_text="On a day off.")
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(allow_null=True, default=None, help_text="The first day without.")


class RhythmShape(PatternShape):
    """A rhythm: how often, how, by whom."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=CheckInKind.choices)
    in_words = serializers.SerializerMethodField(help_text="Such as “every two weeks on Tuesday”.")
    time = serializers.TimeField(allow_null=True)
    duration = serializers.IntegerField(help_text="Minutes.")
    place = serializers.CharField(allow_blank=True)
    tolerance_days = serializers.IntegerField(help_text="Working days of grace before one counts as late.")
    caseworker = UserName()
    state = serializers.ChoiceField(choices=RhythmState.choices)
    pauses = PauseShape(many=True)
    materialised_until = serializers.DateField(help_text="Check-ins exist up to this day, exclusive.")
    is_set_aside = serializers.SerializerMethodField(help_text="The clock could make nothing of it.")
    version = serializers.IntegerField()

    def get_in_words(self, rhythm: Rhythm) -> str:
        return rhythm_in_words(rhythm)

    def get_is_set_aside(self, rhythm: Rhythm) -> bool:
        return rhythm.set_aside_at is not None


class ArrangeRhythm(PatternShape):
    """A rhythm to be agreed on. It hangs on the plan in force, unless another version is named."""

    plan = serializers.IntegerField(min_value=1, required=False, help_text="The number of the plan's version.")
    kind = serializers.ChoiceField(choices=CheckInKind.choices)
    time = serializers.TimeField(allow_null=True, default=None, help_text="Null: some time that day.")
    duration = serializers.IntegerField(min_value=5, max_value=600, default=45)
    place = serializers.CharField(max_length=160, allow_blank=True, default="")
    tolerance_days = serializers.IntegerField(min_value=0, max_value=60, default=0)
    caseworker = serializers.IntegerField(min_value=1, help_text="A user on the case.")


class PlannedShape(Shape):
    """One day to come: held on `due_on`; null when it is left out. `because` says why it isn't on its own day."""

    occurs_on = serializers.DateField()
    due_on = serializers.DateField(allow_null=True)
    because = serializers.ChoiceField(choices=MoveReason.choices, allow_null=True)


class Preview(Shape):
    """What a rhythm would give."""

    in_words = serializers.CharField()
    days = PlannedShape(many=True)


class EndRhythm(OnAVersion):
    """The first day without."""

    ends_on = serializers.DateField()


class PauseRhythm(EndRhythm):
    """A pause; without an end, until the rhythm is resumed."""

    starts_on = serializers.DateField()
    ends_on = serializers.DateField(allow_null=True, default=None)
    reason = serializers.ChoiceField(choices=PauseReason.choices)


class ResumeRhythm(OnAVersion):
    """The first day on which it goes on."""

    on = serializers.DateField()


class PlannedDoor(CaseDoor):
    """What hangs on a plan."""

    def plan(self, case: Casefile, number: int | None) -> FollowUpPlan:
        """The version that is named, else the one in force."""
        if number is not None:
            return plan_for(self.by, case, number, at=self.at)
        plan = plan_in_force(case, self.by, at=self.at)
        if plan is None:
            raise Refused(_("There is no plan in force in this case."), field="plan", code="plan")
        return plan


class RhythmView(PlannedDoor):
    """What the views of rhythms share."""

    def shown(self, case: Casefile, rhythm: Rhythm) -> dict[str, Any]:
        row = rhythm_for(self.by, case, rhythm.pk, at=self.at)
        self.opened(case, Permission.CHECKIN_READ, Compartment.CORE, row)
        return dict(RhythmShape(row).data)


class Rhythms(RhythmView):
    """The rhythms of a case."""

    @described("rhythms_list", "The rhythms of a case, those in force first", answers=RhythmShape(many=True))
    def get(self, request: Request, reference: str) -> Response:
        case = self.case(reference)
        rows = list(rhythms_of(case, self.by, at=self.at))
        open_list(
            by=self.by, at=self.at, permission=Permission.CHECKIN_READ, compartment=Compartment.CORE, kind="rhythm",
            ids=[row.pk for row in rows], case=case,
        )  # fmt: skip
        return Response(RhythmShape(rows, many=True).data)

    @described("rhythms_arrange", "Arrange a rhythm", body=ArrangeRhythm, answers=RhythmShape, status=201)
    def post(self, request: Request, reference: str) -> Response:
        case = self.case(reference)
        self.allowed(Permission.CHECKIN_ARRANGE, case)
        told = self.body(ArrangeRhythm)
        told["plan"] = self.plan(case, told.get("plan"))
        told["caseworker"] = self.a_user(case.city, told["caseworker"], "caseworker")
        rhythm = arrange_rhythm(case=case, by=self.by, at=self.at, **told)
        return Response(self.shown(case, rhythm), status=201)


class RhythmPreview(CaseDoor):
    """Before it is arranged."""

    @described("rhythms_preview", "What a rhythm would give; nothing is written", body=PatternShape, answers=Preview)
    def post(self, request: Request, reference: str) -> Response:
        case = self.case(reference)
        self.allowed(Permission.CHECKIN_ARRANGE, case)
        pattern = Pattern(**self.body(PatternShape))
        if fault := fault_of(pattern):
            raise Refused(_("This does not say on which days."), field=fault, code="pattern")
        days = next_days(pattern, first=max(pattern.starts_on, day_of(self.at)))
        return Response(Preview({"in_words": rhythm_in_words(pattern), "days": days}).data)


class OneRhythm(RhythmView):
    """One rhythm."""

    @described("rhythms_read", "A rhythm with its pauses", answers=RhythmShape)
    def get(self, request: Request, reference: str, pk: int) -> Response:
        case = self.case(reference)
        return Response(self.shown(case, rhythm_for(self.by, case, pk, at=self.at)))


class RhythmAct(RhythmView):
    """An act on one rhythm: found, allowed, shaped, done, shown."""

    def act(self, reference: str, pk: int, shape: type[Shape], service: Any) -> Response:
        case = self.case(reference)
        rhythm = rhythm_for(self.by, case, pk, at=self.at)
        self.allowed(Permission.CHECKIN_ARRANGE, case)
        told = self.body(shape)
        with self.or_what_stands(lambda: self.shown(case, rhythm)):
            service(rhythm=rhythm, by=self.by, at=self.at, **told)
        return Response(self.shown(case, rhythm))


class RhythmEnd(RhythmAct):
    """The end."""

    @described(
        "rhythms_end", "End a rhythm; what was planned from then on is cancelled", body=EndRhythm, answers=RhythmShape
    )
    def post(self, request: Request, reference: str, pk: int) -> Response:
        return self.act(reference, pk, EndRhythm, end_rhythm)


class RhythmPause(RhythmAct):
    """A pause."""

    @described("rhythms_pause", "Pause a rhythm", body=PauseRhythm, answers=RhythmShape)
    def post(self, request: Request, reference: str, pk: int) -> Response:
        return self.act(reference, pk, PauseRhythm, pause_rhythm)


class RhythmResume(RhythmAct):
    """Going on."""

    @described("rhythms_resume", "Let a paused rhythm go on", body=ResumeRhythm, answers=RhythmShape)
    def post(self, request: Request, reference: str, pk: int) -> Response:
        return self.act(reference, pk, ResumeRhythm, resume_rhythm)


class RhythmTakeUp(RhythmAct):
    """The clock tries again."""

    @described("rhythms_take_up", "Let the clock try again what it had set aside", body=OnAVersion, answers=RhythmShape)
    def post(self, request: Request, reference: str, pk: int) -> Response:
        return self.act(reference, pk, OnAVersion, take_up_rhythm)
