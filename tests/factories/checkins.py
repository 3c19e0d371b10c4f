"""Rhythms and check-ins."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from cases.access.services import acting
from cases.casefiles.models import Casefile
from cases.checkins.models import CheckIn, MissedContact, Rhythm
from cases.checkins.services import arrange_checkin, arrange_rhythm, record_checkin
from cases.plans.models import FollowUpPlan
from cases.plans.rules import PlanState
from cities.staff.models import User
from tests.factories.places import AT, TODAY


def an_agreed_plan(case: Casefile, *, by: User, starts_on: date = TODAY, at: datetime = AT) -> FollowUpPlan:
    """A plan in force since any day, put there as it stands; `a_plan` makes one through the acts of the house."""
    with acting(by):
        return FollowUpPlan.objects.create(
            recorded_at=at, recorded_by=by, casefile=case, city_id=case.city_id, number=1,
            state=PlanState.AGREED, starts_on=starts_on, agreed_on=starts_on,
        )  # fmt: skip


def a_rhythm(case: Casefile, plan: FollowUpPlan, *, by: User, at: datetime = AT, **fields: Any) -> Rhythm:
    """Every week on Tuesday at ten, at the office, unless said otherwise."""
    said: dict[str, Any] = {"frequency": "WEEKS", "every": 1, "weekdays": [1], "kind": "OFFICE"}
    said |= {"caseworker": by, "starts_on": TODAY} | fields
    with acting(by):
        return arrange_rhythm(case=case, by=by, at=at, plan=plan, **said)


def a_checkin(case: Casefile, plan: FollowUpPlan, *, by: User, at: datetime = AT, **fields: Any) -> CheckIn:
    """One contact by telephone, due today, unless said otherwise."""
    said: dict[str, Any] = {"kind": "PHONE", "due_on": TODAY, "caseworker": by} | fields
    with acting(by):
        return arrange_checkin(case=case, by=by, at=at, plan=plan, **said)


def a_missed_contact(
    case: Casefile, plan: FollowUpPlan, *, by: User, at: datetime = AT, outcome: str = "MISSED", **fields: Any
) -> MissedContact:
    """A contact of that day to which the person did not come; it is with `by`."""
    checkin = a_checkin(case, plan, by=by, at=at, **fields)
    with acting(by):
        record_checkin(checkin=checkin, by=by, at=at, version=1, outcome=outcome)
        return MissedContact.objects.get(checkin=checkin)
