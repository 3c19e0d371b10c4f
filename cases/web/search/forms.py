"""The shape of a search."""

from django import forms
from django.utils.translation import gettext_lazy as _


class SearchForm(forms.Form):
    """One box."""

    q = forms.CharField(
        label=_("Name, case reference or birth date"),
        required=False,
        max_length=100,
        widget=forms.TextInput({"type": "search"}),
        help_text=_("Accents, spellings from other scripts and small typing errors are forgiven."),
    )
