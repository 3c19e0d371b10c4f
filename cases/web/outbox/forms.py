"""Which messages were read, and how the person agreed to be reminded."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.checkins.reminding import PersonChannel
from cities.staff.models import User


class ReadForm(forms.Form):
    """One message, or all up to one."""

    delivery = forms.UUIDField(required=False)
    up_to = forms.UUIDField(required=False)


class AgreeForm(forms.Form):
    """How, in which language, how long before."""

    channel = forms.ChoiceField(label=_("How"), choices=PersonChannel.choices, widget=forms.RadioSelect)
    number = forms.CharField(
        label=_("Mobile number"), required=False, max_length=40, widget=forms.TextInput({"type": "tel"}),
        help_text=_("For an SMS: a telephone that nobody else uses."),
    )  # fmt: skip
    language = forms.ChoiceField(
        label=_("In"), choices=User._meta.get_field("language").choices or [], widget=forms.RadioSelect
    )
    days_before = forms.IntegerField(
        label=_("Days before"), min_value=1, max_value=7, help_text=_("A letter takes two or three days to arrive.")
    )
