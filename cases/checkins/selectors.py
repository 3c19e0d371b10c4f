"""Questions about check-ins: what is due, what is late, what came of the last ones."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet, Value
from django.db.models.functions import Greatest

from cases.access.models import cities_open_to
from cases.access.rules import OutOfSight
from cases.access.selectors import may, somebody_who_may
from cases.casefiles.models import Casefile
from cases.checkins.ladder import STEPS
from cases.checkins.models import (
    AgreedReminder,
    AvoidedDays,
    CheckIn,
    CheckInNote,
    MissedContact,
    MissedStep,
    Rhythm,
)
from cases.checkins.outlook import outlooks, surroundings
from cases.checkins.rules import (
    FURTHEST,
    MISSES,
    CheckInState,
    MissStep,
    MovePolicy,
    MoveReason,
    Pattern,
    Planned,
    moved,
    next_days,
    why_off,
)
from cities.places.rules import day_of
from cities.roles.permissions import Permission
from cities.roles.rules import Compartment
from cities.staff.models import Absence, User
from cities.staff.selectors import deputy_of

#: From here on there are no two years left in the calendar.
_FURTHEST_DAY = date.max - FURTHEST

A_FORTNIGHT = timedelta(days=14)
_IN_TIME_ORDER = ("due_on", F("due_time").asc(nulls_last=True), "pk")


def checkins_for(user: User, *, at: datetime) -> QuerySet[CheckIn]:
    """The check-ins that `user` may know of, the latest day first."""
    rows = CheckIn.objects.visible_to(user, at=at)
    return rows.select_related("casefile__person", "city", "caseworker", "stands_in_for", "second", "rhythm").order_by(
        "-due_on", "-pk"
    )


def checkin_for(user: User, case: Casefile, pk: int, *, at: datetime) -> CheckIn:
    """One check-in of a case, or `OutOfSight`."""
    found = checkins_for(user, at=at).select_related("outcome_by", "stands_in_for").filter(casefile=case, pk=pk).first()
    if found is None:
        raise OutOfSight
    return found


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
    chain: Sequence[Pattern], *, case: Casefile, caseworker: User, at: datetime, count: int = 10
) -> list[Planned]:  # fmt: skip
    """The next dates of a rhythm that is still being arranged, or of a taper: what moves, why, and who stands in."""
    days: list[Planned] = []
    for pattern in chain:
        first = max(pattern.starts_on, day_of(at))
        said = {name: getattr(pattern, name) for name in ("avoids_regional", "avoids_school", "starts_on", "ends_on")}
        typed = Rhythm(casefile=case, city_id=case.city_id, caseworker=caseworker, **said)
        [outlook] = outlooks([typed], surroundings(first, min(first, _FURTHEST_DAY) + FURTHEST, at=at))
        days += next_days(
            pattern, first=first, count=count - len(days), calendar=outlook.calendar, away=outlook.away
        )  # fmt: skip
        if len(days) >= count:
            break
    return days


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
    return late.order_by("late_from", "pk")


def otherwise_late(user: User, *, at: datetime) -> QuerySet[CheckIn]:
    """What is late there and has not come to the coordinator, or was answered: it is with the caseworker."""
    above = MissedStep.objects.filter(missed__checkin=OuterRef("pk"), over_at__isnull=True).exclude(step=STEPS[0])
    return late_in_city(user, at=at).exclude(Exists(above))


def missed_for(user: User, *, at: datetime) -> QuerySet[MissedContact]:
    """The missed contacts that `user` may know of, the latest first, each with its steps in order."""
    rows = MissedContact.objects.visible_to(user, at=at)
    steps = MissedStep.objects.select_related("owner", "acknowledged_by").order_by("pk")
    return (
        rows.select_related("casefile__person", "city", "checkin__caseworker", "answered_by")
        .prefetch_related(Prefetch("steps", queryset=steps))
        .order_by("-pk")
    )


def missed_of(checkin: CheckIn, user: User, *, at: datetime) -> MissedContact | None:
    """That this contact was missed, if it was."""
    return missed_for(user, at=at).filter(checkin=checkin).first()


def steps_open_to(user: User, *, at: datetime) -> QuerySet[MissedStep]:
    """On which step each missed contact is that nobody has answered yet, the longest there first."""
    rows = MissedStep.objects.visible_to(user, at=at).filter(over_at__isnull=True)
    return rows.select_related(
        "missed__checkin__caseworker", "casefile__person", "city", "owner", "acknowledged_by"
    ).order_by("since", "pk")


def missed_with(user: User, *, at: datetime) -> QuerySet[MissedStep]:
    """The missed contacts that are hers to see to: her own, and those of colleagues she stands in for today."""
    today = day_of(at)
    absent = Absence.objects.standing().filter(deputy=user, starts_on__lte=today, ends_on__gt=today)
    return steps_open_to(user, at=at).filter(Q(owner=user) | Q(owner__in=absent.values("user_id")))


def is_with(step: MissedStep, user: User, *, at: datetime) -> bool:
    """Whether it is hers to see to: with her, with whom she stands in for today, or in the city she coordinates."""
    if step.owner_id is not None and user.pk in (step.owner_id, deputy_of(step.owner_id, day_of(at))):
        return True
    return may(user, Permission.CHECKIN_ACKNOWLEDGE, city_id=step.city_id, at=at)


def missed_in_city(user: User, step: MissStep, *, at: datetime) -> QuerySet[MissedStep]:
    """What stands on a step in the cities that `user` covers by a posting."""
    cities = cities_open_to(user, Compartment.CORE, at=at)
    return steps_open_to(user, at=at).filter(city__in=cities, step=step)


def with_the_coordinator(user: User, *, at: datetime) -> QuerySet[MissedStep]:
    """What has come to the coordinators of those cities."""
    return missed_in_city(user, MissStep.COORDINATOR, at=at)


def for_the_conference(user: User, *, at: datetime) -> QuerySet[MissedStep]:
    """What stands on the agenda of the next case conference of those cities."""
    return missed_in_city(user, MissStep.CONFERENCE, at=at)


def held_by_nobody(user: User, *, at: datetime) -> QuerySet[CheckIn]:
    """What is late in those cities, or comes within a fortnight, and whose caseworker will not hold it.

    She may no longer know of the case, her account is closed, or she is absent that day and nobody stands in.
    """
    today = day_of(at)
    cities = cities_open_to(user, Compartment.CORE, at=at)
    rows = planned(user, at=at).filter(city__in=cities, due_on__lt=today + A_FORTNIGHT)
    away = Absence.objects.standing().filter(
        user=OuterRef("caseworker"), starts_on__lte=OuterRef("day"), ends_on__gt=OuterRef("day"), deputy__isnull=True
    )
    able = somebody_who_may("caseworker", Permission.CHECKIN_RECORD, at=at)
    return rows.annotate(day=Greatest("due_on", Value(today))).filter(~able | Q(Exists(away)))


def contacts_of(holder: User, user: User, *, at: datetime) -> QuerySet[CheckIn]:
    """What is planned with a colleague, of the cases that `user` may know of, in time order; late ones first."""
    rows = planned(user, at=at).filter(Q(caseworker=holder) | Q(stands_in_for=holder))
    return rows.select_related("casefile__person", "city", "caseworker", "rhythm", "stands_in_for")


def contacts_within(absence: Absence, user: User, *, at: datetime) -> QuerySet[CheckIn]:
    """What is planned with somebody while she is absent, from today on: what has to be handed over, moved or left."""
    hers = contacts_of(absence.user, user, at=at).filter(caseworker=absence.user)
    return hers.filter(due_on__gte=max(absence.starts_on, day_of(at)), due_on__lt=absence.ends_on)


def standing_in_for(absent: User, user: User, *, at: datetime) -> QuerySet[CheckIn]:
    """What deputies hold for somebody, of the cases that `user` may know of."""
    return contacts_of(absent, user, at=at).filter(stands_in_for=absent)


def day_past(checkin: CheckIn, absence: Absence, *, today: date) -> date:
    """The day to which a contact is moved past an absence, by what its rhythm does about days off.

    One that would be kept, skipped, or held before today comes after it: it was asked to be moved, not lost.
    """
    policy = checkin.rhythm.policy if checkin.rhythm else MovePolicy.NEXT

    def calendar(day: date) -> MoveReason | None:
        return MoveReason.ABSENCE if absence.starts_on <= day < absence.ends_on else why_off(day)

    policy = MovePolicy.NEXT if policy in (MovePolicy.KEEP, MovePolicy.SKIP) else policy
    found = moved(checkin.due_on, policy, calendar=calendar)
    if found is None or found < today:
        found = moved(checkin.due_on, MovePolicy.NEXT, calendar=calendar)
    assert found is not None
    return found


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
