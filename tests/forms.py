"""A form of a page as a browser has it: what it would send, and filled in as somebody fills it in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from html.parser import HTMLParser

from django.utils import timezone


@dataclass
class Field:
    """One name that is sent. `options`: what can be chosen; the first is chosen by a browser that isn't told."""

    kind: str
    value: str = ""
    is_checked: bool = False


@dataclass
class Form:
    """One form. Several fields may have one name."""

    action: str = ""
    method: str = "get"
    fields: list[tuple[str, Field]] = field(default_factory=list)

    def sent(self, **typed: str | list[str]) -> dict[str, list[str]]:
        """What is sent as the page stands, but for what is typed."""
        told: dict[str, list[str]] = {}
        for name, one in self.fields:
            if one.kind not in ("radio", "checkbox", "option") or one.is_checked:
                told.setdefault(name, []).append(one.value)
        told |= {name: value if isinstance(value, list) else [value] for name, value in typed.items()}
        return {name: value for name, value in told.items() if name != "csrfmiddlewaretoken"}

    def filled(self, text: str) -> dict[str, list[str]]:
        """What is sent when `text` is typed into each text, and something is chosen and said wherever it can be."""
        told = self.sent()
        soon = (timezone.localdate() + timedelta(days=3)).isoformat()
        for name, one in self.fields:
            if one.kind in ("textarea", "text"):
                told[name] = [text]
            elif one.kind == "date" and not one.value:
                told[name] = [soon]
            elif one.kind in ("radio", "option") and one.value and not any(told.get(name, [])):
                told[name] = [one.value]
        return told

    def values(self, name: str) -> list[str]:
        """What stands in the fields of this name."""
        return [one.value for found, one in self.fields if found == name]


class _Reading(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.form: Form | None = None
        self.select = ""
        self.text: Field | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.form = Form(told.get("action", ""), told.get("method", "get").lower())
            self.forms.append(self.form)
        elif self.form is None:
            return
        elif tag == "input" and told.get("name"):
            value = told.get("value", "on" if told.get("type") == "checkbox" else "")
            self._add(told["name"], Field(told.get("type", "text"), value, "checked" in told))
        elif tag == "select":
            self.select = told.get("name", "")
        elif tag == "option" and self.select:
            self._add(self.select, Field("option", told.get("value", ""), "selected" in told))
        elif tag == "textarea":
            self.text = self._add(told.get("name", ""), Field("textarea"))

    def _add(self, name: str, one: Field) -> Field:
        assert self.form is not None
        self.form.fields.append((name, one))
        return one

    def handle_data(self, data: str) -> None:
        if self.text is not None:
            self.text.value += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.form = None
        elif tag == "select":
            self.select = ""
        elif tag == "textarea" and self.text is not None:
            self.text.value = self.text.value.removeprefix("\n")  # a browser drops the line end that Django puts there
            self.text = None


def forms_of(html: str) -> list[Form]:
    """The forms of a page, in their order."""
    reading = _Reading()
    reading.feed(html)
    return reading.forms


def form_with(html: str, name: str) -> Form:
    """The form of a page that has a field of this name, and sends itself to where the page is."""
    return next(form for form in forms_of(html) if form.method == "post" and not form.action and form.values(name))
