"""Questions about check-ins: what is due, what is late, what came of the last ones."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, QuerySet

from cases.access.models import cities_open_to
from cases.access.rules import OutOfSight
from cases.casefiles.models import Casefile
from cases.checkins.ladder import STEPS
from cases.checkins.models import (
    CheckIn,
    CheckInNote,
    MissedStep,
)
from cases.checkins.rules import (
    MISSES,
    CheckInState,
    monday_of,
)
from cities.places.rules import day_of
from cities.roles.rules import Compartment
from cities.staff.models import User

A_WEEK = timedelta(weeks=1)

#: The order of a day: by the hour, what has none last.
IN_TIME_ORDER = ("due_on", F("due_time").asc(nulls_last=True), "pk")


def checkins_for(user: User, *, at: datetime) -> QuerySet[CheckIn]:
    """The check-ins that `user` may know of, the latest day first."""
    return _latest_first(CheckIn.objects.visible_to(user, at=at))


def listed_checkins(user: User, *, at: datetime) -> QuerySet[CheckIn]:
    """Those of them that stand in lists, calendars and feeds: those of a case opened in an emergency don't."""
    return _latest_first(CheckIn.objects.listed_to(user, at=at))


def _latest_first(rows: QuerySet[CheckIn]) -> QuerySet[CheckIn]:
    return rows.select_related("casefile__person", "city", "caseworker", "stands_in_for", "second", "rhythm").order_by(
        "-due_on", "-pk"
    )


def checkin_for(user: User, case: Casefile, pk: int, *, at: datetime) -> CheckIn:
    """One check-in of a case, or `OutOfSight`."""
    found = checkins_for(user, at=at).select_related("outcome_by", "stands_in_for").filter(casefile=case, pk=pk).first()
    if found is None:
        raise OutOfSight
    return found


def planned(user: User, *, at: datetime) -> QuerySet[CheckIn]:
    """The check-ins that nothing has come of yet, in time order."""
    return checkins_for(user, at=at).filter(state=CheckInState.PLANNED).order_by(*IN_TIME_ORDER)


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
    """The contacts that are the user's own to hold today, in time order; those of any day of the week stand apart."""
    return planned(user, at=at).filter(caseworker=user, due_on=day_of(at), within_week=False)


def due_this_week(user: User, *, at: datetime) -> QuerySet[CheckIn]:
    """The user's own contacts of which any day of this week will do, until the week is over."""
    monday = monday_of(day_of(at))
    mine = planned(user, at=at).filter(caseworker=user, within_week=True, late_from__gt=day_of(at))
    return mine.filter(due_on__gte=monday, due_on__lt=monday + A_WEEK)


def to_record(user: User, *, at: datetime) -> QuerySet[CheckIn]:
    """The user's own contacts of before today that are not late yet: outcomes to record. Of those of any day of the
    week, last week's."""
    today = day_of(at)
    rows = planned(user, at=at).filter(caseworker=user, due_on__lt=today, late_from__gt=today)
    return rows.exclude(within_week=True, due_on__gte=monday_of(today))


def overdue(user: User, *, at: datetime) -> QuerySet[CheckIn]:
    """The user's own contacts that are late, the latest first. By their dates: a clock that stood still hides none."""
    mine = planned(user, at=at).filter(caseworker=user, late_from__lte=day_of(at))
    return mine.order_by("late_from", "pk")


def late_in_city(user: User, *, at: datetime) -> QuerySet[CheckIn]:
    """What is late in the cities that `user` covers by a posting, the longest late first: the coordinator's board."""
    cities = cities_open_to(user, Compartment.CORE, at=at)
    late = planned(user, at=at).filter(city__in=cities, late_from__lte=day_of(at))
    return late.order_by("late_from", "pk")


def otherwise_late(user: User, *, at: datetime) -> QuerySet[CheckIn]:
    """What is late there and has not come to the coordinator, or was answered: it is with the caseworker."""
    above = MissedStep.objects.filter(missed__checkin=OuterRef("pk"), over_at__isnull=True).exclude(step=STEPS[0])
    return late_in_city(user, at=at).exclude(Exists(above))
