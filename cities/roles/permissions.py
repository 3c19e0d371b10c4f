"""Every act there is, on one page. What each role may do stands in `rules.py` beside it."""

from __future__ import annotations

from enum import Enum


class Permission(Enum):
    """An act that somebody may or may not do. The value is the act in words, for the roles page and the ledger."""

    CASE_OPEN = "open a case"
    CASE_READ = "read a case"
    CASE_CHANGE = "change a case: stage, owner, next step, team"
    CASE_CLOSE = "close a case"
    PERSON_READ = "read who a person is"
    PERSON_CHANGE = "record names, birth date and family of a person"
    TRAVEL_READ = "read the travel status of a person"
    TRAVEL_RECORD = "record a travel status, or correct one"
    PLAN_READ = "read a follow-up plan"
    PLAN_CHANGE = "draft, propose and change a follow-up plan"
    CHECKIN_READ = "read check-ins"
    CHECKIN_ARRANGE = "arrange a rhythm of check-ins, or a single one"
    CHECKIN_RECORD = "record what came of a check-in, or correct it"
    CHECKIN_RESCHEDULE = "reschedule or cancel a check-in"
    REFERRAL_READ = "read prosecution referrals"
    REFERRAL_DRAFT = "draft a prosecution referral, or withdraw it"
    REFERRAL_APPROVE = "approve a prosecution referral drafted by someone else"
    REFERRAL_SEND = "send an approved prosecution referral"
    REFERRAL_ACKNOWLEDGE = "acknowledge a prosecution referral addressed to one's office"
    REFERRAL_ANSWER = "answer a prosecution referral addressed to one's office"
    BOARD_READ = "read the coordinator's board of a city"
    ACCESS_READ = "read who can see a case, and who opened it"
    LEDGER_READ = "read the ledger of a city"
    CITY_READ = "read the page of a city"
    PICTURE_READ = "read the national picture"
    SETTINGS_CHANGE = "change cities, agencies, users, postings and code lists"
    CLOCK_TICK = "do what is due by the clock"
