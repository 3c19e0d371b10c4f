"""The shape of a rhythm and of a single contact: how it is held, by whom, how often, and what keeps it off a day."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from cases.checkins.rules import CheckInKind, Frequency, Lasting, MovePolicy, PauseReason
from cases.web.shapes import RowsForm, Versioned
from cities.web.fields import ColleagueField, DayField, TimeOfDayField

NTH = [(1, _("first")), (2, _("second")), (3, _("third")), (4, _("fourth")), (-1, _("last"))]
DAYS_OF_A_MONTH = [*((day, str(day)) for day in range(1, 32)), (-1, _("the last day"))]
UNITS = [
    (Frequency.WEEKS, _("weeks")),
    (Frequency.MONTHS, _("months")),
    (Frequency.DAYS, _("days")),
    (Frequency.QUARTER, _("times a quarter")),
]
THINNER = [(Frequency.WEEKS, _("weeks")), (Frequency.MONTHS, _("months"))]


class ContactFields(RowsForm):
    """How a contact is held, by whom, and where."""

    #: Of these it goes without saying that they may stay as they are.
    needed_sometimes: tuple[str, ...] = ("tolerance_days",)

    kind = forms.ChoiceField(
        label=_("How"), choices=CheckInKind.choices, widget=forms.RadioSelect(attrs={"class": "inline"})
    )
    with_interpreter = forms.BooleanField(label=_("With an interpreter"), required=False)
    caseworker = ColleagueField(label=_("By whom"), queryset=None)
    second = ColleagueField(
        label=_("Together with"), queryset=None, required=False, help_text=_("A colleague who goes along.")
    )
    who_else = forms.CharField(
        label=_("Who else"), required=False, max_length=400, help_text=_("Such as: the teacher, the youth worker.")
    )
    place = forms.CharField(label=_("Place"), required=False, max_length=400)
    duration = forms.IntegerField(label=_("Minutes"), initial=45, min_value=5, max_value=600)
    is_critical = forms.BooleanField(
        label=_("Critical"), required=False,
        help_text=_("When one is missed, that goes to the next case conference at once."),
    )  # fmt: skip


class WorkingDaysField(forms.IntegerField):
    """A number of working days; empty is none."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(initial=0, min_value=0, max_value=60, required=False, **kwargs)

    def clean(self, value: Any) -> int:
        return super().clean(value) or 0


class GraceField(WorkingDaysField):
    """Working days after the day itself before a contact counts as late."""

    def __init__(self) -> None:
        said = _("So many working days may pass before it counts as late.")
        super().__init__(label=_("Days of grace"), help_text=said)


class ArrangeCheckInForm(ContactFields):
    """A single contact."""

    due_on = DayField(label=_("Day"), help_text=_("A day gone by is possible too, for a visit that was not planned."))
    due_time = TimeOfDayField(label=_("Time"), required=False, help_text=_("Empty: some time that day."))
    tolerance_days = GraceField()


class ChangeCheckInForm(ContactFields, Versioned):
    """How one contact is held; its day stays."""

    due_time = TimeOfDayField(label=_("Time"), required=False, help_text=_("Empty: some time that day."))


class RhythmFields(ContactFields):
    """How often: every so many days, weeks or months, and what happens on a day off."""

    every = forms.IntegerField(label=_("Every"), initial=2, min_value=1, max_value=366)
    frequency = forms.ChoiceField(
        label=_("Days, weeks, months, or times a quarter"), choices=UNITS, initial=Frequency.WEEKS,
        widget=forms.RadioSelect(attrs={"class": "inline"}),
    )  # fmt: skip
    weekdays = forms.TypedMultipleChoiceField(
        label=_("On which days of the week"), choices=list(WEEKDAYS.items()), coerce=int, required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "inline"}),
    )  # fmt: skip
    monthly = forms.ChoiceField(
        label=_("In the month"), choices=[("DAY", _("on a day of the month")), ("NTH", _("on a day of a week"))],
        initial="DAY", required=False, widget=forms.RadioSelect(attrs={"class": "inline"}),
    )  # fmt: skip
    month_day = forms.TypedChoiceField(
        label=_("Day of the month"), choices=DAYS_OF_A_MONTH, coerce=int, required=False, empty_value=None
    )
    nth = forms.TypedChoiceField(label=_("Which"), choices=NTH, coerce=int, required=False, empty_value=None)
    nth_weekday = forms.TypedChoiceField(
        label=_("Day of the week"), choices=list(WEEKDAYS.items()), coerce=int, required=False, empty_value=None
    )
    within_week = forms.BooleanField(
        label=_("Any day of that week will do"), required=False, help_text=_("From its Monday to its Friday.")
    )
    ends_on = DayField(
        label=_("Until"), required=False, help_text=_("The first day without. Empty: as long as the plan lasts.")
    )
    times = forms.IntegerField(
        label=_("Or so many times"), required=False, min_value=1, max_value=500,
        help_text=_("Such as 6: six contacts, and no more."),
    )  # fmt: skip
    policy = forms.ChoiceField(
        label=_("When it falls on a day off"), choices=MovePolicy.choices, initial=MovePolicy.NEXT,
        help_text=_("Weekends, public holidays, days the agency is closed, the caseworker's absence without a deputy."),
    )  # fmt: skip
    avoids_regional = forms.BooleanField(label=_("Regional holidays are days off too"), required=False)
    avoids_school = forms.BooleanField(label=_("School holidays are days off too"), required=False)
    time = TimeOfDayField(label=_("Time"), required=False, help_text=_("Empty: some time that day."))
    early_days = WorkingDaysField(
        label=_("Days sooner"), help_text=_("So many working days before, it may be held already.")
    )
    tolerance_days = GraceField()

    #: As they stand on the page, and so in the summary of what is wrong.
    field_order = (
        "from_on", "every", "frequency", "weekdays", "monthly", "month_day", "nth", "nth_weekday", "within_week",
        "starts_on", "time", "ends_on", "times", "lasts", "unit", "then_every", "then_frequency", "then_lasts",
        "then_unit", "last_every", "last_frequency", "kind", "caseworker", "place", "duration",
    )  # fmt: skip

    #: Needed by one unit and not by another: said by the unit, not by a word beside the label.
    needed_sometimes = ("weekdays", "monthly", "month_day", "nth", "nth_weekday", "early_days", "tolerance_days")

    def is_set_apart(self) -> bool:
        """Whether something is said about days off or grace that goes beyond what goes without saying."""
        names = ("policy", "avoids_regional", "avoids_school", "early_days", "tolerance_days")
        usual = {"policy": MovePolicy.NEXT.value, "early_days": 0, "tolerance_days": 0}
        return any(self[name].errors or str(self[name].value() or 0) != str(usual.get(name, 0)) for name in names)

    def clean(self) -> dict[str, Any]:
        """What the unit chosen has no use for is left out, whatever was typed before the mind was changed."""
        told: dict[str, Any] = super().clean() or self.cleaned_data
        monthly = told.pop("monthly", "") if told.get("frequency") == Frequency.MONTHS else ""
        if told.get("frequency") != Frequency.WEEKS:
            told["weekdays"] = []
        if monthly != "DAY":
            told["month_day"] = None
        if monthly != "NTH":
            told["nth"] = told["nth_weekday"] = None
        told.pop("monthly", None)
        return told


