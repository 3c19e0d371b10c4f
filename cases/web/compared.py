"""Two people, one record: what was typed beside what stands now, and beside what stood there when the page was opened.

A form that somebody else overtook is sent back with all that was typed. What only they changed is taken over; what only
she changed stays hers; where both did, she says which is to stand, and until then nothing is written.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import QueryDict
from django.utils import formats, timezone
from django.utils.translation import gettext as _

MINE, THEIRS = "MINE", "THEIRS"

#: The model's name -> what of a record is told when it changed under a form that doesn't ask for it.
TOLD: Final[dict[str, tuple[str, ...]]] = {
    "casefile": ("stage", "next_step", "next_step_on", "owner", "lead_caseworker", "review_on"),
    "checkin": ("state", "outcome", "due_on", "due_time", "kind", "caseworker", "second", "place"),
    "rhythm": ("state", "starts_on", "ends_on", "every", "frequency", "time", "kind", "caseworker", "place"),
    "followupplan": ("state", "starts_on", "summary", "person_view", "consent", "consent_on", "review_on"),
    "goal": ("state", "domain", "text", "owner", "target_on", "result"),
    "prosecutionreferral": ("stage", "addressed_to", "urgency", "subject", "statement", "withheld", "answer"),
    "missedcontact": ("answer", "answered_by", "in_a_row"),
    "absence": ("starts_on", "ends_on", "deputy"),
    "person": (),
}


@dataclass(frozen=True)
class Line:
    """One thing that differs, in words. `was` None: not known. `mine` None: the form doesn't ask for it."""

    name: str
    label: str
    was: str | None
    now: str
    mine: str | None = None
    #: Both changed it: which is to stand must be said, by this name.
    asks: str = ""
    chosen: str = ""
    is_taken_over: bool = False


@dataclass(frozen=True)
class Beside:
    """What a page asks for beside its form, such as a list of statements: how it reads, now and as typed."""

    label: str
    now: str
    mine: str


def facts_of(row: Model) -> dict[str, str]:
    """What is told of a record, in words."""
    told = {}
    for name in TOLD[row._meta.model_name or ""]:
        display = getattr(row, f"get_{name}_display", None)
        told[name] = str(display()) if display else in_words(getattr(row, name))
    return told


def in_words(value: Any) -> str:
    """A value as somebody reads it."""
    if value is True or value is False:
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return formats.date_format(timezone.localtime(value), "j F Y, H:i")
    if isinstance(value, date):
        return formats.date_format(value, "j F Y")
    if isinstance(value, time):
        return value.strftime("%H:%M")
    if isinstance(value, (str, Model)) or not isinstance(value, Iterable):
        return "" if value is None else str(value)
    return ", ".join(in_words(one) for one in value)


