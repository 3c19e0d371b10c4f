"""Two administrators, one setting: what the form carries, and how it comes back when somebody else was quicker."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib.admin.utils import display_for_field
from django.core.exceptions import ValidationError
from django.forms.utils import ErrorList
from django.http import QueryDict
from django.utils.translation import gettext as _

from cities.refusals import Refused, Stale


class Differs(ErrorList):
    """What is said beside a field is no error, and isn't called one."""

    template_name = template_name_ul = "admin/differs.html"


class AsRead(forms.ModelForm):  # type: ignore[type-arg]  # takes no argument when it runs
    """A form about a row that stands carries the version that was read and, unseen, what stood in each field then.

    Overtaken, it comes back with all that was typed and goes on from what stands: what only they changed is taken over,
    what only she changed stays hers, and where both did, what stands now is said beside what she typed. Nothing is
    written before she has sent it once more.
    """

    #: What the room refused of this very request.
    refused: ClassVar[Refused | None] = None
    read = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        #: Field -> what is said beside it, when somebody else was quicker.
        self.differs: dict[str, str] = {}
        if self.instance.pk is None:
            del self.fields["read"]
            return
        self.initial["read"] = self.instance.version
        for name, field in self.fields.items():
            field.show_hidden_initial = name in self.initial and name != "read"
        if self.is_overtaken:
            self.error_class = Differs
            self._go_on_from_what_stands()

    @property
    def is_overtaken(self) -> bool:
        """Whether somebody else was quicker."""
        return isinstance(self.refused, Stale)

    def tell_what_differs(self) -> None:
        """Beside each field what differs; on top, what to do about it."""
        for name, told in self.differs.items():
            self.add_error(name, told)
        if self.is_overtaken:
            told = _("Nothing that this form asks for differs. Send it once more if you still mean it.")
            if self.differs:
                told = _(
                    "What you typed is below, and can still be changed. Nothing is saved before you send it once more."
                )
            self.add_error(None, told)

    def _go_on_from_what_stands(self) -> None:
        data: QueryDict = self.data.copy()  # type: ignore[attr-defined]  # what a browser sends is a QueryDict
        data["read"] = str(self.instance.version)
        for name in [name for name, field in self.fields.items() if field.show_hidden_initial]:
            field, now = self.fields[name], self.initial[name]
            sent, opened = self.add_prefix(name), self.add_initial_prefix(name)
            typed = _means(field, field.widget.value_from_datadict(data, self.files, sent))
            was, stands = _means(field, data.get(opened)), _means(field, now)
            if typed != stands and was == typed and opened in data:
                _put(data, sent, field, now)
                before = _("Taken over as it stands now: somebody else changed it meanwhile. Before: %(value)s")
                self.differs[name] = before % {"value": self._in_words(name, was)}
            elif typed != stands and (was != stands or opened not in data):
                self.differs[name] = _("What stands there now: %(value)s") % {"value": self._in_words(name, stands)}
            data[opened] = field.hidden_widget().format_value(field.prepare_value(now)) or ""
        self.data = data

    def _in_words(self, name: str, value: Any) -> str:
        """A value as it is shown elsewhere in the administration; a yes or a no in words, not as a sign."""
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        return str(display_for_field(value, self._meta.model._meta.get_field(name), "\u2013") or "\u2013")


def _means(field: forms.Field, sent: Any) -> Any:
    """What was sent, so that it can be compared: how its line ends were sent, and blanks around it, say nothing."""
    try:
        value = field.to_python(sent)
    except ValidationError:
        value = sent
    return value.replace("\r\n", "\n").strip() if isinstance(value, str) else value


def _put(data: QueryDict, sent: str, field: forms.Field, now: Any) -> None:
    """What stands, as a browser would send it."""
    if isinstance(field, forms.BooleanField):
        data.setlist(sent, ["on"] if now else [])
    else:
        value = field.widget.format_value(field.prepare_value(now))
        data.setlist(sent, value if isinstance(value, list) else [value or ""])
