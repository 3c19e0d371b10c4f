"""What the clock tells people: once what comes up, and once a day to everybody what is on and what waits for her.

Safe to run late, twice, or at once. A message is known by kind, cause and recipient, so the same is never left twice;
whether it is still so is asked again when it is sent. Days without a clock end in one message, of what is so now.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta

from django.db import connection
from django.db.models import Q

from cases.access.services import in_batches, require_clock, write_swept
from cases.casefiles.models import content_of
from cases.checkins.models import CheckIn, MissedStep
from cases.checkins.reminding import AHEAD, is_announced, week_of
from cases.checkins.rules import CheckInState
from cases.checkins.services.telling import (
    Staff,
    before_drafts,
    day_drafts,
    hour_of,
    person_drafts,
    staff_for,
    told_as_missed,
)
from cases.outbox.rules import MessageState
from cases.outbox.services import Draft, leave_messages
from cities.ledger.rules import Clock, Operation
from cities.places.rules import day_of, moment_of
from cities.roles.rules import Role
from cities.staff.models import Posting, User

#: Contacts in one transaction; and users, of whom each has several contacts.
BATCH, A_FEW = 500, 100

_A_DAY = timedelta(days=1)

logger = logging.getLogger(__name__)


def leave_reminders(*, by: Clock, at: datetime) -> int:
    """Look once at each contact that comes within a week, or comes up in it: what the person is to be told, and her
    who holds it just before; and that a contact of today came up after her message of the day.

    Returns how many messages were left. Whatever changes a contact so that this is to be asked again, another
    caseworker above all, empties `reminded_at`.
    """
    require_clock(by)
    days = (day_of(at), day_of(at) + AHEAD)

    def step() -> tuple[int, int]:
        due = CheckIn.objects.filter(state=CheckInState.PLANNED, reminded_at__isnull=True, due_on__range=days)
        due = (
            due.select_related("casefile__agency", "caseworker").defer(*content_of("casefile")).order_by("due_on", "pk")
        )
        rows = list(due.select_for_update(skip_locked=True, of=("self",), no_key=True)[:BATCH])
        drafts = [*person_drafts(rows, at=at)]
        near = [row for row in rows if row.due_on <= day_of(at) + _A_DAY]
        if near:
            staff = _staff_of(near, at=at)
            drafts += before_drafts(near, staff, at=at)
            drafts += _what_came_up(near, staff, at=at)
        left = _leave(drafts, by=by, at=at)
        CheckIn.objects.filter(pk__in=[row.pk for row in rows]).update(reminded_at=at)
        write_swept("checkin", [row.pk for row in rows], by=by, fields=["reminded_at"])
        return len(rows), left

    return in_batches(step, most=BATCH)


def _what_came_up(rows: Sequence[CheckIn], staff: Staff, *, at: datetime) -> list[Draft]:
    """For those who had their message of the day already: what is on today, unless they put it there themselves."""
    late_comers: dict[int, list[CheckIn]] = {}
    next_one = _next_digests({row.caseworker_id for row in rows})
    for row in rows:
        user = row.caseworker
        had_hers = next_one[user.pk] > at
        if had_hers and row.recorded_by_id != user.pk and is_announced(row, day_of(at), hour_of(user)):
            late_comers.setdefault(user.pk, []).append(row)
    return [
        draft
        for found in late_comers.values()
        for draft in day_drafts(found[0].caseworker, found, [], staff, set(), at=at)
    ]


def _next_digests(users: Collection[int]) -> dict[int, datetime]:
    """When each of them is next told of her day.

    A message of the day that is being made at this moment is waited for: it may not have seen what came up, and what
    is looked at now is not looked at again.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, next_digest_at FROM cities_user WHERE id = ANY(%s) ORDER BY id FOR SHARE", [sorted(users)]
        )
        return dict(cursor.fetchall())


