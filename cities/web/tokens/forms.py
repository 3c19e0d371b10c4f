"""What a new token is for, and how long it holds."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as translated
from django.utils.translation import gettext_lazy as _

from cities.staff.models import Posting
from cities.tokens.rules import Purpose


class IssueTokenForm(forms.Form):
    """A name to tell it from others by, and its days."""

    name = forms.CharField(
        label=_("What is it for?"), help_text=_("The program that will use it, such as “planning system”.")
    )
    posting: Any = forms.ModelChoiceField(
        queryset=None, label=_("As what, and where?"), required=False, widget=forms.RadioSelect, empty_label=None,
        help_text=_("The program sees and does no more than you do there."),
    )  # fmt: skip
    purpose = forms.ChoiceField(
        label=_("Which purpose?"), choices=Purpose.choices, widget=forms.RadioSelect,
        help_text=_("It opens nothing else, and each use is written down with it."),
    )  # fmt: skip
    days = forms.TypedChoiceField(
        label=_("How long does it hold?"),
        choices=[(7, _("a week")), (30, _("30 days")), (90, _("90 days"))],
        coerce=int,
        initial=30,
        widget=forms.RadioSelect,
    )

    def __init__(self, data: Any = None, *, postings: QuerySet[Posting]) -> None:
        super().__init__(data)
        self.held = list(postings)
        field = cast(forms.ModelChoiceField, self.fields["posting"])  # type: ignore[type-arg]  # takes no argument when it runs
        field.queryset = postings
        field.label_from_instance = _as_what  # type: ignore[method-assign, assignment]
        field.required = len(self.held) > 1
        if len(self.held) < 2:
            del self.fields["posting"]

    def where(self) -> Posting | None:
        """Where it is for: the one that was chosen, or the only one there is."""
        return self.cleaned_data.get("posting") or (self.held[0] if self.held else None)


def _as_what(posting: Posting) -> str:
    where = f", {posting.city}" if posting.city else ""
    return translated("%(role)s, %(agency)s") % {"role": posting.get_role_display(), "agency": posting.agency} + where
