"""How late, in words."""

from __future__ import annotations

from datetime import date

from django.utils.translation import ngettext

from cases.checkins.models import CheckIn
from cases.checkins.rules import CheckInState, working_days_late


def lateness(checkin: CheckIn, today: date) -> str:
    """ "3 working days late", or nothing while it is not."""
    if checkin.state != CheckInState.PLANNED or checkin.late_from > today:
        return ""
    days = working_days_late(checkin.late_from, today)
    return ngettext("%(days)s working day late", "%(days)s working days late", days) % {"days": days}
