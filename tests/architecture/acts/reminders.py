"""Who is told of contacts: reminders, messages of the day, what was agreed with the person, feeds."""

from __future__ import annotations

from functools import partial

from cases.access.services import acting
from cases.checkins.models import AgreedReminder
from cases.checkins.selectors import told_in_feed
from cases.checkins.services import agree_reminder, hand_out_feed, leave_digests, leave_reminders, withdraw_reminder
from cities.ledger.rules import Clock
from cities.staff.models import User
from cities.tokens.services import issue_feed
from tests.architecture.acts import Scene, scene_of
from tests.architecture.acts.checkins import followed, today
from tests.cases.checkins.conftest import DAY
from tests.factories import AT, TODAY, Cast
from tests.factories.checkins import a_checkin


@scene_of(leave_reminders)
def _(cast: Cast) -> Scene:
    today(cast)
    return Scene(Clock.CLOCK, partial(leave_reminders, by=Clock.CLOCK, at=AT))


@scene_of(leave_digests)
def _(cast: Cast) -> Scene:
    today(cast)
    User.objects.filter(pk=cast.alice.pk).update(next_digest_at=AT)
    return Scene(Clock.CLOCK, partial(leave_digests, by=Clock.CLOCK, at=AT))


@scene_of(agree_reminder)
def _(cast: Cast) -> Scene:
    case, _plan = followed(cast)
    act = partial(agree_reminder, case=case, by=cast.alice, at=AT, channel="SMS", number="0470123456", language="nl")
    return Scene(cast.alice, act)


@scene_of(withdraw_reminder)
def _(cast: Cast) -> Scene:
    return Scene(cast.alice, partial(withdraw_reminder, reminder=a_letter_agreed(cast), by=cast.alice, at=AT))


def a_letter_agreed(cast: Cast) -> AgreedReminder:
    """Of a contact tomorrow the person is told by letter."""
    case, plan = followed(cast)
    with acting(cast.alice):
        agreed = agree_reminder(case=case, by=cast.alice, at=AT, channel="LETTER", language="nl")
    a_checkin(case, plan, by=cast.alice, due_on=TODAY + DAY)
    leave_reminders(by=Clock.CLOCK, at=AT)
    return agreed


@scene_of(hand_out_feed)
def _(cast: Cast) -> Scene:
    today(cast)
    feed, _secret = issue_feed(by=cast.alice, at=AT, of_team=False)
    with acting(cast.alice):
        told = told_in_feed(cast.alice, "own", at=AT)
    return Scene(cast.alice, partial(hand_out_feed, feed=feed, told=told, by=cast.alice, at=AT))
