"""The shape of the questions about the past."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.audit.rules import Finding, Why
from cases.audit.selectors import Asked
from cases.web.compared import Compared
from cities.ledger.rules import Operation
from cities.web.fields import DayField, LongTextField

if TYPE_CHECKING:
    from cities.places.models import City


class DayForm(forms.Form):
    """On which day."""

    on = DayField(label=_("On which day"), required=False, help_text=_("Empty: now. Any day in the past is possible."))


class WhyForm(forms.Form):
    """Why a case is opened that nothing led to; and where that was to go."""

    why = forms.ChoiceField(label=_("What fits best"), choices=Why.choices, widget=forms.RadioSelect)
    words = forms.CharField(
        label=_("In a few words"), required=False, max_length=150,
        help_text=_("Needed for something else. No name: what is written here is never erased."),
    )  # fmt: skip
    next = forms.CharField(required=False, widget=forms.HiddenInput)


class FindingForm(Compared):
    """What was found of a sampled opening."""

    carried = "after"

    outcome = forms.ChoiceField(label=_("What did you find?"), choices=Finding.choices, widget=forms.RadioSelect)
    note = LongTextField(
        label=_("Note"),
        required=False,
        rows=3,
        help_text=_("Needed when it isn't in order. Nothing of the case itself."),
    )
    after = forms.IntegerField(required=False, widget=forms.HiddenInput)


class LedgerForm(forms.Form):
    """Which entries."""

    case = forms.CharField(label=_("Case reference"), required=False, max_length=30)
    who = forms.CharField(label=_("Name of the colleague"), required=False, max_length=100)
    city = forms.ChoiceField(label=_("City"), required=False)
    operation = forms.ChoiceField(label=_("What"), choices=[("", _("everything")), *Operation.choices], required=False)
    since = DayField(label=_("From"), required=False)
    until = DayField(label=_("Up to and with"), required=False)
    purpose = forms.CharField(label=_("Why (words in it)"), required=False, max_length=100)
    request = forms.CharField(label=_("Number of the request"), required=False, max_length=64)
    without_purpose = forms.BooleanField(label=_("Only openings without a purpose"), required=False)
    without_task = forms.BooleanField(label=_("Only openings without a task"), required=False)

    def __init__(self, *args: Any, cities: Sequence[City], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if len(cities) > 1:
            self.fields["city"].choices = [  # type: ignore[attr-defined]
                ("", _("all of mine")), *((str(city.pk), str(city)) for city in cities)
            ]  # fmt: skip
        else:
            del self.fields["city"]

    def asked(self) -> Asked:
        """What was asked for, when the form holds nothing wrong."""
        told = {name: value for name, value in self.cleaned_data.items() if value not in ("", None, False)}
        return Asked(**{name: value for name, value in told.items() if name != "city"})

    def of_city(self) -> int | None:
        """Of which city, where somebody reads the ledger of several; None: of all of them."""
        return int(self.cleaned_data.get("city") or 0) or None
