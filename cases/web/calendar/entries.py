"""A contact as it stands in a calendar: when, with whom, and what became of it, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _

from cases.checkins.models import CheckIn
from cases.checkins.rules import CheckInState
from cases.web.checkins.words import lateness
from cities.staff.models import User
from cities.web.words import day as day_in_words


@dataclass(frozen=True)
class Entry:
    """One contact. `words` say what is to be known beside it; `late` what has to be said first."""

    checkin: CheckIn
    address: str
    when: str
    held_by: str
    words: tuple[str, ...]
    late: str

    @property
    def is_off(self) -> bool:
        return self.checkin.state == CheckInState.CANCELLED


def entry_of(checkin: CheckIn, reader: User, today: date) -> Entry:
    """How the reader is told of it."""
    return Entry(
        checkin=checkin,
        address=reverse("cases:checkin", args=[checkin.casefile.reference, checkin.pk]),
        when=_when(checkin),
        held_by=_held_by(checkin, reader),
        words=tuple(filter(None, [_became(checkin, today), _moved(checkin)])),
        late=lateness(checkin, today),
    )


def _when(checkin: CheckIn) -> str:
    if checkin.within_week:
        return _("some time this week")
    return formats.time_format(checkin.due_time, "H:i") if checkin.due_time else _("some time that day")


def _held_by(checkin: CheckIn, reader: User) -> str:
    """Who holds it, when that is not the reader alone."""
    said = []
    if checkin.caseworker_id != reader.pk:
        said.append(_("by %(who)s") % {"who": checkin.caseworker})
    if checkin.stands_in_for is not None:
        who = _("you") if checkin.stands_in_for_id == reader.pk else checkin.stands_in_for
        said.append(_("instead of %(who)s") % {"who": who})
    if checkin.second is not None:
        who = _("you") if checkin.second_id == reader.pk else checkin.second
        said.append(_("together with %(who)s") % {"who": who})
    return ", ".join(said)


def _became(checkin: CheckIn, today: date) -> str:
    match checkin.state:
        case CheckInState.RECORDED:
            return str(checkin.get_outcome_display())
        case CheckInState.CANCELLED if checkin.moved_because:
            return _("cancelled: %(why)s") % {"why": checkin.get_moved_because_display()}
        case CheckInState.CANCELLED:
            return _("cancelled")
    return _("to be recorded") if checkin.due_on < today < checkin.late_from else ""


def _moved(checkin: CheckIn) -> str:
    """From which day, and why: never silently."""
    if checkin.replaces is not None:
        return _("rescheduled from %(day)s") % {"day": day_in_words(checkin.replaces.due_on)}
    if checkin.state == CheckInState.CANCELLED or checkin.due_on == checkin.occurs_on or not checkin.moved_because:
        return ""
    told = {"day": day_in_words(checkin.occurs_on), "why": checkin.get_moved_because_display()}
    return _("moved from %(day)s: %(why)s") % told
