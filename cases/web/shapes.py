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

    def __init__(self, *args: Any, of: Any, also: Mapping[str, str] | None = None, **kwargs: Any) -> None:
        """`also`: what hangs on it and is told too when it differs, in words, by the name of its relation."""
        super().__init__(*args, stands=of.version, facts={**facts_of(of), **(also or {})}, row=of, **kwargs)


class Button(Versioned):
    """A bare button under words that were read: it carries their version, and acts on no others."""

    is_button = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id=False, **kwargs)  # a page may have several
