"""What PostgreSQL lets through on an emergency opening, and what it keeps from the clock."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from cases.access.models import CaseAccess
from cases.access.services import acting, as_clock
from cases.casefiles.models import Casefile
from cases.emergencies.models import EmergencyOpening
from cases.emergencies.services import end_emergency
from cities.staff.models import User
from tests.factories import Cast, a_case, posting_of
from tests.factories.emergencies import an_emergency

pytestmark = pytest.mark.django_db


def test_clock__knows_that_it_was_not_reviewed_and_not_why_it_was_made(cast: Cast, case: Casefile) -> None:
    an_emergency(case, by=cast.bob)
    with as_clock(), connection.cursor() as cursor:
        cursor.execute("SELECT id, review_by FROM cases_emergencyopening")
        for column in ("reason", "posting_id"):
            with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
                cursor.execute(f"SELECT {column} FROM cases_emergencyopening")  # noqa: S608


def _gives(by: User, case: Casefile, to: User, **changed: Any) -> None:
    """A grant in one statement, past every service; taken back if it goes through."""
    now = timezone.now()
    said: dict[str, Any] = {"compartment": "CORE", "ground": "EMERGENCY", "starts_at": now, "posting": posting_of(to)}
    said |= {"ends_at": now + timedelta(minutes=59), "city_id": case.city_id} | changed
    with acting(by), transaction.atomic():
        CaseAccess.grants.bulk_create(
            [CaseAccess(recorded_at=now, recorded_by=by, casefile=case, user=to, reference=case.reference, **said)]
        )
        transaction.set_rollback(True)


def _opens(by: User, case: Casefile, **changed: Any) -> None:
    now = timezone.now()
    said: dict[str, Any] = {"user": by, "posting": posting_of(by), "opened_at": now, "reference": case.reference}
    said |= {"ends_at": now + timedelta(minutes=59), "review_by": now, "city_id": case.city_id} | changed
    with acting(by), transaction.atomic():
        EmergencyOpening.objects.bulk_create(
            [EmergencyOpening(recorded_at=now, recorded_by=by, casefile=case, reason="Because", **said)]
        )
        transaction.set_rollback(True)


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"ground": "TEAM"}, "lets herself onto the team"), ({"ends_at": None}, "without an end"),
        ({"hours": 2}, "for longer"), ({"compartment": "JUSTICE"}, "what her role can't be given"),
        ({"compartment": "POLICE"}, "what her role can't be given"), ({"of_alice": True}, "by a colleague's posting"),
        ({"elsewhere": True}, "as if the case were in another city"),
    ],
)  # fmt: skip
def test_postgresql__gives_by_an_opening_what_it_gives_and_no_more(
    cast: Cast, case: Casefile, changed: dict[str, Any], why: str
) -> None:
    an_emergency(case, by=cast.bob)
    for part in ("CORE", "CARE"):
        _gives(cast.bob, case, cast.bob, compartment=part)
    told = dict(changed)
    if hours := told.pop("hours", 0):
        told["ends_at"] = timezone.now() + timedelta(hours=hours)
    if told.pop("of_alice", False):
        told["posting"] = posting_of(cast.alice)
    if told.pop("elsewhere", False):
        told["city_id"] = cast.other_city.pk
    with pytest.raises(DatabaseError, match=r"row-level security|lasts_an_hour"):
        _gives(cast.bob, case, cast.bob, **told)


def test_postgresql__gives_nothing_by_an_opening_that_is_not_there(cast: Cast, case: Casefile) -> None:
    locked = pytest.raises(DatabaseError, match="row-level security")
    there = a_case(by=cast.carlo, at=timezone.now() - timedelta(hours=2))
    for wanted in (case, there):
        with locked:
            _gives(cast.bob, wanted, cast.bob)
    opening = an_emergency(case)
    with locked:  # it was a colleague's
        _gives(cast.bob, case, cast.bob)
    with locked:
        _gives(opening.user, case, cast.bob)
    with acting(opening.user):
        end_emergency(opening=opening, by=opening.user, at=timezone.now())
    with locked:  # she said that she was done
        _gives(opening.user, case, opening.user)


def test_postgresql__opens_as_the_house_does(cast: Cast, case: Casefile) -> None:
    locked = pytest.raises(DatabaseError, match="row-level security")
    there = a_case(by=cast.carlo, at=timezone.now() - timedelta(hours=2))
    now = timezone.now()
    _opens(cast.bob, case)
    for changed in (
        {"user": cast.alice}, {"posting": posting_of(cast.alice)}, {"reference": "VIL-2001-0999"},
        {"city_id": cast.other_city.pk}, {"opened_at": now + timedelta(hours=3), "ends_at": now + timedelta(hours=4)},
    ):  # fmt: skip
        with locked:
            _opens(cast.bob, case, **changed)
    with locked:
        _opens(cast.bob, there)
    for user in (cast.charlie, cast.mayor, cast.dana, cast.administrator, cast.analyst):
        with locked:
            _opens(user, case)


@pytest.mark.parametrize(
    "column", ["opened_at", "ends_at", "casefile_id", "user_id", "posting_id", "reason", "review_by"]
)
def test_postgresql__changes_of_an_opening_nothing_but_that_it_ended(cast: Cast, case: Casefile, column: str) -> None:
    an_emergency(case, by=cast.bob)
    refused = pytest.raises(DatabaseError, match="permission denied")
    with acting(cast.bob), connection.cursor() as cursor, refused, transaction.atomic():
        cursor.execute(f"UPDATE cases_emergencyopening SET {column} = {column}")  # noqa: S608


def test_postgresql__knows_no_case_by_reference_for_others(cast: Cast, case: Casefile) -> None:
    for user in (cast.charlie, cast.liaison, cast.administrator, cast.dana, cast.analyst, cast.mayor):
        with acting(user), connection.cursor() as cursor:
            cursor.execute("SELECT case_id FROM apparatus_emergency_case(%s)", [case.reference])
            assert cursor.fetchall() == []
