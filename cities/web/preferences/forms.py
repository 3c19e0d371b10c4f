"""What somebody may choose for herself."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from cities.staff.models import User


class PreferencesForm(forms.Form):
    """Language and keyboard."""

    language = forms.ChoiceField(
        label=_("Language of the pages"),
        choices=User._meta.get_field("language").choices or [],
        widget=forms.RadioSelect,
    )
    shortcuts = forms.BooleanField(
        label=_("Keyboard shortcuts"),
        required=False,
        help_text=_("Single keys such as / and g d. Switch them off if you speak to your computer."),
    )
