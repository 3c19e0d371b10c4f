"""Acts that keep contacts off some days: a pause of a rhythm, or of all in a case; days the person would avoid."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from cases.access.rules import Refused
from cases.access.services import locked, require, write_ledger
from cases.casefiles.models import Casefile
from cases.checkins.models import AvoidedDays, CheckIn, Pause, Rhythm
from cases.checkins.rules import MoveReason, PauseReason, overlaps
from cases.checkins.services.checks import active, active_in, call_off, file_of, open_file_of, refuse_day
from cases.checkins.services.replanning import replan
from cities.ledger.rules import Operation
from cities.places.rules import day_of
from cities.roles.permissions import Permission
from cities.roles.rules import Compartment
from cities.staff.models import User


@transaction.atomic
def pause_rhythm(
    *, rhythm: Rhythm, by: User, at: datetime, version: int, starts_on: date, ends_on: date | None = None, reason: str,
    all_of_case: bool = False,
) -> Rhythm:  # fmt: skip
    """Pause a rhythm: nothing is held from `starts_on` until `ends_on`; without an end, until it is resumed.

    `all_of_case`: the other rhythms of the case too, as far as they are not paused in that time already: somebody in
    hospital is not at home to any of them.
    """
    case, today = file_of(rhythm), day_of(at)
    found = require(by, Permission.CHECKIN_ARRANGE, case=case, at=at)
    row = active(rhythm, version=version)
    if reason not in PauseReason.values:
        raise Refused(_("This is not a reason for a pause."), field="reason", code="unknown_code")
    refuse_day(starts_on, first=min(row.starts_on, today), today=today, field="starts_on")
    if ends_on is not None and ends_on <= starts_on:
        raise Refused(_("A pause ends after it starts."), field="ends_on", code="too_early")
    if _is_paused(row, starts_on, ends_on):
        raise Refused(_("There is a pause in that time already."), field="starts_on", code="overlap")
    others = [one for one in active_in(case) if one.pk != row.pk] if all_of_case else []
    paused = [row, *(one for one in others if not _is_paused(one, starts_on, ends_on))]
    for one in paused:
        Pause.objects.create(
            recorded_at=at, recorded_by=by, casefile=case, city_id=case.city_id, rhythm=one,
            starts_on=starts_on, ends_on=ends_on, reason=reason,
        )  # fmt: skip
        one.version += 1
        one.save(update_fields=["version"])
        before = CheckIn.objects.filter(rhythm=one, due_on__gte=starts_on, due_on__lt=min(ends_on or today, today))
        call_off(before, by=by, because=MoveReason.PAUSE, at=at)  # of days gone by nothing was ever recorded
        replan(one, by=by, at=at)
    write_ledger(
        operation=Operation.ALTER, by=by, act=Permission.CHECKIN_ARRANGE, case=case, record=row,
        ids=[one.pk for one in paused], compartment=Compartment.CORE, standing=found, fields=["pauses"],
    )  # fmt: skip
    return row


def _is_paused(rhythm: Rhythm, starts_on: date, ends_on: date | None) -> bool:
    return any(overlaps((starts_on, ends_on), (pause.starts_on, pause.ends_on)) for pause in rhythm.pauses.all())


@transaction.atomic
def resume_rhythm(*, rhythm: Rhythm, by: User, at: datetime, version: int, on: date) -> Rhythm:
    """End a pause on the day `on`. What it had called off from then on, and not before today, is planned again."""
    case = file_of(rhythm)
    found = require(by, Permission.CHECKIN_ARRANGE, case=case, at=at)
    row = active(rhythm, version=version)
    still = Q(ends_on__isnull=True) | Q(ends_on__gt=on)
    pause = row.pauses.filter(still, starts_on__lt=on).first()
    if pause is None:
        raise Refused(_("The rhythm is not paused on that day."), field="on", code="not_paused")
    pause.ends_on = on
    pause.save(update_fields=["ends_on"])
    row.version += 1
    row.save(update_fields=["version"])
    replan(row, by=by, at=at)
    write_ledger(
        operation=Operation.ALTER, by=by, act=Permission.CHECKIN_ARRANGE, case=case, record=row,
        compartment=Compartment.CORE, standing=found, fields=["pauses"],
    )  # fmt: skip
    return row


@transaction.atomic
def avoid_days(*, case: Casefile, by: User, at: datetime, starts_on: date, ends_on: date) -> AvoidedDays:
    """Days on which the person would rather not be met, as agreed with him; no reason is asked for.

    What rhythms have planned there moves, whatever their policy; what was arranged by hand stays. The same days again
    change nothing.
    """
    found = require(by, Permission.CHECKIN_ARRANGE, case=case, at=at)
    row = open_file_of(case)
    refuse_day(starts_on, first=day_of(at), today=day_of(at), field="starts_on")
    if ends_on <= starts_on:
        raise Refused(_("It ends after it starts."), field="ends_on", code="too_early")
    if (ends_on - starts_on).days > 60:
        raise Refused(_("These are more than 60 days: arrange a pause instead."), field="ends_on", code="too_far")
    same = AvoidedDays.objects.filter(casefile=row, withdrawn_at__isnull=True, starts_on=starts_on, ends_on=ends_on)
    if (standing := same.first()) is not None:
        return standing
    days = AvoidedDays.objects.create(
        recorded_at=at, recorded_by=by, casefile=row, city_id=row.city_id, starts_on=starts_on, ends_on=ends_on
    )
    for rhythm in active_in(row):
        replan(rhythm, by=by, at=at)
    write_ledger(
        operation=Operation.COLLECT, by=by, act=Permission.CHECKIN_ARRANGE, case=row, record=days,
        compartment=Compartment.CORE, standing=found, fields=["starts_on", "ends_on"],
    )  # fmt: skip
    return days


@transaction.atomic
def withdraw_avoided_days(*, days: AvoidedDays, by: User, at: datetime) -> AvoidedDays:
    """These days need not be avoided after all: what had moved because of them goes back. Again changes nothing."""
    case = file_of(days)
    found = require(by, Permission.CHECKIN_ARRANGE, case=case, at=at)
    row = locked(days)
    if row.withdrawn_at is None:
        row.withdrawn_at = at
        row.save(update_fields=["withdrawn_at"])
        for rhythm in active_in(case):
            replan(rhythm, by=by, at=at)
        write_ledger(
            operation=Operation.ALTER, by=by, act=Permission.CHECKIN_ARRANGE, case=case, record=row,
            compartment=Compartment.CORE, standing=found, fields=["withdrawn_at"],
        )  # fmt: skip
    return row
