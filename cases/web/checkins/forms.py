"""The shape of a rhythm, of a single contact, and of what came of it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from cases.checkins.rules import AskedBy, CheckInKind, Frequency, MissAnswer, MovePolicy, Outcome, PauseReason
from cases.web.shapes import RowsForm, Versioned
from cities.web.fields import ColleagueField, DayField, LongTextField, TimeOfDayField

NTH = [(1, _("first")), (2, _("second")), (3, _("third")), (4, _("fourth")), (-1, _("last"))]
DAYS_OF_A_MONTH = [*((day, str(day)) for day in range(1, 32)), (-1, _("the last day"))]


class ContactFields(RowsForm):
    """How a contact is held, by whom, and where."""

    kind = forms.ChoiceField(label=_("How"), choices=CheckInKind.choices, widget=forms.RadioSelect)
    caseworker = ColleagueField(label=_("By whom"), queryset=None)
    place = forms.CharField(label=_("Place"), required=False, max_length=400)
    duration = forms.IntegerField(label=_("Minutes"), initial=45, min_value=5, max_value=600)
    tolerance_days = forms.IntegerField(
        label=_("Days of grace"), initial=0, min_value=0, max_value=60,
        help_text=_("So many working days may pass before it counts as late."),
    )  # fmt: skip


class ArrangeCheckInForm(ContactFields):
    """A single contact."""

    due_on = DayField(label=_("Day"), help_text=_("A day gone by is possible too, for a visit that was not planned."))
    due_time = TimeOfDayField(label=_("Time"), required=False, help_text=_("Empty: some time that day."))


class RhythmForm(ContactFields):
    """How often: every so many days, weeks or months, and what happens on a day off."""

    every = forms.IntegerField(label=_("Every"), initial=2, min_value=1, max_value=366)
    frequency = forms.ChoiceField(
        label=_("Days, weeks or months"), choices=Frequency.choices, initial=Frequency.WEEKS,
        widget=forms.RadioSelect(attrs={"class": "inline"}),
    )  # fmt: skip
    weekdays = forms.TypedMultipleChoiceField(
        label=_("On which days of the week"), choices=list(WEEKDAYS.items()), coerce=int, required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "inline"}),
    )  # fmt: skip
    monthly = forms.ChoiceField(
        label=_("In the month"), choices=[("DAY", _("on a day of the month")), ("NTH", _("on a day of a week"))],
        initial="DAY", required=False, widget=forms.RadioSelect(attrs={"class": "inline"}),
    )  # fmt: skip
    month_day = forms.TypedChoiceField(
        label=_("Day of the month"), choices=DAYS_OF_A_MONTH, coerce=int, required=False, empty_value=None
    )
    nth = forms.TypedChoiceField(label=_("Which"), choices=NTH, coerce=int, required=False, empty_value=None)
    nth_weekday = forms.TypedChoiceField(
        label=_("Day of the week"), choices=list(WEEKDAYS.items()), coerce=int, required=False, empty_value=None
    )
    policy = forms.ChoiceField(
        label=_("When it falls on a weekend or a public holiday"), choices=MovePolicy.choices, initial=MovePolicy.NEXT
    )
    time = TimeOfDayField(label=_("Time"), required=False, help_text=_("Empty: some time that day."))
    starts_on = DayField(label=_("From"))
    ends_on = DayField(
        label=_("Until"), required=False, help_text=_("The first day without. Empty: until further notice.")
    )

    #: Needed by one unit and not by another: said by the unit, not by a word beside the label.
    needed_sometimes = ("weekdays", "monthly", "month_day", "nth", "nth_weekday")

    def clean(self) -> dict[str, Any]:
        """What the unit chosen has no use for is left out, whatever was typed before the mind was changed."""
        told: dict[str, Any] = super().clean() or self.cleaned_data
        monthly = told.pop("monthly", "") if told.get("frequency") == Frequency.MONTHS else ""
        if told.get("frequency") != Frequency.WEEKS:
            told["weekdays"] = []
        if monthly != "DAY":
            told["month_day"] = None
        if monthly != "NTH":
            told["nth"] = told["nth_weekday"] = None
        told.pop("monthly", None)
        return told


class OutcomeFields(forms.Form):
    """What came of a contact."""

    outcome = forms.ChoiceField(label=_("What came of it"), choices=Outcome.choices, widget=forms.RadioSelect)
    held_on = DayField(label=_("On which day"), required=False, help_text=_("Empty: on the day planned."))
    reason = LongTextField(
        label=_("Reason"), required=False, rows=2, help_text=_("Why it was missed, or not held in full.")
    )
    note = LongTextField(
        label=_("Note"), required=False, rows=5, help_text=_("Read by the team only, under professional secrecy.")
    )
    agreed = LongTextField(label=_("What was agreed"), required=False, rows=2)
    concerns = LongTextField(label=_("Concerns"), required=False, rows=2)


class RecordForm(OutcomeFields, Versioned):
    """What came of a contact, and when the next one is."""

    next_on = DayField(label=_("Another contact on"), required=False)
    next_time = TimeOfDayField(label=_("at"), required=False)


class CorrectForm(OutcomeFields, Versioned):
    """What should have been written."""


class WhyFields(Versioned):
    """Who asked for a change, and why."""

    asked_by = forms.ChoiceField(
        label=_("Who asked for it"), choices=AskedBy.choices, widget=forms.RadioSelect(attrs={"class": "inline"})
    )
    reason = LongTextField(label=_("Why"), rows=2)


class RescheduleForm(WhyFields):
    """To another day or time."""

    due_on = DayField(label=_("New day"))
    due_time = TimeOfDayField(label=_("New time"), required=False)
    field_order = ("due_on", "due_time", "asked_by", "reason")


class CancelForm(WhyFields):
    """Called off."""


class HandOverRhythmForm(Versioned):
    """To whom."""

    caseworker = ColleagueField(label=_("To whom"), queryset=None)


class HandOverForm(HandOverRhythmForm):
    """To whom, and why."""

    reason = LongTextField(label=_("Why"), rows=2)


ANSWERS = [
    (MissAnswer.ARRANGED, _("arranged anew: a contact on another day")),
    (MissAnswer.EXPLAINED, _("explained: it is known why, and nothing more is needed")),
    (MissAnswer.CLOSED, _("closed: nothing more is done about this one")),
]


class AnswerForm(Versioned):
    """What is answered to a missed contact."""

    answer = forms.ChoiceField(label=_("Answer"), choices=ANSWERS, widget=forms.RadioSelect)
    next_on = DayField(label=_("New day"), required=False)
    next_time = TimeOfDayField(label=_("New time"), required=False)
    reason = LongTextField(
        label=_("Why"), required=False, rows=2,
        help_text=_("Needed unless it is arranged anew. Read by the team only, under professional secrecy."),
    )  # fmt: skip

    #: Needed by one answer and not by another.
    needed_sometimes = ("next_on", "next_time", "reason")


class EndRhythmForm(Versioned):
    """No more."""

    ends_on = DayField(label=_("First day without"), help_text=_("What is planned from then on is cancelled."))


class PauseForm(Versioned):
    """For a time."""

    reason = forms.ChoiceField(label=_("Why"), choices=PauseReason.choices, widget=forms.RadioSelect)
    starts_on = DayField(label=_("From"))
    ends_on = DayField(
        label=_("Until"), required=False, help_text=_("The first day with check-ins again. Empty: not known yet.")
    )


class ResumeForm(Versioned):
    """Again."""

    on = DayField(label=_("From which day"))
