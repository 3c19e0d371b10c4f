"""Which picture: of which day, and as it was known on which day."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from cities.web.fields import DayField


class DaysForm(forms.Form):
    """The two days of a national picture; empty is today."""

    as_of = DayField(label=_("As of"), required=False, help_text=_("How many were where on this day."))
    known_on = DayField(
        label=_("As known on"), required=False, help_text=_("Later corrections are left out. Empty: as known today.")
    )
