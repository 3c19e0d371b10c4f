"""The shape of what can be done with a case as a whole."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.casefiles.rules import ARROWS, BEGINNINGS, LegalGround, Stage
from cases.web.people.forms import PersonFields
from cases.web.shapes import RowsForm, Versioned
from cities.agencies.models import Agency
from cities.web.fields import ColleagueField, DayField, LinesField, LongTextField, PostingField


class OpenCaseForm(RowsForm):
    """A new case, for somebody who has a record already."""

    ground = forms.ChoiceField(label=_("Legal ground"), choices=LegalGround.choices, widget=forms.RadioSelect)
    stage = forms.ChoiceField(
        label=_("Where it begins"),
        choices=[choice for choice in Stage.choices if choice[0] in BEGINNINGS],
        initial=Stage.INTAKE,
        widget=forms.RadioSelect,
    )
    agency: forms.ModelChoiceField[Agency] = forms.ModelChoiceField(label=_("Agency that leads"), queryset=None)
    lead_caseworker = PostingField(
        label=_("Lead caseworker"), queryset=None, required=False, help_text=_("Can be assigned later, from the board.")
    )
    next_step = forms.CharField(
        label=_("Next step"),
        max_length=400,
        help_text=_("What happens next, such as “first conversation with the family”."),
    )
    next_step_on = DayField(label=_("By when"))


class OpenCaseForNewPersonForm(OpenCaseForm, PersonFields):
    """A new case, for somebody who is recorded with it."""

    aliases = LinesField(label=_("Other names"), required=False)
    really_new = forms.BooleanField(
        label=_("None of these: this is somebody else"), required=False, widget=forms.HiddenInput
    )
    field_order = (*PersonFields.base_fields, "aliases")
    new_person = (*PersonFields.base_fields, "aliases")


class MoveForm(Versioned):
    """To another stage."""

    to = forms.ChoiceField(
        label=_("To which stage"),
        widget=forms.RadioSelect,
        help_text=_("Closing takes everybody off the team: the lead caseworker after two weeks, the others at once."),
    )
    reason = LongTextField(
        label=_("Why"), required=False, help_text=_("Needed when a case is closed, reopened, or goes back a step.")
    )

    def __init__(self, *args: Any, stage: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        open_to = ARROWS[stage]
        self.fields["to"].choices = [choice for choice in Stage.choices if choice[0] in open_to]  # type: ignore[attr-defined]


class NextStepForm(Versioned):
    """Who must do what next, and by when."""

    next_step = forms.CharField(label=_("Next step"), max_length=400)
    next_step_on = DayField(label=_("By when"))
    owner = ColleagueField(label=_("Who takes it"), queryset=None, help_text=_("Somebody who can see the case."))


class AssignForm(Versioned):
    """Another lead caseworker."""

    to = PostingField(label=_("Lead caseworker"), queryset=None)
    keep_former = forms.BooleanField(label=_("The former lead stays on the team"), required=False)
    reason = LongTextField(label=_("Why"), required=False, rows=2)


class TeamForm(RowsForm):
    """Another colleague on the team."""

    to = PostingField(label=_("Colleague"), queryset=None)
    reason = LongTextField(label=_("Why she needs to know"), rows=2)


class LeaveTeamForm(RowsForm):
    """Off the team."""

    user = ColleagueField(label=_("Who leaves the team"), queryset=None, widget=forms.RadioSelect, empty_label=None)
