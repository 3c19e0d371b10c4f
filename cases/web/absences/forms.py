"""The shape of an absence, and of what is done with several contacts at once."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.checkins.rules import AskedBy
from cases.checkins.services import Chosen
from cases.web.shapes import RowsForm, Versioned
from cities.web.fields import ColleagueField, DayField, LongTextField


class AbsenceForm(RowsForm):
    """From when until when, and who stands in. Why is nobody's business here."""

    user = ColleagueField(label=_("Who"), queryset=None)
    starts_on = DayField(label=_("From"))
    ends_on = DayField(label=_("Until"), help_text=_("The first day of work again."))
    deputy = ColleagueField(
        label=_("Who stands in"), queryset=None, required=False,
        help_text=_("A caseworker or coordinator of the same city. She sees a case once you hand her its contact."),
    )  # fmt: skip


class ChangeAbsenceForm(AbsenceForm, Versioned):
    """Other days, or somebody else."""

    user = None  # type: ignore[assignment]  # taken out of the form


class ReassignForm(RowsForm):
    """To whom, and why."""

    to = ColleagueField(label=_("To whom"), queryset=None)
    reason = LongTextField(label=_("Why"), rows=2)
    lets_in = forms.BooleanField(
        label=_("Let her into cases that she may not know of yet, as a deputy, until two weeks after the contact"),
        required=False,
    )  # fmt: skip


class RescheduleAllForm(forms.Form):
    """To which day, who asked, and why."""

    due_on = DayField(label=_("New day"), help_text=_("Each keeps its hour."))
    asked_by = forms.ChoiceField(
        label=_("Who asked for it"), choices=AskedBy.choices, widget=forms.RadioSelect(attrs={"class": "inline"})
    )
    reason = LongTextField(label=_("Why"), rows=2)


def chosen_of(data: Any, *, what: str = "") -> list[Chosen]:
    """The contacts ticked on a page, each as "number:version"; with `what`, the choice beside each.

    What nobody could have ticked is left out: the page shows what was done, by number.
    """
    found = []
    for value in data.getlist("chosen"):
        number, _colon, version = value.partition(":")
        if all(part.isascii() and part.isdecimal() and len(part) < 19 for part in (number, version)):
            found.append(Chosen(int(number), int(version), data.get(f"{what}_{number}", "") if what else ""))
    return found
