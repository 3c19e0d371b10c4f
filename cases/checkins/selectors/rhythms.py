"""Questions about rhythms: what was agreed, what would come of it, what the person agreed to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import F, QuerySet

from cases.access.models import cities_open_to
from cases.access.rules import OutOfSight
from cases.casefiles.models import Casefile
from cases.checkins.models import (
    AgreedReminder,
    AvoidedDays,
    Rhythm,
)
from cases.checkins.outlook import outlooks, surroundings
from cases.checkins.rules import (
    FURTHEST,
    Pattern,
    Planned,
    RhythmState,
    next_days,
)
from cities.places.rules import day_of
from cities.roles.rules import Compartment
from cities.staff.models import User

#: From here on there are no two years left in the calendar.
_FURTHEST_DAY = date.max - FURTHEST


def rhythms_of(case: Casefile, user: User, *, at: datetime) -> QuerySet[Rhythm]:
    """The rhythms of a case with their pauses, those in force first."""
    rows = Rhythm.objects.visible_to(user, at=at).filter(casefile=case).select_related("caseworker", "second")
    return rows.prefetch_related("pauses").order_by("state", "-starts_on", "-pk")


def rhythm_for(user: User, case: Casefile, pk: int, *, at: datetime) -> Rhythm:
    """One rhythm of a case, or `OutOfSight`."""
    found = rhythms_of(case, user, at=at).filter(pk=pk).first()
    if found is None:
        raise OutOfSight
    return found


@dataclass(frozen=True)
class Chain:
    """Rhythms that come one after another, as one story: a taper, or one that is another from a day on."""

    steps: Sequence[Rhythm]
    in_force: Rhythm
    """The step that holds on the day asked about; before the first has begun, the first."""

    @property
    def to_come(self) -> Sequence[Rhythm]:
        """The steps after it."""
        return self.steps[self.steps.index(self.in_force) + 1 :]


def chains(rhythms: Sequence[Rhythm], *, on: date) -> list[Chain]:
    """The stories of a case's rhythms that have not ended, in the order in which they were begun, the latest first.

    What has ended between two of them is passed over: the story goes on.
    """
    known = {rhythm.pk: rhythm for rhythm in rhythms}
    following: dict[int, Rhythm] = {}
    firsts = []
    for rhythm in rhythms:
        if rhythm.state == RhythmState.ENDED:
            continue
        before = known.get(rhythm.follows_id or 0)
        while before is not None and before.state == RhythmState.ENDED:
            before = known.get(before.follows_id or 0)
        if before is None:
            firsts.append(rhythm)
        else:
            following[before.pk] = rhythm
    found = []
    for first in firsts:
        steps = [first]
        while (after := following.get(steps[-1].pk)) is not None:
            steps.append(after)
        begun = [step for step in steps if step.starts_on <= on]
        found.append(Chain(steps, begun[-1] if begun else first))
    return found


def follower_of(rhythm: Rhythm, user: User, *, at: datetime) -> Rhythm | None:
    """What comes after a rhythm, if that was agreed already."""
    rows = Rhythm.objects.visible_to(user, at=at)
    return rows.filter(follows=rhythm, state=RhythmState.ACTIVE).first()


def avoided_days_of(case: Casefile, user: User, *, at: datetime) -> QuerySet[AvoidedDays]:
    """The days to avoid that were agreed with the person and are still to come, the first first."""
    rows = AvoidedDays.objects.visible_to(user, at=at).filter(casefile=case, withdrawn_at__isnull=True)
    return rows.filter(ends_on__gt=day_of(at)).order_by("starts_on", "pk")


def avoided_days_for(user: User, case: Casefile, pk: int, *, at: datetime) -> AvoidedDays:
    """One stretch of days to avoid, or `OutOfSight`."""
    found = AvoidedDays.objects.visible_to(user, at=at).filter(casefile=case, pk=pk).first()
    if found is None:
        raise OutOfSight
    return found


def preview(
    chain: Sequence[Pattern], *, case: Casefile, caseworker: User, at: datetime, count: int = 10,
    instead_of: Rhythm | None = None,
) -> list[Planned]:  # fmt: skip
    """The next dates of a rhythm that is still being arranged, or of a taper: what moves, why, and who stands in.

    `instead_of`: the rhythm that it would be from a day on, whose pauses go on.
    """
    pauses = [(pause.starts_on, pause.ends_on) for pause in instead_of.pauses.all()] if instead_of else []
    days: list[Planned] = []
    for pattern in chain:
        first = max(pattern.starts_on, day_of(at))
        said = {name: getattr(pattern, name) for name in ("avoids_regional", "avoids_school", "starts_on", "ends_on")}
        typed = Rhythm(casefile=case, city_id=case.city_id, caseworker=caseworker, **said)
        [outlook] = outlooks([typed], surroundings(first, min(first, _FURTHEST_DAY) + FURTHEST, at=at))
        days += next_days(
            pattern, first=first, count=count - len(days), calendar=outlook.calendar, away=outlook.away,
            pauses=pauses,
        )  # fmt: skip
        if len(days) >= count:
            break
    return days


def set_aside(user: User, *, at: datetime) -> QuerySet[Rhythm]:
    """Rhythms that the clock could make nothing of, in the cities that `user` covers by a posting."""
    cities = cities_open_to(user, Compartment.CORE, at=at)
    rows = Rhythm.objects.visible_to(user, at=at).filter(city__in=cities, set_aside_at__isnull=False)
    return rows.select_related("casefile", "caseworker").order_by("set_aside_at", "pk")


def agreed_reminders_of(case: Casefile, user: User, *, at: datetime) -> QuerySet[AgreedReminder]:
    """How the person agreed to be reminded, what holds first, then what was withdrawn."""
    rows = AgreedReminder.objects.visible_to(user, at=at).filter(casefile=case)
    return rows.select_related("recorded_by", "withdrawn_by").order_by(F("withdrawn_at").desc(nulls_first=True), "pk")


def agreed_reminder_for(user: User, case: Casefile, pk: int, *, at: datetime) -> AgreedReminder:
    """One agreement of a case, or `OutOfSight`."""
    found = agreed_reminders_of(case, user, at=at).filter(pk=pk).first()
    if found is None:
        raise OutOfSight
    return found
