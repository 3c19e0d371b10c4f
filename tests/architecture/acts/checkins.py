"""Acts on check-ins, and what the clock does of itself."""

from __future__ import annotations

from functools import partial
from typing import Any

from cases.access.services import acting
from cases.casefiles.models import Casefile
from cases.checkins.models import AgreedReminder, CheckIn, Rhythm
from cases.checkins.services import (
    acknowledge_late,
    agree_reminder,
    arrange_checkin,
    arrange_rhythm,
    cancel_checkin,
    climb,
    correct_checkin,
    end_rhythm,
    leave_digests,
    leave_reminders,
    mark_late,
    materialise,
    pause_rhythm,
    record_checkin,
    reinstate_checkin,
    reschedule_checkin,
    resume_rhythm,
    settle,
    take_up_rhythm,
    withdraw_reminder,
)
from cases.plans.models import FollowUpPlan
from cities.ledger.rules import Clock
from cities.staff.models import User
from tests.architecture.acts import Scene, scene_of
from tests.cases.checkins.conftest import DAY, after
from tests.factories import AT, TODAY, Cast, a_case
from tests.factories.checkins import a_checkin, a_rhythm
from tests.factories.plans import a_plan

ASKED: dict[str, Any] = {"asked_by": "PERSON", "reason": "Works that day"}


def followed(cast: Cast) -> tuple[Casefile, FollowUpPlan]:
    case = a_case(by=cast.carla, lead=cast.alice)
    return case, a_plan(case, by=cast.alice)


def weekly(cast: Cast) -> Rhythm:
    return a_rhythm(*followed(cast), by=cast.alice)


def today(cast: Cast) -> CheckIn:
    return a_checkin(*followed(cast), by=cast.alice)


@scene_of(arrange_rhythm)
def _(cast: Cast) -> Scene:
    case, plan = followed(cast)
    act = partial(
        arrange_rhythm, case=case, by=cast.alice, at=AT, plan=plan, kind="OFFICE", frequency="WEEKS", every=2,
        weekdays=[1], caseworker=cast.alice, starts_on=TODAY,
    )  # fmt: skip
    return Scene(cast.alice, act)


@scene_of(end_rhythm)
def _(cast: Cast) -> Scene:
    act = partial(end_rhythm, rhythm=weekly(cast), by=cast.alice, at=AT, version=1, ends_on=TODAY)
    return Scene(cast.alice, act)


@scene_of(pause_rhythm)
def _(cast: Cast) -> Scene:
    act = partial(pause_rhythm, rhythm=weekly(cast), by=cast.alice, at=AT, version=1, starts_on=TODAY, reason="ABROAD")
    return Scene(cast.alice, act)


@scene_of(resume_rhythm)
def _(cast: Cast) -> Scene:
    rhythm = weekly(cast)
    with acting(cast.alice):
        pause_rhythm(rhythm=rhythm, by=cast.alice, at=AT, version=1, starts_on=TODAY, reason="ABROAD")
    return Scene(cast.alice, partial(resume_rhythm, rhythm=rhythm, by=cast.alice, at=AT, version=2, on=TODAY + DAY))


@scene_of(take_up_rhythm)
def _(cast: Cast) -> Scene:
    rhythm = weekly(cast)
    with acting(cast.alice):
        Rhythm.objects.filter(pk=rhythm.pk).update(set_aside_at=AT)
    return Scene(cast.alice, partial(take_up_rhythm, rhythm=rhythm, by=cast.alice, at=AT, version=1))


@scene_of(arrange_checkin)
def _(cast: Cast) -> Scene:
    case, plan = followed(cast)
    act = partial(
        arrange_checkin, case=case, by=cast.alice, at=AT, plan=plan, kind="PHONE", due_on=TODAY, caseworker=cast.alice
    )
    return Scene(cast.alice, act)


@scene_of(record_checkin)
def _(cast: Cast) -> Scene:
    act = partial(
        record_checkin, checkin=today(cast), by=cast.alice, at=AT, version=1, outcome="HELD", note="Talked of football",
        next_on=TODAY + DAY,
    )  # fmt: skip
    return Scene(cast.alice, act)


@scene_of(correct_checkin)
def _(cast: Cast) -> Scene:
    checkin = today(cast)
    with acting(cast.alice):
        record_checkin(checkin=checkin, by=cast.alice, at=AT, version=1, outcome="HELD")
    act = partial(correct_checkin, checkin=checkin, by=cast.alice, at=AT, version=2, outcome="MISSED", note="Mistaken")
    return Scene(cast.alice, act)


@scene_of(reschedule_checkin)
def _(cast: Cast) -> Scene:
    act = partial(reschedule_checkin, checkin=today(cast), by=cast.alice, at=AT, version=1, due_on=TODAY + DAY, **ASKED)
    return Scene(cast.alice, act)


@scene_of(cancel_checkin)
def _(cast: Cast) -> Scene:
    return Scene(cast.alice, partial(cancel_checkin, checkin=today(cast), by=cast.alice, at=AT, version=1, **ASKED))


@scene_of(reinstate_checkin)
def _(cast: Cast) -> Scene:
    checkin = today(cast)
    with acting(cast.alice):
        cancel_checkin(checkin=checkin, by=cast.alice, at=AT, version=1, **ASKED)
    return Scene(cast.alice, partial(reinstate_checkin, checkin=checkin, by=cast.alice, at=AT, version=2))


@scene_of(acknowledge_late)
def _(cast: Cast) -> Scene:
    checkin = today(cast)
    climb(by=Clock.CLOCK, at=after(10))
    act = partial(acknowledge_late, checkin=checkin, by=cast.carla, at=after(10), version=1)
    return Scene(cast.carla, act)


@scene_of(settle)
def _(cast: Cast) -> Scene:
    case, plan = followed(cast)
    a_checkin(case, plan, by=cast.alice)
    with acting(cast.alice):
        FollowUpPlan.objects.filter(pk=plan.pk).update(state="ENDED", ended_on=TODAY)
    return Scene(Clock.CLOCK, partial(settle, by=Clock.CLOCK, at=AT))


@scene_of(materialise)
def _(cast: Cast) -> Scene:
    weekly(cast)
    return Scene(Clock.CLOCK, partial(materialise, by=Clock.CLOCK, at=after(7)))


@scene_of(mark_late)
def _(cast: Cast) -> Scene:
    today(cast)
    return Scene(Clock.CLOCK, partial(mark_late, by=Clock.CLOCK, at=after(1)))


@scene_of(climb)
def _(cast: Cast) -> Scene:
    today(cast)
    return Scene(Clock.CLOCK, partial(climb, by=Clock.CLOCK, at=after(10)))


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