def leave_digests(*, by: Clock, at: datetime) -> int:
    """Make the message of the day of everybody whose hour has come. Returns how many causes there were.

    It costs what is due: each user is looked at once a day. Nothing new is no message.
    """
    require_clock(by)
    today = day_of(at)

    def step() -> tuple[int, int]:
        due = User.objects.filter(next_digest_at__lte=at).order_by("next_digest_at", "pk")
        users = list(due.select_for_update(skip_locked=True, no_key=True)[:A_FEW])
        if not users:
            return 0, 0
        has_come = [user for user in users if moment_of(today, hour_of(user)) <= at]
        rows = _open_contacts(users, today)
        steps = _open_steps(has_come, at=at)
        staff = _staff_of([*rows, *(step.missed.checkin for step in steps)], at=at, users=users)
        missed = told_as_missed([row for row in rows if row.late_from <= today])
        coordinates = {(user, city) for city, found in staff.coordinators.items() for user in found}
        drafts = list(before_drafts(rows, staff, at=at))
        for user in has_come:
            own = [row for row in rows if row.caseworker_id == user.pk]
            hers = [one for one in steps if _is_hers(one, user, coordinates, staff)]
            drafts += day_drafts(user, own, hers, staff, missed, at=at)
        left = _leave(drafts, by=by, at=at)
        for user in users:
            day = today + _A_DAY if user in has_come else today
            user.next_digest_at = moment_of(day, hour_of(user))
        User.objects.bulk_update(users, ["next_digest_at"])
        return len(users), left

    return in_batches(step, most=A_FEW)


def _open_contacts(users: Sequence[User], today: date) -> list[CheckIn]:
    """What nothing has come of, up to tomorrow and the end of this week, of these users."""
    until = max(today + _A_DAY, week_of(today) + timedelta(days=6))
    rows = CheckIn.objects.filter(caseworker__in=users, state=CheckInState.PLANNED, due_on__lte=until)
    return list(rows.select_related("casefile").defer(*content_of("casefile")).order_by("due_on", "due_time", "pk"))


def _open_steps(users: Sequence[User], *, at: datetime) -> list[MissedStep]:
    """The missed contacts that wait for one of these users, or for whoever coordinates where she does.

    Where nobody coordinates, whoever owns the case.
    """
    coordinators = Posting.objects.in_force(at=at).filter(role=Role.COORDINATOR, city__isnull=False)
    theirs = coordinators.filter(user__in=users).values("city_id")
    nobodys = Q(owner__isnull=True)
    steps = MissedStep.objects.filter(
        Q(owner__in=users)
        | (nobodys & Q(city__in=theirs))
        | (nobodys & Q(casefile__owner__in=users) & ~Q(city__in=coordinators.values("city_id"))),
        over_at__isnull=True,
        missed__answered_at__isnull=True,
    )
    left = [*content_of("casefile"), *content_of("missed__checkin__casefile")]
    return list(steps.select_related("missed__checkin__casefile", "casefile").defer(*left).order_by("pk"))


def _is_hers(step: MissedStep, user: User, coordinates: set[tuple[int, int]], staff: Staff) -> bool:
    if step.owner_id is not None:
        return step.owner_id == user.pk
    if (user.pk, step.city_id) in coordinates:
        return True
    return step.casefile.owner_id == user.pk and not staff.coordinators.get(step.city_id)


def _staff_of(rows: Sequence[CheckIn], *, at: datetime, users: Sequence[User] = ()) -> Staff:
    own = {user.pk for user in users} | {row.caseworker_id for row in rows}
    own |= {row.second_id for row in rows if row.second_id is not None}
    cases = list({row.casefile_id: row.casefile for row in rows}.values())
    return staff_for(own, cases, at=at, day=day_of(at))


def _leave(drafts: Sequence[Draft], *, by: Clock, at: datetime) -> int:
    if not drafts:
        return 0
    ids = leave_messages(by=by, at=at, drafts=drafts)
    write_swept("message", sorted(ids), by=by, operation=Operation.COLLECT, fields=["kind", "recipient", "due_at"])
    nobody = sum(draft.state == MessageState.DEAD for draft in drafts)
    if nobody and ids:
        logger.error("nobody can be told of contacts: they are on the coordinator's board", extra={"rows": nobody})
    return len(ids)
