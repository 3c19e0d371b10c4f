"""The blocks of my day of whoever looks after the looking: what waits for a review, or to be confirmed."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from cases.emergencies.selectors import awaiting_review
from cases.web.my_day.rows import Block, Row, shown_of
from cities.roles.permissions import Permission
from cities.staff.selectors import postings_to_confirm
from cities.web.requests import SignedIn


def emergencies(request: SignedIn, most: int) -> Block:
    """Emergency openings that she may review and nobody has; no block when there is none."""
    found = awaiting_review(request.user, at=request.at)
    shown, more = shown_of(request, found, most, Permission.EMERGENCY_REVIEW, "opened_at user reference review_by")
    rows = [
        Row(
            when=formats.date_format(timezone.localtime(opening.opened_at), "D j M"),
            what=str(opening.user),
            reference=opening.reference,
            address=reverse("cases:emergency_review", args=[opening.pk]),
            late=_("its review is late") if opening.review_by <= request.at else "",
            act=_("Review"),
            act_address=reverse("cases:emergency_review", args=[opening.pk]),
        )
        for opening in shown
    ]
    return Block("emergencies", _("Emergency openings to review"), rows, more, only_if_any=True)


def to_confirm(request: SignedIn, most: int) -> Block:
    """Postings that cover her city and are to be confirmed this quarter; no block when there is none."""
    found = list(postings_to_confirm(request.user, at=request.at)[: most + 1])
    address = reverse("cases:confirm_postings")
    rows = [
        Row(
            when=_when(posting),
            what=str(posting.user),
            reference=str(posting.city),
            address=address,
            detail=posting.get_role_display(),
            act=_("Confirm"),
            act_address=address,
        )
        for posting in found[:most]
    ]
    more = len(found) - len(rows)
    return Block("postings", _("Who still covers the city"), rows, more, comes_first=False, only_if_any=True)


def _when(posting: Any) -> str:
    """By when she is to say so: at once, of who is new."""
    return formats.date_format(posting.due_on, "D j M") if posting.confirmed_on else _("now")
