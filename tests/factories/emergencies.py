"""Emergency openings, made now: PostgreSQL judges by its own clock whether the hour is over."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from cases.access.services import acting
from cases.casefiles.models import Casefile
from cases.emergencies.models import EmergencyOpening
from cases.emergencies.services import open_in_emergency
from cities.roles.rules import Role
from cities.staff.models import User
from tests.factories.places import staff

WHY = "Her sister called from the station"


def an_emergency(
    case: Casefile, *, by: User | None = None, at: datetime | None = None, reason: str = WHY
) -> EmergencyOpening:
    """A caseworker of the city who is not on the case, a new one unless said otherwise, opens it now."""
    opener = by or staff(Role.CASEWORKER, case.city, first_name="Eve")
    with acting(opener):
        opening = open_in_emergency(by=opener, at=at or timezone.now(), reference=case.reference, reason=reason)
    assert opening is not None
    return opening
