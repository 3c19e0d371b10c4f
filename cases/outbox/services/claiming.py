"""Taking up what is due: whatever waits for one recipient on one channel leaves as one delivery."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import reduce
from operator import or_

from django.db import connection
from django.db.models import Q

from cases.access.selectors import Knowers, knowers
from cases.outbox.models import Message
from cases.outbox.rendering import in_order
from cases.outbox.rules import (
    LEASE,
    QUIET,
    SENT_BY_THE_CLOCK,
    TO_REVIEWERS,
    TO_REVIEWERS_TOO,
    Channel,
    MessageKind,
    MessageState,
    Quiet,
    held_until,
    is_still_so,
    last_day_of,
)
from cities.ledger import services as ledger
from cities.ledger.rules import Clock, Operation
from cities.places.models import CitySettings
from cities.places.rules import day_of, moment_of
from cities.roles.permissions import Permission
from cities.staff.models import Absence, User

#: How many deliveries a sender holds at a time: few enough that a mail server which answers each after its time-out
#: (`EMAIL_URL`, ten seconds) doesn't outlast the lease.
BATCH = 20

# Who has something due, the longest waiting first, and not being taken up by another sender at this moment. Two
# senders never part what is one recipient's; what one of them holds the other passes over.
_GROUPS = """
WITH due AS MATERIALIZED (
    SELECT channel, recipient_id, address, CASE WHEN channel = 'SMS' THEN casefile_id END AS case_id, due_at
    FROM cases_message
    WHERE state = 'WAITING' AND channel IN ('EMAIL', 'IN_APP', 'SMS') AND due_at <= %(at)s
        AND (leased_until IS NULL OR leased_until <= %(at)s)
    ORDER BY due_at LIMIT 2000
), groups AS MATERIALIZED (
    SELECT channel, recipient_id, address, case_id FROM due GROUP BY 1, 2, 3, 4 ORDER BY min(due_at)
)
SELECT channel, recipient_id, address, case_id FROM groups
WHERE pg_try_advisory_xact_lock(hashtextextended(concat_ws('|', 'message', channel, recipient_id, address, case_id), 0))
LIMIT %(most)s
"""


#: What the ledger calls the ways by which something leaves.
_WAYS = {
    Channel.EMAIL: "e-mail of staff",
    Channel.IN_APP: "staff, in the application",
    Channel.SMS: "SMS to the person",
}


@dataclass
class Delivery:
    """What goes to one recipient in one piece. `refused`: why it is no use to try, if it isn't."""

    number: uuid.UUID
    channel: str
    rows: list[Message] = field(default_factory=list)
    refused: str = ""

    @property
    def recipient(self) -> User | None:
        return self.rows[0].recipient

    @property
    def attempts(self) -> int:
        return max(row.attempts for row in self.rows)


@dataclass(frozen=True)
class Taken:
    """What a sender took up: so many recipients, the deliveries to send, and how many were in the application only."""

    groups: int = 0
    deliveries: Sequence[Delivery] = ()
    in_app: int = 0


def claim(*, by: Clock, at: datetime) -> Taken:
    """Take up what is due and held by nobody. The attempt counts even if the sender dies of it."""
    groups = _groups(at)
    if not groups:
        return Taken()
    free = Q(leased_until__isnull=True) | Q(leased_until__lte=at)
    mine = reduce(or_, (_of(*group) for group in groups))
    due = Message.objects.filter(
        mine, free, state=MessageState.WAITING, channel__in=SENT_BY_THE_CLOCK, due_at__lte=at
    ).select_related("recipient", "checkin__missed")
    rows = list(due.select_for_update(skip_locked=True, of=("self",)).order_by("pk"))
    if not rows:  # another transaction held them: the next round finds what it left
        return Taken()
    again = _again([row for row in rows if row.delivery is not None], at=at)
    users = {row.recipient_id for row in rows if row.recipient_id is not None}
    knows = knowers(users, {row.casefile_id for row in rows}, at=at)
    today = Absence.objects.between(day_of(at), day_of(at) + timedelta(days=1)).filter(user__in=users)
    away = set(today.values_list("user_id", flat=True))
    new = _sent_now([row for row in rows if row.delivery is None], away, at=at)
    deliveries = [part for one in _grouped(again + new) for part in _parted(one, knows, away)]
    in_app = 0
    for one in deliveries:
        user = one.recipient
        by_app = user is not None and not (user.by_email and user.email)
        if not one.refused and (one.channel == Channel.IN_APP or by_app):
            one.channel, in_app = Channel.IN_APP, in_app + 1
        _hold(one, at=at)
    _write_down(deliveries, by=by)
    return Taken(len(groups), [one for one in deliveries if one.channel != Channel.IN_APP or one.refused], in_app)


def _groups(at: datetime) -> list[tuple[str, int | None, str, int | None]]:
    with connection.cursor() as cursor:
        cursor.execute(_GROUPS, {"at": at, "most": BATCH})
        return list(cursor.fetchall())


def _of(channel: str, recipient: int | None, address: str, case: int | None) -> Q:
    if recipient is not None:
        return Q(channel=channel, recipient=recipient)
    return Q(channel=channel, address=address, casefile=case)


def _again(rows: Sequence[Message], *, at: datetime) -> list[Message]:
    """What a sender held who died, or a server refused: as a whole, since a copy says the same; or, if none of it is
    still so, not at all."""
    so = {row.delivery for row in rows if _stands(row, at=at)}
    over = [row.pk for row in rows if row.delivery not in so]
    Message.objects.filter(pk__in=over).update(state=MessageState.DROPPED, leased_until=None)
    return [row for row in rows if row.delivery in so]


