"""Contents page: Django finds the models of every room here. Nobody else reads it."""

from cases.access.models import CaseAccess
from cases.audit.models import LookSample, SampleFinding
from cases.casefiles.models import Casefile, CaseNumber, StageChange
from cases.changes.models import CareChange, Change, JusticeChange
from cases.checkins.models import (
    AgreedReminder,
    AvoidedDays,
    CheckIn,
    CheckInNote,
    MissedContact,
    MissedStep,
    Pause,
    Rhythm,
)
from cases.emergencies.models import EmergencyOpening, EmergencyReview
from cases.outbox.models import Message
from cases.people.models import Person, PersonName, Relationship
from cases.plans.models import Action, FollowUpPlan, Goal, PlanStateChange
from cases.prosecution.models import (
    Caution,
    Offence,
    ProsecutionReferral,
    ReferralFact,
    ReferralOffence,
    ReferralStageChange,
)
from cases.recertification.models import GrantConfirmation
from cases.travel.models import TravelStatus

__all__ = [
    "Action",
    "AgreedReminder",
    "AvoidedDays",
    "CareChange",
    "CaseAccess",
    "CaseNumber",
    "Casefile",
    "Caution",
    "Change",
    "CheckIn",
    "CheckInNote",
    "EmergencyOpening",
    "EmergencyReview",
    "FollowUpPlan",
    "Goal",
    "GrantConfirmation",
    "JusticeChange",
    "LookSample",
    "Message",
    "MissedContact",
    "MissedStep",
    "Offence",
    "Pause",
    "Person",
    "PersonName",
    "PlanStateChange",
    "ProsecutionReferral",
    "ReferralFact",
    "ReferralOffence",
    "ReferralStageChange",
    "Relationship",
    "Rhythm",
    "SampleFinding",
    "StageChange",
    "TravelStatus",
]
