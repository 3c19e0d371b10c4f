"""Acts on check-ins: on their rhythms, on each contact, and what the clock does of itself."""

from cases.checkins.services.clock import Ticked, climb, leave_reminders, mark_late, materialise, settle, tick
from cases.checkins.services.contacts import (
    acknowledge_late,
    arrange_checkin,
    cancel_checkin,
    change_checkin,
    reinstate_checkin,
    reschedule_checkin,
)
from cases.checkins.services.feeds import hand_out_feed
from cases.checkins.services.outcomes import correct_checkin, record_checkin
from cases.checkins.services.pausing import avoid_days, pause_rhythm, resume_rhythm, withdraw_avoided_days
from cases.checkins.services.rhythms import arrange_rhythm, change_rhythm, end_rhythm, take_up_rhythm

__all__ = [
    "Ticked",
    "acknowledge_late",
    "arrange_checkin",
    "arrange_rhythm",
    "avoid_days",
    "cancel_checkin",
    "change_checkin",
    "change_rhythm",
    "climb",
    "correct_checkin",
    "end_rhythm",
    "hand_out_feed",
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
    "withdraw_avoided_days",
]
