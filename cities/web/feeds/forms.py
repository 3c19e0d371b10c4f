"""Whose contacts a new feed shows."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

OWN, TEAM = "own", "team"


class IssueFeedForm(forms.Form):
    """Hers alone, or all of the cases that she is on."""

    whose = forms.ChoiceField(
        label=_("Which contacts?"),
        choices=[
            (OWN, _("my own: those that I hold, or go along to")),
            (TEAM, _("the team's: those of all cases that I am on, or of my city")),
        ],
        initial=OWN,
        widget=forms.RadioSelect,
    )