def _sent_now(rows: Sequence[Message], away: set[int], *, at: datetime) -> list[Message]:
    """Those that are still true and disturb nobody. The others are dropped, or wait for the quiet hours to end.

    Of several that tell one recipient of one check-in, the one that presses most is told.
    """
    cities = {row.city_id for row in rows}
    found = CitySettings.objects.filter(city__in=cities).values_list("city_id", "quiet_from", "quiet_until")
    quiet: dict[int, Quiet] = {city: (begins, ends) for city, begins, ends in found}
    held: dict[datetime, list[int]] = {}
    now: list[Message] = []
    dropped: list[int] = []
    told: set[tuple[int, int]] = set()
    for row in in_order(rows):
        twice = (row.recipient_id or 0, row.checkin_id or 0)
        unwanted = row.kind == MessageKind.BEFORE and not _wants(row, away)
        if unwanted or not _stands(row, at=at) or (all(twice) and twice in told):
            dropped.append(row.pk)
            continue
        told.add(twice)
        happens_at = moment_of(row.about_on, row.about_time) if row.about_time else None
        until = held_until(at, kind=row.kind, quiet=quiet.get(row.city_id, QUIET), happens_at=happens_at)
        if row.channel == Channel.IN_APP or until <= at:
            now.append(row)
        else:
            held.setdefault(until, []).append(row.pk)
    for until, ids in held.items():
        Message.objects.filter(pk__in=ids).update(due_at=until)
    Message.objects.filter(pk__in=dropped).update(state=MessageState.DROPPED, leased_until=None)
    return now


def _stands(row: Message, *, at: datetime) -> bool:
    """Whether it is still so: the check-in as it stands now decides."""
    checkin, today = row.checkin, day_of(at)
    missed = getattr(checkin, "missed", None)
    last = row.about_on + timedelta(days=6 - row.about_on.weekday()) if row.within_week else row.about_on
    over = today > last
    if row.kind in (MessageKind.BEFORE, MessageKind.TO_PERSON):
        hour = (None if row.within_week else row.about_time) or time.max
        over = at >= moment_of(last_day_of(row.about_on) if row.within_week else row.about_on, hour)
    return is_still_so(
        row.kind, planned=checkin is not None and checkin.state == "PLANNED",
        late=checkin is not None and checkin.late_from <= today, over=over,
        unanswered=missed is not None and missed.answered_at is None,
    )  # fmt: skip


def _wants(row: Message, away: set[int]) -> bool:
    """Whether she still holds the contact herself, is there, and wants to be told just before."""
    assert row.recipient is not None
    assert row.checkin is not None
    holds = row.recipient_id in (row.checkin.caseworker_id, row.checkin.second_id)
    return holds and row.recipient_id not in away and row.recipient.remind_before > 0


def _grouped(rows: Sequence[Message]) -> list[Delivery]:
    """One delivery a recipient and channel; what was grouped before stays as it was, so that a copy is a copy."""
    found: dict[object, Delivery] = {}
    for row in rows:
        case = row.casefile_id if row.channel == Channel.SMS else None
        group: object = row.delivery or (row.channel, row.recipient_id, row.address, case)
        if group not in found:
            found[group] = Delivery(row.delivery or ledger.uuid7(), row.channel)
        found[group].rows.append(row)
    return list(found.values())


def _parted(one: Delivery, knows: Knowers, away: set[int]) -> list[Delivery]:
    """What the recipient can't be told any more goes apart, to be given up: the board and the coordinators have it."""
    parts: dict[str, list[Message]] = {}
    for row in one.rows:
        parts.setdefault(_why_not(row, knows, away), []).append(row)
    one.rows = parts.pop("", [])
    apart = [Delivery(ledger.uuid7(), one.channel, rows, why) for why, rows in parts.items()]
    return [one, *apart] if one.rows else apart


def _why_not(row: Message, knows: Knowers, away: set[int]) -> str:
    """Why it is no use to send it, if it isn't. Who went away since it was left is not told, but a step up is."""
    user = row.recipient
    if user is None:
        return ""
    if not user.is_active:
        return "recipient has left"
    answers = (user.pk, row.city_id) in knows.reviewing
    if row.kind in TO_REVIEWERS:
        return "" if answers else "recipient no longer answers for this city"
    if row.kind in TO_REVIEWERS_TOO and answers:
        return ""
    if not knows.include(user.pk, case_id=row.casefile_id, city_id=row.city_id):
        return "recipient may no longer know of the case"
    is_new = row.delivery is None and row.kind != MessageKind.DEAD_LETTER
    return "recipient is away" if is_new and user.pk in away else ""


def _hold(one: Delivery, *, at: datetime) -> None:
    """Held from now on; what is in the application only has arrived with that."""
    for row in one.rows:
        row.attempts += 1
    ids = [row.pk for row in one.rows]
    held = {"delivery": one.number, "channel": one.channel, "attempts": one.attempts}
    if one.channel == Channel.IN_APP and not one.refused:
        Message.objects.filter(pk__in=ids).update(
            **held, state=MessageState.SENT, sent_at=at, leased_until=None, last_error=""
        )
    else:
        Message.objects.filter(pk__in=ids).update(**held, leased_until=at + LEASE)


def _write_down(deliveries: Sequence[Delivery], *, by: Clock) -> None:
    """What is about to leave, and how, before it leaves."""
    for channel, way in _WAYS.items():
        ids = [row.pk for one in deliveries if one.channel == channel and not one.refused for row in one.rows]
        if ids:
            ledger.write(
                operation=Operation.DISCLOSE, by=by, act=Permission.CLOCK_TICK.name, object_type="message",
                object_ids=sorted(ids), fields=["reference", "about_on", "about_time"], recipient=way,
            )  # fmt: skip
