"""Where to go from my day, for those whose work is not with cases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cities.roles.permissions import Permission

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class Way:
    """A page, and what one finds there."""

    address: str
    label: StrOrPromise
    words: StrOrPromise


_WAYS = (
    (
        "cases:picture",
        Permission.PICTURE_READ,
        _("National picture"),
        _("Stock and flow as of a date, beside what was published."),
    ),
    (
        "cases:ledger",
        Permission.LEDGER_READ,
        _("Ledger"),
        _("What was opened and changed in your city, by whom, and why."),
    ),
    (
        "cases:emergency_list",
        Permission.EMERGENCY_REVIEW,
        _("Emergency openings"),
        _("Who opened a case in an emergency, and what was said of it."),
    ),
    (
        "cases:confirm_postings",
        Permission.POSTING_CONFIRM,
        _("Who still covers the city"),
        _("Coordinators and mayors, to be confirmed each quarter."),
    ),
    (
        "admin:index",
        Permission.SETTINGS_CHANGE,
        _("Administration"),
        _("Cities, agencies, users, postings and code lists."),
    ),
    (
        "cities:city_list",
        Permission.CITY_READ,
        _("Cities"),
        _("Where there is a cell, who sits in it, and what was published."),
    ),
)


def ways(acts: frozenset[Permission]) -> list[Way]:
    """The pages that these acts open."""
    return [Way(reverse(name), label, words) for name, permission, label, words in _WAYS if permission in acts]
