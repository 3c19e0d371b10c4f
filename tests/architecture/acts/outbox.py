"""Acts on messages, and sending them."""

from __future__ import annotations

from functools import partial

from cases.access.services import acting, as_clock
from cases.checkins.services import leave_digests
from cases.outbox.models import Message
from cases.outbox.services import mark_posted, mark_read, retry_dead, retry_message, send_due
from cities.ledger.rules import Clock
from cities.staff.models import User
from tests.architecture.acts import Scene, scene_of
from tests.architecture.acts.checkins import today
from tests.architecture.acts.reminders import a_letter_agreed
from tests.factories import AT, Cast


def a_message(cast: Cast, state: str = "WAITING") -> Message:
    """Alice is to be told of a contact today."""
    checkin = today(cast)
    User.objects.filter(pk=cast.alice.pk).update(next_digest_at=AT)
    leave_digests(by=Clock.CLOCK, at=AT)
    with as_clock():
        Message.objects.filter(checkin=checkin).update(state=state)
        return Message.objects.get(checkin=checkin)


@scene_of(send_due)
def _(cast: Cast) -> Scene:
    a_message(cast)
    return Scene(Clock.CLOCK, partial(send_due, by=Clock.CLOCK, at=AT))


@scene_of(mark_read)
def _(cast: Cast) -> Scene:
    message = a_message(cast)
    send_due(by=Clock.CLOCK, at=AT)
    with as_clock():
        message.refresh_from_db()
    return Scene(cast.alice, partial(mark_read, by=cast.alice, at=AT, delivery=message.delivery))


@scene_of(mark_posted)
def _(cast: Cast) -> Scene:
    agreed = a_letter_agreed(cast)
    with acting(cast.alice):
        letter = Message.objects.get(channel="LETTER", casefile=agreed.casefile_id)
    return Scene(cast.alice, partial(mark_posted, message=letter, by=cast.alice, at=AT))


@scene_of(retry_message)
def _(cast: Cast) -> Scene:
    message = a_message(cast, "DEAD")
    with acting(cast.carla):
        message = Message.objects.select_related("casefile").get(pk=message.pk)
    return Scene(cast.carla, partial(retry_message, message=message, by=cast.carla, at=AT))


@scene_of(retry_dead)
def _(cast: Cast) -> Scene:
    a_message(cast, "DEAD")
    return Scene(Clock.CLOCK, partial(retry_dead, by=Clock.CLOCK, at=AT))
