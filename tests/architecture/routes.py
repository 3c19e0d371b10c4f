"""Every address of the house, with what it takes to come in: one table for the pages and the REST door.

An address that is not here fails the law (`test_routes.py`). `record` says what a number in the address is, for the
scene that the law is tried on; `part` is the compartment that this record lies in.
"""

from __future__ import annotations

from dataclasses import dataclass

from cities.roles.permissions import Permission as Act
from cities.roles.rules import Compartment

CARE, JUSTICE = Compartment.CARE, Compartment.JUSTICE


@dataclass(frozen=True)
class Route:
    """The methods an address answers to, and the act that each takes; None: whoever has signed in may."""

    methods: dict[str, Act | None]
    record: str = ""
    part: Compartment = Compartment.CORE
    #: Answers before anybody has signed in.
    is_open: bool = False


def page(act: Act | None, record: str = "", part: Compartment = Compartment.CORE) -> Route:
    return Route({"GET": act}, record, part)


def form(act: Act | None, record: str = "", part: Compartment = Compartment.CORE) -> Route:
    return Route({"GET": act, "POST": act}, record, part)


def does(act: Act | None, record: str = "", part: Compartment = Compartment.CORE) -> Route:
    return Route({"POST": act}, record, part)


def both(get: Act, post: Act, record: str = "", part: Compartment = Compartment.CORE, verb: str = "POST") -> Route:
    return Route({"GET": get, verb: post}, record, part)


OPEN_PAGE = Route({"GET": None}, is_open=True)
OPEN_FORM = Route({"GET": None, "POST": None}, is_open=True)

#: Before signing in, and around it.
FRAME = {
    "set_language": Route({"POST": None}, is_open=True),
    "account_login": OPEN_FORM,
    "account_logout": OPEN_FORM,
    "account_inactive": OPEN_PAGE,
    "account_signup": OPEN_PAGE,
    **dict.fromkeys(("account_reset_password", "account_reset_password_from_key"), OPEN_FORM),
    **dict.fromkeys(("account_reset_password_done", "account_reset_password_from_key_done"), OPEN_PAGE),
    **dict.fromkeys(("account_reauthenticate", "account_change_password", "account_set_password"), form(None)),
    "entrance_here": OPEN_FORM,  # says that nobody is signed in
    "entrance_again": page(None),
    "entrance_account": form(Act.SETTINGS_CHANGE, "user"),
    **dict.fromkeys(("entrance_token_revoke", "entrance_feed_revoke"), does(Act.SETTINGS_CHANGE, "user")),
    "mfa_authenticate": OPEN_FORM,
    **dict.fromkeys(("mfa_reauthenticate", "mfa_reauthenticate_webauthn"), form(None)),
    "mfa_index": page(None),
    **dict.fromkeys(("mfa_activate_totp", "mfa_deactivate_totp"), form(None)),
    "mfa_list_webauthn": page(None),
    **dict.fromkeys(("mfa_add_webauthn", "mfa_remove_webauthn", "mfa_edit_webauthn"), form(None)),
    "mfa_view_recovery_codes": page(None),
    "mfa_generate_recovery_codes": form(None),
    "usersessions_list": page(None),
    "usersessions_end": does(None),
    "usersessions_end_elsewhere": does(None),
    "socialaccount_connections": form(None),
    "socialaccount_login_cancelled": OPEN_PAGE,
    "socialaccount_login_error": OPEN_PAGE,
    "openid_connect_login": OPEN_FORM,
    "openid_connect_callback": OPEN_PAGE,
}

CITIES = {
    "cities:city_list": page(None),
    "cities:city": page(None),
    "cities:tokens": page(None),
    "cities:token_new": form(None),
    "cities:token_revoke": does(None),
    "cities:feeds": page(None),
    "cities:feed_new": form(Act.CHECKIN_READ),
    "cities:feed_revoke": does(None),
    "cities:preferences": form(None),
    "cities:help": page(None),
    "cities:roles": page(None),
}

