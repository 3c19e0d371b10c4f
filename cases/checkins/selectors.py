"""Questions about check-ins: what is due, what is late, what came of the last ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.db.models import Count, F, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from cases.access.models import CaseAccess, cities_open_to
from cases.access.rules import Ground, OutOfSight
from cases.casefiles.models import Casefile
from cases.checkins.models import CheckIn, CheckInNote, Rhythm
from cases.checkins.rules import (
    FEED_AHEAD,
    FEED_BACK,
    FEED_MOST,
    MISSES,
    CheckInState,
    MoveReason,
    Told,
    Whose,
    monday_of,
)
from cities.places.rules import day_of
from cities.roles.rules import Compartment
from cities.staff.models import User

_IN_TIME_ORDER = ("due_on", F("due_time").asc(nulls_last=True), "pk")


def checkins_for(user: User, *, at: datetime) -> QuerySet[CheckIn]:
    """The check-ins that `user` may know of, the latest day first."""
    rows = CheckIn.objects.visible_to(user, at=at)
    return rows.select_related("casefile__person", "city", "caseworker", "rhythm").order_by("-due_on", "-pk")


def checkin_for(user: User, case: Casefile, pk: int, *, at: datetime) -> CheckIn:
    """One check-in of a case, or `OutOfSight`."""
    found = checkins_for(user, at=at).select_related("outcome_by", "answered_by").filter(casefile=case, pk=pk).first()
    if found is None:
        raise OutOfSight
    return found


def rhythms_of(case: Casefile, user: User, *, at: datetime) -> QuerySet[Rhythm]:
    """The rhythms of a case with their pauses, those in force first."""
    rows = Rhythm.objects.visible_to(user, at=at).filter(casefile=case).select_related("caseworker")
    return rows.prefetch_related("pauses").order_by("state", "-starts_on", "-pk")


def rhythm_for(user: User, case: Casefile, pk: int, *, at: datetime) -> Rhythm:
    """One rhythm of a case, or `OutOfSight`."""
    found = rhythms_of(case, user, at=at).filter(pk=pk).first()
    if found is None:
        raise OutOfSight
    return found


def planned(user: User, *, at: datetime) -> QuerySet[CheckIn]:
    """The check-ins that nothing has come of yet, in time order."""
    return checkins_for(user, at=at).filter(state=CheckInState.PLANNED).order_by(*_IN_TIME_ORDER)


def next_checkin(case: Casefile, user: User, *, at: datetime) -> CheckIn | None:
    """The next contact in a case, from today on."""
    return planned(user, at=at).filter(casefile=case, due_on__gte=day_of(at)).first()


def following(checkin: CheckIn, user: User, *, at: datetime) -> CheckIn | None:
    """What is planned after this contact: asked while it is being recorded, so it can't be the answer itself."""
    rest = planned(user, at=at).filter(casefile_id=checkin.casefile_id).exclude(pk=checkin.pk)
    return rest.filter(due_on__gte=max(checkin.due_on, day_of(at))).first()


def last_recorded(case: Casefile, user: User, *, at: datetime) -> CheckIn | None:
    """The latest check-in of a case of which the outcome is known."""
    return checkins_for(user, at=at).filter(casefile=case, state=CheckInState.RECORDED).first()


def earlier_misses(case: Casefile, user: User, *, at: datetime, limit: int = 3) -> QuerySet[CheckIn]:
    """The last contacts that were missed in a case: shown where the next decision is made."""
    recorded = checkins_for(user, at=at).filter(casefile=case, state=CheckInState.RECORDED)
    return recorded.filter(outcome__in=MISSES)[:limit]


def notes_of(checkin: CheckIn, user: User, *, at: datetime) -> QuerySet[CheckInNote]:
    """What was written about a check-in, the note that holds first; none for whoever may not read care."""
    rows = CheckInNote.objects.visible_to(user, at=at).filter(checkin=checkin)
    return rows.select_related("recorded_by").order_by("-pk")