def _unit(choices: Any) -> forms.ChoiceField:
    """The unit of a number beside it, in a sentence: its name is heard, not seen."""
    select = forms.Select(attrs={"aria-label": _("unit")})
    return forms.ChoiceField(label=_("unit"), choices=choices, required=False, widget=select)


class RhythmForm(RhythmFields):
    """A new rhythm; one that thins out says how long it lasts, and what comes then."""

    starts_on = DayField(label=_("From"))
    lasts = forms.IntegerField(label=_("It lasts for"), required=False, min_value=1, max_value=500)
    unit = _unit(Lasting.choices)
    then_every = forms.IntegerField(label=_("Then every"), required=False, min_value=1, max_value=52)
    then_frequency = _unit(THINNER)
    then_lasts = forms.IntegerField(label=_("which lasts for"), required=False, min_value=1, max_value=500)
    then_unit = _unit(Lasting.choices)
    last_every = forms.IntegerField(label=_("And then every"), required=False, min_value=1, max_value=52)
    last_frequency = _unit(THINNER)

    #: What belongs to thinning out, and is not an argument of the act.
    THINNING = (
        "lasts",
        "unit",
        "then_every",
        "then_frequency",
        "then_lasts",
        "then_unit",
        "last_every",
        "last_frequency",
    )

    def is_thinning_out(self) -> bool:
        """Whether anything is said about thinning out, or wrong with it."""
        return any(self[name].errors or (name not in self.UNITS and self[name].value()) for name in self.THINNING)

    #: A unit alone says nothing.
    UNITS = ("unit", "then_frequency", "then_unit", "last_frequency")

    def clean(self) -> dict[str, Any]:
        """A step that is followed by another one says how long it lasts: beside the one that doesn't."""
        told = super().clean()
        if told.get("last_every") and not told.get("then_every"):
            self.add_error("then_every", _("Say first what comes before it."))
        if told.get("then_every") and not told.get("lasts"):
            self.add_error("lasts", _("Say how long it lasts before it thins out."))
        if told.get("last_every") and told.get("then_every") and not told.get("then_lasts"):
            self.add_error("then_lasts", _("Say how long this lasts before the last one."))
        return told


class ChangeRhythmForm(RhythmFields, Versioned):
    """The rhythm as it is to be from a day on."""

    suggested = ("from_on",)

    from_on = DayField(label=_("From which day on"), help_text=_("What is before that day, or was recorded, stays."))


class EndRhythmForm(Versioned):
    """No more."""

    ends_on = DayField(
        label=_("First day without"), required=False,
        help_text=_("What is planned from then on is cancelled. Empty: as long as the plan lasts."),
    )  # fmt: skip


class PauseForm(Versioned):
    """For a time."""

    suggested = ("all_of_case",)

    reason = forms.ChoiceField(label=_("Why"), choices=PauseReason.choices, widget=forms.RadioSelect)
    starts_on = DayField(label=_("From"))
    ends_on = DayField(
        label=_("Until"), required=False, help_text=_("The first day with check-ins again. Empty: not known yet.")
    )
    all_of_case = forms.BooleanField(label=_("The other rhythms of this case too"), required=False, initial=True)


class ResumeForm(Versioned):
    """Again."""

    suggested = ("on",)

    on = DayField(label=_("From which day"))


class AvoidForm(forms.Form):
    """Days on which the person would rather not be met. Why is not asked."""

    starts_on = DayField(label=_("From"))
    ends_on = DayField(label=_("Until"), help_text=_("The first day that is fine again."))
