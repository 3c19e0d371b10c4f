"""A case that Alice leads, with a plan in force from today, and what is arranged of it again and again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

import pytest
from django.db.models import Model

from cases.access.selectors import compartments_open_to
from cases.access.services import acting
from cases.casefiles.models import Casefile
from cases.checkins.models import CheckIn, CheckInNote, Rhythm
from cases.outbox.models import Message
from cases.plans.models import FollowUpPlan
from cities.ledger.models import LedgerEntry
from cities.ledger.rules import Clock
from cities.staff.models import User
from tests.factories import AT, TODAY, Cast, a_case
from tests.factories.checkins import a_checkin, a_rhythm
from tests.factories.plans import a_plan

RowT = TypeVar("RowT", bound=Model)

DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
CLOCK = Clock.CLOCK

#: Why a contact is moved or called off.
WHY: dict[str, Any] = {"asked_by": "PERSON", "reason": "Works that day"}


def after(days: int) -> datetime:
    """Some days after AT."""
    return AT + timedelta(days=days)


@dataclass(frozen=True)
class Followed:
    """A case and its plan, with what the tests look up again and again, read as its coordinator."""

    cast: Cast
    case: Casefile
    plan: FollowUpPlan

    @property
    def alice(self) -> User:
        return self.cast.alice

    @property
    def carla(self) -> User:
        return self.cast.carla

    def fresh(self, row: RowT) -> RowT:
        with acting(self.carla):
            return type(row)._base_manager.get(pk=row.pk)

    def checkins(self, **filters: object) -> list[CheckIn]:
        with acting(self.carla):
            return list(CheckIn.objects.filter(**filters).order_by("occurs_on", "pk"))

    def days(self, rhythm: Rhythm, state: str = "PLANNED") -> list[str]:
        return [row.due_on.isoformat() for row in self.checkins(rhythm=rhythm, state=state)]

    def notes(self, checkin: CheckIn) -> list[CheckInNote]:
        with acting(self.carla):
            return list(CheckInNote.objects.filter(checkin=checkin).order_by("pk"))

    def messages(self) -> list[Message]:
        with acting(self.carla):
            return list(Message.objects.order_by("pk"))


def last_entry(*, count: int = 1) -> list[LedgerEntry]:
    """The newest ledger entries, the newest first."""
    return list(LedgerEntry.objects.order_by("-id")[:count])


@pytest.fixture
def followed(cast: Cast) -> Followed:
    case = a_case(by=cast.carla, lead=cast.alice)
    plan = a_plan(case, by=cast.alice)
    with acting(cast.carla):
        case.refresh_from_db()
    return Followed(cast, case, plan)


@pytest.fixture
def rhythm(followed: Followed) -> Rhythm:
    """Every Tuesday, from TODAY, which is one."""
    return a_rhythm(followed.case, followed.plan, by=followed.alice)


def contact(followed: Followed, days: int = 0, **fields: Any) -> CheckIn:
    """A contact of Alice's, so many days from TODAY."""
    return a_checkin(followed.case, followed.plan, by=followed.alice, due_on=TODAY + days * DAY, **fields)


def sees(followed: Followed, user: User) -> set[str]:
    """The compartments of the case that are open to somebody."""
    with acting(followed.carla):
        return {str(part) for part in compartments_open_to(user, followed.case, at=AT)}
