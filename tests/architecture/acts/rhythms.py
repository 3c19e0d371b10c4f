"""Acts on rhythms and the days they avoid, and what the clock makes of them."""

from __future__ import annotations

from functools import partial

from cases.access.services import acting
from cases.checkins.models import Rhythm
from cases.checkins.services import (
    arrange_rhythm,
    avoid_days,
    change_rhythm,
    end_rhythm,
    materialise,
    pause_rhythm,
    reassign_rhythm,
    resume_rhythm,
    settle,
    step_around_closings,
    take_up_rhythm,
    withdraw_avoided_days,
)
from cases.plans.models import FollowUpPlan
from cities.agencies.services import add_closing_days
from cities.ledger.rules import Clock
from tests.architecture.acts import Scene, scene_of
from tests.architecture.acts.checkins import followed, weekly
from tests.cases.checkins.conftest import DAY, after
from tests.factories import AT, TODAY, Cast
from tests.factories.checkins import a_checkin


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


@scene_of(change_rhythm)
def _(cast: Cast) -> Scene:
    act = partial(
        change_rhythm, rhythm=weekly(cast), by=cast.alice, at=AT, version=1, from_on=TODAY + 7 * DAY, kind="HOME",
        frequency="WEEKS", every=2, weekdays=[3], caseworker=cast.alice,
    )  # fmt: skip
    return Scene(cast.alice, act)


@scene_of(avoid_days)
def _(cast: Cast) -> Scene:
    case = weekly(cast).casefile
    act = partial(avoid_days, case=case, by=cast.alice, at=AT, starts_on=TODAY + 3 * DAY, ends_on=TODAY + 9 * DAY)
    return Scene(cast.alice, act)


@scene_of(withdraw_avoided_days)
def _(cast: Cast) -> Scene:
    case = weekly(cast).casefile
    with acting(cast.alice):
        days = avoid_days(case=case, by=cast.alice, at=AT, starts_on=TODAY + 3 * DAY, ends_on=TODAY + 9 * DAY)
    return Scene(cast.alice, partial(withdraw_avoided_days, days=days, by=cast.alice, at=AT))


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


@scene_of(reassign_rhythm)
def _(cast: Cast) -> Scene:
    act = partial(reassign_rhythm, rhythm=weekly(cast), by=cast.alice, at=AT, version=1, caseworker=cast.carla)
    return Scene(cast.alice, act)


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


@scene_of(step_around_closings)
def _(cast: Cast) -> Scene:
    agency = weekly(cast).casefile.agency
    add_closing_days(
        by=Clock.SETUP, at=AT, agency=agency, starts_on=TODAY + 7 * DAY, ends_on=TODAY + 9 * DAY
    )  # fmt: skip
    return Scene(Clock.CLOCK, partial(step_around_closings, by=Clock.CLOCK, at=AT))
