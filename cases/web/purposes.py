"""The pages from which a file is opened, and the tasks that lead there, in words: the ledger keeps the name, this says
what it means."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from cases.audit.rules import TASK, WHY, Why
from cities.ledger.rules import ADMINISTRATION, REST

#: name of a page -> why somebody who comes from there opens a file.
PURPOSES = {
    "cases:my_day": _("from her day's work"),
    "cases:calendar": _("from the calendar"),
    "cases:calendar_day": _("from the sheet of the day"),
    "cases:case_list": _("from the list of cases"),
    "cases:case_open": _("after opening the case"),
    "cases:board": _("from the coordinator's board"),
    "cases:messages": _("from a message"),
    "cases:absences": _("from an absence"),
    "cases:absence": _("from an absence"),
    "cases:colleague_contacts": _("from the contacts of a colleague"),
    "cases:confirm_list": _("to confirm grants"),
    "cases:emergency_list": _("to review an emergency opening"),
    "cases:emergency_review": _("to review an emergency opening"),
    "cases:search": _("found by searching"),
    "cases:referral_list": _("from the list of referrals"),
    "cases:case": _("from the case"),
    "cases:timeline": _("from the timeline"),
    "cases:person": _("from the person's page"),
    "cases:plan": _("from the plan"),
    "cases:plan_version": _("from the plan"),
    "cases:checkin_list": _("from the check-ins"),
    "cases:checkin": _("for a check-in"),
    "cases:checkin_record": _("to record a check-in"),
    "cases:checkin_reschedule": _("to reschedule a check-in"),
    "cases:referral": _("for a referral"),
    "cases:who_can_see": _("from who can see the case"),
    **dict.fromkeys(
        (
            "cases:case_changes",
            "cases:person_changes",
            "cases:person_contact_changes",
            "cases:plan_changes",
            "cases:checkin_changes",
            "cases:rhythm_changes",
            "cases:referral_changes",
        ),
        _("from what was changed"),
    ),
    "cases:ledger": _("to look after the ledger"),
    "cases:samples": _("to look after the ledger"),
    "cases:sample": _("to look after the ledger"),
    "cases:colleague_sights": _("to look after the ledger"),
    "cases:own_looks": _("from her own look-ups"),
    "cases:missed_acknowledge": _("from the coordinator's board"),
    "cases:missed_answer": _("from the coordinator's board"),
    "cases:missed_reopen": _("from the coordinator's board"),
    "entrance_account": _("to help somebody sign in, or to keep her from it"),
    ADMINISTRATION: _("in the administration, where nobody is asked why"),
    REST: _("through the REST interface, signed in as herself"),
}


#: What is hers to do that day, of which kind.
TASKS = {
    "checkin": _("for a contact of hers"),
    "missed": _("for a missed contact that is with her"),
    "step": _("for the next step, which is hers"),
    "action": _("for an action of the plan, which is hers"),
    "goal": _("for a goal of the plan, which she looks after"),
    "referral": _("for a referral that waits for her"),
    "confirm": _("to confirm grants"),
    "review": _("to review an emergency opening"),
    "message": _("from a message"),
    "emergency": _("opened in an emergency"),
}


def in_words(purpose: str) -> str:
    """What stands in the ledger, as a sentence for who reads it: where from, what for, or what she answered."""
    if purpose.startswith(WHY):
        answer = purpose.removeprefix(WHY)
        return str(Why(answer).label) if answer in Why.values else purpose
    found = [str(PURPOSES.get(came_from, purpose)) for came_from in _names(purpose) if not came_from.startswith(TASK)]
    found += [str(TASKS.get(name.removeprefix(TASK), name)) for name in _names(purpose) if name.startswith(TASK)]
    return ", ".join(found)


def _names(purpose: str) -> list[str]:
    """The name of the page, if there is one, and of the task: without their numbers."""
    before, _task, after = purpose.partition(TASK)
    return [name for name in (before.split(" ")[0], after and TASK + after.split(" ")[0]) if name]
