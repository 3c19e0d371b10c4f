"""The shape of a search: one box."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class SearchForm(forms.Form):
    """A name, a case reference or a birth date."""

    q = forms.CharField(
        label=_("Name, case reference or birth date"),
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off", "autocapitalize": "off"}),
        help_text=_("Accents, other spellings of a name and small typing errors are no matter."),
    )