CASES = {
    "cases:my_day": page(None),
    "cases:board": page(Act.BOARD_READ),
    "cases:board_retry": does(Act.CHECKIN_ACKNOWLEDGE, "letter"),
    "cases:messages": page(None),
    "cases:messages_read": does(None),
    "cases:calendar": page(Act.CHECKIN_READ),
    "cases:calendar_day": page(Act.CHECKIN_READ),
    "cases:calendar_feed": OPEN_PAGE,  # the address is the secret, and opens this one thing (tests/cases/web/calendar)
    "cases:case_list": page(Act.CASE_READ),
    "cases:case_open": form(Act.CASE_OPEN),
    "cases:case": page(Act.CASE_READ),
    "cases:case_move": form(Act.CASE_CHANGE),
    "cases:case_next_step": form(Act.CASE_CHANGE),
    "cases:case_assign": form(Act.CASE_ASSIGN),
    "cases:case_team": form(Act.CASE_CHANGE),
    "cases:case_leave": form(Act.CASE_CHANGE),
    "cases:timeline": page(Act.CASE_READ),
    "cases:who_can_see": page(Act.ACCESS_READ),
    **{f"cases:{of or 'case'}_changes": page(Act.CHANGES_READ, of) for of in ("", "checkin", "rhythm")},
    "cases:person_changes": page(Act.CHANGES_READ),
    "cases:person_contact_changes": page(Act.CHANGES_READ, "contact", CARE),
    "cases:plan_changes": page(Act.CHANGES_READ, "plan", CARE),
    "cases:referral_changes": page(Act.CHANGES_READ, "referral", JUSTICE),
    "cases:why": does(None),  # answers why; nothing of the case is shown
    "cases:ledger": page(Act.LEDGER_READ),
    # Of whoever works in a city that she reviews; of anybody else it is not there.
    "cases:colleague_sights": page(Act.LEDGER_READ, "colleague"),
    # What leads nowhere is answered by the form itself, alike for hidden and missing: tests/cases/emergencies.
    "cases:emergency_open": form(Act.EMERGENCY_OPEN),
    "cases:emergency_end": does(Act.EMERGENCY_OPEN, "emergency"),
    "cases:emergency_list": page(Act.EMERGENCY_REVIEW),
    "cases:emergency_review": form(Act.EMERGENCY_REVIEW, "emergency"),
    "cases:confirm_list": form(Act.GRANT_CONFIRM),
    "cases:confirm_postings": form(Act.POSTING_CONFIRM),
    "cases:own_looks": page(None),
    "cases:samples": page(Act.LEDGER_READ),
    "cases:sample": form(Act.LEDGER_READ, "sample"),
    "cases:picture": page(Act.PICTURE_READ),
    "cases:picture_table": page(Act.PICTURE_READ),
    "cases:search": form(Act.PERSON_READ),
    "cases:person": page(Act.PERSON_READ),
    "cases:person_change": form(Act.PERSON_CHANGE),
    "cases:person_name": form(Act.PERSON_CHANGE),
    "cases:person_contact": form(Act.PERSON_CHANGE),
    "cases:person_contact_end": form(Act.PERSON_CHANGE, "contact", CARE),
    "cases:person_status": form(Act.TRAVEL_RECORD),
    "cases:person_status_correct": form(Act.TRAVEL_RECORD, "status"),
    "cases:checkin_list": page(Act.CHECKIN_READ),
    "cases:checkin_arrange": form(Act.CHECKIN_ARRANGE),
    "cases:checkin": page(Act.CHECKIN_READ, "checkin"),
    "cases:checkin_record": form(Act.CHECKIN_RECORD, "checkin"),
    "cases:checkin_correct": form(Act.CHECKIN_RECORD, "checkin"),
    "cases:checkin_change": form(Act.CHECKIN_RESCHEDULE, "checkin"),
    "cases:checkin_reschedule": form(Act.CHECKIN_RESCHEDULE, "checkin"),
    "cases:checkin_cancel": form(Act.CHECKIN_RESCHEDULE, "checkin"),
    "cases:checkin_reinstate": form(Act.CHECKIN_RESCHEDULE, "checkin"),
    "cases:absences": page(Act.ABSENCE_RECORD),
    "cases:absence_new": form(Act.ABSENCE_RECORD),
    "cases:absence": form(Act.CHECKIN_RESCHEDULE, "absence", CARE),
    "cases:absence_change": form(Act.ABSENCE_RECORD, "absence", CARE),
    "cases:absence_withdraw": form(Act.ABSENCE_RECORD, "absence", CARE),
    "cases:colleague_contacts": form(Act.CHECKIN_RESCHEDULE),
    "cases:checkin_hand_over": form(Act.CHECKIN_RESCHEDULE, "checkin"),
    "cases:rhythm_hand_over": form(Act.CHECKIN_ARRANGE, "rhythm"),
    "cases:missed_acknowledge": does(Act.MISSED_ANSWER, "missed"),
    "cases:missed_answer": form(Act.MISSED_ANSWER, "missed"),
    "cases:missed_reopen": does(Act.MISSED_ANSWER, "missed"),
    "cases:checkin_reminders": form(Act.CHECKIN_ARRANGE),
    "cases:checkin_reminder_withdraw": does(Act.CHECKIN_ARRANGE, "reminder"),
    "cases:checkin_letter": page(Act.CHECKIN_READ, "letter"),
    "cases:checkin_letter_posted": does(Act.CHECKIN_RECORD, "letter"),
    "cases:rhythm_arrange": form(Act.CHECKIN_ARRANGE),
    "cases:days_avoid": form(Act.CHECKIN_ARRANGE),
    "cases:days_stop_avoiding": does(Act.CHECKIN_ARRANGE, "avoided"),
    "cases:rhythm_change": form(Act.CHECKIN_ARRANGE, "rhythm"),
    "cases:rhythm_end": form(Act.CHECKIN_ARRANGE, "rhythm"),
    "cases:rhythm_pause": form(Act.CHECKIN_ARRANGE, "rhythm"),
    "cases:rhythm_resume": form(Act.CHECKIN_ARRANGE, "rhythm"),
    "cases:rhythm_take_up": form(Act.CHECKIN_ARRANGE, "rhythm"),
    "cases:plan": page(Act.PLAN_READ),
    "cases:plan_draft": form(Act.PLAN_CHANGE),
    "cases:plan_compare": page(Act.PLAN_READ, part=CARE),
    "cases:plan_version": page(Act.PLAN_READ, "plan", CARE),
    "cases:plan_print": page(Act.PLAN_READ, "plan", CARE),
    "cases:plan_change": form(Act.PLAN_CHANGE, "plan", CARE),
    "cases:plan_propose": does(Act.PLAN_CHANGE, "plan", CARE),
    "cases:plan_take_back": does(Act.PLAN_CHANGE, "plan", CARE),
    "cases:plan_agree": form(Act.PLAN_CHANGE, "plan", CARE),
    "cases:plan_end": form(Act.PLAN_CHANGE, "plan", CARE),
    "cases:plan_goal_add": form(Act.PLAN_CHANGE, "plan", CARE),
    "cases:plan_goal_change": form(Act.PLAN_CHANGE, "goal", CARE),
    "cases:plan_action_add": form(Act.PLAN_CHANGE, "goal", CARE),
    "cases:plan_action_finish": form(Act.PLAN_CHANGE, "action", CARE),
    "cases:plan_action_reopen": does(Act.PLAN_CHANGE, "action", CARE),
    "cases:referral_list": page(Act.REFERRAL_READ),
    "cases:case_referrals": page(Act.REFERRAL_READ),
    "cases:referral_draft": form(Act.REFERRAL_DRAFT),
    "cases:referral": page(Act.REFERRAL_READ, "referral", JUSTICE),
    "cases:referral_change": form(Act.REFERRAL_DRAFT, "referral", JUSTICE),
    "cases:referral_approve": does(Act.REFERRAL_APPROVE, "referral", JUSTICE),
    "cases:referral_take_back": form(Act.REFERRAL_APPROVE, "referral", JUSTICE),
    "cases:referral_send": form(Act.REFERRAL_SEND, "referral", JUSTICE),
    "cases:referral_withdraw": form(Act.REFERRAL_DRAFT, "referral", JUSTICE),
    "cases:referral_acknowledge": does(Act.REFERRAL_ACKNOWLEDGE, "referral", JUSTICE),
    "cases:referral_answer": form(Act.REFERRAL_ANSWER, "referral", JUSTICE),
}

