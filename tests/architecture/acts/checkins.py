"""Acts on check-ins, and what the clock does of itself."""

from __future__ import annotations

from functools import partial
from typing import Any

from cases.access.services import acting
from cases.casefiles.models import Casefile
from cases.checkins.models import AgreedReminder, CheckIn, MissedContact, Rhythm
from cases.checkins.selectors import told_in_feed
from cases.checkins.services import (
    Chosen,
    acknowledge_miss,
    agree_reminder,
    answer_miss,
    arrange_checkin,
    arrange_rhythm,
    avoid_days,
    cancel_checkin,
    change_checkin,
    change_rhythm,
    climb,
    correct_checkin,
    end_rhythm,
    hand_out_feed,
    hand_over_absence,
    leave_digests,
    leave_reminders,
    mark_late,
    materialise,
    pause_rhythm,
    reassign_checkins,
    reassign_rhythm,
    record_checkin,
    reinstate_checkin,
    reopen_miss,
    reschedule_checkin,
    reschedule_checkins,
    resume_rhythm,
    settle,
    step_around_closings,
    take_back_absence,
    take_up_rhythm,
    withdraw_avoided_days,
    withdraw_reminder,
)
from cases.plans.models import FollowUpPlan
from cities.agencies.services import add_closing_days
from cities.ledger.rules import Clock
from cities.staff.models import User
from cities.tokens.services import issue_feed
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


@scene_of(reassign_rhythm)
def _(cast: Cast) -> Scene:
    act = partial(reassign_rhythm, rhythm=weekly(cast), by=cast.alice, at=AT, version=1, caseworker=cast.carla)
    return Scene(cast.alice, act)


@scene_of(hand_over_absence)
def _(cast: Cast) -> Scene:
    row, moving = (a_checkin(*followed(cast), by=cast.alice, due_on=TODAY + 8 * DAY) for _ in range(2))
    absence = an_absence(cast.alice, begins=7, ends=14, deputy=cast.bob)  # not today, for the other scenes' sake
    chosen = [Chosen(row.pk, 1, "DEPUTY"), Chosen(moving.pk, 1, "MOVE")]
    act = partial(hand_over_absence, absence=absence, by=cast.alice, at=AT, version=1, chosen=chosen)
    return Scene(cast.alice, act)


@scene_of(take_back_absence)
def _(cast: Cast) -> Scene:
    row = a_checkin(*followed(cast), by=cast.alice, due_on=TODAY + 15 * DAY)
    absence = an_absence(cast.alice, begins=14, ends=21, deputy=cast.bob)
    chosen = [Chosen(row.pk, 1, "DEPUTY")]
    with acting(cast.alice):
        hand_over_absence(absence=absence, by=cast.alice, at=AT, version=1, chosen=chosen)
    return Scene(cast.alice, partial(take_back_absence, absence=absence, by=cast.alice, at=AT, version=1))


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
    mark_late(by=Clock.CLOCK, at=after(1))
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


@scene_of(hand_out_feed)
def _(cast: Cast) -> Scene:
    today(cast)
    feed, _secret = issue_feed(by=cast.alice, at=AT, of_team=False)
    with acting(cast.alice):
        told = told_in_feed(cast.alice, "own", at=AT)
    return Scene(cast.alice, partial(hand_out_feed, feed=feed, told=told, by=cast.alice, at=AT))


@scene_of(step_around_closings)
def _(cast: Cast) -> Scene:
    agency = weekly(cast).casefile.agency
    add_closing_days(
        by=Clock.SETUP, at=AT, agency=agency, starts_on=TODAY + 7 * DAY, ends_on=TODAY + 9 * DAY
    )  # fmt: skip
    return Scene(Clock.CLOCK, partial(step_around_closings, by=Clock.CLOCK, at=AT))
