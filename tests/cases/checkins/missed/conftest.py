"""A contact that may be missed, what became of it, and what is done about it."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

import pytest

from cases.access.services import acting
from cases.checkins.models import CheckIn, MissedContact, MissedStep
from cases.checkins.selectors import missed_of
from cases.checkins.services import acknowledge_miss, answer_miss, climb, mark_late, record_checkin, reopen_miss
from cities.staff.models import Absence, User
from tests.cases.checkins.conftest import CLOCK, DAY, Followed
from tests.factories import AT, TODAY, on_the_team
from tests.factories.checkins import a_checkin, a_missed_contact


def ticked(at: datetime) -> None:
    mark_late(by=CLOCK, at=at)
    climb(by=CLOCK, at=at)


@pytest.fixture
def checkin(followed: Followed) -> CheckIn:
    """Due on Tuesday 5 November: late from Wednesday on."""
    return a_checkin(followed.case, followed.plan, by=followed.alice, due_time=time(10))


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


def absent(user: User, days: int = 0, *, until: int = 30, deputy: User | None = None) -> Absence:
    return Absence.objects.create(
        recorded_at=AT, user=user, starts_on=TODAY + days * DAY, ends_on=TODAY + until * DAY, deputy=deputy
    )  # fmt: skip


def a_missed(followed: Followed) -> CheckIn:
    row = a_missed_contact(followed.case, followed.plan, by=followed.alice)
    with acting(followed.alice):
        return row.checkin


def joined(followed: Followed, user: User) -> User:
    on_the_team(followed.case, user, by=followed.carla)
    return user
