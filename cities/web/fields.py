"""Fields as the pages show them: days and times by the browser's own pickers, people by name and agency."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.db.models import Model

    from cities.staff.models import Posting, User


class DayField(forms.DateField):
    """A day. The browser sends it the ISO way; typed by hand it may be written as people do."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
        super().__init__(**kwargs)


class TimeOfDayField(forms.TimeField):
    """A time of day, in five-minute steps."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TimeInput(format="%H:%M", attrs={"type": "time", "step": "300"}))
        super().__init__(**kwargs)


class LongTextField(forms.CharField):
    """Some lines of text. How much can be kept is decided where it is kept."""

    def __init__(self, *, rows: int = 4, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": rows}))
        super().__init__(strip=False, **kwargs)


class PostingField(forms.ModelChoiceField):  # type: ignore[type-arg]  # takes no argument when it runs
    """A colleague, by her posting: "Alice Aerts, caseworker, prevention service"."""

    def label_from_instance(self, obj: Model) -> str:
        posting: Posting = obj  # type: ignore[assignment]
        return f"{posting.user}, {posting.get_role_display()}, {posting.agency}"


class ColleagueField(forms.ModelChoiceField):  # type: ignore[type-arg]  # takes no argument when it runs
    """A colleague, by name."""

    def label_from_instance(self, obj: Model) -> str:
        user: User = obj  # type: ignore[assignment]
        return str(user)


class LinesField(forms.CharField):
    """Several short texts, one on each line."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": 2}))
        kwargs.setdefault("help_text", _("One on each line."))
        super().__init__(**kwargs)

    def clean(self, value: Any) -> list[str]:
        return [line.strip() for line in str(super().clean(value)).splitlines() if line.strip()]
