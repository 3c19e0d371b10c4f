"""Referrals to read: what is to be done with which, those of a case, and one of them."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cases.access.selectors import acts_of
from cases.access.services import require
from cases.casefiles.selectors import case_for
from cases.prosecution.models import ProsecutionReferral
from cases.prosecution.rules import ReferralStage, Urgency
from cases.prosecution.selectors import referral_numbered, referrals_for, referrals_of, referrals_to_act_on
from cases.web.pages import case_page, listed, number_in_the_address
from cases.web.prosecution.pages import READ, referral_page, stages_of
from cities.roles.permissions import Permission
from cities.roles.rules import Compartment
from cities.web.pages import page
from cities.web.requests import SignedIn, signed_in

A_PAGE = 25

#: What a line about a referral says.
LINE = (
    "subject reference number city addressed_to stage urgency answer answered_at acknowledged_at acknowledged_by "
    "sent_at approved_at approved_by drafted_by"
)

#: What waits elsewhere, or has come to its end.
NOT_WAITING = (ReferralStage.ANSWERED, ReferralStage.WITHDRAWN)


@require_safe
@signed_in
def referral_list(request: SignedIn) -> HttpResponse:
    """What waits for whoever looks, then what is on its way; or, as the address says, all in one stage."""
    require(request.user, Permission.REFERRAL_READ, at=request.at)
    found = referrals_for(request.user, at=request.at)
    stage = request.GET.get("stage", "")
    acts = {act.name for act in acts_of(request.user, at=request.at)}
    context: dict[str, Any] = {"stages": stages_of(found), "acts": acts}
    if stage in ReferralStage.values:
        rows, following = _a_page(request, found.filter(stage=stage))
        context |= {"stage": ReferralStage(stage), "rows": rows, "next": following}
    else:
        waiting = list(referrals_to_act_on(request.user, at=request.at)[:A_PAGE])
        others = found.exclude(stage__in=NOT_WAITING).exclude(pk__in=[row.pk for row in waiting])
        rows = waiting + list(others[:A_PAGE])
        context |= {"waiting": _most_urgent_first(waiting), "others": rows[len(waiting) :]}
    listed(request, rows, shows=LINE, permission=Permission.REFERRAL_READ, compartment=Compartment.JUSTICE)
    return page(request, "cases/prosecution/list.html", context)


def _a_page(request: SignedIn, found: QuerySet[ProsecutionReferral]) -> tuple[list[ProsecutionReferral], int | None]:
    """The newest first, a page at a time; a page is named by the last one of the page before."""
    if (after := number_in_the_address(request, "after")) is not None:
        found = found.filter(pk__lt=after)
    rows = list(found[: A_PAGE + 1])
    return rows[:A_PAGE], rows[A_PAGE - 1].pk if len(rows) > A_PAGE else None


def _most_urgent_first(rows: list[ProsecutionReferral]) -> list[ProsecutionReferral]:
    order = list(Urgency)
    return sorted(rows, key=lambda row: -order.index(Urgency(row.urgency)))


@require_safe
@signed_in
def case_referrals(request: SignedIn, reference: str) -> HttpResponse:
    case = case_for(request.user, reference, at=request.at)
    rows = list(referrals_of(case, request.user, at=request.at))
    return case_page(
        request, case, "cases/prosecution/of_case.html", **READ, rows=rows,
        also=[f"prosecutionreferral.{name}" for name in LINE.split()] if rows else (),
    )  # fmt: skip


@require_safe
@signed_in
def referral(request: SignedIn, reference: str, number: int) -> HttpResponse:
    found = referral_numbered(request.user, reference, number, at=request.at)
    return referral_page(request, found, title=_("Referral"))
