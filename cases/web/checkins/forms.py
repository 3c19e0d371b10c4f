"""The shape of what came of a contact, and of moving or cancelling one."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.checkins.rules import AskedBy, MissAnswer, Outcome
from cases.web.shapes import Versioned
from cities.web.fields import ColleagueField, DayField, LongTextField, TimeOfDayField


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

    suggested = ("next_time",)

    answer = forms.ChoiceField(label=_("Answer"), choices=ANSWERS, widget=forms.RadioSelect)
    next_on = DayField(label=_("New day"), required=False)
    next_time = TimeOfDayField(label=_("New time"), required=False)
    reason = LongTextField(
        label=_("Why"), required=False, rows=2,
        help_text=_("Needed unless it is arranged anew. Read by the team only, under professional secrecy."),
    )  # fmt: skip

    #: Needed by one answer and not by another.
    needed_sometimes = ("next_on", "next_time", "reason")
