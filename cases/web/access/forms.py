"""The shape of the questions about the past."""

from django import forms
from django.utils.translation import gettext_lazy as _

from cities.ledger.rules import Operation
from cities.web.fields import DayField


class DayForm(forms.Form):
    """On which day."""

    on = DayField(label=_("On which day"), required=False, help_text=_("Empty: now. Any day in the past is possible."))


class LedgerForm(forms.Form):
    """Which entries."""

    case = forms.CharField(label=_("Case reference"), required=False, max_length=30)
    who = forms.CharField(label=_("Name of the colleague"), required=False, max_length=100)
    operation = forms.ChoiceField(label=_("What"), choices=[("", _("everything")), *Operation.choices], required=False)
    on = DayField(label=_("Day"), required=False)