def due_today(user: User, *, at: datetime) -> QuerySet[CheckIn]:
    """The contacts that are the user's own to hold today, in time order."""
    return planned(user, at=at).filter(caseworker=user, due_on=day_of(at))


def to_record(user: User, *, at: datetime) -> QuerySet[CheckIn]:
    """The user's own contacts of before today that are not late yet: outcomes to record."""
    today = day_of(at)
    return planned(user, at=at).filter(caseworker=user, due_on__lt=today, late_from__gt=today)


def overdue(user: User, *, at: datetime) -> QuerySet[CheckIn]:
    """The user's own contacts that are late, the latest first. By their dates: a clock that stood still hides none."""
    mine = planned(user, at=at).filter(caseworker=user, late_from__lte=day_of(at))
    return mine.order_by("late_from", "pk")


def late_in_city(user: User, *, at: datetime) -> QuerySet[CheckIn]:
    """What is late in the cities that `user` covers by a posting, the longest late first: the coordinator's board."""
    cities = cities_open_to(user, Compartment.CORE, at=at)
    late = planned(user, at=at).filter(city__in=cities, late_from__lte=day_of(at))
    return late.select_related("answered_by").order_by("late_from", "pk")


def to_acknowledge(user: User, *, at: datetime) -> QuerySet[CheckIn]:
    """What has climbed to the coordinators of those cities and none of them has acknowledged yet."""
    return late_in_city(user, at=at).filter(climbed_at__isnull=False, answered_at__isnull=True)


def otherwise_late(user: User, *, at: datetime) -> QuerySet[CheckIn]:
    """What is late there and was acknowledged, or hasn't climbed: it is with the caseworker."""
    return late_in_city(user, at=at).exclude(climbed_at__isnull=False, answered_at__isnull=True)


def set_aside(user: User, *, at: datetime) -> QuerySet[Rhythm]:
    """Rhythms that the clock could make nothing of, in the cities that `user` covers by a posting."""
    cities = cities_open_to(user, Compartment.CORE, at=at)
    rows = Rhythm.objects.visible_to(user, at=at).filter(city__in=cities, set_aside_at__isnull=False)
    return rows.select_related("casefile", "caseworker").order_by("set_aside_at", "pk")


#: On these grounds somebody works with a case day by day. What was opened in an emergency stands in no calendar.
_WORKS_WITH = (Ground.TEAM, Ground.DEPUTY)

#: Occurrences that gave way to others, or were to come after the end: nobody would look for them in a calendar.
_GAVE_WAY = (MoveReason.BY_HAND, MoveReason.CHANGED, MoveReason.ENDED)


def calendar_of(user: User, whose: str, *, at: datetime) -> QuerySet[CheckIn]:
    """What stands in somebody's calendar, in time order; of one that was moved, where it is now.

    Her own: what she holds, or goes along to. The team's: what anybody holds in the cases that she works with, by a
    grant or by a posting in the city. Deputised: what she holds for a colleague who is away.
    """
    rows = checkins_for(user, at=at).exclude(state=CheckInState.RESCHEDULED).order_by(*_IN_TIME_ORDER)
    match whose:
        case Whose.TEAM:
            cities = cities_open_to(user, Compartment.CORE, at=at)
            cases = CaseAccess.grants.held_by(user, Compartment.CORE, at=at).filter(ground__in=_WORKS_WITH)
            return rows.filter(Q(city__in=cities) | Q(casefile__in=cases.values("casefile_id")))
        case Whose.DEPUTISED:
            return rows.filter(caseworker=user, stands_in_for__isnull=False)
    return rows.filter(Q(caseworker=user) | Q(second=user))


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
        "within_week", "duration", "state", "recorded_at", "outcome_at",
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
            changed_at=max(row.recorded_at, row.outcome_at or row.recorded_at),
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
