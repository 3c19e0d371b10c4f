"""Which lines of the timeline."""

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.audit.rules import Kind


class KindForm(forms.Form):
    """One kind, or all."""

    kind = forms.ChoiceField(label=_("Only"), choices=[("", _("everything")), *Kind.choices], required=False)
