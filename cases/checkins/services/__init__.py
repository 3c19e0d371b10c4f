"""Acts on check-ins: on their rhythms, on each contact, and what the clock does of itself."""

from cases.checkins.services.agreed import agree_reminder, withdraw_reminder
from cases.checkins.services.clock import Ticked, climb, mark_late, materialise, settle, tick
from cases.checkins.services.contacts import (
    acknowledge_late,
    arrange_checkin,
    cancel_checkin,
    reinstate_checkin,
    reschedule_checkin,
)
from cases.checkins.services.outcomes import correct_checkin, record_checkin
from cases.checkins.services.reminders import leave_digests, leave_reminders
from cases.checkins.services.rhythms import (
    arrange_rhythm,
    end_rhythm,
    pause_rhythm,
    resume_rhythm,
    take_up_rhythm,
)

__all__ = [
    "Ticked",
    "acknowledge_late",
    "agree_reminder",
    "arrange_checkin",
    "arrange_rhythm",
    "cancel_checkin",
    "climb",
    "correct_checkin",
    "end_rhythm",
    "leave_digests",
    "leave_reminders",
    "mark_late",
    "materialise",
    "pause_rhythm",
    "record_checkin",
    "reinstate_checkin",
    "reschedule_checkin",
    "resume_rhythm",
    "settle",
    "take_up_rhythm",
    "tick",
    "withdraw_reminder",
]
