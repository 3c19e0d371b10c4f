"""Acts on a contact that is still to come."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import pytest

from cases.access.rules import NotAllowed, OutOfSight, Refused, Stale
from cases.access.services import acting
from cases.casefiles.services import move_case
from cases.checkins.models import CheckIn
from cases.checkins.services import (
    cancel_checkin,
    reinstate_checkin,
    reschedule_checkin,
)
from cities.staff.models import User
from tests.cases.checkins.conftest import DAY, WHY, Followed, after, last_entry
from tests.factories import AT, TODAY
from tests.factories.checkins import a_checkin, a_rhythm


@pytest.fixture
def checkin(followed: Followed) -> CheckIn:
    return a_checkin(followed.case, followed.plan, by=followed.alice, due_time=time(10))


def move(followed: Followed, checkin: CheckIn, *, by: User | None = None, **said: Any) -> CheckIn:
    said = {**WHY, "version": 1, "at": AT, "due_on": TODAY + DAY, **said}
    with acting(by or followed.alice):
        return reschedule_checkin(checkin=checkin, by=by or followed.alice, **said)


def cancel(followed: Followed, checkin: CheckIn, *, by: User | None = None, **said: Any) -> CheckIn:
    said = {**WHY, "version": 1, "at": AT, **said}
    with acting(by or followed.alice):
        return cancel_checkin(checkin=checkin, by=by or followed.alice, **said)


def reinstate(followed: Followed, checkin: CheckIn, *, version: int = 2, by: User | None = None) -> CheckIn:
    with acting(by or followed.alice):
        return reinstate_checkin(checkin=checkin, by=by or followed.alice, at=AT, version=version)


def test_arrange_checkin__one_contact_outside_any_rhythm(followed: Followed) -> None:
    checkin = a_checkin(
        followed.case, followed.plan, by=followed.carla, caseworker=followed.alice, due_on=date(2024, 11, 8),
        due_time=time(9, 30), place="At the school", kind="SCHOOL", tolerance_days=1,
    )  # fmt: skip
    assert (checkin.rhythm_id, checkin.occurs_on, checkin.state) == (None, date(2024, 11, 8), "PLANNED")
    assert checkin.late_from == date(2024, 11, 13)
    assert (checkin.reminded_at, last_entry()[0].recipient) == (None, f"user {followed.alice.pk}")


def test_arrange_checkin__a_visit_that_was_not_planned_is_not_announced(followed: Followed) -> None:
    with acting(followed.alice):
        type(followed.plan).objects.update(starts_on=TODAY - 10 * DAY)
    checkin = a_checkin(followed.case, followed.plan, by=followed.alice, due_on=TODAY - DAY)
    assert checkin.reminded_at == AT


@pytest.mark.parametrize(
    ("field", "code", "said"),
    [
        ("kind", "unknown_code", {"kind": "PIGEON"}),
        ("due_on", "too_early", {"due_on": TODAY - DAY}),
        ("due_on", "too_far", {"due_on": TODAY + 732 * DAY}),
        ("duration", "range", {"duration": 601}),
        ("tolerance_days", "range", {"tolerance_days": -1}),
        ("place", "characters", {"place": "\x00"}),
    ],
)
def test_arrange_checkin__refuses_the_impossible(
    followed: Followed, field: str, code: str, said: dict[str, Any]
) -> None:
    with pytest.raises(Refused) as refused:
        a_checkin(followed.case, followed.plan, by=followed.alice, **said)
    assert (refused.value.field, refused.value.code) == (field, code)


def test_arrange_checkin__only_by_whoever_may_for_whoever_is_on_the_case(followed: Followed) -> None:
    with pytest.raises(OutOfSight):
        a_checkin(followed.case, followed.plan, by=followed.cast.bob)
    with pytest.raises(NotAllowed):
        a_checkin(followed.case, followed.plan, by=followed.cast.mayor)
    with pytest.raises(Refused) as refused:
        a_checkin(followed.case, followed.plan, by=followed.alice, caseworker=followed.cast.bob)
    assert refused.value.field == "caseworker"


def test_reschedule_checkin__the_old_entry_stays_and_another_replaces_it(followed: Followed) -> None:
    rhythm = a_rhythm(followed.case, followed.plan, by=followed.alice, place="Desk 3")
    second = followed.checkins(rhythm=rhythm)[1]
    moved = move(followed, second, due_on=date(2024, 11, 14), due_time=time(16))
    old = followed.fresh(second)
    assert (old.state, old.asked_by, old.due_on, old.version) == ("RESCHEDULED", "PERSON", date(2024, 11, 12), 2)
    assert (moved.replaces_id, moved.rhythm_id, moved.occurs_on) == (old.pk, rhythm.pk, old.occurs_on)
    assert (moved.due_on, moved.due_time, moved.place, moved.state) == (
        date(2024, 11, 14),
        time(16),
        "Desk 3",
        "PLANNED",
    )
    assert (moved.late_from, moved.version) == (date(2024, 11, 15), 1)
    note = followed.notes(second)[0]
    assert (note.reason, note.outcome) == ("Works that day", "")
    again = move(followed, moved, due_on=date(2024, 11, 15))
    assert again.replaces_id == moved.pk


@pytest.mark.parametrize(
    ("field", "code", "said"),
    [
        ("due_on", "too_early", {"due_on": TODAY - DAY}),
        ("due_on", "too_far", {"due_on": date(9999, 12, 31)}),
        ("due_on", "same", {"due_on": TODAY, "due_time": time(10)}),
        ("asked_by", "unknown_code", {"asked_by": "NOBODY"}),
        ("reason", "required", {"reason": ""}),
        ("", "stale", {"version": 3}),
    ],
)
def test_reschedule_checkin__refuses_the_impossible(
    followed: Followed, checkin: CheckIn, field: str, code: str, said: dict[str, Any]
) -> None:
    with pytest.raises(Refused) as refused:
        move(followed, checkin, **said)
    assert (refused.value.field, refused.value.code) == (field, code)
    assert followed.fresh(checkin).state == "PLANNED"


def test_reschedule_checkin__not_what_is_over(followed: Followed, checkin: CheckIn) -> None:
    move(followed, checkin)
    with pytest.raises(Refused) as refused:
        move(followed, checkin, version=2)
    assert refused.value.code == "not_planned"
    assert "rescheduled" in refused.value.message


def test_cancel_checkin__the_entry_stays_with_its_reason(followed: Followed, checkin: CheckIn) -> None:
    cancelled = cancel(followed, checkin, asked_by="US")
    assert (cancelled.state, cancelled.asked_by, cancelled.version) == ("CANCELLED", "US", 2)
    assert followed.notes(checkin)[0].reason == "Works that day"


def test_cancel_checkin__refuses_the_impossible(followed: Followed, checkin: CheckIn) -> None:
    for said, code in (({"asked_by": ""}, "unknown_code"), ({"reason": " "}, "required"), ({"version": 2}, "stale")):
        with pytest.raises(Refused) as refused:
            cancel(followed, checkin, **said)
        assert refused.value.code == code
    with pytest.raises(NotAllowed):
        cancel(followed, checkin, by=followed.cast.mayor)
    cancel(followed, checkin)
    with pytest.raises(Refused) as refused:
        cancel(followed, checkin, version=2)
    assert refused.value.code == "not_planned"


def test_reinstate_checkin__takes_a_cancellation_back(followed: Followed, checkin: CheckIn) -> None:
    cancel(followed, checkin)
    back = reinstate(followed, checkin)
    assert (back.state, back.asked_by, back.version) == ("PLANNED", "", 3)
    with pytest.raises(Refused) as refused:
        reinstate(followed, checkin, version=3)
    assert refused.value.code == "not_cancelled"


def test_reinstate_checkin__not_when_another_has_taken_its_place(followed: Followed, checkin: CheckIn) -> None:
    moved = move(followed, checkin)
    cancel(followed, moved)
    with pytest.raises(Refused) as refused:
        reinstate(followed, checkin)
    assert refused.value.code == "replaced"
    with pytest.raises(Stale):
        reinstate(followed, moved, version=1)
    assert reinstate(followed, moved).state == "PLANNED"


def test_reinstate_checkin__not_in_a_closed_case_nor_without_a_plan(followed: Followed, checkin: CheckIn) -> None:
    cancel(followed, checkin)
    with acting(followed.alice):
        type(followed.plan).objects.update(state="ENDED", ended_on=TODAY)
    with pytest.raises(Refused) as refused:
        reinstate(followed, checkin)
    assert refused.value.code == "plan"
    with acting(followed.carla):
        version = followed.case.version
        move_case(case=followed.case, by=followed.carla, at=AT, version=version, to="CLOSED", reason="Went well")
    with pytest.raises(Refused) as refused:
        reinstate(followed, checkin, by=followed.carla)
    assert refused.value.code == "closed"


def test_reinstate_checkin__of_a_day_gone_by_is_not_announced(followed: Followed, checkin: CheckIn) -> None:
    with acting(followed.alice):
        CheckIn.objects.filter(pk=checkin.pk).update(reminded_at=AT)
        cancel_checkin(checkin=checkin, by=followed.alice, at=after(1), version=1, **WHY)
        back = reinstate_checkin(checkin=checkin, by=followed.alice, at=after(1), version=2)
    assert back.reminded_at == AT
