"""What the forms of cases have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from cases.web.compared import Compared, facts_of


class RowsForm(forms.Form):
    """A form in which some fields offer rows to choose among; which rows, is said by the page: `rows={"to": …}`."""

    def __init__(self, *args: Any, rows: Mapping[str, QuerySet[Any]] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, found in (rows or {}).items():
            field: Any = self.fields[name]
            field.queryset = found
            if field.empty_label is not None:
                field.empty_label = _("choose") if field.required else _("nobody, for now")


class Versioned(Compared, RowsForm):
    """A form over something that others may change too: it carries the version `of` it that was read."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def __init__(self, *args: Any, of: Any, **kwargs: Any) -> None:
        super().__init__(*args, stands=of.version, facts=facts_of(of), row=of, **kwargs)
