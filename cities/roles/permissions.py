"""Every act there is, on one page. What each role may do stands in `rules.py` beside it."""

from __future__ import annotations

from enum import Enum

from django.utils.translation import gettext_noop as _


class Permission(Enum):
    """An act that somebody may or may not do. The value is the act in words, for the roles page and the ledger."""

    CASE_OPEN = _("open a case")
    CASE_READ = _("read a case")
    CASE_CHANGE = _("change a case: stage, owner, next step; as its lead also the team")
    CASE_ASSIGN = _("assign the lead caseworker of a case, and its team")
    CASE_CLOSE = _("close a case")
    PERSON_READ = _("read who a person is")
    PERSON_CHANGE = _("record names, birth date and family of a person")
    TRAVEL_READ = _("read the travel status of a person")
    TRAVEL_RECORD = _("record a travel status, or correct one")
    PLAN_READ = _("read a follow-up plan")
    PLAN_CHANGE = _("draft, propose and change a follow-up plan")
    CHECKIN_READ = _("read check-ins")
    CHECKIN_ARRANGE = _("arrange a rhythm of check-ins, or a single one")
    CHECKIN_RECORD = _("record what came of a check-in, or correct it")
    CHECKIN_RESCHEDULE = _("reschedule or cancel a check-in")
    CHECKIN_ACKNOWLEDGE = _("see to a missed contact that came to the coordinator, or is with a colleague")
    MISSED_READ = _("read which contacts were missed, and who sees to them")
    MISSED_ANSWER = _("acknowledge a missed contact that is with her, and answer it")
    ABSENCE_RECORD = _("record that one is absent, and who stands in meanwhile")
    ABSENCE_ARRANGE = _("record that a colleague is absent, and hand over her contacts")
    REFERRAL_READ = _("read prosecution referrals")
    REFERRAL_DRAFT = _("draft a prosecution referral, or withdraw it")
    REFERRAL_APPROVE = _("approve a prosecution referral drafted by someone else")
    REFERRAL_SEND = _("send an approved prosecution referral")
    REFERRAL_ACKNOWLEDGE = _("acknowledge a prosecution referral addressed to one's office")
    REFERRAL_ANSWER = _("answer a prosecution referral addressed to one's office")
    BOARD_READ = _("read the coordinator's board of a city")
    ACCESS_READ = _("read who can see a case, and who opened it")
    CHANGES_READ = _("read who changed what in a record that one may read, and what stood there before")
    EMERGENCY_OPEN = _("open one case in an emergency, for an hour at most")
    EMERGENCY_REVIEW = _("review an emergency opening")
    GRANT_CONFIRM = _("confirm each quarter who still has to see which case")
    POSTING_CONFIRM = _("confirm each quarter who still covers a whole city")
    LEDGER_READ = _("read the ledger of a city")
    CITY_READ = _("read the page of a city")
    PICTURE_READ = _("read the national picture")
    SETTINGS_CHANGE = _("change cities, agencies, users, postings and code lists")
    CLOCK_TICK = _("do what is due by the clock")