class Compared(forms.Form):
    """A form over something that others may change too. `stands`: by what it is known which version was read."""

    #: The hidden field that carries it.
    carried = "version"
    #: What stands there when the page is opened only as a proposal: nothing of the record.
    suggested: tuple[str, ...] = ()
    #: Nothing is typed: it stands under words that were read.
    is_button = False

    def __init__(
        self, *args: Any, stands: Any = None, facts: Mapping[str, str] | None = None, row: Model | None = None,
        **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.stands, self.facts, self.row = stands, facts or {}, row
        self.beside: dict[str, Beside] = {}
        self.taken_over: set[str] = set()
        self.is_overtaken = False
        #: What a page that was only drawn anew came with; else it is as it is opened now.
        self.read: str | None = None
        if stands is not None:
            self.initial.setdefault(self.carried, stands)

    @property
    def as_read(self) -> str:
        """What stood there when the page was opened: it goes along with the page, and comes back with it."""
        if self.is_bound or self.read is not None:
            return str(self.data.get("as_read", "")) if self.read is None else self.read
        told = {name: _sent(self[name].field, self.initial[name]) for name in self._standing()}
        told |= {name: one.now for name, one in self.beside.items()}
        return json.dumps({"fields": told, "facts": self.facts})

    @property
    def is_compared(self) -> bool:
        """Whether the page shows what differs: somebody was quicker, or which is to stand was not said yet."""
        return self.is_overtaken or bool(self._asked())

    def overtaken(self) -> None:
        """Somebody else was quicker. What she left as it was follows what stands; the form goes on from there."""
        data: QueryDict = self.data.copy()  # type: ignore[attr-defined]  # what a browser sends is a QueryDict
        for name in [name for name in data if name.startswith("keep_")] + ["compared"]:
            data.pop(name, None)
        was = self._was("fields")
        for name in self._standing():
            field, now = self.fields[name], _sent(self.fields[name], self.initial[name])
            if name in was and _means(field, was[name]) == _means(field, self._typed(name)) != _means(field, now):
                data.setlist(self.add_prefix(name), now if isinstance(now, list) else [now])
                if isinstance(field, forms.BooleanField) and not _means(field, now):
                    del data[self.add_prefix(name)]
        self.taken_over = {name for name in self._standing() if self._typed(name, data) != self._typed(name)}
        data[self.add_prefix(self.carried)] = str(self.stands)
        self.data, self.is_overtaken = data, True

    def lines(self) -> list[Line]:
        """What differs, each as it was, as it stands, and as it was typed."""
        if not self.is_compared:
            return []
        was, found = self._was("fields"), []
        for name in self._standing():
            field, sent = self.fields[name], _sent(self.fields[name], self.initial[name])
            taken = self.is_overtaken and name in self.taken_over
            before = _reads(field, was[name]) if name in was else None
            if _means(field, self._typed(name)) != _means(field, sent) or taken:
                only_mine = name in was and _means(field, was[name]) == _means(field, sent)
                asks = "" if taken or only_mine else name
                found.append(self._line(name, str(self[name].label), before, _reads(field, sent), asks, taken))
        for name, one in self.beside.items():
            if one.now != one.mine:
                found.append(
                    self._line(name, one.label, was.get(name), one.now, "" if was.get(name) == one.now else name)
                )
        return found + self._facts()

    def _line(self, name: str, label: str, was: str | None, now: str, asks: str, is_taken_over: bool = False) -> Line:
        mine = self.beside[name].mine if name in self.beside else _reads(self.fields[name], self._typed(name))
        chosen = str(self.data.get(f"keep_{name}", ""))
        return Line(name, label, was, now, mine, asks, chosen, is_taken_over)

    def _facts(self) -> list[Line]:
        """What changed of the record and is not asked for here."""
        was, standing = self._was("facts"), self._standing()
        return [
            Line(name, _named(self.row, name), was[name], now)
            for name, now in self.facts.items()
            if name not in standing and name in was and was[name] != now
        ]

    def clean(self) -> dict[str, Any]:
        """Where both changed it, what she says is to stand; hers is not dropped before it is saved."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.stands is None or str(self.data.get(self.add_prefix(self.carried))) != str(self.stands):
            return cleaned  # somebody was quicker still: the service says so
        for name in self._asked():
            choice = self.data.get(f"keep_{name}")
            if choice not in (MINE, THEIRS):
                told = _("Say which is to stand.")
                self.add_error(name if name in self.fields else None, told)
            elif choice == THEIRS and name in self.fields:
                self.errors.pop(name, None)
                field = self.fields[name]
                cleaned[name] = field.clean(_sent(field, self.initial[name]))
        return cleaned

    def takes_theirs(self, name: str) -> bool:
        """Whether she said that what stands now is to stay, of something beside the form."""
        return name in self._asked() and self.data.get(f"keep_{name}") == THEIRS

    def _asked(self) -> list[str]:
        """Of what both changed it was asked which is to stand."""
        if not self.is_bound or not hasattr(self.data, "getlist"):
            return []
        return [name for name in self.data.getlist("compared") if name in self._standing() or name in self.beside]

    def _standing(self) -> list[str]:
        """The fields that show something of the record as it stands."""
        return [name for name in self.fields if name in self.initial and name not in (self.carried, *self.suggested)]

    def _typed(self, name: str, data: Any = None) -> Any:
        widget = self.fields[name].widget
        return widget.value_from_datadict(self.data if data is None else data, self.files, self.add_prefix(name))

    def _was(self, part: str) -> dict[str, Any]:
        """What the page says it was opened with. She can write what she likes there: only she is shown it."""
        try:
            told = json.loads(self.as_read)
        except (ValueError, RecursionError):
            return {}
        found = told.get(part) if isinstance(told, dict) else None
        return {name: sent for name, sent in found.items() if _is_sent(sent)} if isinstance(found, dict) else {}


def _named(row: Model | None, name: str) -> str:
    """What something of a record is called, or what hangs on it."""
    field: Any = row._meta.get_field(name)  # type: ignore[union-attr]  # a form without a row has no facts
    return str(field.related_model._meta.verbose_name_plural if field.auto_created else field.verbose_name)


def _sent(field: forms.Field, value: Any) -> Any:
    """A value as a browser would send it: a text, or some texts."""
    value = field.prepare_value(value() if callable(value) else value)
    if isinstance(value, (list, tuple)):
        return [str(one) for one in value]
    return "" if value is None or value is False else str(value)


def _is_sent(value: Any) -> bool:
    several = value if isinstance(value, list) else [value]
    return all(isinstance(one, str) for one in several)


def _python(field: forms.Field, sent: Any) -> Any:
    try:
        return field.to_python(sent)
    except (ValidationError, ValueError, TypeError, AttributeError):
        return sent


def _means(field: forms.Field, sent: Any) -> Any:
    """What was sent, so that it can be compared: line ends and blanks around it say nothing."""
    value = _python(field, sent)
    if isinstance(value, str):
        return value.replace("\r\n", "\n").strip()
    if isinstance(value, Model):
        return str(value.pk)
    if isinstance(value, Iterable):
        return sorted(str(getattr(one, "pk", one)) for one in value)
    return "" if value is None else value


def _reads(field: forms.Field, sent: Any) -> str:
    """What was sent, in the words of the form."""
    value = _python(field, sent)
    choices = {} if isinstance(field, forms.ModelChoiceField) else dict(getattr(field, "choices", ()))
    words = {str(key): str(label) for key, label in choices.items()}
    if isinstance(value, (list, tuple)):
        return ", ".join(words.get(str(one), in_words(one)) for one in value)
    return words.get(str(value), "") if words else in_words(value).strip()
