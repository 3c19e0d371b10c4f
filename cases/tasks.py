"""The clock's door: each task says what time it is and calls one act. It may come late, twice, or twice at once.

The acts open their own transactions as the clock (`as_clock`), batch by batch: none is held while a mail server is
spoken to, and a worker that is killed loses one batch's work, which the next tick does.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from celery import shared_task
from django.utils import timezone

from cases.access.services import as_clock, each_of
from cases.audit.selectors import checkpoint_is_due
from cases.audit.services import (
    draw_samples,
    leave_alarms,
    make_checkpoint,
    seal,
    send_dispatches,
    tell_of_openings,
    verify_sealed,
)
from cases.checkins import services as checkins
from cases.outbox.services import send_due
from cases.recertification.services import tend_access
from cities.entrance.services import forget_sessions
from cities.ledger.rules import Clock


@shared_task(name="cases.tasks.tick")
def tick() -> None:
    """Make the check-ins of the coming weeks, leave reminders, mark what is late and climb it."""
    checkins.tick(by=Clock.CLOCK, at=timezone.now())


@shared_task(name="cases.tasks.tend_access")
def tend() -> None:
    """End what an ended posting still held, ask who still needs what, let lapse what nobody confirmed."""
    tend_access(by=Clock.CLOCK, at=timezone.now())


@shared_task(name="cases.tasks.send_messages")
def send_messages() -> None:
    """Send what waits in the outbox, a few at a time; the next of these goes on after some minutes.

    So that a slow mail server never makes one run into Celery's time limit, which kills it while it sends.
    """
    until = timezone.now() + timedelta(minutes=5)
    while (at := timezone.now()) < until and send_due(by=Clock.CLOCK, at=at).claimed:
        pass


@shared_task(name="cases.tasks.forget_sessions")
def forget() -> None:
    """Remove what is kept of sessions that ran out."""
    forget_sessions(by=Clock.CLOCK, at=timezone.now())


@shared_task(name="cases.tasks.seal_ledger")
def seal_ledger() -> None:
    """Seal what was written in the ledger since the last round."""
    seal(by=Clock.CLOCK, at=timezone.now())


@shared_task(name="cases.tasks.verify_ledger")
def verify_ledger() -> None:
    """Verify the ledger when that is due, a piece at a time; what is left after some minutes the next of these does."""
    until = timezone.now() + timedelta(minutes=8)
    while (at := timezone.now()) < until:
        with as_clock():
            done = verify_sealed(by=Clock.CLOCK, at=at)
        if done is None or done.is_through:
            return


@shared_task(name="cases.tasks.tell_of_openings")
def notice_openings() -> None:
    """Leave messages about cases that were opened without a task since the last round."""
    with as_clock():
        tell_of_openings(by=Clock.CLOCK, at=timezone.now())


@shared_task(name="cases.tasks.look_after_ledger")
def look_after_ledger() -> None:
    """Once an hour seal what came late and sign a checkpoint; sound the alarm; draw samples; send what waits.

    None of them waits for another: it is when sealing or signing fails that the alarm has to be heard.
    """
    steps = [_seal_and_sign, _sound_the_alarm, _draw_samples, _send]
    each_of(steps, by=Clock.CLOCK, at=timezone.now(), what="looking after the ledger")


def _seal_and_sign(*, by: Clock, at: datetime) -> int:
    if checkpoint_is_due(at=at):
        seal(by=by, at=at, everything=True)
    with as_clock():
        return int(make_checkpoint(by=by, at=at) is not None)


def _sound_the_alarm(*, by: Clock, at: datetime) -> int:
    with as_clock():
        return leave_alarms(by=by, at=at)


def _draw_samples(*, by: Clock, at: datetime) -> int:
    with as_clock():
        return draw_samples(by=by, at=at)


def _send(*, by: Clock, at: datetime) -> int:
    sent = 0
    while claimed := send_dispatches(by=by, at=at).claimed:
        sent, at = sent + claimed, timezone.now()
    return sent
