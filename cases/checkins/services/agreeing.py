"""What is agreed about a rhythm: put in order, and refused beside the field where it makes no sense."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any, TypedDict

from django.utils.translation import gettext as _

from cases.access.rules import Refused
from cases.casefiles.models import Casefile
from cases.checkins.models import Rhythm
from cases.checkins.rules import (
    Frequency,
    Lasting,
    MovePolicy,
    Pattern,
    RhythmState,
    Step,
    ends_with_count,
    fault_of,
    next_days,
    taper,
)
from cases.checkins.services.checks import (
    clean_place,
    clean_who_else,
    refuse_caseworker,
    refuse_day,
    refuse_kind,
    refuse_measures,
    refuse_second,
)
from cases.checkins.services.replanning import outlook_of
from cases.plans.models import FollowUpPlan
from cities.places.rules import day_of
from cities.staff.models import User


class Wanted(TypedDict, total=False):
    """What may be agreed about a rhythm: how the contact is held, by whom, how often, and what moves it.

    Weekdays: 0 is Monday. `month_day`: 1 to 31, -1 for the last. `nth`: 1 to 4, -1 for the last. `every`: so many days,
    weeks or months; of a quarter, how many times. `times`: that many contacts and no more. `duration` in minutes,
    `early_days` and `tolerance_days` in working days. Half-open: `ends_on` is the first day without.
    """

    kind: str
    with_interpreter: bool
    frequency: str
    every: int
    weekdays: Sequence[int]
    month_day: int | None
    nth: int | None
    nth_weekday: int | None
    times: int | None
    within_week: bool
    time: time | None
    duration: int
    place: str
    who_else: str
    early_days: int
    tolerance_days: int
    policy: str
    avoids_regional: bool
    avoids_school: bool
    is_critical: bool
    caseworker: User
    second: User | None
    starts_on: date
    ends_on: date | None


PATTERN = (
    "frequency", "every", "weekdays", "month_day", "nth", "nth_weekday", "times", "within_week", "policy",
    "avoids_regional", "avoids_school", "starts_on", "ends_on",
)  # fmt: skip

_UNLESS_SAID: Wanted = {
    "with_interpreter": False, "every": 1, "weekdays": (), "month_day": None, "nth": None, "nth_weekday": None,
    "times": None, "within_week": False, "time": None, "duration": 45, "place": "", "who_else": "", "early_days": 0,
    "tolerance_days": 0, "policy": MovePolicy.NEXT, "avoids_regional": False, "avoids_school": False,
    "is_critical": False, "second": None, "ends_on": None,
}  # fmt: skip


def pattern_of(wanted: Wanted) -> Pattern:
    """On which days: what the unit that was chosen has no use for is left out, a number of times gets its last day.

    Raises `Refused` beside the field that makes no sense.
    """
    said: dict[str, Any] = {name: value for name, value in wanted.items() if name in PATTERN}
    said["weekdays"] = sorted(set(said["weekdays"])) if said["frequency"] == Frequency.WEEKS else []
    if said["frequency"] != Frequency.MONTHS:
        said["month_day"] = None
    if said["frequency"] != Frequency.MONTHS or said["month_day"] is not None:
        said["nth"] = said["nth_weekday"] = None
    if said["times"] is not None and said["ends_on"] is not None:
        raise Refused(_("Say how many times, or until when; not both."), field="times", code="both")
    if said["policy"] not in MovePolicy.values:
        raise Refused(_("This is not a policy for days off."), field="policy", code="unknown_code")
    pattern = Pattern(**said)
    if fault := fault_of(pattern):
        raise Refused(_("This does not say on which days."), field=fault, code="pattern")
    return pattern if pattern.times is None else replace(pattern, ends_on=ends_with_count(pattern))


def chain_of(
    wanted: Wanted, *, lasts: int | None = None, unit: str = Lasting.WEEKS, then: Sequence[Step] = ()
) -> list[Pattern]:
    """The patterns of a taper, each ending where the next starts; of a plain rhythm the one pattern."""
    pattern = pattern_of(wanted)
    if lasts is None and not then:
        return [pattern]
    if pattern.ends_on is not None:
        raise Refused(_("Say how long it lasts, or until when; not both."), field="lasts", code="both")
    steps = [Step(pattern, lasts, unit), *(replace(step, pattern=_like(step, pattern)) for step in then)]
    try:
        return taper(steps, pattern.starts_on)
    except ValueError as error:
        raise Refused(
            _("This does not say on which days, or for how long."), field=str(error), code="pattern"
        ) from None


def _like(step: Step, first: Pattern) -> Pattern:
    """A further step moves by the same policy and avoids the same days as the first."""
    return replace(
        step.pattern, policy=first.policy, within_week=first.within_week, avoids_regional=first.avoids_regional,
        avoids_school=first.avoids_school,
    )  # fmt: skip


def agreed(
    wanted: Wanted, pattern: Pattern, *, by: User, at: datetime, case: Casefile, plan: FollowUpPlan
) -> Rhythm:  # fmt: skip
    """A rhythm as it was agreed, not yet kept; refused when it can't be held, or when nothing would ever come of it."""
    said: Wanted = {**_UNLESS_SAID, **wanted}
    today = day_of(at)
    refuse_kind(said["kind"])
    refuse_measures(duration=said["duration"], tolerance_days=said["tolerance_days"], early_days=said["early_days"])
    refuse_caseworker(said["caseworker"], case, at=at)
    refuse_second(said["second"], said["caseworker"], case, at=at)
    return Rhythm(
        recorded_at=at, recorded_by=by, casefile=case, city_id=case.city_id, plan=plan, kind=said["kind"],
        with_interpreter=said["with_interpreter"], time=said["time"], duration=said["duration"],
        place=clean_place(said["place"]), who_else=clean_who_else(said["who_else"]), early_days=said["early_days"],
        tolerance_days=said["tolerance_days"], is_critical=said["is_critical"], caseworker=said["caseworker"],
        second=said["second"], materialised_until=max(pattern.starts_on, today),
        **{name: getattr(pattern, name) for name in PATTERN},
    )  # fmt: skip


def complete(wanted: Wanted) -> Wanted:
    """With what goes without saying."""
    return {**_UNLESS_SAID, **wanted}


def refuse_empty(rhythm: Rhythm, *, at: datetime) -> None:
    """A rhythm of which nothing would ever come was not meant so."""
    outlook = outlook_of(rhythm, at=at)
    days = next_days(
        rhythm, first=rhythm.materialised_until, calendar=outlook.calendar, away=outlook.away
    )  # fmt: skip
    if not any(one.due_on for one in days):
        raise Refused(_("No check-in would ever come of this rhythm."), field="ends_on", code="empty")


def refuse_twice(rhythm: Rhythm) -> None:
    """The very same rhythm again is a second click, or a colleague who was first: nobody is met twice for it."""
    alike = {name: getattr(rhythm, name) for name in (*PATTERN, "kind", "time", "place", "caseworker")}
    if Rhythm.objects.filter(casefile=rhythm.casefile, state=RhythmState.ACTIVE, **alike).exists():
        raise Refused(_("This very rhythm is arranged already."), code="twice")


def refuse_start(starts_on: date, plan: FollowUpPlan, *, at: datetime) -> None:
    refuse_day(starts_on, first=plan.starts_on, today=day_of(at), field="starts_on")
