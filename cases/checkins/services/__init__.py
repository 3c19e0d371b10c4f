"""Acts on check-ins: on their rhythms, on each contact, and what the clock does of itself."""

from cases.checkins.services.absences import hand_over_absence, rearrange_absence, take_back_absence
from cases.checkins.services.agreed import agree_reminder, withdraw_reminder
from cases.checkins.services.agreeing import Wanted, chain_of, complete
from cases.checkins.services.bulk import Chosen, Told, reassign_checkins, reassign_rhythm, reschedule_checkins
from cases.checkins.services.clock import Ticked, climb, mark_late, materialise, settle, tick
from cases.checkins.services.closings import step_around_closings
from cases.checkins.services.contacts import (
    arrange_checkin,
    cancel_checkin,
    change_checkin,
    reinstate_checkin,
    reschedule_checkin,
)
from cases.checkins.services.feeds import hand_out_feed
from cases.checkins.services.missed import acknowledge_miss, answer_miss, reopen_miss
from cases.checkins.services.outcomes import correct_checkin, record_checkin
from cases.checkins.services.pausing import avoid_days, pause_rhythm, resume_rhythm, withdraw_avoided_days
from cases.checkins.services.reminders import leave_digests, leave_reminders
from cases.checkins.services.rhythms import arrange_rhythm, change_rhythm, end_rhythm, take_up_rhythm

__all__ = [
    "Chosen",
    "Ticked",
    "Told",
    "Wanted",
    "acknowledge_miss",
    "agree_reminder",
    "answer_miss",
    "arrange_checkin",
    "arrange_rhythm",
    "avoid_days",
    "cancel_checkin",
    "chain_of",
    "change_checkin",
    "change_rhythm",
    "climb",
    "complete",
    "correct_checkin",
    "end_rhythm",
    "hand_out_feed",
    "hand_over_absence",
    "leave_digests",
    "leave_reminders",
    "mark_late",
    "materialise",
    "pause_rhythm",
    "rearrange_absence",
    "reassign_checkins",
    "reassign_rhythm",
    "record_checkin",
    "reinstate_checkin",
    "reopen_miss",
    "reschedule_checkin",
    "reschedule_checkins",
    "resume_rhythm",
    "settle",
    "step_around_closings",
    "take_back_absence",
    "take_up_rhythm",
    "tick",
    "withdraw_avoided_days",
    "withdraw_reminder",
]
