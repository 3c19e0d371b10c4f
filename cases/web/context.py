"""What the frame of every page needs: where this user may go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from cases.access.selectors import acts_of
from cases.audit.selectors import ledger_alarms
from cases.outbox.selectors import MOST_COUNTED, unread_of
from cities.roles.permissions import Permission
from cities.web.requests import here

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class Place:
    """One entry of the main navigation. `inside`: beginnings of the names of the pages that lie behind it."""

    name: str
    label: StrOrPromise
    permission: Permission | None
    inside: tuple[str, ...] = ()
    shortcut: str = ""


CASE_PAGES = (
    "cases:case",
    "cases:person",
    "cases:plan",
    "cases:rhythm",
    "cases:checkin",
    "cases:days_",
    "cases:missed",
    "cases:timeline",
    "cases:who_can",
)

LEDGER_PAGES = ("cases:ledger", "cases:sample", "cases:colleague_sights")

PLACES = (
    Place("cases:my_day", _("My day"), None, ("cases:absence", "cases:colleague_contacts"), shortcut="g d"),
    Place("cases:calendar", _("Calendar"), Permission.CHECKIN_READ, ("cases:calendar",)),
    Place("cases:case_list", _("Cases"), Permission.CASE_READ, CASE_PAGES, shortcut="g c"),
    Place("cases:board", _("Board"), Permission.BOARD_READ, ("cases:emergency_", "cases:confirm_")),
    Place("cases:referral_list", _("Referrals"), Permission.REFERRAL_READ, ("cases:referral",)),
    Place("cases:picture", _("National picture"), Permission.PICTURE_READ, ("cases:picture",)),
    Place(
        "cases:ledger", _("Ledger"), Permission.LEDGER_READ, ("cases:ledger", "cases:sample", "cases:colleague_sights")
    ),
    Place("cities:city_list", _("Cities"), Permission.CITY_READ, ("cities:city",)),
)


#: Who is told on every page when the ledger is not being sealed, or its checkpoints don't get out.
LOOKING_AFTER = {Permission.LEDGER_READ, Permission.SETTINGS_CHANGE}


def frame(request: HttpRequest) -> dict[str, object]:
    """The navigation, whether the search box is shown, and how many messages are unread. Asked for only when a page is
    drawn: two queries."""
    return {"frame": SimpleLazyObject(lambda: _frame(request))}


def _frame(request: HttpRequest) -> dict[str, object]:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"places": [], "may_search": False, "unread": "", "alarms": []}
    at = timezone.now()
    acts, unread = acts_of(user, at=at), unread_of(user, at=at)
    return {
        "places": [entry for place in PLACES if (entry := _entry(place, acts, here(request)))],
        "may_search": Permission.CASE_READ in acts,
        "unread": f"{MOST_COUNTED}+" if unread > MOST_COUNTED else str(unread or ""),
        "alarms": ledger_alarms(at=at) if acts & LOOKING_AFTER else [],
    }


def _entry(place: Place, acts: frozenset[Permission], here: str) -> dict[str, object] | None:
    if place.permission is not None and place.permission not in acts:
        return None
    current = "page" if here == place.name else "true" if here.startswith(place.inside or ("\0",)) else ""
    return {"address": reverse(place.name), "label": place.label, "current": current, "shortcut": place.shortcut}
