"""The table of the REST door's addresses: each with its method, its permission, and who knows of what it is about.

`test_api_routes.py` asks every address as everybody. An address that doesn't stand here fails.
"""

from __future__ import annotations

from dataclasses import dataclass

from cities.roles.permissions import Permission as P

#: Whose sight a part of the scene's case is in: by name in the cast.
CORE, CARE, CELL, OFFICE = "alice carla mayor", "alice carla", "carla mayor", "carla mayor liaison"
REVIEWED = "alice carla mayor dana"
#: A list, or something that lies in no case: it is there for everybody, and shows each what is hers.
ALL = "*"


@dataclass(frozen=True)
class Route:
    """An address with a method. `needs` None: signing in is enough. `closed_to`: knows of it, but not of this part."""

    name: str
    method: str
    address: str
    needs: P | None
    seen_by: str = ALL
    closed_to: str = ""
    #: Other acts that let one in too.
    may_also: tuple[P, ...] = ()
    #: For somebody who is there, never for a token.
    in_person: bool = False


def _acts(prefix: str, address: str, seen_by: str, acts: dict[str, P]) -> list[Route]:
    """Acts on one thing: `{"record": …}` is POST address/record."""
    return [
        Route(f"cases_api:{prefix}_{act.replace('-', '_')}", "post", f"{address}/{act}", needs, seen_by)
        for act, needs in acts.items()
    ]


A_CASE, A_LOOK = "cases/{reference}", "emergency-openings/{emergency}"

