"""The shape of what is recorded about a person."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.people.rules import BirthPrecision, NameKind, RelationshipKind, Sex
from cases.travel.rules import Confidence, Reliability, Situation, SourceKind, TravelValue
from cases.web.shapes import Versioned
from cities.web.fields import DayField, LongTextField


class PersonFields(forms.Form):
    """Who somebody is, as the national register has it, or as far as it is known."""

    official_name = forms.CharField(
        label=_("Name"), max_length=400, help_text=_("First names and family name, as in the register where possible.")
    )
    sex = forms.ChoiceField(
        label=_("Sex"), choices=Sex.choices, initial=Sex.UNKNOWN, widget=forms.RadioSelect(attrs={"class": "inline"})
    )
    born_on = DayField(
        label=_("Born on"), required=False, help_text=_("If only the year is known, take 1 January and say so below.")
    )
    birth_precision = forms.ChoiceField(
        label=_("How much of the birth date is known"), choices=BirthPrecision.choices, initial=BirthPrecision.UNKNOWN
    )
    language = forms.CharField(label=_("Language"), required=False, max_length=80)
    interpreter_needed = forms.BooleanField(label=_("Needs an interpreter"), required=False)
    phone = forms.CharField(
        label=_("Telephone"), required=False, max_length=80, widget=forms.TextInput({"type": "tel"})
    )
    address = LongTextField(label=_("Address"), required=False, rows=3)


class ChangePersonForm(PersonFields, Versioned):
    """Correct or complete who somebody is."""


class AddNameForm(forms.Form):
    """Another name somebody is or was known by."""

    kind = forms.ChoiceField(
        label=_("What kind of name"),
        choices=[choice for choice in NameKind.choices if choice[0] != NameKind.OFFICIAL],
        widget=forms.RadioSelect,
        initial=NameKind.ALIAS,
    )
    name = forms.CharField(label=_("Name"), max_length=400)


class AddContactForm(forms.Form):
    """Somebody around the person: a contact of this case, never a case."""

    official_name = forms.CharField(label=_("Name"), max_length=400)
    kind = forms.ChoiceField(label=_("Is the person’s"), choices=RelationshipKind.choices)
    is_contact = forms.BooleanField(
        label=_("May be contacted"), required=False, help_text=_("Only when this person and the contact agree.")
    )
    phone = forms.CharField(
        label=_("Telephone"), required=False, max_length=80, widget=forms.TextInput({"type": "tel"})
    )
    sex = forms.ChoiceField(
        label=_("Sex"), choices=Sex.choices, initial=Sex.UNKNOWN, widget=forms.RadioSelect(attrs={"class": "inline"})
    )
    born_on = DayField(label=_("Born on"), required=False)
    note = LongTextField(label=_("Note"), required=False, rows=3)


class EndContactForm(forms.Form):
    """Somebody is no longer around the person."""

    ends_on = DayField(label=_("Since when"))


NOT_SAID = [("", _("not said"))]


class StatusForm(forms.Form):
    """What is believed about where somebody is: by whom, how surely, true since when, known since when."""

    value = forms.ChoiceField(
        label=_("Travel status"), choices=[*TravelValue.choices, *NOT_SAID], required=False, widget=forms.RadioSelect
    )
    situation = forms.ChoiceField(
        label=_("Situation of the joint database"),
        choices=[*NOT_SAID, *Situation.choices],
        required=False,
        help_text=_("Only where it is known; it has to fit the travel status."),
    )
    confidence = forms.ChoiceField(
        label=_("How sure"), choices=Confidence.choices, widget=forms.RadioSelect(attrs={"class": "inline"}),
        help_text=_("Presumed is not confirmed, least of all about a death."),
    )  # fmt: skip
    source_kind = forms.ChoiceField(label=_("Kind of source"), choices=SourceKind.choices)
    source = forms.CharField(label=_("Source"), max_length=600, help_text=_("Who said so, where, in what."))
    reliability = forms.ChoiceField(
        label=_("Reliability of the source"), choices=Reliability.choices, initial=Reliability.F
    )
    true_since = DayField(label=_("True since"))
    known_since = DayField(label=_("Known since"), required=False, help_text=_("Empty: since today."))
    reason = LongTextField(
        label=_("Why"), required=False, rows=2, help_text=_("Needed when “indications only” is renewed.")
    )


class CorrectStatusForm(StatusForm):
    """What should have been written, and why."""

    reason = LongTextField(label=_("Why it is corrected"), rows=2, help_text=_("The old assessment stays to be read."))
