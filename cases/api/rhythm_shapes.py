"""The JSON of rhythms: on which days, how the contact is held, what moves, pauses, a taper."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from cases.api.versions import OfAVersion
from cases.api.words import UserName
from cases.checkins.models import Rhythm
from cases.checkins.rules import (
    MOST_STEPS,
    CheckInKind,
    Frequency,
    Lasting,
    MovePolicy,
    MoveReason,
    Pattern,
    PauseReason,
    RhythmState,
    Step,
    Unreadable,
    from_rrule,
    in_words_to_the_end,
    to_rrule,
)
from cities.api.base import Shape

#: What of a pattern a recurrence rule says.
BY_RULE = ("frequency", "every", "weekdays", "month_day", "nth", "nth_weekday", "times", "ends_on")


class PauseShape(Shape):
    """A time without check-ins, half-open."""

    of_kind = "pause"

    starts_on = serializers.DateField()
    ends_on = serializers.DateField(allow_null=True)
    reason = serializers.ChoiceField(choices=PauseReason.choices)


class DaysShape(Shape):
    """On which days."""

    frequency = serializers.ChoiceField(choices=Frequency.choices)
    every = serializers.IntegerField(
        min_value=1, max_value=366, default=1, help_text="So many days, weeks or months; how many times a quarter."
    )
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


class PatternShape(DaysShape):
    """On which days, until when, and what moves them."""

    times = serializers.IntegerField(
        min_value=1, max_value=500, allow_null=True, default=None, help_text="So many contacts, and no more."
    )
    within_week = serializers.BooleanField(default=False, help_text="Any day of that week will do, Monday to Friday.")
    policy = serializers.ChoiceField(choices=MovePolicy.choices, default=MovePolicy.NEXT, help_text="On a day off.")
    avoids_regional = serializers.BooleanField(default=False, help_text="Regional holidays are days off too.")
    avoids_school = serializers.BooleanField(default=False, help_text="School holidays are days off too.")
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(allow_null=True, default=None, help_text="The first day without.")


class StepShape(DaysShape):
    """A thinner rhythm that follows; only the last may go on without end."""

    lasts = serializers.IntegerField(min_value=1, max_value=500, allow_null=True, default=None)
    unit = serializers.ChoiceField(choices=Lasting.choices, default=Lasting.WEEKS)


class ByRule(Shape):
    """A rhythm may be sent as a rule of RFC 5545 instead: `rrule` in place of `frequency` and what goes with it."""

    rrule = serializers.CharField(max_length=300, required=False, help_text="Such as FREQ=WEEKLY;INTERVAL=2;BYDAY=TU.")
    frequency = serializers.ChoiceField(choices=Frequency.choices, required=False, help_text="Needed without `rrule`.")

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, Mapping) or "rrule" not in data:
            told = super().to_internal_value(data)
            if "frequency" not in told:
                missing = self.fields["frequency"].error_messages["required"]
                raise serializers.ValidationError({"frequency": [missing]}, code="required")
            return told
        if both := sorted(data.keys() & {"frequency", *BY_RULE}):
            raise serializers.ValidationError({both[0]: [_("Send a rule, or this; not both.")]})
        told = super().to_internal_value({**data, "frequency": Frequency.DAYS})
        start = told.get("starts_on") or told["from_on"]
        try:
            pattern = from_rrule(told["rrule"], start)
        except Unreadable as error:
            raise serializers.ValidationError({"rrule": [str(error)]}) from error
        told |= {name: getattr(pattern, name) for name in BY_RULE}
        if pattern.times is not None:
            told["ends_on"] = None  # it is worked out from the number of times
        return told

    def validate(self, attrs: Any) -> Any:
        attrs.pop("rrule", None)
        return attrs


class ContactShape(Shape):
    """How a contact is held, and with whom."""

    kind = serializers.ChoiceField(choices=CheckInKind.choices)
    with_interpreter = serializers.BooleanField(default=False)
    duration = serializers.IntegerField(min_value=5, max_value=600, default=45, help_text="Minutes.")
    place = serializers.CharField(max_length=160, allow_blank=True, default="")
    who_else = serializers.CharField(max_length=160, allow_blank=True, default="")
    is_critical = serializers.BooleanField(
        default=False, help_text="When one is missed, that goes to the next case conference at once."
    )
    caseworker = serializers.IntegerField(min_value=1, help_text="A user on the case.")
    second = serializers.IntegerField(
        min_value=1, allow_null=True, default=None, help_text="A user on the case who goes along."
    )


class RhythmContact(ContactShape):
    """How the contacts of a rhythm are held."""

    time = serializers.TimeField(allow_null=True, default=None, help_text="Null: some time that day.")
    early_days = serializers.IntegerField(min_value=0, max_value=60, default=0, help_text="Working days sooner.")
    tolerance_days = serializers.IntegerField(
        min_value=0, max_value=60, default=0, help_text="Working days of grace before one counts as late."
    )


class ArrangeRhythm(ByRule, PatternShape, RhythmContact):
    """A rhythm to be agreed on, or a taper: how long it `lasts`, and which follow. It hangs on the plan in force."""

    plan = serializers.IntegerField(min_value=1, required=False, help_text="The number of the plan's version.")
    lasts = serializers.IntegerField(min_value=1, max_value=500, allow_null=True, default=None)
    unit = serializers.ChoiceField(choices=Lasting.choices, default=Lasting.WEEKS)
    then = serializers.ListField(child=StepShape(), max_length=MOST_STEPS - 1, default=list)


class PreviewRhythm(ByRule, PatternShape):
    """A rhythm that may be agreed on."""

    time = serializers.TimeField(allow_null=True, default=None, help_text="With it, clashes are told.")
    duration = serializers.IntegerField(min_value=5, max_value=600, default=45, help_text="Minutes.")

    caseworker = serializers.IntegerField(min_value=1, required=False, help_text="Whose absences count; else yours.")
    second = serializers.IntegerField(min_value=1, required=False, help_text="Who comes along: clashes are told of.")
    lasts = serializers.IntegerField(min_value=1, max_value=500, allow_null=True, default=None)
    unit = serializers.ChoiceField(choices=Lasting.choices, default=Lasting.WEEKS)
    then = serializers.ListField(child=StepShape(), max_length=MOST_STEPS - 1, default=list)


class ChangeRhythm(ByRule, PatternShape, RhythmContact):
    """The rhythm as it is to be from a day on."""

    starts_on = None  # type: ignore[assignment]  # not asked here
    from_on = serializers.DateField(help_text="The first day of what is new.")


class RhythmShape(OfAVersion, PatternShape):
    """A rhythm: how often, how, by whom."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=CheckInKind.choices)
    with_interpreter = serializers.BooleanField()
    in_words = serializers.SerializerMethodField(help_text="Such as “every two weeks on Tuesday”.")
    rrule = serializers.SerializerMethodField(help_text="By RFC 5545; empty for so many times a quarter.")
    time = serializers.TimeField(allow_null=True)
    duration = serializers.IntegerField(help_text="Minutes.")
    place = serializers.CharField(allow_blank=True)
    who_else = serializers.CharField(allow_blank=True)
    early_days = serializers.IntegerField(help_text="Working days sooner, from which on it may be held.")
    tolerance_days = serializers.IntegerField(help_text="Working days of grace before one counts as late.")
    is_critical = serializers.BooleanField()
    caseworker = UserName()
    second = UserName(allow_null=True)
    follows = serializers.IntegerField(source="follows_id", allow_null=True, help_text="The rhythm it comes after.")
    state = serializers.ChoiceField(choices=RhythmState.choices)
    pauses = PauseShape(many=True)
    materialised_until = serializers.DateField(help_text="Check-ins exist up to this day, exclusive.")
    is_set_aside = serializers.SerializerMethodField(help_text="The clock could make nothing of it.")

    def get_in_words(self, rhythm: Rhythm) -> str:
        return in_words_to_the_end(rhythm)

    def get_rrule(self, rhythm: Rhythm) -> str:
        try:
            return to_rrule(rhythm)
        except ValueError:  # it is set aside for that, or ended before it began
            return ""

    def get_is_set_aside(self, rhythm: Rhythm) -> bool:
        return rhythm.set_aside_at is not None


