"""What is done about a missed contact: acknowledged, answered, opened again."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import pytest

from cases.access.rules import NotAllowed, OutOfSight, Refused, Stale
from cases.access.services import acting
from cases.casefiles.services import move_case
from cases.checkins.models import CheckIn
from cases.checkins.services import cancel_checkin, climb, reopen_miss, reschedule_checkin
from tests.cases.checkins.conftest import CLOCK, DAY, WHY, Followed, after, last_entry
from tests.cases.checkins.missed.conftest import (
    a_missed,
    acknowledge,
    answer,
    joined,
    missed,
    path_of,
    record,
    reopen,
    step_of,
    ticked,
)
from tests.factories import AT, TODAY
from tests.refusals import refusal

# --- Acknowledged ---


def test_acknowledge_miss__as_long_once_more_and_once(followed: Followed, checkin: CheckIn) -> None:
    ticked(after(1))
    acknowledge(followed, checkin, at=after(2))
    step = step_of(followed, checkin)
    assert (step.acknowledged_by, step.acknowledged_at, step.deadline_on) == (
        followed.alice, after(2), date(2024, 11, 13),
    )  # fmt: skip
    assert refusal(acknowledge, followed, checkin, at=after(2)) == ("", "acknowledged")
    assert climb(by=CLOCK, at=after(7)) == 0
    assert climb(by=CLOCK, at=after(8)) == 1
    acknowledge(followed, checkin, by=followed.carla, at=after(8))
    assert step_of(followed, checkin).acknowledged_by == followed.carla
    entry = last_entry()[0]
    assert (entry.act, entry.object_type, entry.fields) == (
        "MISSED_ANSWER", "missedstep", ["acknowledged_at", "deadline_on"],
    )  # fmt: skip


def test_acknowledge_miss__is_hers_or_the_coordinators(followed: Followed, checkin: CheckIn) -> None:
    bob = followed.cast.bob
    with pytest.raises(Refused):
        acknowledge(followed, a_missed(followed), by=joined(followed, bob))
    ticked(after(4))
    assert refusal(acknowledge, followed, checkin, at=after(4)) == ("", "not_yours")
    with pytest.raises(NotAllowed):
        acknowledge(followed, checkin, by=followed.cast.mayor, at=after(4))
    for stranger in (followed.cast.charlie, followed.cast.carlo, followed.cast.dana):
        with pytest.raises(OutOfSight):
            acknowledge(followed, checkin, by=stranger, at=after(4))


# --- Answered ---


@pytest.mark.parametrize("how", ["EXPLAINED", "CLOSED"])
def test_answer_miss__with_a_reason_that_is_care(followed: Followed, checkin: CheckIn, how: str) -> None:
    ticked(after(1))
    assert refusal(answer, followed, checkin, answer=how, reason="  ") == ("reason", "required")
    done = answer(followed, checkin, at=after(1), answer=how)
    assert (done.answer, done.answered_by, done.answered_at) == (how, followed.alice, after(1))
    (note,) = followed.notes(checkin)
    assert (note.reason, note.outcome) == ("At his sister's", "")
    assert climb(by=CLOCK, at=after(30)) == 0
    assert refusal(answer, followed, checkin) == ("", "answered")
    assert refusal(acknowledge, followed, checkin) == ("", "answered")
    assert followed.fresh(checkin).state == "PLANNED"


def test_answer_miss__arranged_anew_moves_what_nobody_recorded(followed: Followed, checkin: CheckIn) -> None:
    ticked(after(1))
    assert refusal(answer, followed, checkin, answer="ARRANGED") == ("next_on", "required")
    assert refusal(answer, followed, checkin, answer="ARRANGED", next_on=TODAY - DAY) == ("next_on", "too_early")
    answer(followed, checkin, at=after(1), answer="ARRANGED", next_on=TODAY + 2 * DAY, next_time=time(9), reason="")
    assert followed.fresh(checkin).state == "RESCHEDULED"
    (new,) = followed.checkins(replaces=checkin)
    assert (new.due_on, new.due_time, new.state) == (TODAY + 2 * DAY, time(9), "PLANNED")
    assert missed(followed, checkin).answer == "ARRANGED"


def test_answer_miss__arranged_anew_after_a_miss_is_one_more_contact(followed: Followed) -> None:
    checkin = a_missed(followed)
    answer(followed, checkin, answer="ARRANGED", next_on=TODAY + DAY)
    assert followed.fresh(checkin).state == "RECORDED"
    (new,) = followed.checkins(state="PLANNED")
    assert (new.due_on, new.replaces_id) == (TODAY + DAY, None)
    assert [note.reason for note in followed.notes(checkin)] == ["", "At his sister's"]


def test_answer_miss__what_cannot_be(followed: Followed, checkin: CheckIn) -> None:
    ticked(after(1))
    for wrong in ("RECORDED", "", "nothing"):
        assert refusal(answer, followed, checkin, answer=wrong) == ("answer", "unknown_code")
    with pytest.raises(Stale):
        answer(followed, checkin, version=9)
    with pytest.raises(NotAllowed):
        answer(followed, checkin, by=followed.cast.mayor)
    with pytest.raises(OutOfSight):
        answer(followed, checkin, by=followed.cast.charlie)
    ticked(after(4))
    assert refusal(answer, followed, checkin, at=after(4)) == ("", "not_yours")
    assert answer(followed, checkin, by=followed.carla, at=after(4)).answered_by == followed.carla


def test_answer_miss__nothing_is_arranged_in_a_closed_case(followed: Followed) -> None:
    checkin = a_missed(followed)
    with acting(followed.carla):
        version = followed.case.version
        move_case(case=followed.case, by=followed.carla, at=AT, version=version, to="CLOSED", reason="Went well")
    assert refusal(answer, followed, checkin, by=followed.carla, answer="ARRANGED", next_on=TODAY + DAY) == (
        "", "closed",
    )  # fmt: skip
    assert answer(followed, checkin, by=followed.carla).answer == "EXPLAINED"


# --- Opened again ---


def test_reopen_miss__on_the_step_where_it_was_with_a_new_deadline(followed: Followed, checkin: CheckIn) -> None:
    ticked(after(4))
    answer(followed, checkin, by=followed.carla, at=after(4))
    assert refusal(reopen, followed, checkin, at=after(7)) == ("", "not_yours")
    reopen(followed, checkin, by=followed.carla, at=after(7))
    assert path_of(followed, checkin) == [
        ("CASEWORKER", date(2024, 11, 8), False), ("COORDINATOR", date(2024, 11, 19), True),
    ]  # fmt: skip
    row = missed(followed, checkin)
    assert (row.answer, row.answered_by) == ("", None)
    assert refusal(reopen, followed, checkin, by=followed.carla) == ("", "not_answered")
    assert climb(by=CLOCK, at=after(14)) == 1


def test_reopen_miss__by_who_answered_it(followed: Followed) -> None:
    checkin = a_missed(followed)
    answer(followed, checkin)
    with pytest.raises(Refused):
        reopen(followed, checkin, by=joined(followed, followed.cast.bob))
    row = missed(followed, checkin)
    with acting(followed.alice), pytest.raises(Stale):
        reopen_miss(missed=row, by=followed.alice, at=AT, version=row.version + 1)
    assert reopen(followed, checkin).answered_at is None


@pytest.mark.parametrize("by_itself", ["moved", "cancelled", "held", "held later"])
def test_reopen_miss__not_what_the_check_in_answered(followed: Followed, checkin: CheckIn, by_itself: str) -> None:
    ticked(after(1))
    who: dict[str, Any] = {"checkin": checkin, "by": followed.alice, "at": after(1), "version": 1}
    with acting(followed.alice):
        if by_itself == "moved":
            reschedule_checkin(**who, due_on=TODAY + 5 * DAY, **WHY)
        elif by_itself == "cancelled":
            cancel_checkin(**who, **WHY)
    if by_itself == "held later":
        answer(followed, checkin, at=after(1))
    if by_itself.startswith("held"):
        record(followed, checkin, "HELD", at=after(1))
    assert refusal(reopen, followed, checkin, at=after(1)) == ("", "by_itself")
