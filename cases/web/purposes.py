"""The pages from which a file is opened, in words: the ledger keeps the name, this says what it means."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

#: name of a page -> why somebody who comes from there opens a file.
PURPOSES = {
    "cases:my_day": _("from her day's work"),
    "cases:calendar": _("from the calendar"),
    "cases:calendar_day": _("from the sheet of the day"),
    "cases:case_list": _("from the list of cases"),
    "cases:case_open": _("after opening the case"),
    "cases:board": _("from the coordinator's board"),
    "cases:emergency_open": _("opened in an emergency"),
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
    "cases:own_looks": _("from her own look-ups"),
}


def in_words(purpose: str) -> str:
    """What stands in the ledger, as a sentence for who reads it."""
    name = purpose.split(" ")[0]
    return str(PURPOSES.get(name, purpose))
