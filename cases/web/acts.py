"""What was done, in words: every act that any code writes into the ledger, and what somebody was refused.

Most acts are permissions, whose words stand with them (`cities/roles/permissions.py`). What has a name of its own has
its words here, in the same form, and nowhere else; a law (`tests/architecture/test_acts.py`) finds one that has none.
"""

from __future__ import annotations

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cities.roles.permissions import Permission

#: name of an act -> what was done.
ACTS = {
    # Who may know of a case.
    "GRANT": _("give somebody access to a case"),
    "GRANT_OFFICE": _("give an office access to what was sent to it"),
    "END_GRANT": _("end somebody's access to a case"),
    "CAUTION": _("say that an inquiry is open"),
    # Check-ins and messages.
    "HAND_OVER": _("hand over the contacts of an absence"),
    "CALENDAR_FEED": _("read a calendar feed"),
    "MESSAGE_READ": _("read messages"),
    # The ledger itself.
    "OWN_LOOKS": _("read one's own look-ups"),
    "LEDGER_CHECKPOINT": _("sign a checkpoint of the ledger"),
    "LEDGER_DISPATCH": _("send checkpoints or alarms of the ledger"),
    "LEDGER_ALARM": _("sound the alarm about the ledger"),
    "LEDGER_VERIFY": _("verify the ledger"),
    # Coming in.
    "SIGN_IN": _("sign in"),
    "SIGN_IN_FAILED": _("try to sign in"),
    "SIGN_OUT": _("sign out"),
    "STEP_UP": _("show once more who one is"),
    "SECOND_FACTOR_USED": _("sign in with a second factor"),
    "RECOVERY_CODE_USED": _("sign in with a recovery code"),
    "SECOND_FACTOR_ADDED": _("set up a second factor"),
    "SECOND_FACTOR_REMOVED": _("give up a second factor"),
    "SECOND_FACTOR_RESET": _("reset somebody's second factors"),
    "SECOND_FACTORS_RESEALED": _("seal all second factors with the new key"),
    "PASSWORD_CHANGED": _("change a password"),
    "SESSION_ENDED": _("end a session"),
    "SESSIONS_ENDED": _("end sessions"),
    "SESSIONS_FORGOTTEN": _("remove what is kept of sessions that ran out"),
    "PROVIDER_LINKED": _("link an identity at a provider"),
    "PROVIDER_UNLINKED": _("unlink an identity at a provider"),
    "TOKEN_ISSUE": _("issue a token"),
    "TOKEN_USE": _("use a token"),
    "TOKEN_REVOKE": _("revoke a token"),
    "FEED_ISSUE": _("make a calendar feed"),
    "FEED_USE": _("use a calendar feed"),
    "FEED_REVOKE": _("revoke a calendar feed"),
    # Staff.
    "STAFF_READ": _("look at accounts or postings"),
    "CREATE_USER": _("create an account"),
    "CHANGE_USER": _("change an account"),
    "PREFERENCES": _("change one's own preferences"),
    "APPOINT": _("give somebody a posting"),
    "END_POSTING": _("end a posting"),
    "RECORD_ABSENCE": _("record an absence"),
    "CHANGE_ABSENCE": _("change an absence"),
    "WITHDRAW_ABSENCE": _("withdraw an absence"),
    # Cities, agencies, and what they are measured by.
    "ADD_CITY": _("add a city"),
    "CHANGE_CITY": _("change a city"),
    "CHANGE_CITY_SETTINGS": _("change the settings of a city"),
    "DESIGNATE": _("designate a city as a hot spot"),
    "RECORD_POPULATION": _("record the population of a city"),
    "PUT_SCHOOL_HOLIDAY": _("put down a school holiday"),
    "ADD_AGENCY": _("add an agency"),
    "CHANGE_AGENCY": _("change an agency"),
    "SEAT_AGENCY": _("give an agency a seat in a cell"),
    "END_SEAT": _("end an agency's seat in a cell"),
    "ADD_CLOSING_DAYS": _("add closing days of an agency"),
    "WITHDRAW_CLOSING_DAYS": _("withdraw closing days of an agency"),
    "PUT_SERIES": _("put down a series of published figures"),
    "PUT_FIGURE": _("put down a published figure"),
    "PUT_OFFENCE": _("put down an offence in the code list"),
    "LOAD_DEMO": _("load the invented people of the demo"),
}

#: How the name of a page or address begins -> what somebody asked for there, when she was refused.
SUBJECTS = {
    "my_day": _("a page of the day"),
    "board": _("a page of the board"),
    "message": _("a page of messages"),
    "calendar": _("a page of the calendar"),
    "case": _("a page of cases"),
    "timeline": _("a page of cases"),
    "search": _("a page of cases"),
    "why": _("a page of cases"),
    "who_can_see": _("a page of who can see a case"),
    "person": _("a page of a person"),
    "people": _("a page of a person"),
    "travel_status": _("a page of a person"),
    "contact": _("a page of a person"),
    "plan": _("a page of a plan"),
    "goal": _("a page of a plan"),
    "action": _("a page of a plan"),
    "checkin": _("a page of check-ins"),
    "rhythm": _("a page of check-ins"),
    "days_": _("a page of check-ins"),
    "avoided_days": _("a page of check-ins"),
    "missed": _("a page of a missed contact"),
    "absence": _("a page of absences"),
    "colleague_contacts": _("a page of absences"),
    "referral": _("a page of prosecution referrals"),
    "offences": _("a page of prosecution referrals"),
    "emergenc": _("a page of emergency openings"),
    "confirm": _("a page of grants to confirm"),
    "grants": _("a page of grants to confirm"),
    "postings": _("a page of grants to confirm"),
    "ledger": _("a page of the ledger"),
    "colleague_sights": _("a page of the ledger"),
    "sample": _("a page of the ledger"),
    "own_looks": _("a page of one's own look-ups"),
    "picture": _("a page of the national picture"),
    "national_picture": _("a page of the national picture"),
    "cit": _("a page of a city"),
    "agenc": _("a page of agencies"),
    "me": _("a page of her own account"),
    "role": _("a page of roles"),
    "preferences": _("a page of her own account"),
    "token": _("a page of her own account"),
    "feed": _("a page of her own account"),
    "help": _("a page of help"),
}

#: What became of it, where it was not simply done.
OUTCOMES = {
    "failed": _("failed"),
    "out of sight": _("out of sight"),
    "not allowed": _("not allowed"),
    "not whole": _("not whole"),
    "idle": _("nothing was done for too long"),
    "too long": _("it had lasted too long"),
    "ended elsewhere": _("ended from elsewhere"),
    "password changed": _("the password was changed"),
    "second factor reset": _("the second factor was reset"),
    "second factor added": _("a second factor was set up"),
    "account closed": _("the account was closed"),
}


def in_words(act: str) -> str:
    """An act in the reader's language: what was done, or what was asked for by somebody who was refused."""
    if act in Permission.__members__:
        return gettext(Permission[act].value)
    return str(ACTS.get(act) or subject_of(act) or act)


def subject_of(act: str) -> str:
    """What a page is about, by its name: `cases:plan_compare`. Empty when it is the name of none."""
    _app, colon, name = act.partition(":")
    beginnings = [beginning for beginning in SUBJECTS if colon and name.startswith(beginning)]
    return str(SUBJECTS[max(beginnings, key=len)]) if beginnings else ""


def outcome_in_words(outcome: str) -> str:
    """Nothing when it was done."""
    return "" if outcome == "DONE" else str(OUTCOMES.get(outcome, outcome))
