"""What somebody may choose for herself."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from cities.staff.models import User
from cities.web.fields import TimeOfDayField


class PreferencesForm(forms.Form):
    """Language and keyboard, and how and when she is told what waits for her."""

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
    by_email = forms.BooleanField(
        label=_("Messages by e-mail too"),
        required=False,
        help_text=_("They can always be read here, under Messages. An e-mail says case numbers and times, no name."),
    )
    digest_at = TimeOfDayField(
        label=_("The day's message at"),
        required=False,
        help_text=_("One message with what is on today and what waits for you. Empty: none."),
    )
    remind_before = forms.TypedChoiceField(
        label=_("Before each contact"),
        coerce=int,
        choices=[
            (0, _("no reminder")), (15, _("15 minutes before")), (30, _("half an hour before")),
            (60, _("an hour before")), (120, _("two hours before")), (24 * 60, _("a day before")),
        ],
    )  # fmt: skip
