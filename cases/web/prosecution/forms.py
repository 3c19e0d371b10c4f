"""The shape of a prosecution referral as it is written, sent and answered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases.prosecution.models import Offence, ProsecutionReferral, ReferralFact
from cases.prosecution.rules import ANSWERS, MOST_FACTS, Answer, FactDraft, Nature, ReferralGround, Urgency
from cases.travel.rules import Reliability
from cases.web.compared import Beside, Compared
from cases.web.shapes import RowsForm, Versioned
from cities.agencies.models import Agency
from cities.web.fields import DayField, LongTextField

#: What the names of their fields begin with.
FACTS = "facts"


class FactForm(forms.Form):
    """One statement: fact or assessment, from which source, how reliable."""

    nature = forms.ChoiceField(label=_("Fact or assessment"), choices=Nature.choices, widget=forms.RadioSelect)
    text = LongTextField(label=_("What"), rows=2)
    source = forms.CharField(label=_("Source"), max_length=600, help_text=_("Who saw or said it, or which document."))
    reliability = forms.ChoiceField(label=_("Reliability of the source"), choices=[("", "–"), *Reliability.choices])
    observed_on = DayField(label=_("On which day"), required=False)

    def drafted(self) -> FactDraft:
        """The statement as the service takes it."""
        told = {name: self.cleaned_data[name] for name in FactForm.base_fields}
        return FactDraft(**told)


class Statements(forms.BaseFormSet):  # type: ignore[type-arg]  # takes no argument when it runs
    """The statements of one referral. One that is taken out stays with the cell: nothing is deleted."""

    def add_fields(self, form: forms.Form, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["DELETE"].label = _("Take this statement out")


FactFormSet = forms.formset_factory(
    FactForm,
    formset=Statements,
    extra=0,
    min_num=1,
    validate_min=True,
    max_num=MOST_FACTS,
    validate_max=True,
    can_delete=True,
)


class ReferralForm(RowsForm):
    """The referral around its statements."""

    addressed_to: forms.ModelChoiceField[Agency] = forms.ModelChoiceField(
        label=_("Addressed to"), queryset=None, widget=forms.RadioSelect, empty_label=None
    )
    ground = forms.ChoiceField(label=_("On which ground"), choices=ReferralGround.choices, widget=forms.RadioSelect)
    urgency = forms.ChoiceField(
        label=_("How soon it should be looked at"), choices=Urgency.choices, widget=forms.RadioSelect
    )
    subject = forms.CharField(
        label=_("About whom"),
        max_length=600,
        help_text=_("Name and birth date, as the office needs them. It cannot open the person's record."),
    )
    statement = LongTextField(
        label=_("Statement"), rows=8, help_text=_("Written anew for the office. Copy nothing from care notes.")
    )
    offences: forms.ModelMultipleChoiceField[Offence] = forms.ModelMultipleChoiceField(
        label=_("Suspected offences"), queryset=None, widget=forms.CheckboxSelectMultiple, required=False
    )
    withheld = LongTextField(
        label=_("What is withheld, and why"),
        required=False,
        rows=3,
        help_text=_("The office reads this too: say on which ground something is withheld, not what it is."),
    )


class ChangeReferralForm(ReferralForm, Versioned):
    """A draft that is being changed."""


class ReasonForm(Versioned):
    """An act that has to be argued."""

    reason = LongTextField(label=_("Why"), rows=3)


class AnswerForm(Versioned):
    """What the office answers."""

    answer = forms.ChoiceField(label=_("Answer"), widget=forms.RadioSelect)
    answer_text = LongTextField(
        label=_("What the cell should know"),
        required=False,
        rows=4,
        help_text=_("The caseworker is never shown this: of an inquiry she is told that it is open, and no more."),
    )

    def __init__(self, *args: Any, standing: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        allowed = ANSWERS[standing]
        self.fields["answer"].choices = [choice for choice in Answer.choices if choice[0] in allowed]  # type: ignore[attr-defined]


class Written:
    """A referral as it is being written: the form around, and a form for each statement.

    `begins` is what stands there when the page is opened. When room for another statement is asked for, what was typed
    becomes what stands there, and nothing is judged yet.
    """

    def __init__(
        self,
        form_class: type[ReferralForm],
        typed: QueryDict | None,
        *,
        begins: Mapping[str, Any],
        facts: Sequence[Mapping[str, Any]] = (),
        rows: Mapping[str, QuerySet[Any]],
        of: ProsecutionReferral | None = None,
    ) -> None:
        self.standing, read = list(facts), None
        self.has_grown = typed is not None and "more" in typed
        if typed is not None and self.has_grown:
            read = typed.get("as_read", "")
            begins, facts, typed = _typed_so_far(form_class, typed), _facts_so_far(typed), None
        self.is_judged = typed is not None
        self.form = form_class(typed, initial=dict(begins), rows=rows, **({} if of is None else {"of": of}))
        if isinstance(self.form, Compared):
            self.form.read = read
            mine = self.standing if typed is None else _facts_so_far(typed)
            self.form.beside[FACTS] = Beside(gettext("What it states"), in_words(self.standing), in_words(mine))
        # What was typed is judged by itself: beside what stood there, a statement typed again would pass for none.
        self.facts = FactFormSet(typed, initial=None if self.is_judged else list(facts), prefix=FACTS)
        if self.has_grown and len(facts) < MOST_FACTS:
            self.facts.extra = 1

    def is_valid(self) -> bool:
        """Whether both are; both are looked at, so that all that is wrong is said at once."""
        valid = [self.form.is_valid(), self.takes_theirs() or self.facts.is_valid()]
        if not valid[1]:
            self.form.add_error(None, gettext("Something is missing in what it states."))
        return all(valid)

    def told(self) -> dict[str, Any]:
        """What the service takes. A statement that was left empty, or taken out, is none."""
        told = {**self.form.cleaned_data, "offences": list(self.form.cleaned_data["offences"])}
        if self.takes_theirs():
            return {**told, "facts": [FactDraft(**fact) for fact in self.standing]}
        kept = [form for form in self.facts.forms if form.cleaned_data and not form.cleaned_data.get("DELETE")]
        return {**told, "facts": [form.drafted() for form in kept]}

    def takes_theirs(self) -> bool:
        """Whether the statements that somebody else wrote meanwhile are to stay."""
        return isinstance(self.form, Compared) and self.form.takes_theirs(FACTS)


def _typed_so_far(form_class: type[ReferralForm], typed: QueryDict) -> dict[str, Any]:
    return {name: typed.getlist(name) if name == "offences" else typed.get(name) for name in form_class.base_fields}


def _facts_so_far(typed: QueryDict) -> list[dict[str, Any]]:
    total = typed.get(f"{FACTS}-TOTAL_FORMS", "")
    numbers = range(min(int(total), MOST_FACTS)) if total.isascii() and total.isdecimal() and len(total) < 4 else ()
    return [
        {name: typed.get(f"{FACTS}-{number}-{name}", "") for name in FactForm.base_fields}
        for number in numbers
        if f"{FACTS}-{number}-DELETE" not in typed
    ]


def as_typed(facts: Iterable[ReferralFact]) -> list[dict[str, Any]]:
    """Statements that stand, by the names of the fields in which they are typed."""
    return [{name: getattr(fact, name) for name in FactForm.base_fields} for fact in facts]


def in_words(facts: Sequence[Mapping[str, Any]]) -> str:
    """The statements as they read, one by one, whether they stand or were typed."""
    natures = dict(Nature.choices)
    return "\n".join(
        f"{natures.get(fact['nature'], '–')}: " + " · ".join(
            str(fact[name]).replace("\r\n", "\n").strip()
            for name in ("text", "source", "reliability", "observed_on") if fact[name]
        )
        for fact in facts
    )  # fmt: skip


def rows_of(offices: QuerySet[Agency], offences: QuerySet[Offence]) -> dict[str, QuerySet[Any]]:
    """What a referral offers to choose among."""
    return {"addressed_to": offices, "offences": offences}
