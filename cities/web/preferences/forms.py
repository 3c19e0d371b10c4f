"""What somebody may choose for herself."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cities.staff.models import User
from cities.web.fields import TimeOfDayField


class PreferencesForm(forms.Form):
    """Language and keyboard, and how and when she is told what waits for her.

    The page carries, unseen, what stood in each field. What she left as it was says nothing: in another window, or by
    an administrator, it may have been changed since.
    """

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

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.show_hidden_initial = True

    def chosen(self) -> dict[str, Any]:
        """What she chose on this page, and nothing that she only left as it stood there."""
        as_it_was = {name for name in self.fields if self.add_initial_prefix(name) in self.data} - {*self.changed_data}
        return {name: value for name, value in self.cleaned_data.items() if name not in as_it_was}
