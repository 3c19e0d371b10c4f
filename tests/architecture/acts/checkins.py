"""Acts on check-ins, and what the clock does of itself."""

from __future__ import annotations

from functools import partial
from typing import Any

from cases.access.services import acting
from cases.casefiles.models import Casefile
from cases.checkins.models import CheckIn, Rhythm
from cases.checkins.selectors import told_in_feed
from cases.checkins.services import (
    acknowledge_late,
    arrange_checkin,
    arrange_rhythm,
    cancel_checkin,
    climb,
    correct_checkin,
    end_rhythm,
    hand_out_feed,
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
)
from cases.outbox.services import send_due
from cases.plans.models import FollowUpPlan
from cities.ledger.rules import Clock
from cities.tokens.services import issue_feed
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


@scene_of(send_due)
def _(cast: Cast) -> Scene:
    today(cast)
    leave_reminders(by=Clock.CLOCK, at=AT)
    return Scene(Clock.CLOCK, partial(send_due, by=Clock.CLOCK, at=AT))


@scene_of(hand_out_feed)
def _(cast: Cast) -> Scene:
    today(cast)
    feed, _secret = issue_feed(by=cast.alice, at=AT, of_team=False)
    with acting(cast.alice):
        told = told_in_feed(cast.alice, "own", at=AT)
    return Scene(cast.alice, partial(hand_out_feed, feed=feed, told=told, by=cast.alice, at=AT))
