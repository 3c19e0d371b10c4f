"""Questions a calendar asks: what stands on each day of whose, and what a feed tells of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.db.models import Count, F, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from cases.access.models import CaseAccess, cities_open_to
from cases.access.rules import Ground
from cases.access.written import Ids, written_once
from cases.checkins.models import CheckIn
from cases.checkins.rules import (
    FEED_AHEAD,
    FEED_BACK,
    FEED_MOST,
    CheckInState,
    MoveReason,
    Told,
    Whose,
    monday_of,
)
from cases.checkins.selectors.contacts import IN_TIME_ORDER, listed_checkins
from cities.places.rules import day_of
from cities.roles.rules import Compartment
from cities.staff.models import User

#: On these grounds somebody works with a case day by day. What was opened in an emergency stands in no calendar.
_WORKS_WITH = (Ground.TEAM, Ground.DEPUTY)

#: Occurrences that gave way to others, or were to come after the end: nobody would look for them in a calendar.
_GAVE_WAY = (MoveReason.BY_HAND, MoveReason.CHANGED, MoveReason.ENDED)


def calendar_of(user: User, whose: str, *, at: datetime) -> QuerySet[CheckIn]:
    """What stands in somebody's calendar, in time order; of one that was moved, where it is now.

    Her own: what she holds, or goes along to. The team's: what anybody holds in the cases that she works with, by a
    grant or by a posting in the city. Deputised: what she holds for a colleague who is away.
    """
    rows = listed_checkins(user, at=at).exclude(state=CheckInState.RESCHEDULED).order_by(*IN_TIME_ORDER)
    match whose:
        case Whose.TEAM:
            cities = cities_open_to(user, Compartment.CORE, at=at)
            return rows.filter(Q(city__in=cities) | Q(casefile__in=_works_with(user, at=at)))
        case Whose.DEPUTISED:
            return rows.filter(caseworker=user, stands_in_for__isnull=False)
    return rows.filter(Q(caseworker=user) | Q(second=user))


@written_once
def _works_with(user: User, *, at: datetime) -> Ids:
    held = CaseAccess.grants.held_by(user, Compartment.CORE, at=at)
    return held.filter(ground__in=_WORKS_WITH).values("casefile_id")


def calendar_days(
    user: User, whose: str, first: date, until: date, *, at: datetime, most: int, only: date | None = None
) -> QuerySet[CheckIn]:  # fmt: skip
    """The calendar from `first` until `until` (half-open): so many of each day at most, each with `of_day`, how many
    there are on it. What may be held on any day of the week counts apart: `within_week`; with `only` a day, of the
    other days nothing else."""
    rows = calendar_of(user, whose, at=at).filter(due_on__gte=first, due_on__lt=until)
    if only is not None:
        rows = rows.filter(Q(due_on=only) | Q(within_week=True))
    rows = rows.exclude(state=CheckInState.CANCELLED, moved_because__in=_GAVE_WAY)
    rows = rows.select_related(
        "casefile__person", "casefile__agency", "city", "caseworker", "second", "stands_in_for", "replaces"
    )
    a_day = [F("due_on"), F("within_week")]
    return rows.annotate(
        of_day=Window(Count("pk"), partition_by=a_day),
        in_day=Window(RowNumber(), partition_by=a_day, order_by=[F("due_time").asc(nulls_last=True), F("pk").asc()]),
    ).filter(in_day__lte=most)


def told_in_feed(user: User, whose: str, *, at: datetime) -> list[Told]:
    """What a calendar feed tells, in time order. When there is too much, what lies furthest off is left out: first the
    past. Not more is read of a contact than is told."""
    today = day_of(at)
    rows = calendar_of(user, whose, at=at).select_related(None)
    fields = (
        "pk", "casefile__reference", "casefile_id", "kind", "replaces_id", "version", "due_on", "due_time",
        "within_week", "duration", "state", "recorded_at", "changed_at",
    )  # fmt: skip
    ahead = rows.filter(due_on__gte=today, due_on__lt=today + FEED_AHEAD).values_list(*fields, named=True)[:FEED_MOST]
    behind = rows.filter(due_on__gte=monday_of(today - FEED_BACK), due_on__lt=today).order_by("-due_on", "-pk")
    found = [*ahead]
    found = [*reversed(behind.values_list(*fields, named=True)[: FEED_MOST - len(found)]), *found]
    firsts = _firsts(
        [(row.pk, row.replaces_id, row.version) for row in found],
        {row.casefile_id for row in found if row.replaces_id},
        user,
        at=at,
    )
    return [
        Told(
            reference=row.casefile__reference, kind=row.kind, number=row.pk, first=firsts[row.pk][0],
            sequence=firsts[row.pk][1], due_on=row.due_on, due_time=row.due_time, within_week=row.within_week,
            minutes=row.duration, is_cancelled=row.state == CheckInState.CANCELLED,
            changed_at=row.changed_at or row.recorded_at,
        )
        for row in found
    ]  # fmt: skip


def _firsts(
    rows: Sequence[tuple[int, int | None, int]], cases: Iterable[int], user: User, *, at: datetime
) -> dict[int, tuple[int, int]]:
    """For each check-in the first of its chain of replacements, and the changes of all of them together."""
    replaced = CheckIn.objects.visible_to(user, at=at).filter(casefile__in=list(cases), replaced_by__isnull=False)
    before = {pk: (replaces, version) for pk, replaces, version in replaced.values_list("pk", "replaces_id", "version")}
    found = {}
    for pk, replaces, version in rows:
        first, changes = pk, version - 1
        while replaces is not None and replaces in before:
            first, (replaces, version) = replaces, before[replaces]
            changes += version
        found[pk] = (first, changes)
    return found
