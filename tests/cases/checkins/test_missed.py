"""Missed contacts: opened, taken up the ladder, acknowledged, answered, and opened again."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.access.models import CaseAccess
from cases.access.rules import NotAllowed, OutOfSight, Refused, Stale
from cases.access.services import acting
from cases.casefiles.services import move_case
from cases.checkins.models import CheckIn, MissedContact, MissedStep
from cases.checkins.selectors import (
    for_the_conference,
    held_by_nobody,
    is_with,
    missed_for,
    missed_of,
    missed_with,
    otherwise_late,
    with_the_coordinator,
)
from cases.checkins.services import (
    acknowledge_miss,
    answer_miss,
    cancel_checkin,
    climb,
    correct_checkin,
    mark_late,
    pause_rhythm,
    record_checkin,
    reinstate_checkin,
    reopen_miss,
    reschedule_checkin,
    settle,
)
from cities.ledger.models import LedgerEntry
from cities.ledger.rules import Clock
from cities.places.models import CitySettings
from cities.staff.models import Absence, Posting, User
from tests.cases.checkins.conftest import DAY, Followed, after, last_entry
from tests.factories import AT, TODAY, on_the_team
from tests.factories.checkins import a_checkin, a_missed_contact, a_rhythm

CLOCK = Clock.CLOCK
WHY: dict[str, Any] = {"asked_by": "PERSON", "reason": "Works that day"}


def ticked(at: datetime) -> None:
    mark_late(by=CLOCK, at=at)
    climb(by=CLOCK, at=at)


@pytest.fixture
def checkin(followed: Followed) -> CheckIn:
    """Due on Tuesday 5 November: late from Wednesday on."""
    return a_checkin(followed.case, followed.plan, by=followed.alice, due_time=time(10))


def contact(followed: Followed, days: int = 0, **fields: Any) -> CheckIn:
    return a_checkin(followed.case, followed.plan, by=followed.alice, due_on=TODAY + days * DAY, **fields)


def record(followed: Followed, checkin: CheckIn, outcome: str, *, at: datetime = AT, **said: Any) -> CheckIn:
    with acting(followed.alice):
        row = CheckIn.objects.get(pk=checkin.pk)
        who: dict[str, Any] = {"by": followed.alice, "at": at, "version": row.version}
        return record_checkin(checkin=row, outcome=outcome, reason="Had the flu", **who, **said)


def missed(followed: Followed, checkin: CheckIn) -> MissedContact:
    with acting(followed.carla):
        found = missed_of(checkin, followed.carla, at=AT)
    assert found is not None
    return found


def step_of(followed: Followed, checkin: CheckIn) -> MissedStep:
    with acting(followed.carla):
        return MissedStep.objects.select_related("owner").get(missed__checkin=checkin, over_at__isnull=True)


def path_of(followed: Followed, checkin: CheckIn) -> list[tuple[str, date, bool]]:
    with acting(followed.carla):
        rows = MissedStep.objects.filter(missed__checkin=checkin).order_by("pk")
        return [(row.step, row.deadline_on, row.over_at is None) for row in rows]


def is_open(followed: Followed, checkin: CheckIn) -> bool:
    return missed(followed, checkin).answered_at is None


def answer(followed: Followed, checkin: CheckIn, *, by: User | None = None, at: datetime = AT, **said: Any) -> Any:
    row, by = missed(followed, checkin), by or followed.alice
    said = {"version": row.version, "answer": "EXPLAINED", "reason": "At his sister's", **said}
    with acting(by):
        return answer_miss(missed=row, by=by, at=at, **said)


def acknowledge(followed: Followed, checkin: CheckIn, *, by: User | None = None, at: datetime = AT) -> MissedContact:
    row, by = missed(followed, checkin), by or followed.alice
    with acting(by):
        return acknowledge_miss(missed=row, by=by, at=at, version=row.version)


def reopen(followed: Followed, checkin: CheckIn, *, by: User | None = None, at: datetime = AT) -> MissedContact:
    row, by = missed(followed, checkin), by or followed.alice
    with acting(by):
        return reopen_miss(missed=row, by=by, at=at, version=row.version)


def refusal(act: Any, *arguments: Any, **said: Any) -> tuple[str, str]:
    with pytest.raises(Refused) as refused:
        act(*arguments, **said)
    return refused.value.field, refused.value.code


def absent(user: User, days: int = 0, *, until: int = 30, deputy: User | None = None) -> Absence:
    return Absence.objects.create(
        recorded_at=AT, user=user, starts_on=TODAY + days * DAY, ends_on=TODAY + until * DAY, deputy=deputy
    )  # fmt: skip


# --- Opened ---


def test_mark_late__opens_one_with_its_caseworker(followed: Followed, checkin: CheckIn) -> None:
    assert mark_late(by=CLOCK, at=AT) == 0
    assert mark_late(by=CLOCK, at=after(1)) == 1
    assert mark_late(by=CLOCK, at=after(1)) == 0
    row, step = missed(followed, checkin), step_of(followed, checkin)
    assert (row.cause, row.in_a_row, row.opened_at, row.recorded_by) == ("NOT_RECORDED", 1, after(1), None)
    assert (step.step, step.owner, step.since, step.deadline_on) == (
        "CASEWORKER", followed.alice, after(1), date(2024, 11, 8),
    )  # fmt: skip
    entry = LedgerEntry.objects.filter(object_type="missedcontact").get()
    assert (entry.initiator, entry.object_ids, entry.case_reference) == ("clock", [row.pk], "VIL-2024-0001")


def test_mark_late__after_days_without_a_clock_counts_from_the_day_it_was_late(
    followed: Followed, checkin: CheckIn
) -> None:
    mark_late(by=CLOCK, at=after(10))
    step = step_of(followed, checkin)
    assert (step.since.astimezone(AT.tzinfo).date(), step.deadline_on) == (date(2024, 11, 6), date(2024, 11, 8))


@pytest.mark.parametrize("outcome", ["HELD", "PARTLY", "MISSED_ACCEPTABLE", "CANCELLED_BY_US", "NOT_NEEDED"])
def test_record_checkin__answers_what_was_late(followed: Followed, checkin: CheckIn, outcome: str) -> None:
    ticked(after(1))
    record(followed, checkin, outcome, at=after(1))
    row = missed(followed, checkin)
    assert (row.answer, row.answered_by, row.answered_at) == ("RECORDED", followed.alice, after(1))
    assert [is_on for *_, is_on in path_of(followed, checkin)] == [False]


@pytest.mark.parametrize("outcome", ["HELD", "PARTLY", "MISSED_ACCEPTABLE", "CANCELLED_BY_US", "NOT_NEEDED"])
def test_record_checkin__opens_none_but_for_a_miss(followed: Followed, checkin: CheckIn, outcome: str) -> None:
    record(followed, checkin, outcome)
    with acting(followed.carla):
        assert missed_of(checkin, followed.carla, at=AT) is None


def test_record_checkin__a_miss_is_with_the_caseworker_the_same_day(followed: Followed, checkin: CheckIn) -> None:
    record(followed, checkin, "MISSED")
    row, step = missed(followed, checkin), step_of(followed, checkin)
    assert (row.cause, row.in_a_row, row.recorded_by) == ("MISSED", 1, followed.alice)
    assert (step.step, step.owner, step.deadline_on) == ("CASEWORKER", followed.alice, date(2024, 11, 7))


def test_record_checkin__a_miss_goes_on_from_the_step_it_is_at(followed: Followed, checkin: CheckIn) -> None:
    ticked(after(4))
    before = path_of(followed, checkin)
    record(followed, checkin, "MISSED", at=after(4))
    assert missed(followed, checkin).cause == "MISSED"
    assert path_of(followed, checkin) == before


def test_record_checkin__another_contact_answers_a_miss(followed: Followed, checkin: CheckIn) -> None:
    record(followed, checkin, "MISSED", next_on=TODAY + DAY)
    assert missed(followed, checkin).answer == "ARRANGED"


def test_record_checkin__another_contact_takes_nothing_off_the_agenda(followed: Followed) -> None:
    critical = contact(followed)
    with acting(followed.alice):
        CheckIn.objects.filter(pk=critical.pk).update(is_critical=True)
    record(followed, critical, "MISSED", next_on=TODAY + DAY)
    assert is_open(followed, critical)
    assert step_of(followed, critical).step == "CONFERENCE"


# --- In a row, and critical ---


def test_record_checkin__the_third_in_a_row_goes_to_the_conference(followed: Followed) -> None:
    contacts = [contact(followed, days) for days in range(6)]
    told = ["MISSED", "HELD", "MISSED", "MISSED_ACCEPTABLE", "MISSED", "MISSED"]
    for one, outcome in zip(contacts, told, strict=True):
        record(followed, one, outcome, at=after(6))
    rows = [missed(followed, contacts[at]) for at in (0, 2, 4, 5)]
    assert [row.in_a_row for row in rows] == [1, 1, 2, 3]
    assert [step_of(followed, contacts[at]).step for at in (2, 4, 5)] == ["CASEWORKER", "CASEWORKER", "CONFERENCE"]
    assert path_of(followed, contacts[5]) == [("CONFERENCE", date(2024, 12, 9), True)]
    assert step_of(followed, contacts[5]).owner is None


def test_record_checkin__out_of_order_counts_anew_and_brings_none_down(followed: Followed) -> None:
    first, second, third = (contact(followed, days) for days in range(3))
    record(followed, second, "MISSED", at=after(3))
    record(followed, third, "MISSED", at=after(3))
    assert step_of(followed, third).step == "CASEWORKER"
    record(followed, first, "MISSED", at=after(3))
    assert missed(followed, third).in_a_row == 3
    assert [step for step, *_ in path_of(followed, third)] == ["CASEWORKER", "CONFERENCE"]
    with acting(followed.alice):
        correct_checkin(checkin=first, by=followed.alice, at=after(3), version=2, outcome="HELD")
    assert missed(followed, third).in_a_row == 2
    assert step_of(followed, third).step == "CONFERENCE"


def test_mark_late__a_critical_one_goes_to_the_conference_at_once(followed: Followed, checkin: CheckIn) -> None:
    with acting(followed.alice):
        CheckIn.objects.filter(pk=checkin.pk).update(is_critical=True)
    mark_late(by=CLOCK, at=after(1))
    assert step_of(followed, checkin).step == "CONFERENCE"


def test_mark_late__what_nobody_recorded_counts_itself_alone(followed: Followed) -> None:
    for days in (0, 1):
        record(followed, contact(followed, days), "MISSED", at=after(1))
    late = contact(followed, 2)
    mark_late(by=CLOCK, at=after(3))
    assert (missed(followed, late).in_a_row, step_of(followed, late).step) == (1, "CASEWORKER")
    record(followed, late, "MISSED", at=after(3))
    assert (missed(followed, late).in_a_row, step_of(followed, late).step) == (3, "CONFERENCE")


def test_settings__of_the_city_decide(followed: Followed, checkin: CheckIn) -> None:
    CitySettings.objects.create(
        recorded_at=AT, city=followed.cast.city, coordinator_after=1, conference_after=2, misses_in_a_row=2
    )  # fmt: skip
    ticked(after(2))
    assert path_of(followed, checkin) == [
        ("CASEWORKER", date(2024, 11, 7), False), ("COORDINATOR", date(2024, 11, 12), True),
    ]  # fmt: skip
    record(followed, contact(followed), "MISSED", at=after(2))
    record(followed, checkin, "MISSED", at=after(2))
    with acting(followed.carla):
        assert MissedContact.objects.filter(in_a_row=2, steps__step="CONFERENCE").count() == 1


# --- With whom ---


def test_mark_late__with_the_deputy_while_the_caseworker_is_absent(followed: Followed, checkin: CheckIn) -> None:
    on_the_team(followed.case, followed.cast.bob, by=followed.carla)
    absent(followed.alice, deputy=followed.cast.bob)
    mark_late(by=CLOCK, at=after(1))
    step = step_of(followed, checkin)
    assert (step.step, step.owner) == ("CASEWORKER", followed.cast.bob)


@pytest.mark.parametrize(
    "why", ["no deputy", "a deputy who may not know", "a deputy away", "closed", "moved away", "no account of hers"]
)
def test_mark_late__with_nobody_to_hold_it_is_with_the_coordinator(
    followed: Followed, checkin: CheckIn, why: str
) -> None:
    bob = followed.cast.bob
    if why == "no deputy":
        absent(followed.alice)
    elif why == "a deputy who may not know":
        absent(followed.alice, deputy=bob)
    elif why == "a deputy away":
        on_the_team(followed.case, bob, by=followed.carla)
        absent(followed.alice, deputy=bob)
        absent(bob)
    elif why == "closed":
        User.objects.filter(pk=followed.alice.pk).update(is_active=False)
    elif why == "moved away":
        Posting.objects.filter(user=followed.alice).update(ends_on=TODAY)
    else:
        with acting(followed.carla):
            CaseAccess.grants.filter(user=followed.alice).update(ends_at=AT)
    mark_late(by=CLOCK, at=after(1))
    step = step_of(followed, checkin)
    assert (step.step, step.owner, step.deadline_on) == ("COORDINATOR", None, date(2024, 11, 14))


def test_missed_with__ones_own_and_those_of_whom_one_stands_in_for(followed: Followed, checkin: CheckIn) -> None:
    bob = followed.cast.bob
    on_the_team(followed.case, bob, by=followed.carla)
    ticked(after(1))
    with acting(bob):
        assert not missed_with(bob, at=after(1)).exists()
        assert not is_with(step_of(followed, checkin), bob, at=after(1))
    absent(followed.alice, 1, deputy=bob)
    for user in (followed.alice, bob):
        with acting(user):
            assert [row.missed.checkin for row in missed_with(user, at=after(1))] == [checkin]
    assert answer(followed, checkin, by=bob, at=after(1)).answered_by == bob


# --- Up ---


def test_climb__caseworker_coordinator_conference(followed: Followed, checkin: CheckIn) -> None:
    ticked(after(1))
    assert climb(by=CLOCK, at=after(2)) == 0
    assert climb(by=CLOCK, at=after(3)) == 1
    assert climb(by=CLOCK, at=after(3)) == 0
    step = step_of(followed, checkin)
    assert (step.step, step.owner, step.since) == ("COORDINATOR", None, after(3))
    assert climb(by=CLOCK, at=after(12)) == 0
    assert climb(by=CLOCK, at=after(13)) == 1
    assert climb(by=CLOCK, at=after(300)) == 0
    assert path_of(followed, checkin) == [
        ("CASEWORKER", date(2024, 11, 8), False), ("COORDINATOR", date(2024, 11, 18), False),
        ("CONFERENCE", date(2024, 12, 16), True),
    ]  # fmt: skip


def test_climb__after_days_without_a_clock_it_stands_where_it_would(followed: Followed, checkin: CheckIn) -> None:
    mark_late(by=CLOCK, at=after(30))
    assert climb(by=CLOCK, at=after(30)) == 2
    assert [step for step, *_ in path_of(followed, checkin)] == ["CASEWORKER", "COORDINATOR", "CONFERENCE"]
    with acting(followed.carla):
        rows = list(MissedStep.objects.order_by("pk"))
    assert [row.over_at for row in rows[:2]] == [row.since for row in rows[1:]]
    assert [row.since.astimezone(AT.tzinfo).date() for row in rows] == [
        date(2024, 11, 6), date(2024, 11, 8), date(2024, 11, 18),
    ]  # fmt: skip


def test_climb__costs_a_few_statements_for_many(followed: Followed) -> None:
    def cost(count: int) -> int:
        for _number in range(count):
            contact(followed)
        mark_late(by=CLOCK, at=after(1))
        with CaptureQueriesContext(connection) as asked:
            assert climb(by=CLOCK, at=after(4)) == count
        return len(asked)

    assert cost(2) == cost(20)


def test_climb__a_tab_of_before_is_told(followed: Followed, checkin: CheckIn) -> None:
    ticked(after(1))
    before = missed(followed, checkin)
    climb(by=CLOCK, at=after(3))
    with acting(followed.carla), pytest.raises(Stale):
        acknowledge_miss(missed=before, by=followed.carla, at=after(3), version=before.version)


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
        acknowledge(followed, a_missed(followed), by=_on_the_team(followed, bob))
    ticked(after(4))
    assert refusal(acknowledge, followed, checkin, at=after(4)) == ("", "not_yours")
    with pytest.raises(NotAllowed):
        acknowledge(followed, checkin, by=followed.cast.mayor, at=after(4))
    for stranger in (followed.cast.charlie, followed.cast.carlo, followed.cast.dana):
        with pytest.raises(OutOfSight):
            acknowledge(followed, checkin, by=stranger, at=after(4))


def a_missed(followed: Followed) -> CheckIn:
    row = a_missed_contact(followed.case, followed.plan, by=followed.alice)
    with acting(followed.alice):
        return row.checkin


def _on_the_team(followed: Followed, user: User) -> User:
    on_the_team(followed.case, user, by=followed.carla)
    return user


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
        reopen(followed, checkin, by=_on_the_team(followed, followed.cast.bob))
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


# --- What else is done with the check-in ---


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


# --- Questions ---


def test_board__each_thing_in_one_place(followed: Followed) -> None:
    waits, late = contact(followed), contact(followed, 3)
    critical = contact(followed)
    with acting(followed.alice):
        CheckIn.objects.filter(pk=critical.pk).update(is_critical=True)
    ticked(after(7))
    carla = followed.carla
    with acting(carla):
        assert [row.missed.checkin for row in with_the_coordinator(carla, at=after(7))] == [waits]
        assert [row.missed.checkin for row in for_the_conference(carla, at=after(7))] == [critical]
        assert list(otherwise_late(carla, at=after(7))) == [late]
    answer(followed, waits, by=carla, at=after(7))
    with acting(carla):
        assert list(otherwise_late(carla, at=after(7))) == [waits, late]
        assert len(missed_for(carla, at=after(7))) == 3
    for stranger in (followed.cast.bob, followed.cast.charlie, followed.cast.carlo, followed.cast.dana):
        with acting(stranger):
            assert not missed_for(stranger, at=after(7)).exists()
            assert not with_the_coordinator(stranger, at=after(7)).exists()
            assert not MissedStep.objects.exists()


@pytest.mark.parametrize("why", ["absent", "off the team", "closed"])
def test_held_by_nobody__late_or_within_a_fortnight(followed: Followed, why: str) -> None:
    late, soon, _far = contact(followed), contact(followed, 10), contact(followed, 20)
    contact(followed, 10, caseworker=followed.carla)
    carla = followed.carla
    with acting(carla):
        assert not held_by_nobody(carla, at=after(3)).exists()
    if why == "absent":
        absent(followed.alice, 3)
    elif why == "closed":
        User.objects.filter(pk=followed.alice.pk).update(is_active=False)
    else:
        with acting(carla):
            CaseAccess.grants.filter(user=followed.alice).update(ends_at=AT)
    with acting(carla):
        assert list(held_by_nobody(carla, at=after(3))) == [late, soon]
    with acting(followed.cast.carlo):
        assert not held_by_nobody(followed.cast.carlo, at=after(3)).exists()


def test_held_by_nobody__a_deputy_is_somebody(followed: Followed) -> None:
    contact(followed)
    absent(followed.alice, deputy=followed.cast.bob)
    with acting(followed.carla):
        assert not held_by_nobody(followed.carla, at=AT).exists()
