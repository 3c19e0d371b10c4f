"""Who is told of what was missed, and a step up when they are not there."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from cases.access.models import CaseAccess
from cases.access.services import acting
from cases.checkins.models import CheckIn, MissedContact, MissedStep
from cases.outbox.selectors import dead_in_city
from cases.outbox.services import send_due
from cities.records import as_set_up
from cities.staff.models import Posting, User
from tests.cases.checkins.conftest import CLOCK, DAY, Followed, after
from tests.cases.checkins.reminders.conftest import away, day_of_messages, is_now, told
from tests.factories import AT, TODAY, on_the_team
from tests.factories.checkins import a_checkin


def a_step(followed: Followed, checkin: CheckIn, *, owner: User | None, step: str = "CASEWORKER") -> MissedStep:
    case: dict[str, Any] = {"casefile": followed.case, "city_id": followed.case.city_id, "recorded_at": AT}
    with acting(followed.carla):
        missed = MissedContact.objects.create(**case, checkin=checkin, cause="NOT_RECORDED", opened_at=AT)
        return MissedStep.objects.create(
            **case, missed=missed, step=step, owner=owner, since=AT, deadline_on=TODAY + 2 * DAY
        )


# --- Missed contacts ---


def test_leave_digests__a_missed_contact_is_told_to_its_owner_and_once(followed: Followed) -> None:
    checkin = a_checkin(followed.case, followed.plan, by=followed.alice)
    step = a_step(followed, checkin, owner=followed.alice)
    assert day_of_messages() == 1
    assert told() == [("STEP", "Alice", "WAITING")]  # and not as late besides
    with acting(followed.carla):
        MissedStep.objects.filter(pk=step.pk).update(over_at=AT)
        MissedStep.objects.create(
            recorded_at=AT, casefile=followed.case, city_id=followed.case.city_id, missed=step.missed,
            step="COORDINATOR", since=AT, deadline_on=TODAY + 5 * DAY,
        )  # fmt: skip
    assert day_of_messages(after(1)) == 1
    assert [one[:2] for one in told()] == [("STEP", "Alice"), ("STEP", "Carla")]
    assert day_of_messages(after(2)) == 0


def test_leave_digests__where_nobody_coordinates_it_is_the_owners_of_the_case(followed: Followed) -> None:
    checkin = a_checkin(followed.case, followed.plan, by=followed.alice)
    a_step(followed, checkin, owner=None, step="COORDINATOR")
    with as_set_up():
        Posting.objects.filter(user=followed.carla).update(ends_on=TODAY)
    day_of_messages()
    owner = followed.case.owner.first_name
    assert ("STEP", owner) in [one[:2] for one in told()]


def test_leave_digests__an_answered_one_is_not_sent(followed: Followed) -> None:
    checkin = a_checkin(followed.case, followed.plan, by=followed.alice)
    step = a_step(followed, checkin, owner=followed.alice)
    day_of_messages()
    with acting(followed.carla):
        MissedContact.objects.filter(pk=step.missed_id).update(answer="EXPLAINED", answered_at=AT)
    send_due(by=CLOCK, at=AT)
    assert told() == [("STEP", "Alice", "DROPPED")]


# --- A step up instead of nowhere ---


def test_leave_digests__the_deputy_of_an_absent_one(followed: Followed) -> None:
    a_checkin(followed.case, followed.plan, by=followed.alice)
    on_the_team(followed.case, followed.cast.bob, by=followed.carla)
    away(followed.alice, followed.cast.bob)
    day_of_messages()
    assert told() == [("CHECKIN_REMINDER", "Bob", "WAITING")]


def test_leave_digests__a_deputy_who_may_not_know_is_passed_over(followed: Followed) -> None:
    a_checkin(followed.case, followed.plan, by=followed.alice)
    away(followed.alice, followed.cast.bob)
    day_of_messages()
    assert told() == [("CHECKIN_REMINDER", "Carla", "WAITING")]


@pytest.mark.parametrize("why", ["closed", "off the case"])
def test_leave_digests__to_the_coordinator_when_she_has_gone(followed: Followed, why: str) -> None:
    a_checkin(followed.case, followed.plan, by=followed.alice)
    if why == "closed":
        is_now(followed.alice, is_active=False)
    else:
        with acting(followed.carla):
            CaseAccess.objects.filter(user=followed.alice).update(ends_at=AT)
    day_of_messages()
    assert told() == [("CHECKIN_REMINDER", "Carla", "WAITING")]


def test_leave_digests__where_nobody_is_left_the_owner_and_the_board(
    followed: Followed, caplog: pytest.LogCaptureFixture
) -> None:
    a_checkin(followed.case, followed.plan, by=followed.alice)
    with acting(followed.carla):
        type(followed.case).objects.filter(pk=followed.case.pk).update(owner=followed.cast.mayor)
    away(followed.alice)
    away(followed.carla)
    with caplog.at_level(logging.ERROR):
        day_of_messages()
    assert sorted(told()) == [("CHECKIN_REMINDER", "Alice", "DEAD"), ("CHECKIN_REMINDER", "Maud", "WAITING")]
    assert "nobody can be told" in caplog.text
    with acting(followed.carla):
        (row,) = dead_in_city(followed.carla, at=AT)
        assert row.last_error.startswith("nobody can be told")
    assert send_due(by=CLOCK, at=AT).sent == 1
    assert day_of_messages(after(1)) == 1  # she is back, and is told that it is late
    assert ("LATE", "Alice", "WAITING") in told()


def test_leave_digests__without_an_address_it_is_in_the_application(followed: Followed) -> None:
    a_checkin(followed.case, followed.plan, by=followed.alice)
    is_now(followed.alice, email="")
    day_of_messages()
    assert [row.channel for row in followed.messages()] == ["IN_APP"]
