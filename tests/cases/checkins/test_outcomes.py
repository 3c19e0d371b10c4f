"""Saying what came of a check-in, once; correcting it."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import pytest

from cases.access.rules import Ground, NotAllowed, OutOfSight, Refused, Stale
from cases.access.services import acting, grant
from cases.casefiles.services import move_case
from cases.checkins.models import CheckIn
from cases.checkins.selectors import notes_of
from cases.checkins.services import correct_checkin, record_checkin
from cases.plans.models import FollowUpPlan
from cities.roles.rules import Compartment
from cities.staff.models import User
from tests.cases.checkins.conftest import DAY, Followed, last_entry
from tests.factories import AT, TODAY, posting_of
from tests.factories.checkins import a_checkin

YESTERDAY = TODAY - DAY


def record(followed: Followed, checkin: CheckIn, *, by: User | None = None, **said: Any) -> CheckIn:
    said = {"version": 1, "outcome": "HELD", "at": AT, **said}
    with acting(by or followed.alice):
        return record_checkin(checkin=checkin, by=by or followed.alice, **said)


def correct(followed: Followed, checkin: CheckIn, *, by: User | None = None, **said: Any) -> CheckIn:
    said = {"version": 2, "outcome": "MISSED", "at": AT, **said}
    with acting(by or followed.alice):
        return correct_checkin(checkin=checkin, by=by or followed.alice, **said)


@pytest.fixture
def checkin(followed: Followed) -> CheckIn:
    return a_checkin(followed.case, followed.plan, by=followed.alice, place="Desk 3", tolerance_days=2)


def test_record_checkin__what_came_of_it_and_what_was_said(followed: Followed, checkin: CheckIn) -> None:
    done = record(followed, checkin, outcome="PARTLY", note=" Talked of football.\r\n", agreed="To call the school")
    assert (done.state, done.outcome, done.outcome_at, done.outcome_by) == ("RECORDED", "PARTLY", AT, followed.alice)
    assert done.version == 2
    note = followed.notes(checkin)[0]
    assert (note.note, note.agreed, note.held_on, note.outcome) == (
        "Talked of football.", "To call the school", TODAY, "PARTLY",
    )  # fmt: skip
    core, care = last_entry(count=2)
    assert (core.compartment, core.fields, core.object_ids) == ("CORE", ["outcome", "state"], [checkin.pk])
    assert (care.compartment, care.fields, care.object_ids) == ("CARE", ["agreed", "note"], [note.pk])


def test_record_checkin__refuses_a_second_time_and_says_who(followed: Followed, checkin: CheckIn) -> None:
    record(followed, checkin)
    with pytest.raises(Refused) as refused:
        record(followed, checkin, by=followed.carla, outcome="MISSED")
    assert refused.value.code == "recorded"
    assert str(followed.alice) in refused.value.message
    assert "5 Nov 2024" in refused.value.message
    assert followed.fresh(checkin).outcome == "HELD"


def test_record_checkin__refuses_what_changed_since_it_was_read(followed: Followed, checkin: CheckIn) -> None:
    with pytest.raises(Stale):
        record(followed, checkin, version=7)


@pytest.mark.parametrize(
    ("field", "code", "said"),
    [
        ("outcome", "unknown_code", {"outcome": "ELSEWHERE"}),
        ("held_on", "future", {"held_on": TODAY + DAY}),
        ("held_on", "before_plan", {"held_on": YESTERDAY}),
        ("reason", "required", {"outcome": "MISSED_ACCEPTABLE", "reason": " \u200b "}),
        ("note", "characters", {"note": "\x00"}),
        ("concerns", "too_long", {"concerns": "x" * 1_000_000}),
        ("next_on", "too_early", {"next_on": YESTERDAY}),
        ("next_on", "too_far", {"next_on": date(9999, 12, 31)}),
    ],
)
def test_record_checkin__refuses_the_impossible(
    followed: Followed, checkin: CheckIn, field: str, code: str, said: dict[str, Any]
) -> None:
    with pytest.raises(Refused) as refused:
        record(followed, checkin, **said)
    assert (refused.value.field, refused.value.code) == (field, code)
    assert followed.fresh(checkin).state == "PLANNED"
    assert followed.notes(checkin) == []


def test_record_checkin__not_what_is_still_to_come(followed: Followed) -> None:
    tomorrow = a_checkin(followed.case, followed.plan, by=followed.alice, due_on=TODAY + DAY)
    with pytest.raises(Refused) as refused:
        record(followed, tomorrow)
    assert refused.value.code == "future"


def test_record_checkin__the_next_contact_stands_there(followed: Followed, checkin: CheckIn) -> None:
    record(followed, checkin, outcome="MISSED", next_on=TODAY + 3 * DAY, next_time=time(14, 30))
    following = followed.checkins(state="PLANNED")[0]
    assert (following.due_on, following.due_time) == (TODAY + 3 * DAY, time(14, 30))
    assert (following.kind, following.place, following.caseworker) == ("PHONE", "Desk 3", followed.alice)
    assert (following.tolerance_days, following.rhythm_id, following.replaces_id) == (2, None, None)


def test_record_checkin__the_next_contact_hangs_on_the_plan_in_force(followed: Followed, checkin: CheckIn) -> None:
    with acting(followed.alice):
        FollowUpPlan.objects.filter(pk=followed.plan.pk).update(state="SUPERSEDED")
    with pytest.raises(Refused) as refused:
        record(followed, checkin, next_on=TODAY + DAY)
    assert refused.value.code == "plan"
    with acting(followed.alice):
        newer = FollowUpPlan.objects.create(
            recorded_at=AT, casefile=followed.case, city_id=followed.case.city_id, number=2, state="AGREED",
            starts_on=TODAY + 5 * DAY,
        )  # fmt: skip
    with pytest.raises(Refused) as refused:
        record(followed, checkin, next_on=TODAY + DAY)
    assert (refused.value.field, refused.value.code) == ("next_on", "too_early")
    record(followed, checkin, next_on=TODAY + 5 * DAY)
    assert followed.checkins(state="PLANNED")[0].plan_id == newer.pk


def test_record_checkin__the_last_one_of_a_closed_case_can_be_written_down(
    followed: Followed, checkin: CheckIn
) -> None:
    with acting(followed.carla):
        version = followed.case.version
        move_case(case=followed.case, by=followed.carla, at=AT, version=version, to="CLOSED", reason="Went well")
    by = followed.carla  # by the clock of the database Alice sees it no longer
    with pytest.raises(Refused) as refused:
        record(followed, checkin, by=by, next_on=TODAY + DAY)
    assert refused.value.code == "closed"
    assert record(followed, checkin, by=by, outcome="NOT_NEEDED").outcome == "NOT_NEEDED"
    assert followed.notes(checkin)[0].held_on is None


def test_record_checkin__only_by_whoever_may(followed: Followed, checkin: CheckIn) -> None:
    for stranger in (followed.cast.bob, followed.cast.charlie, followed.cast.dana):
        with pytest.raises(OutOfSight):
            record(followed, checkin, by=stranger)
    with pytest.raises(NotAllowed):
        record(followed, checkin, by=followed.cast.mayor)


def test_record_checkin__whoever_may_not_read_care_writes_none(followed: Followed, checkin: CheckIn) -> None:
    bob = followed.cast.bob
    with acting(followed.carla):
        grant(
            by=followed.carla, at=AT, case=followed.case, to=posting_of(bob), ground=Ground.TEAM,
            compartments=[Compartment.CORE],
        )  # fmt: skip
    with pytest.raises(Refused) as refused:
        record(followed, checkin, by=bob, concerns="Seemed tired")
    assert (refused.value.field, refused.value.code) == ("concerns", "care")
    assert record(followed, checkin, by=bob, held_on=YESTERDAY).state == "RECORDED"
    assert followed.notes(checkin) == []
    with acting(bob):
        assert list(notes_of(checkin, bob, at=AT)) == []


def test_correct_checkin__the_earlier_note_stays_to_be_read(followed: Followed, checkin: CheckIn) -> None:
    record(followed, checkin, note="Was there", at=AT)
    corrected = correct(followed, checkin, by=followed.carla, note="It was somebody else")
    assert (corrected.outcome, corrected.outcome_by, corrected.version) == ("MISSED", followed.alice, 3)
    correct(followed, checkin, outcome="HELD", version=3, held_on=TODAY)
    with acting(followed.alice):
        newest, second, first = notes_of(checkin, followed.alice, at=AT)
    assert (first.note, first.outcome, first.supersedes_id) == ("Was there", "HELD", None)
    assert (second.note, second.outcome, second.supersedes_id) == ("It was somebody else", "MISSED", first.pk)
    assert (newest.outcome, newest.held_on, newest.supersedes_id) == ("HELD", TODAY, second.pk)
    assert (second.recorded_by, second.held_on) == (followed.carla, None)


def test_correct_checkin__refuses_what_was_not_recorded_or_changed_since(followed: Followed, checkin: CheckIn) -> None:
    with pytest.raises(Refused) as refused:
        correct(followed, checkin)
    assert refused.value.code == "not_recorded"
    record(followed, checkin)
    with pytest.raises(Stale):
        correct(followed, checkin, version=1)
    with pytest.raises(Refused) as refused:
        correct(followed, checkin, outcome="MISSED_ACCEPTABLE")
    assert (refused.value.field, refused.value.code) == ("reason", "required")


def test_notes__never_reach_the_core(followed: Followed, checkin: CheckIn) -> None:
    canary = "canary-7491"
    texts: dict[str, Any] = dict.fromkeys(("reason", "note", "agreed", "concerns"), canary)
    record(followed, checkin, outcome="MISSED_ACCEPTABLE", next_on=TODAY + DAY, **texts)
    correct(followed, checkin, **texts)
    with acting(followed.carla):
        assert canary not in repr(list(CheckIn.objects.values()))
    assert all(canary not in repr(vars(entry)) for entry in last_entry(count=50))
    with acting(followed.cast.mayor):
        assert list(notes_of(checkin, followed.cast.mayor, at=AT)) == []