class PlannedShape(Shape):
    """One day to come: held on `due_on`; null when it is left out. `because` says why it isn't on its own day."""

    occurs_on = serializers.DateField()
    due_on = serializers.DateField(allow_null=True)
    because = serializers.ChoiceField(choices=MoveReason.choices, allow_null=True)
    held_by = serializers.IntegerField(allow_null=True, help_text="The deputy who stands in on that day.")
    clashes_at = serializers.TimeField(
        allow_null=True,
        help_text="When whoever holds it, or comes along, has another contact at that hour already. Only said.",
    )
    clashes_of = serializers.IntegerField(allow_null=True, help_text="Whose contact that is.")
    clashes_with = serializers.CharField(
        allow_blank=True, help_text="The case of that contact; empty when there is none that you may know of."
    )


class StepToCome(Shape):
    """One rhythm of a taper, as it would be kept."""

    in_words = serializers.CharField()
    rrule = serializers.CharField(allow_blank=True, help_text="By RFC 5545; empty for so many times a quarter.")
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(allow_null=True, help_text="The first day without.")


class Preview(Shape):
    """What a rhythm would give."""

    in_words = serializers.CharField(help_text="Of a taper, the whole of it.")
    rrule = serializers.CharField(allow_blank=True, help_text="Of a taper, its first rhythm.")
    steps = StepToCome(many=True, help_text="The rhythms that it would be kept as: of a taper several.")
    days = PlannedShape(many=True)


class EndRhythm(Shape):
    """The first day without; null: as long as the plan lasts."""

    ends_on = serializers.DateField(allow_null=True)


class PauseRhythm(Shape):
    """A pause; without an end, until the rhythm is resumed."""

    starts_on = serializers.DateField()
    ends_on = serializers.DateField(allow_null=True, default=None)
    reason = serializers.ChoiceField(choices=PauseReason.choices)
    all_of_case = serializers.BooleanField(default=False, help_text="The other rhythms of the case too.")


class ResumeRhythm(Shape):
    """The first day on which it goes on."""

    on = serializers.DateField()


class AvoidedDaysShape(Shape):
    """Days on which the person would rather not be met, as agreed; half-open. Why is not asked, and not kept."""

    id = serializers.IntegerField(read_only=True)
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(help_text="The first day that is fine again.")


def steps(told: dict[str, Any]) -> list[Step]:
    """The steps of a taper that follow the rhythm itself, taken out of what was sent."""
    found = []
    for one in told.pop("then"):
        lasts, unit = one.pop("lasts"), one.pop("unit")
        found.append(Step(Pattern(starts_on=told["starts_on"], **one), lasts, unit))
    return found
