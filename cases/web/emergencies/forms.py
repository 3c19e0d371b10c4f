"""The shape of an emergency opening, and of its review."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.emergencies.rules import ReviewOutcome
from cities.web.fields import LongTextField


class EmergencyForm(forms.Form):
    """Which case, and why it cannot wait."""

    reference = forms.CharField(
        label=_("Case reference"), max_length=30,
        help_text=_("The whole reference, such as VIL-2026-0042. There is no searching here."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip
    reason = LongTextField(
        label=_("Why it cannot wait"), rows=3,
        help_text=_("Some words that a colleague can judge: what is happening, and who asked for you."),
    )  # fmt: skip


class ReviewForm(forms.Form):
    """What is to be thought of it, and what follows."""

    outcome = forms.ChoiceField(label=_("Was it"), choices=ReviewOutcome.choices, widget=forms.RadioSelect)
    note = LongTextField(label=_("Why you think so"), rows=3, help_text=_("The opener reads this."))
    consequence = LongTextField(
        label=_("What follows"), rows=2, required=False, help_text=_("Needed unless it was justified.")
    )
