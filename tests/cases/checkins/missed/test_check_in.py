"""What becomes of a missed contact when something else is done with its check-in."""

from __future__ import annotations

from datetime import date

from cases.access.services import acting
from cases.casefiles.services import move_case
from cases.checkins.models import CheckIn
from cases.checkins.selectors import missed_of
from cases.checkins.services import (
    cancel_checkin,
    correct_checkin,
    pause_rhythm,
    reinstate_checkin,
    reschedule_checkin,
    settle,
)
from tests.cases.checkins.conftest import CLOCK, DAY, WHY, Followed, after, contact
from tests.cases.checkins.missed.conftest import is_open, missed, record, step_of, ticked
from tests.factories import AT, TODAY
from tests.factories.checkins import a_rhythm


def test_reschedule_checkin__a_late_one_is_arranged_anew(followed: Followed, checkin: CheckIn) -> None:
    ticked(after(1))
    with acting(followed.alice):
        CheckIn.objects.filter(pk=checkin.pk).update(is_critical=True)
        new = reschedule_checkin(
            checkin=checkin, by=followed.alice, at=after(1), version=1, due_on=TODAY + 5 * DAY, **WHY
        )
    assert (missed(followed, checkin).answer, new.is_critical, new.by_hand) == ("ARRANGED", True, True)


def test_cancel_checkin__closes_it_and_taking_that_back_opens_it(followed: Followed, checkin: CheckIn) -> None:
    ticked(after(4))
    with acting(followed.alice):
        cancel_checkin(checkin=checkin, by=followed.alice, at=after(4), version=1, **WHY)
    assert missed(followed, checkin).answer == "CLOSED"
    with acting(followed.alice):
        reinstate_checkin(checkin=checkin, by=followed.alice, at=after(7), version=2)
    step = step_of(followed, checkin)
    assert (step.step, step.deadline_on) == ("COORDINATOR", date(2024, 11, 19))


def test_reinstate_checkin__what_was_not_late_is_no_miss(followed: Followed, checkin: CheckIn) -> None:
    with acting(followed.alice):
        cancel_checkin(checkin=checkin, by=followed.alice, at=AT, version=1, **WHY)
        reinstate_checkin(checkin=checkin, by=followed.alice, at=AT, version=2)
        assert missed_of(checkin, followed.alice, at=AT) is None


def test_pause_rhythm__and_the_end_of_the_follow_up_close_it(followed: Followed) -> None:
    rhythm = a_rhythm(followed.case, followed.plan, by=followed.alice)
    single = contact(followed)
    ticked(after(1))
    with acting(followed.alice):
        pause_rhythm(rhythm=rhythm, by=followed.alice, at=after(1), version=1, starts_on=TODAY, reason="HOSPITAL")
    (paused,) = followed.checkins(rhythm=rhythm, due_on=TODAY)
    assert (missed(followed, paused).answer, is_open(followed, single)) == ("CLOSED", True)
    with acting(followed.carla):
        version = followed.case.version
        move_case(case=followed.case, by=followed.carla, at=after(1), version=version, to="CLOSED", reason="Went well")
    settle(by=CLOCK, at=after(1))
    row = missed(followed, single)
    assert (row.answer, row.answered_by) == ("CLOSED", None)


def test_correct_checkin__to_and_from_a_miss(followed: Followed, checkin: CheckIn) -> None:
    def correct(version: int, outcome: str) -> None:
        with acting(followed.alice):
            correct_checkin(checkin=checkin, by=followed.alice, at=AT, version=version, outcome=outcome)

    record(followed, checkin, "HELD")
    correct(2, "MISSED")
    assert is_open(followed, checkin)
    correct(3, "MISSED")
    assert missed(followed, checkin).version == 1
    correct(4, "HELD")
    assert missed(followed, checkin).answer == "RECORDED"
    correct(5, "PARTLY")
    correct(6, "MISSED")
    assert is_open(followed, checkin)
    assert step_of(followed, checkin).step == "CASEWORKER"
