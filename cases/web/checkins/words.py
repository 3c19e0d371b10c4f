"""How late, and what stands in the way, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.checkins.models import CheckIn, Rhythm
from cases.checkins.rules import CheckInState, in_words_to_the_end, working_days_late
from cases.checkins.selectors import Chain, Clash
from cities.places.rules import day_of
from cities.staff.models import User


def lateness(checkin: CheckIn, today: date) -> str:
    """ "3 working days late", or nothing while it is not."""
    if checkin.state != CheckInState.PLANNED or checkin.late_from > today:
        return ""
    days = working_days_late(checkin.late_from, today)
    return ngettext("%(days)s working day late", "%(days)s working days late", days) % {"days": days}


def in_the_way(clash: Clash | None, second: User | None = None) -> str:
    """ "clashes with VIL-2026-0007 at 10:00": the case is named only when the reader may know of it. Of who comes
    along it is said who."""
    if clash is None:
        return ""
    if second is not None and clash.holder == second.pk:
        return f"{second}: {in_the_way(clash)}"
    hour = formats.time_format(clash.at, "H:i")
    if not clash.reference:
        return _("clashes with another contact at %(hour)s") % {"hour": hour}
    return _("clashes with %(case)s at %(hour)s") % {"case": clash.reference, "hour": hour}


def may_be_held(checkin: CheckIn, at: datetime) -> bool:
    """Whether its day has come, or it may be held sooner: whatever came of it can be recorded."""
    return (checkin.early_from or checkin.due_on) <= day_of(at)


@dataclass(frozen=True)
class Story:
    """Rhythms that come one after another, step by step in words."""

    chain: Chain
    today: date

    @property
    def in_force(self) -> Rhythm:
        return self.chain.in_force

    @property
    def told(self) -> list[tuple[Rhythm, str]]:
        return [(step, in_words_to_the_end(step)) for step in self.chain.steps]

    @property
    def to_come(self) -> list[Rhythm]:
        return list(self.chain.to_come)

    @property
    def is_paused(self) -> bool:
        """Today, by a pause that can be ended."""
        pauses = self.in_force.pauses.all()
        return any(one.starts_on <= self.today and (one.ends_on or date.max) > self.today for one in pauses)
