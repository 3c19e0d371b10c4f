"""Check-ins: the rhythm that was agreed, each contact that comes of it, and those that were missed."""

from cases.checkins.models.agreed import AgreedReminder
from cases.checkins.models.contacts import CheckIn, CheckInNote
from cases.checkins.models.missed import MissedContact, MissedStep
from cases.checkins.models.rhythms import AvoidedDays, Pause, Rhythm

__all__ = [
    "AgreedReminder",
    "AvoidedDays",
    "CheckIn",
    "CheckInNote",
    "MissedContact",
    "MissedStep",
    "Pause",
    "Rhythm",
]