API = {
    "api-schema": page(None),
    "api-docs": page(None),
    "cities_api:me": page(None),
    "cities_api:cities": page(None),
    "cities_api:city": page(None),
    "cities_api:agencies": page(None),
    "cities_api:agency": page(None, "agency"),
    "cases_api:cases": both(Act.CASE_READ, Act.CASE_OPEN),
    "cases_api:case": page(Act.CASE_READ),
    "cases_api:case_stage": does(Act.CASE_CHANGE),
    "cases_api:case_next_step": does(Act.CASE_CHANGE),
    "cases_api:case_lead": does(Act.CASE_ASSIGN),
    "cases_api:case_team": both(Act.CASE_READ, Act.CASE_CHANGE),
    "cases_api:case_team_leave": does(Act.CASE_CHANGE, "user"),
    "cases_api:case_colleagues": page(Act.CASE_CHANGE),
    "cases_api:contacts": both(Act.PERSON_READ, Act.PERSON_CHANGE, part=CARE),
    "cases_api:contact_end": does(Act.PERSON_CHANGE, "contact", CARE),
    "cases_api:plans": both(Act.PLAN_READ, Act.PLAN_CHANGE, part=CARE),
    "cases_api:plan": both(Act.PLAN_READ, Act.PLAN_CHANGE, "plan", CARE, "PATCH"),
    "cases_api:plan_propose": does(Act.PLAN_CHANGE, "plan", CARE),
    "cases_api:plan_take_back": does(Act.PLAN_CHANGE, "plan", CARE),
    "cases_api:plan_agree": does(Act.PLAN_CHANGE, "plan", CARE),
    "cases_api:plan_end": does(Act.PLAN_CHANGE, "plan", CARE),
    "cases_api:plan_goals": does(Act.PLAN_CHANGE, "plan", CARE),
    "cases_api:goal": both(Act.PLAN_READ, Act.PLAN_CHANGE, "goal", CARE, "PATCH"),
    "cases_api:goal_actions": does(Act.PLAN_CHANGE, "goal", CARE),
    "cases_api:action_finish": does(Act.PLAN_CHANGE, "action", CARE),
    "cases_api:action_reopen": does(Act.PLAN_CHANGE, "action", CARE),
    "cases_api:rhythms": both(Act.CHECKIN_READ, Act.CHECKIN_ARRANGE),
    "cases_api:rhythm_preview": does(Act.CHECKIN_ARRANGE),
    "cases_api:rhythm": page(Act.CHECKIN_READ, "rhythm"),
    "cases_api:avoided_days": both(Act.CHECKIN_READ, Act.CHECKIN_ARRANGE),
    "cases_api:avoided_days_withdraw": does(Act.CHECKIN_ARRANGE, "avoided"),
    "cases_api:rhythm_change": does(Act.CHECKIN_ARRANGE, "rhythm"),
    "cases_api:rhythm_end": does(Act.CHECKIN_ARRANGE, "rhythm"),
    "cases_api:rhythm_pause": does(Act.CHECKIN_ARRANGE, "rhythm"),
    "cases_api:rhythm_resume": does(Act.CHECKIN_ARRANGE, "rhythm"),
    "cases_api:rhythm_take_up": does(Act.CHECKIN_ARRANGE, "rhythm"),
    "cases_api:case_checkins": does(Act.CHECKIN_ARRANGE),
    "cases_api:checkins": page(Act.CHECKIN_READ),
    "cases_api:checkin": page(Act.CHECKIN_READ, "checkin"),
    "cases_api:checkin_record": does(Act.CHECKIN_RECORD, "checkin"),
    "cases_api:checkin_correct": does(Act.CHECKIN_RECORD, "checkin"),
    "cases_api:checkin_change": does(Act.CHECKIN_RESCHEDULE, "checkin"),
    "cases_api:checkin_reschedule": does(Act.CHECKIN_RESCHEDULE, "checkin"),
    "cases_api:checkin_cancel": does(Act.CHECKIN_RESCHEDULE, "checkin"),
    "cases_api:checkin_reinstate": does(Act.CHECKIN_RESCHEDULE, "checkin"),
    "cases_api:absences": both(Act.ABSENCE_RECORD, Act.ABSENCE_RECORD),
    "cases_api:absence": both(Act.ABSENCE_RECORD, Act.ABSENCE_RECORD, "absence", CARE, "PUT"),
    "cases_api:absence_withdraw": does(Act.ABSENCE_RECORD, "absence", CARE),
    "cases_api:missed_contacts": page(Act.MISSED_READ),
    "cases_api:missed_contact": page(Act.MISSED_READ, "missed"),
    "cases_api:missed_contact_acknowledge": does(Act.MISSED_ANSWER, "missed"),
    "cases_api:missed_contact_answer": does(Act.MISSED_ANSWER, "missed"),
    "cases_api:missed_contact_reopen": does(Act.MISSED_ANSWER, "missed"),
    "cases_api:people": page(Act.PERSON_READ),
    "cases_api:people_search": does(Act.PERSON_READ),
    "cases_api:person": both(Act.PERSON_READ, Act.PERSON_CHANGE, "person", verb="PATCH"),
    "cases_api:person_names": does(Act.PERSON_CHANGE, "person"),
    "cases_api:travel_statuses": both(Act.TRAVEL_READ, Act.TRAVEL_RECORD, "person"),
    "cases_api:travel_status_on": page(Act.TRAVEL_READ, "person"),
    "cases_api:travel_status_correct": does(Act.TRAVEL_RECORD, "status"),
    "cases_api:case_referrals": does(Act.REFERRAL_DRAFT),
    "cases_api:referrals": page(Act.REFERRAL_READ),
    "cases_api:offences": page(Act.REFERRAL_READ),
    "cases_api:referral": both(Act.REFERRAL_READ, Act.REFERRAL_DRAFT, "sent_referral", JUSTICE, "PUT"),
    "cases_api:referral_approve": does(Act.REFERRAL_APPROVE, "sent_referral", JUSTICE),
    "cases_api:referral_take_back": does(Act.REFERRAL_APPROVE, "sent_referral", JUSTICE),
    "cases_api:referral_send": does(Act.REFERRAL_SEND, "sent_referral", JUSTICE),
    "cases_api:referral_withdraw": does(Act.REFERRAL_DRAFT, "sent_referral", JUSTICE),
    "cases_api:referral_acknowledge": does(Act.REFERRAL_ACKNOWLEDGE, "sent_referral", JUSTICE),
    "cases_api:referral_answer": does(Act.REFERRAL_ANSWER, "sent_referral", JUSTICE),
    # Whoever opens sees her own there, whoever reviews those of her cities.
    "cases_api:emergencies": Route({"GET": None, "POST": Act.EMERGENCY_OPEN}),
    "cases_api:emergency": page(None, "emergency"),
    "cases_api:emergency_end": does(Act.EMERGENCY_OPEN, "emergency"),
    "cases_api:emergency_review": does(Act.EMERGENCY_REVIEW, "emergency"),
    "cases_api:grants_to_confirm": page(Act.GRANT_CONFIRM),
    "cases_api:grants_confirm": does(Act.GRANT_CONFIRM),
    "cases_api:grants_end": does(Act.GRANT_CONFIRM),
    "cases_api:postings_to_confirm": page(Act.POSTING_CONFIRM),
    "cases_api:postings_confirm": does(Act.POSTING_CONFIRM),
    "cases_api:case_changes": page(Act.CHANGES_READ),
    **{f"cases_api:{name}_changes": page(Act.CHANGES_READ, name) for name in ("rhythm", "checkin", "person")},
    **{f"cases_api:{name}_changes": page(Act.CHANGES_READ, name, CARE) for name in ("contact", "plan")},
    "cases_api:referral_changes": page(Act.CHANGES_READ, "sent_referral", JUSTICE),
    "cases_api:ledger": page(Act.LEDGER_READ),
    "cases_api:own_looks": page(None),
    "cases_api:national_picture": page(Act.PICTURE_READ),
}

ROUTES = FRAME | CITIES | CASES | API
