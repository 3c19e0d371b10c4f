"""What a new token is for, and how long it holds."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class IssueTokenForm(forms.Form):
    """A name to tell it from others by, and its days."""

    name = forms.CharField(
        label=_("What is it for?"), help_text=_("The program that will use it, such as “planning system”.")
    )
    days = forms.TypedChoiceField(
        label=_("How long does it hold?"),
        choices=[(7, _("a week")), (30, _("30 days")), (90, _("90 days"))],
        coerce=int,
        initial=30,
        widget=forms.RadioSelect,
    )
