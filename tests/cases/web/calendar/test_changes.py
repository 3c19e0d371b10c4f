"""A contact that changes is one appointment still; what has not changed is not told again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cases.access.services import acting
from cases.casefiles.models import Casefile
from cases.checkins.models import CheckIn
from cases.checkins.services import (
    avoid_days,
    cancel_checkin,
    change_checkin,
    climb,
    leave_digests,
    leave_reminders,
    mark_late,
    materialise,
    pause_rhythm,
    reassign_rhythm,
    record_checkin,
    reschedule_checkin,
)
from cases.plans.models import FollowUpPlan
from cities.ledger.models import LedgerEntry
from cities.ledger.rules import Clock
from cities.staff.models import User
from tests.cases.web.calendar.reading import NOW, address_of, change, events, fetched
from tests.factories import AT, TODAY, Cast, on_the_team
from tests.factories.checkins import a_checkin, a_rhythm


def test_feed__one_appointment_however_often_it_moves(cast: Cast, case: Casefile, plan: FollowUpPlan) -> None:
    row = a_checkin(case, plan, by=cast.alice, due_on=TODAY + timedelta(days=3))
    other = a_checkin(case, plan, by=cast.alice, due_on=TODAY + timedelta(days=40))
    address, asked = address_of(cast.alice), {"by": cast.alice, "asked_by": "PERSON", "reason": "She works that day"}
    first = events(address)[0]
    assert first["SEQUENCE"] == 0
    sequences = [0]
    for days in (4, 5, 6):
        with acting(cast.alice):
            row = reschedule_checkin(
                checkin=row,
                at=AT,
                version=row.version,
                due_on=TODAY + timedelta(days=days),
                **asked,  # type: ignore[arg-type]
            )
        now, beside = events(address)
        assert now["UID"] == first["UID"]
        assert beside["UID"] != first["UID"]
        assert now["DTSTART"].dt == TODAY + timedelta(days=days)
        assert str(now["URL"]).endswith(f"/cases/{case.reference}/check-ins/{row.pk}/")
        sequences.append(now["SEQUENCE"])
    with acting(cast.alice):
        row = cancel_checkin(checkin=row, at=AT, version=row.version, **asked)  # type: ignore[arg-type]
    now = events(address)[0]
    assert (now["UID"], now["STATUS"], now["TRANSP"]) == (first["UID"], "CANCELLED", "TRANSPARENT")
    sequences.append(now["SEQUENCE"])
    assert sequences == sorted(set(sequences))
    assert other.pk


def test_feed__what_was_recorded_stays_and_its_outcome_is_not_told(
    cast: Cast, case: Casefile, plan: FollowUpPlan
) -> None:
    row = a_checkin(case, plan, by=cast.alice)
    address = address_of(cast.alice)
    before = events(address)[0]
    with acting(cast.alice):
        record_checkin(
            checkin=row, by=cast.alice, at=NOW, version=row.version, outcome="MISSED", note="Nobody opened the door"
        )
    (now,) = events(address)
    assert now["STATUS"] == "CONFIRMED"
    assert now["SEQUENCE"] > before["SEQUENCE"]
    assert now["LAST-MODIFIED"].dt == NOW.replace(microsecond=0)
    assert b"issed" not in fetched(address).content


def test_feed__asked_again_is_told_that_nothing_changed(cast: Cast, case: Casefile, plan: FollowUpPlan) -> None:
    row = a_checkin(case, plan, by=cast.alice)
    address = address_of(cast.alice)
    first = fetched(address)
    tag = first.headers["ETag"]
    assert first.headers["Cache-Control"] == "private, no-cache"
    assert "Set-Cookie" not in first.headers
    assert fetched(address).content == first.content
    entries = LedgerEntry.objects.count()
    again = fetched(address, **{"if-none-match": f'"something", W/{tag}'})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag)
    assert again.headers["Cache-Control"] == "private, no-cache"
    head = Client().head(address)
    assert (head.status_code, head.content, head.headers["ETag"]) == (200, b"", tag)
    assert LedgerEntry.objects.count() == entries  # nothing was told
    change(row, cast, version=row.version + 1)
    assert fetched(address, **{"if-none-match": tag}).status_code == 200


def test_feed__asks_no_more_for_more_contacts(cast: Cast, case: Casefile, plan: FollowUpPlan) -> None:
    address = address_of(cast.alice)
    row = a_checkin(case, plan, by=cast.alice)
    asked = {"by": cast.alice, "at": AT, "asked_by": "PERSON", "reason": "She works that day"}
    with acting(cast.alice):
        row = reschedule_checkin(checkin=row, version=row.version, due_on=TODAY + timedelta(days=1), **asked)  # type: ignore[arg-type]
    fetched(address)
    with CaptureQueriesContext(connection) as one:
        fetched(address)
    for days in (2, 3, 4):
        with acting(cast.alice):
            row = reschedule_checkin(checkin=row, version=row.version, due_on=TODAY + timedelta(days=days), **asked)  # type: ignore[arg-type]
        a_checkin(case, plan, by=cast.alice)
    with CaptureQueriesContext(connection) as more:
        assert len(events(address)) == 4
    assert len(more) == len(one)


A_MINUTE = timedelta(minutes=1)
ACTS: dict[str, Callable[[CheckIn, User, datetime], object]] = {
    "cancelled": lambda row, by, at: cancel_checkin(
        checkin=row, by=by, at=at, version=1, asked_by="PERSON", reason="Works that day"
    ),
    "held otherwise": lambda row, by, at: change_checkin(
        checkin=row, by=by, at=at, version=1, kind="HOME", due_time=time(15), duration=30, place="", caseworker=by
    ),
    "paused": lambda row, by, at: pause_rhythm(
        rhythm=row.rhythm, by=by, at=at, version=1, starts_on=TODAY, reason="HOSPITAL"  # type: ignore[arg-type]
    ),
    "moved": lambda row, by, at: avoid_days(
        case=row.casefile, by=by, at=at, starts_on=row.due_on, ends_on=row.due_on + timedelta(days=1)
    ),
    "handed on": lambda row, by, at: reassign_rhythm(
        rhythm=row.rhythm, by=by, at=at, version=1, caseworker=User.objects.get(first_name="Bob")  # type: ignore[arg-type]
    ),
}  # fmt: skip


@pytest.mark.parametrize("act", ACTS)
def test_feed__says_since_when_a_contact_is_as_it_is(cast: Cast, case: Casefile, plan: FollowUpPlan, act: str) -> None:
    on_the_team(case, cast.bob, by=cast.carla)
    rhythm = a_rhythm(case, plan, by=cast.alice)
    address = address_of(cast.alice, of_team=True)
    first, *others = events(address)
    assert first["LAST-MODIFIED"].dt == first["DTSTAMP"].dt == AT
    with acting(cast.carla):
        row = CheckIn.objects.select_related("casefile", "rhythm").get(rhythm=rhythm, due_on=TODAY)
    with acting(cast.alice):
        ACTS[act](row, cast.alice, AT + A_MINUTE)
    now, *others_now = events(address)
    assert now["UID"] == first["UID"]
    assert now["SEQUENCE"] == first["SEQUENCE"] + 1
    assert now["LAST-MODIFIED"].dt == now["DTSTAMP"].dt == AT + A_MINUTE
    if act in ("cancelled", "held otherwise", "moved"):  # the others of the rhythm are told as they were
        assert [event.to_ical() for event in others_now] == [event.to_ical() for event in others]


def test_feed__what_the_clock_does_beside_it_changes_nothing(cast: Cast, case: Casefile, plan: FollowUpPlan) -> None:
    """A contact that is reminded of, goes late and is climbed is the same appointment: no program is told anew."""
    a_checkin(case, plan, by=cast.alice)
    address = address_of(cast.alice)
    before = fetched(address)
    for act in (leave_reminders, leave_digests, mark_late, climb, materialise):
        act(by=Clock.CLOCK, at=AT + timedelta(days=1))
    again = fetched(address, **{"if-none-match": before.headers["ETag"]})
    assert (again.status_code, again.headers["ETag"]) == (304, before.headers["ETag"])
    assert fetched(address).content == before.content
