"""Holding what stands against what the rule says now: after a pause, an end, days to avoid, a closing, an absence.

There is one way for all of them. What was recorded never changes; what somebody moved or changed by hand stays as it
is, but for a pause and the end, which take it too.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db.models import Q

from cases.checkins.models import CheckIn, Rhythm
from cases.checkins.outlook import Outlook, outlooks, surroundings
from cases.checkins.rules import (
    HORIZON,
    CheckInState,
    MoveReason,
    Planned,
    RhythmState,
    in_a_pause,
    planned,
)
from cases.checkins.services.checks import mark_changed, reminder_keys
from cases.checkins.services.making import Due, Shape, make, next_after, row_of, rows_of
from cases.outbox.services import drop_messages
from cities.ledger.rules import Clock
from cities.places.rules import day_of
from cities.staff.models import User

#: How far before a day an occurrence may lie that is held on it: as far as anything is moved.
MARGIN = timedelta(days=75)

CHANGED = (
    "state", "due_on", "moved_because", "early_from", "late_from", "caseworker", "stands_in_for", "reminded_at",
    "late_at", "version", "changed_at",
)  # fmt: skip


def outlook_of(rhythm: Rhythm, *, at: datetime) -> Outlook:
    """What one rhythm has to reckon with, from long enough before today to the horizon."""
    today = day_of(at)
    return outlooks([rhythm], surroundings(today - MARGIN, today + HORIZON, at=at))[0]


def make_first(rhythm: Rhythm, *, by: User, at: datetime, by_hand: Sequence[date] = ()) -> None:
    """The check-ins of the coming weeks of a rhythm that was just agreed."""
    outlook, until = outlook_of(rhythm, at=at), day_of(at) + HORIZON
    days = _days(rhythm, rhythm.materialised_until, until, outlook, by_hand)
    make([Due(rhythm, Shape(rows_of(rhythm, days), next_after(rhythm, until)))], by=by, at=at)
    rhythm.refresh_from_db(fields=["materialised_until"])


def replan(rhythm: Rhythm, *, by: User | Clock, at: datetime) -> list[int]:
    """Make what is planned from today on what the rhythm gives now. Returns the ids of the check-ins that changed.

    A check-in that is no longer held stays, cancelled, with the reason; one that is held again is planned again.
    """
    today, until = day_of(at), day_of(at) + HORIZON
    outlook = outlook_of(rhythm, at=at)
    rows = list(
        CheckIn.objects.filter(Q(state=CheckInState.PLANNED) | ~Q(moved_because=""), rhythm=rhythm, due_on__gte=today)
        .filter(state__in=[CheckInState.PLANNED, CheckInState.CANCELLED])
        .exclude(moved_because=MoveReason.CHANGED)
        .select_for_update(of=("self",))
        .order_by("pk")
    )
    kept = {row.occurs_on for row in rows if row.moved_because == MoveReason.BY_HAND}
    days = _days(rhythm, max(rhythm.starts_on, today - MARGIN), until, outlook, kept)
    given = {one.occurs_on: one for one in days}
    announced = {row: reminder_keys([row]) for row in rows}  # as it was told before anything changes
    ends = rhythm.ends_on is not None and not _goes_on(rhythm)
    changed = [row for row in rows if _hold(row, rhythm, given, outlook, ends=ends, at=at)]
    CheckIn.objects.bulk_update(changed, CHANGED, batch_size=500)
    drop_messages(by=by, at=at, keys=[key for row in changed for key in announced[row]])
    missing = [one for one in days if (one.due_on or one.occurs_on) >= today and one.occurs_on >= rhythm.starts_on]
    after = next_after(rhythm, until) if days and rhythm.materialised_until < until else rhythm.materialised_until
    made = make(
        [Due(rhythm, Shape(rows_of(rhythm, missing), after))], by=by if isinstance(by, User) else None, at=at
    )  # fmt: skip
    rhythm.refresh_from_db(fields=["materialised_until"])
    return [row.pk for row in changed] + made


def _days(
    rhythm: Rhythm, first: date, until: date, outlook: Outlook, by_hand: Sequence[date] | set[date]
) -> list[Planned]:  # fmt: skip
    """What the rhythm gives; nothing when it was ended before it began."""
    if rhythm.ends_on is not None and rhythm.ends_on <= rhythm.starts_on:
        return []
    return planned(
        rhythm, first, until, pauses=outlook.pauses, calendar=outlook.calendar, away=outlook.away, by_hand=by_hand
    )


def _goes_on(rhythm: Rhythm) -> bool:
    """Whether another rhythm follows: what was arranged by hand for days after the change is not over then."""
    return Rhythm.objects.filter(follows=rhythm, state=RhythmState.ACTIVE).exists()


def _hold(
    row: CheckIn, rhythm: Rhythm, given: dict[date, Planned], outlook: Outlook, *, ends: bool, at: datetime
) -> bool:  # fmt: skip
    """Make one check-in what the rule says; whether that changed it. `ends`: nothing follows the rhythm's end."""
    before = (row.state, row.due_on, row.moved_because, row.caseworker_id)
    over = rhythm.ends_on is not None and row.occurs_on >= rhythm.ends_on
    if row.by_hand or row.replaces_id is not None:
        _hold_by_hand(row, over=over and ends, paused=in_a_pause(row.due_on, outlook.pauses))
    elif over:
        row.state, row.moved_because = CheckInState.CANCELLED, MoveReason.ENDED
    elif (one := given.get(row.occurs_on)) is None:
        row.state, row.moved_because = CheckInState.CANCELLED, MoveReason.PAUSE
    elif one.due_on is None or one.due_on >= day_of(at):  # nobody is expected on a day gone by
        _hold_by_rule(row, rhythm, one)
    if before == (row.state, row.due_on, row.moved_because, row.caseworker_id):
        return False
    mark_changed(row, at=at)
    row.reminded_at, row.late_at = None, None
    return True


def _hold_by_hand(row: CheckIn, *, over: bool, paused: bool) -> None:
    if over or paused:
        row.state = CheckInState.CANCELLED
        row.moved_because = MoveReason.ENDED if over else MoveReason.PAUSE
    elif row.moved_because in (MoveReason.ENDED, MoveReason.PAUSE):
        row.state, row.moved_because = CheckInState.PLANNED, ""


def _hold_by_rule(row: CheckIn, rhythm: Rhythm, one: Planned) -> None:
    _occurs, row.due_on, row.moved_because, row.state, row.early_from, row.late_from, held_by = row_of(rhythm, one)
    if held_by is not None and row.caseworker_id == rhythm.caseworker_id:
        row.caseworker_id, row.stands_in_for_id = held_by, rhythm.caseworker_id
    elif held_by is None and row.stands_in_for_id == rhythm.caseworker_id:
        row.caseworker_id, row.stands_in_for_id = rhythm.caseworker_id, None
