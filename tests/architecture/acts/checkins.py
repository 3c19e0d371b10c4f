"""Acts on contacts, missed ones too, and what the clock does of itself about them."""

from __future__ import annotations

from functools import partial
from typing import Any

from cases.access.services import acting
from cases.casefiles.models import Casefile
from cases.checkins.models import CheckIn, MissedContact, Rhythm
from cases.checkins.services import (
    Chosen,
    acknowledge_miss,
    answer_miss,
    arrange_checkin,
    cancel_checkin,
    change_checkin,
    climb,
    correct_checkin,
    hand_over_absence,
    mark_late,
    rearrange_absence,
    reassign_checkins,
    record_checkin,
    reinstate_checkin,
    reopen_miss,
    reschedule_checkin,
    reschedule_checkins,
    take_back_absence,
)
from cases.plans.models import FollowUpPlan
from cities.ledger.rules import Clock
from tests.architecture.acts import Scene, scene_of
from tests.cases.checkins.conftest import DAY, after
from tests.factories import AT, TODAY, Cast, a_case
from tests.factories.absences import an_absence
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


@scene_of(change_checkin)
def _(cast: Cast) -> Scene:
    act = partial(
        change_checkin, checkin=today(cast), by=cast.alice, at=AT, version=1, kind="HOME", due_time=None, duration=60,
        place="Kitchen table", caseworker=cast.alice,
    )  # fmt: skip
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


def missed(cast: Cast) -> MissedContact:
    """A contact that nobody recorded, up to the coordinator."""
    checkin = today(cast)
    mark_late(by=Clock.CLOCK, at=after(7))
    climb(by=Clock.CLOCK, at=after(7))
    with acting(cast.carla):
        return MissedContact.objects.get(checkin=checkin)


@scene_of(acknowledge_miss)
def _(cast: Cast) -> Scene:
    row = missed(cast)
    act = partial(acknowledge_miss, missed=row, by=cast.carla, at=after(7), version=row.version)
    return Scene(cast.carla, act)


@scene_of(answer_miss)
def _(cast: Cast) -> Scene:
    row = missed(cast)
    act = partial(
        answer_miss, missed=row, by=cast.carla, at=after(7), version=row.version, answer="ARRANGED",
        next_on=TODAY + 8 * DAY, reason="Was ill",
    )  # fmt: skip
    return Scene(cast.carla, act)


@scene_of(reopen_miss)
def _(cast: Cast) -> Scene:
    row = missed(cast)
    said: dict[str, Any] = {"answer": "CLOSED", "reason": "Was ill"}
    with acting(cast.carla):
        row = answer_miss(missed=row, by=cast.carla, at=after(7), version=row.version, **said)
    return Scene(cast.carla, partial(reopen_miss, missed=row, by=cast.carla, at=after(7), version=row.version))


@scene_of(reassign_checkins)
def _(cast: Cast) -> Scene:
    row = today(cast)
    act = partial(
        reassign_checkins, by=cast.carla, at=AT, chosen=[Chosen(row.pk, 1)], to=cast.bob, reason="Is ill", lets_in=True
    )
    return Scene(cast.carla, act)


@scene_of(reschedule_checkins)
def _(cast: Cast) -> Scene:
    row = today(cast)
    act = partial(
        reschedule_checkins, by=cast.alice, at=AT, chosen=[Chosen(row.pk, 1)], due_on=TODAY + DAY, **ASKED
    )  # fmt: skip
    return Scene(cast.alice, act)


@scene_of(hand_over_absence)
def _(cast: Cast) -> Scene:
    row, moving = (a_checkin(*followed(cast), by=cast.alice, due_on=TODAY + 8 * DAY) for _ in range(2))
    absence = an_absence(cast.alice, begins=7, ends=14, deputy=cast.bob)  # not today, for the other scenes' sake
    chosen = [Chosen(row.pk, 1, "DEPUTY"), Chosen(moving.pk, 1, "MOVE")]
    act = partial(hand_over_absence, absence=absence, by=cast.alice, at=AT, version=1, chosen=chosen)
    return Scene(cast.alice, act)


def handed_over(cast: Cast, begins: int = 14) -> dict[str, Any]:
    row = a_checkin(*followed(cast), by=cast.alice, due_on=TODAY + (begins + 1) * DAY)
    absence = an_absence(cast.alice, begins=begins, ends=begins + 7, deputy=cast.bob)
    chosen = [Chosen(row.pk, 1, "DEPUTY")]
    told: dict[str, Any] = {"absence": absence, "by": cast.alice, "at": AT, "version": 1}
    with acting(cast.alice):
        hand_over_absence(**told, chosen=chosen)
    return told


@scene_of(take_back_absence)
def _(cast: Cast) -> Scene:
    return Scene(cast.alice, partial(take_back_absence, **handed_over(cast)))


@scene_of(rearrange_absence)
def _(cast: Cast) -> Scene:
    days: dict[str, Any] = {"starts_on": TODAY + 24 * DAY, "ends_on": TODAY + 25 * DAY, "deputy": cast.bob}
    return Scene(cast.alice, partial(rearrange_absence, **handed_over(cast, begins=24), **days))


@scene_of(mark_late)
def _(cast: Cast) -> Scene:
    today(cast)
    return Scene(Clock.CLOCK, partial(mark_late, by=Clock.CLOCK, at=after(1)))


@scene_of(climb)
def _(cast: Cast) -> Scene:
    today(cast)
    mark_late(by=Clock.CLOCK, at=after(1))
    return Scene(Clock.CLOCK, partial(climb, by=Clock.CLOCK, at=after(10)))
