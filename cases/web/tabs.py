"""The pages of one case, for whoever may open them: the row of links under the person's name."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cases.casefiles.models import Casefile
from cities.roles.permissions import Permission
from cities.web.requests import SignedIn, here

CONTACT_PAGES = ("cases:checkin", "cases:rhythm", "cases:days_", "cases:missed")

#: name of the page, label, what it takes to open it, and the beginnings of the names of the pages behind it.
PAGES = (
    ("cases:case", _("Overview"), Permission.CASE_READ, "cases:case_"),
    ("cases:timeline", _("Timeline"), Permission.CASE_READ, "cases:timeline_"),
    ("cases:person", _("Person"), Permission.PERSON_READ, "cases:person_"),
    ("cases:plan", _("Plan"), Permission.PLAN_READ, "cases:plan_"),
    ("cases:checkin_list", _("Check-ins"), Permission.CHECKIN_READ, CONTACT_PAGES),
    ("cases:case_referrals", _("Referrals"), Permission.REFERRAL_READ, "cases:referral"),
    ("cases:who_can_see", _("Who can see this"), Permission.ACCESS_READ, "cases:who_can_see_"),
)


def tabs(request: SignedIn, case: Casefile, acts: frozenset[Permission]) -> list[dict[str, object]]:
    """The links that this user may follow; the one she is on, or behind, is marked."""
    shown = here(request)
    found: list[dict[str, object]] = []
    for name, label, permission, behind in PAGES:
        if permission in acts:
            current = "page" if shown == name else "true" if shown.startswith(behind) else ""
            found.append({"address": reverse(name, args=[case.reference]), "label": label, "current": current})
    return found
