"""Roles: which acts each may do, and which compartments of a case it can be granted.

A role never gives data by itself: it bounds what a dated grant can give (see `cases/access`).
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from cities.roles.permissions import Permission


class Role(models.TextChoices):
    """What somebody is, where he or she is posted."""

    CASEWORKER = "CASEWORKER", _("Caseworker")
    COORDINATOR = "COORDINATOR", _("Coordinator")
    MAYOR = "MAYOR", _("Mayor or chair")
    INFORMATION_OFFICER = "INFORMATION_OFFICER", _("Information officer")
    JUSTICE_ASSISTANT = "JUSTICE_ASSISTANT", _("Justice assistant")
    PROSECUTION_LIAISON = "PROSECUTION_LIAISON", _("Prosecution liaison")
    PARTNER = "PARTNER", _("Partner")
    ANALYST = "ANALYST", _("Analyst")
    DATA_PROTECTION_OFFICER = "DATA_PROTECTION_OFFICER", _("Data-protection officer")
    ADMINISTRATOR = "ADMINISTRATOR", _("Administrator")
    INTEGRATION = "INTEGRATION", _("Integration")


class Compartment(models.TextChoices):
    """The parts of a case that are granted apart from one another. The list is closed."""

    CORE = "CORE", _("Core: that there is a case, contact, team, dates")
    CARE = "CARE", _("Care: psychosocial, health, belief, family; professional secrecy")
    JUSTICE = "JUSTICE", _("Justice: referrals, measures, judgments")
    POLICE = "POLICE", _("Police: received police information")
    CONFERENCE = "CONFERENCE", _("Conference: what was said at the table")
    DISCLOSURE = "DISCLOSURE", _("Disclosure: what left")


#: What each role is for, in words, for the roles page and for whoever has to agree with it.
IN_WORDS = {
    Role.CASEWORKER: _("Leads follow-up plans, holds check-ins, writes notes, in the cases of her team only."),
    Role.COORDINATOR: _("Runs the cell of one city: opens and assigns cases, supervises deadlines, drafts referrals."),
    Role.MAYOR: _("Chairs the cell of one city and is the second pair of eyes on a referral; reads no care notes."),
    Role.INFORMATION_OFFICER: _("Brings police notices in and takes agreed feedback out; reads no care notes."),
    Role.JUSTICE_ASSISTANT: _("Supervises court conditions; reads no care notes."),
    Role.PROSECUTION_LIAISON: _("Receives the referrals addressed to his office and answers them; nothing else."),
    Role.PARTNER: _("Takes part in a conference or a service referral; sees what was shared."),
    Role.ANALYST: _("Reads the national picture; never a person."),
    Role.DATA_PROTECTION_OFFICER: _("Reads who can see what, who opened it and why; reads no care notes."),
    Role.ADMINISTRATOR: _("Keeps cities, agencies, users, postings and code lists; sees no case."),
    Role.INTEGRATION: _("Another system, within its own scopes."),
}

_READS_CITIES = frozenset({Permission.CITY_READ})
_SIGNED_IN = _READS_CITIES | {Permission.ABSENCE_RECORD}
_READS_CORE = frozenset(
    {
        Permission.CASE_READ,
        Permission.PERSON_READ,
        Permission.TRAVEL_READ,
        Permission.CHECKIN_READ,
        Permission.MISSED_READ,
        Permission.ACCESS_READ,
        Permission.CHANGES_READ,
    }
)
_CASEWORK = _READS_CORE | {
    Permission.CASE_CHANGE,
    Permission.PERSON_CHANGE,
    Permission.TRAVEL_RECORD,
    Permission.PLAN_READ,
    Permission.PLAN_CHANGE,
    Permission.CHECKIN_ARRANGE,
    Permission.CHECKIN_RECORD,
    Permission.CHECKIN_RESCHEDULE,
    Permission.MISSED_ANSWER,
}

#: role -> the acts it may do.
PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.CASEWORKER: _SIGNED_IN | _CASEWORK | {Permission.EMERGENCY_OPEN},
    Role.COORDINATOR: _SIGNED_IN
    | _CASEWORK
    | {Permission.CASE_OPEN, Permission.CASE_ASSIGN, Permission.CASE_CLOSE, Permission.CHECKIN_ACKNOWLEDGE}
    | {Permission.BOARD_READ, Permission.PICTURE_READ, Permission.ABSENCE_ARRANGE}
    | {Permission.EMERGENCY_REVIEW, Permission.GRANT_CONFIRM}
    | {Permission.REFERRAL_READ, Permission.REFERRAL_DRAFT, Permission.REFERRAL_APPROVE, Permission.REFERRAL_SEND},
    Role.MAYOR: _SIGNED_IN
    | _READS_CORE
    | {Permission.BOARD_READ, Permission.PICTURE_READ, Permission.REFERRAL_READ, Permission.REFERRAL_APPROVE},
    Role.INFORMATION_OFFICER: _SIGNED_IN,
    Role.JUSTICE_ASSISTANT: _SIGNED_IN,
    Role.PROSECUTION_LIAISON: _SIGNED_IN
    | {Permission.REFERRAL_READ, Permission.REFERRAL_ACKNOWLEDGE, Permission.REFERRAL_ANSWER},
    Role.PARTNER: _SIGNED_IN,
    Role.ANALYST: _SIGNED_IN | {Permission.PICTURE_READ},
    Role.DATA_PROTECTION_OFFICER: _SIGNED_IN
    | {Permission.ACCESS_READ, Permission.LEDGER_READ, Permission.PICTURE_READ}
    | {Permission.EMERGENCY_REVIEW, Permission.POSTING_CONFIRM},
    Role.ADMINISTRATOR: _SIGNED_IN | {Permission.SETTINGS_CHANGE},
    Role.INTEGRATION: _READS_CITIES,
}

#: role -> the compartments that a grant to somebody in this role may open, never more.
COMPARTMENTS: dict[Role, frozenset[Compartment]] = {
    Role.CASEWORKER: frozenset({Compartment.CORE, Compartment.CARE}),
    Role.COORDINATOR: frozenset({Compartment.CORE, Compartment.CARE, Compartment.JUSTICE}),
    Role.MAYOR: frozenset({Compartment.CORE, Compartment.JUSTICE}),
    Role.INFORMATION_OFFICER: frozenset({Compartment.POLICE}),
    Role.JUSTICE_ASSISTANT: frozenset({Compartment.CORE, Compartment.JUSTICE}),
    Role.PROSECUTION_LIAISON: frozenset({Compartment.JUSTICE}),
    Role.PARTNER: frozenset({Compartment.CONFERENCE}),
    Role.ANALYST: frozenset(),
    Role.DATA_PROTECTION_OFFICER: frozenset(),
    Role.ADMINISTRATOR: frozenset(),
    Role.INTEGRATION: frozenset(),
}

#: Roles that come in with a second factor, or not at all: who can be granted any part of a case (caseworker to
#: partner), who reads who opened what (data-protection officer), and who makes accounts (administrator). The others
#: see published numbers and addresses only: an analyst, and another system, which has a token. Superusers always.
SECOND_FACTOR = frozenset(
    {
        Role.CASEWORKER,
        Role.COORDINATOR,
        Role.MAYOR,
        Role.INFORMATION_OFFICER,
        Role.JUSTICE_ASSISTANT,
        Role.PROSECUTION_LIAISON,
        Role.PARTNER,
        Role.DATA_PROTECTION_OFFICER,
        Role.ADMINISTRATOR,
    }
)

#: Roles whose posting in a city is itself a ground for every case of that city.
POSTED_TO_EVERY_CASE = frozenset({Role.COORDINATOR, Role.MAYOR})

#: A grant, and a posting that covers a whole city, is confirmed each quarter: after so many days, unless the city has
#: another number (`CitySettings`). That one is due is said so many days before.
CONFIRM_DAYS, NOTICE_DAYS = 92, 14

#: Roles that may be posted without a city: they serve the whole country.
WITHOUT_CITY = frozenset({Role.ANALYST, Role.PROSECUTION_LIAISON, Role.ADMINISTRATOR, Role.INTEGRATION})

#: role -> the one kind of agency (see `cities/agencies/rules.py`) that it can be posted at. Others: any kind.
BOUND_TO_KIND = {Role.PROSECUTION_LIAISON: "PROSECUTION"}


def allows(role: str, permission: Permission) -> bool:
    """Whether somebody in `role` may do the act `permission`, given a ground to see the case at all."""
    return permission in PERMISSIONS[Role(role)]


def roles_with(permission: Permission) -> frozenset[Role]:
    """The roles that may do the act `permission`."""
    return frozenset(role for role, acts in PERMISSIONS.items() if permission in acts)
