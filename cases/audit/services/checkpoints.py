"""Checkpoints of the ledger, made by the clock; and the alarm when none of them gets out any more."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from cases.access.rules import Refused
from cases.access.services import require_clock
from cases.audit.rules import CHECKPOINTS, Alarm
from cases.audit.selectors.standing import known_faults, ledger_alarms
from cities.ledger import services as ledger
from cities.ledger.checkpoints import CheckpointText, SealMark, public_text, read_private, signed
from cities.ledger.models import Checkpoint, Dispatch, Seal
from cities.ledger.rules import Clock, Operation
from cities.places.rules import day_of
from cities.staff.selectors import keepers_of_the_ledger

#: What the alarms tell of by e-mail too. That no place is named is said on every page of whoever can name one.
BY_EMAIL = (Alarm.UNSEALED, Alarm.STOPPED, Alarm.NOT_WHOLE, Alarm.UNVERIFIED)


@transaction.atomic
def make_checkpoint(*, by: Clock, at: datetime, now: bool = False) -> Checkpoint | None:
    """Sign what the ledger has come to, and leave it to be sent to every place outside that is named.

    Once an hour, also when nothing was sealed since: that a checkpoint comes is what shows that all is well. `now`:
    without waiting for the hour. Raises `Refused` when there is no key to sign with.
    """
    require_clock(by)
    if not settings.LEDGER_CHECKPOINTS and not now:
        return None
    if not settings.LEDGER_KEY:
        raise Refused(_("LEDGER_KEY is not set: without a key no checkpoint can be signed."), code="no_key")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('ledger checkpoint', 0))")
    last = Checkpoint.objects.order_by("-number").first()
    seals = list(
        Seal.objects.filter(number__gt=last.seal_id if last else 0).order_by("number").only("number", "last", "digest")
    )
    newest = Seal.objects.order_by("-number").first()
    if newest is None or (last is not None and not now and at < last.made_at + CHECKPOINTS):
        return None
    text = CheckpointText(
        number=last.number + 1 if last else 1, made_at=at.isoformat(), seal=_mark(newest),
        link=bytes(newest.link).hex(), seals=tuple(_mark(seal) for seal in seals),
    )  # fmt: skip
    key = read_private(settings.LEDGER_KEY)
    made = Checkpoint.objects.create(
        number=text.number, made_at=at, seal=newest, position=newest.last, line=text.line(),
        signature=signed(text.line(), key), key=public_text(key),
    )  # fmt: skip
    Dispatch.objects.bulk_create(
        Dispatch(
            key=f"checkpoint {made.number} to {place}", checkpoint=made, place=place, left_at=at, due_at=at
        )
        for place in settings.LEDGER_CHECKPOINTS
    )  # fmt: skip
    ledger.write(
        operation=Operation.DISCLOSE, by=by, act="LEDGER_CHECKPOINT", object_type="checkpoint",
        object_ids=[made.number], fields=["digest", "link", "position"], recipient="places outside",
    )  # fmt: skip
    return made


def _mark(seal: Seal) -> SealMark:
    return SealMark(seal.number, seal.last, bytes(seal.digest).hex())


@transaction.atomic
def leave_alarms(*, by: Clock, at: datetime) -> int:
    """Tell whoever looks after the ledger what is wrong with it, once a day as long as it is. Returns how many.

    A fault in the ledger doesn't go away, so each is told once.
    """
    require_clock(by)
    alarms = [alarm for alarm in ledger_alarms(at=at) if alarm in BY_EMAIL]
    wanted = {
        f"{alarm} {occasion} to user {user.pk}": Dispatch(alarm=alarm, recipient=user, left_at=at, due_at=at)
        for alarm in alarms
        for occasion in _occasions(alarm, at)
        for user in keepers_of_the_ledger(at=at)
        if user.email
    }
    there = set(Dispatch.objects.filter(key__in=list(wanted)).values_list("key", flat=True))
    new = {key: row for key, row in wanted.items() if key not in there}
    for key, row in new.items():
        row.key = key
    Dispatch.objects.bulk_create(new.values(), ignore_conflicts=True)
    if new:
        made = Dispatch.objects.filter(key__in=list(new)).order_by("pk").values_list("pk", flat=True)
        ledger.write(
            operation=Operation.ALTER, by=by, act="LEDGER_ALARM", object_type="dispatch", object_ids=list(made),
            recipient="who looks after the ledger",
        )  # fmt: skip
    return len(new)


def _occasions(alarm: Alarm, at: datetime) -> list[str]:
    """What an alarm is told of, once each: the day; of faults each one."""
    return [fault.fault for fault in known_faults()] if alarm is Alarm.NOT_WHOLE else [f"on {day_of(at)}"]