ROUTES = [
    Route("cities_api:me", "get", "me", None),
    Route("cities_api:cities", "get", "cities", P.CITY_READ),
    Route("cities_api:city", "get", "cities/{code}", P.CITY_READ),
    Route("cities_api:agencies", "get", "agencies", P.CITY_READ),
    Route("cities_api:agency", "get", "agencies/{agency}", P.CITY_READ),
    Route("cases_api:cases", "get", "cases", P.CASE_READ),
    Route("cases_api:cases", "post", "cases", P.CASE_OPEN),
    Route("cases_api:case", "get", A_CASE, P.CASE_READ, CORE),
    Route("cases_api:case_stage", "post", f"{A_CASE}/stage", P.CASE_CHANGE, CORE),
    Route("cases_api:case_next_step", "post", f"{A_CASE}/next-step", P.CASE_CHANGE, CORE),
    Route("cases_api:case_lead", "post", f"{A_CASE}/lead", P.CASE_ASSIGN, CORE),
    Route("cases_api:case_team", "get", f"{A_CASE}/team", P.CASE_READ, CORE),
    Route("cases_api:case_team", "post", f"{A_CASE}/team", P.CASE_CHANGE, CORE),
    Route("cases_api:case_team_leave", "post", f"{A_CASE}/team/{{user}}/leave", P.CASE_CHANGE, CORE),
    Route("cases_api:case_colleagues", "get", f"{A_CASE}/colleagues", P.CASE_CHANGE, CORE),
    Route("cases_api:contacts", "get", f"{A_CASE}/contacts", P.PERSON_READ, CORE, closed_to="mayor"),
    Route("cases_api:contacts", "post", f"{A_CASE}/contacts", P.PERSON_CHANGE, CORE),
    Route("cases_api:contact_end", "post", f"{A_CASE}/contacts/{{contact}}/end", P.PERSON_CHANGE, CARE),
    Route("cases_api:plans", "get", f"{A_CASE}/plans", P.PLAN_READ, CORE),
    Route("cases_api:plans", "post", f"{A_CASE}/plans", P.PLAN_CHANGE, CORE),
    Route("cases_api:plan", "get", f"{A_CASE}/plans/{{plan}}", P.PLAN_READ, CORE),
    Route("cases_api:plan", "patch", f"{A_CASE}/plans/{{plan}}", P.PLAN_CHANGE, CORE),
    *_acts(
        "plan", f"{A_CASE}/plans/{{plan}}", CORE,
        dict.fromkeys(["propose", "take-back", "agree", "end", "goals"], P.PLAN_CHANGE),
    ),
    Route("cases_api:goal", "get", "goals/{goal}", P.PLAN_READ, CARE),
    Route("cases_api:goal", "patch", "goals/{goal}", P.PLAN_CHANGE, CARE),
    *_acts("goal", "goals/{goal}", CARE, {"actions": P.PLAN_CHANGE}),
    *_acts("action", "actions/{action}", CARE, dict.fromkeys(["finish", "reopen"], P.PLAN_CHANGE)),
    Route("cases_api:rhythms", "get", f"{A_CASE}/rhythms", P.CHECKIN_READ, CORE),
    Route("cases_api:rhythms", "post", f"{A_CASE}/rhythms", P.CHECKIN_ARRANGE, CORE),
    Route("cases_api:rhythm_preview", "post", f"{A_CASE}/rhythms/preview", P.CHECKIN_ARRANGE, CORE),
    Route("cases_api:rhythm", "get", f"{A_CASE}/rhythms/{{rhythm}}", P.CHECKIN_READ, CORE),
    *_acts(
        "rhythm", f"{A_CASE}/rhythms/{{rhythm}}", CORE,
        dict.fromkeys(["change", "end", "pause", "resume", "take-up"], P.CHECKIN_ARRANGE),
    ),
    Route("cases_api:avoided_days", "get", f"{A_CASE}/avoided-days", P.CHECKIN_READ, CORE),
    Route("cases_api:avoided_days", "post", f"{A_CASE}/avoided-days", P.CHECKIN_ARRANGE, CORE),
    *_acts("avoided_days", f"{A_CASE}/avoided-days/{{avoided}}", CORE, {"withdraw": P.CHECKIN_ARRANGE}),
    Route("cases_api:case_checkins", "post", f"{A_CASE}/check-ins", P.CHECKIN_ARRANGE, CORE),
    Route("cases_api:checkins", "get", "check-ins", P.CHECKIN_READ),
    Route("cases_api:checkin", "get", "check-ins/{recorded}", P.CHECKIN_READ, CORE),
    *_acts("checkin", "check-ins/{checkin}", CORE, {"record": P.CHECKIN_RECORD, "correct": P.CHECKIN_RECORD}),
    *_acts(
        "checkin", "check-ins/{checkin}", CORE,
        dict.fromkeys(["change", "reschedule", "cancel", "reinstate"], P.CHECKIN_RESCHEDULE),
    ),
    Route("cases_api:absences", "get", "absences", P.ABSENCE_RECORD),
    Route("cases_api:absences", "post", "absences", P.ABSENCE_RECORD),
    Route("cases_api:absence", "get", "absences/{absence}", P.ABSENCE_RECORD, CARE),
    Route("cases_api:absence", "put", "absences/{absence}", P.ABSENCE_RECORD, CARE),
    Route("cases_api:absence_withdraw", "post", "absences/{absence}/withdraw", P.ABSENCE_RECORD, CARE),
    Route("cases_api:missed_contacts", "get", "missed-contacts", P.MISSED_READ),
    Route("cases_api:missed_contact", "get", "missed-contacts/{missed}", P.MISSED_READ, CORE),
    *_acts(
        "missed_contact", "missed-contacts/{missed}", CORE,
        dict.fromkeys(["acknowledge", "answer", "reopen"], P.MISSED_ANSWER),
    ),
    Route("cases_api:case_referrals", "post", f"{A_CASE}/referrals", P.REFERRAL_DRAFT, CORE),
    Route("cases_api:referrals", "get", "referrals", P.REFERRAL_READ),
    Route("cases_api:referral", "get", "referrals/{drafted}", P.REFERRAL_READ, CELL),
    Route("cases_api:referral", "get", "referrals/{sent}", P.REFERRAL_READ, OFFICE),
    Route("cases_api:referral", "put", "referrals/{drafted}", P.REFERRAL_DRAFT, CELL),
    *_acts(
        "referral", "referrals/{drafted}", CELL,
        {"approve": P.REFERRAL_APPROVE, "take-back": P.REFERRAL_APPROVE, "withdraw": P.REFERRAL_DRAFT},
    ),
    *_acts(
        "referral", "referrals/{sent}", OFFICE,
        {"send": P.REFERRAL_SEND, "acknowledge": P.REFERRAL_ACKNOWLEDGE, "answer": P.REFERRAL_ANSWER},
    ),
    # Read by whoever opened it, or reviews it; those who know of the case are told on its own page.
    Route("cases_api:emergencies", "get", "emergency-openings", P.EMERGENCY_REVIEW, may_also=(P.EMERGENCY_OPEN,)),
    Route("cases_api:emergencies", "post", "emergency-openings", P.EMERGENCY_OPEN, in_person=True),
    Route("cases_api:emergency", "get", A_LOOK, P.EMERGENCY_REVIEW, REVIEWED),
    Route("cases_api:emergency_end", "post", f"{A_LOOK}/end", P.EMERGENCY_OPEN, REVIEWED, closed_to="alice"),
    Route("cases_api:emergency_review", "post", f"{A_LOOK}/review", P.EMERGENCY_REVIEW, REVIEWED),
    Route("cases_api:grants_to_confirm", "get", "grants-to-confirm", P.GRANT_CONFIRM),
    Route("cases_api:grants_confirm", "post", "grants-to-confirm/confirm", P.GRANT_CONFIRM),
    Route("cases_api:grants_end", "post", "grants-to-confirm/end", P.GRANT_CONFIRM),
    Route("cases_api:postings_to_confirm", "get", "postings-to-confirm", P.POSTING_CONFIRM),
    Route("cases_api:postings_confirm", "post", "postings-to-confirm/confirm", P.POSTING_CONFIRM),
    Route("cases_api:offences", "get", "offences", P.REFERRAL_READ),
    Route("cases_api:people", "get", "people", P.PERSON_READ),
    Route("cases_api:people_search", "post", "people/search", P.PERSON_READ),
    Route("cases_api:person", "get", "people/{person}", P.PERSON_READ, CORE),
    Route("cases_api:person", "patch", "people/{person}", P.PERSON_CHANGE, CORE),
    Route("cases_api:person_names", "post", "people/{person}/names", P.PERSON_CHANGE, CORE),
    Route("cases_api:travel_statuses", "get", "people/{person}/travel-statuses", P.TRAVEL_READ, CORE),
    Route("cases_api:travel_statuses", "post", "people/{person}/travel-statuses", P.TRAVEL_RECORD, CORE),
    Route("cases_api:travel_status_on", "get", "people/{person}/travel-status", P.TRAVEL_READ, CORE),
    Route("cases_api:travel_status_correct", "post", "travel-statuses/{status}/correct", P.TRAVEL_RECORD, CORE),
    Route("cases_api:case_changes", "get", f"{A_CASE}/changes", P.CHANGES_READ, CORE),
    Route("cases_api:contact_changes", "get", f"{A_CASE}/contacts/{{contact}}/changes", P.CHANGES_READ, CARE),
    Route("cases_api:plan_changes", "get", f"{A_CASE}/plans/{{plan}}/changes", P.CHANGES_READ, CORE, closed_to="mayor"),
    Route("cases_api:rhythm_changes", "get", f"{A_CASE}/rhythms/{{rhythm}}/changes", P.CHANGES_READ, CORE),
    Route("cases_api:checkin_changes", "get", "check-ins/{recorded}/changes", P.CHANGES_READ, CORE),
    Route("cases_api:referral_changes", "get", "referrals/{sent}/changes", P.CHANGES_READ, OFFICE),
    Route("cases_api:person_changes", "get", "people/{person}/changes", P.CHANGES_READ, CORE),
    Route("cases_api:ledger", "get", "ledger", P.LEDGER_READ),
    Route("cases_api:own_looks", "get", "me/look-ups", None),
    Route("cases_api:national_picture", "get", "national-picture", P.PICTURE_READ),
]  # fmt: skip
