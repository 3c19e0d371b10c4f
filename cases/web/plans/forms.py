"""The shape of a follow-up plan as it is written: the plan itself, its goals, and the steps towards them."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.assessments.rules import LifeDomain
from cases.plans.rules import Consent, GoalState
from cases.web.shapes import RowsForm, Versioned
from cities.web.fields import ColleagueField, DayField, LongTextField


class DraftPlanForm(forms.Form):
    """A new version, begun."""

    starts_on = DayField(label=_("Starts on"))
    summary = LongTextField(
        label=_("What this plan is for"), required=False, help_text=_("In words that the person would use too.")
    )
    person_view = LongTextField(
        label=_("The person's own view"),
        required=False,
        help_text=_("What she or he wants from this, and what not; as it was said."),
    )


class ChangeDraftForm(DraftPlanForm, Versioned):
    """A draft that is being written."""

    review_on = DayField(
        label=_("Review on"), required=False, help_text=_("Three months after it is agreed, when left empty.")
    )


class ConsentForm(Versioned):
    """What the person, or a parent, says to a proposal. Its other words no longer change."""

    consent = forms.ChoiceField(label=_("Consent"), choices=Consent.choices, widget=forms.RadioSelect)
    consent_by = forms.CharField(
        label=_("Given by"), max_length=400, required=False, help_text=_("For somebody under 18: which parent.")
    )
    consent_on = DayField(label=_("On which day"), required=False)
    person_view = LongTextField(
        label=_("The person's own view"), required=False, help_text=_("As it was said about this proposal.")
    )
    review_on = DayField(
        label=_("Review on"), required=False, help_text=_("Three months after it is agreed, when left empty.")
    )


class AgreeForm(Versioned):
    """The plan is agreed: on which day, and when it is looked at again."""

    suggested = ("agreed_on", "review_on")

    agreed_on = DayField(label=_("Agreed on"))
    review_on = DayField(
        label=_("Review on"), required=False, help_text=_("Three months after it is agreed, when left empty.")
    )


class EndPlanForm(Versioned):
    """The plan ends, without another in its place."""

    suggested = ("ended_on",)

    ended_on = DayField(label=_("Ends on"))
    reason = LongTextField(label=_("Why"), rows=3)


class GoalForm(RowsForm):
    """Something to reach."""

    domain = forms.ChoiceField(label=_("Life domain"), choices=LifeDomain.choices)
    text = LongTextField(label=_("What the person wants to reach"), rows=3)
    owner = ColleagueField(label=_("Who helps with it"), queryset=None)
    target_on = DayField(label=_("By when"))


class ChangeGoalForm(GoalForm, Versioned):
    """A goal of a draft: its words, or that it is left out after all."""

    state = forms.ChoiceField(
        label=_("Whether it stays"),
        choices=[(GoalState.OPEN, _("it stays in the plan")), (GoalState.DROPPED, _("it is dropped"))],
        widget=forms.RadioSelect,
    )
    result = LongTextField(label=_("Why it is dropped"), rows=2, required=False)


class GoalResultForm(Versioned):
    """How a goal of the plan in force stands. Its words were agreed, and stay."""

    state = forms.ChoiceField(label=_("How it stands"), choices=GoalState.choices, widget=forms.RadioSelect)
    result = LongTextField(
        label=_("What came of it"), rows=3, required=False, help_text=_("Needed once it is no longer open.")
    )
    owner = ColleagueField(label=_("Who helps with it"), queryset=None)


class ActionForm(RowsForm):
    """A step towards a goal."""

    text = LongTextField(label=_("What is to be done"), rows=2)
    owner = ColleagueField(label=_("Who does it"), queryset=None)
    due_on = DayField(label=_("By when"))


class FinishActionForm(forms.Form):
    """A step was taken."""

    done_on = DayField(label=_("Done on"))


class CompareForm(forms.Form):
    """Which two versions are put side by side."""

    before = forms.TypedChoiceField(label=_("Version"), coerce=int)
    after = forms.TypedChoiceField(label=_("beside version"), coerce=int)
