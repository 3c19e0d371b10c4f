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


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"ground": "TEAM"}, "lets herself onto the team"), ({"ends_at": None}, "without an end"),
        ({"hours": 2}, "for longer"), ({"elsewhere": True}, "in another city"),
    ],
)  # fmt: skip
def test_postgresql__lets_nobody_into_a_case_otherwise(
    cast: Cast, case: Casefile, changed: dict[str, Any], why: str
) -> None:
    there = a_case(by=cast.carlo, at=timezone.now() - timedelta(hours=2)) if changed.pop("elsewhere", False) else case
    now = timezone.now()
    ends_at = now + timedelta(hours=changed.pop("hours", 1))
    said: dict[str, Any] = {"ground": "EMERGENCY", "starts_at": now, "ends_at": ends_at} | changed
    with acting(cast.bob), pytest.raises(DatabaseError), transaction.atomic():
        CaseAccess.grants.create(
            recorded_at=now, recorded_by=cast.bob, casefile_id=there.pk, city_id=there.city_id, user=cast.bob,
            posting=posting_of(cast.bob), reference=there.reference, compartment="CORE", **said,
        )  # fmt: skip


def test_postgresql__knows_no_case_by_reference_for_others(cast: Cast, case: Casefile) -> None:
    for user in (cast.charlie, cast.liaison, cast.administrator, cast.dana, cast.analyst, cast.mayor):
        with acting(user), connection.cursor() as cursor:
            cursor.execute("SELECT case_id FROM apparatus_emergency_case(%s)", [case.reference])
            assert cursor.fetchall() == []
