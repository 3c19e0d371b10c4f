"""Who changed what in a record, and what stood there before: found as the record itself, or not there."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cases.access.rules import OutOfSight
from cases.access.selectors import beside_in
from cases.access.services import require
from cases.casefiles.models import Casefile
from cases.casefiles.selectors import case_for
from cases.changes.selectors import Told, Turned, changes_of, told
from cases.checkins.selectors import checkin_for, rhythm_for
from cases.people.selectors import contacts_of
from cases.plans.selectors import plan_for
from cases.prosecution.selectors import case_of, referral_numbered
from cases.web.pages import case_page, number_in_the_address
from cases.web.plans.comparison import Piece, side_by_side
from cases.web.prosecution.pages import page_of
from cities.records import Record
from cities.roles.permissions import Permission
from cities.roles.rules import Compartment
from cities.web.requests import SignedIn, signed_in

A_PAGE = 25

#: A text as it was and as it is, in pieces; None: what is said in a few words.
Beside = tuple[list[Piece], list[Piece]] | None


@require_safe
@signed_in
def of_case(request: SignedIn, reference: str) -> HttpResponse:
    """Of the case itself, and of what was agreed in it: team, days to avoid, reminders."""
    case = case_for(request.user, reference, at=request.at)
    return _page(request, case, case, _("the case"), reverse("cases:case", args=[case.reference]))


@require_safe
@signed_in
def of_person(request: SignedIn, reference: str) -> HttpResponse:
    case = case_for(request.user, reference, at=request.at)
    return _page(request, case, case.person, _("who the person is"), reverse("cases:person", args=[case.reference]))


@require_safe
@signed_in
def of_contact(request: SignedIn, reference: str, pk: int) -> HttpResponse:
    """What somebody is to the person, in this case."""
    case = case_for(request.user, reference, at=request.at)
    tie = contacts_of(case, request.user, at=request.at).filter(pk=pk).first()
    if tie is None:
        raise OutOfSight
    return _page(
        request, case, tie, f"{tie.other}, {tie.get_kind_display()}", reverse("cases:person", args=[case.reference]),
        part=Compartment.CARE,
    )  # fmt: skip


@require_safe
@signed_in
def of_plan(request: SignedIn, reference: str, number: int) -> HttpResponse:
    """A version of the plan, with its goals and their actions."""
    case = case_for(request.user, reference, at=request.at)
    plan = plan_for(request.user, case, number, at=request.at)
    return _page(
        request, case, plan, _("the plan, version %(number)s") % {"number": plan.number},
        reverse("cases:plan_version", args=[case.reference, number]), part=Compartment.CARE,
    )  # fmt: skip


@require_safe
@signed_in
def of_checkin(request: SignedIn, reference: str, pk: int) -> HttpResponse:
    """A contact; and when it was missed, who saw to it."""
    case = case_for(request.user, reference, at=request.at)
    checkin = checkin_for(request.user, case, pk, at=request.at)
    return _page(request, case, checkin, str(checkin), reverse("cases:checkin", args=[case.reference, pk]))


@require_safe
@signed_in
def of_rhythm(request: SignedIn, reference: str, pk: int) -> HttpResponse:
    """A rhythm, with its pauses."""
    case = case_for(request.user, reference, at=request.at)
    rhythm = rhythm_for(request.user, case, pk, at=request.at)
    return _page(request, case, rhythm, _("the rhythm"), reverse("cases:checkin_list", args=[case.reference]))


@require_safe
@signed_in
def of_referral(request: SignedIn, reference: str, number: int) -> HttpResponse:
    """For the cell that wrote it. The office has it as it was sent."""
    referral = referral_numbered(request.user, reference, number, at=request.at)
    require(request.user, Permission.CHANGES_READ, case=case_of(referral), at=request.at)
    case = case_for(request.user, referral.reference, at=request.at)
    return _page(
        request, case, referral, f"{_('the referral')} {referral}", page_of(referral), part=Compartment.JUSTICE
    )


def _page(
    request: SignedIn, case: Casefile, record: Record, name: str, back: str, *, part: Compartment = Compartment.CORE
) -> HttpResponse:
    """The newest first; a page is named by the last one of the page before."""
    found = changes_of(record, request.user, at=request.at)
    if (before := number_in_the_address(request, "before")) is not None:
        found = found.filter(pk__lt=before)
    rows = list(found[: A_PAGE + 1])
    return case_page(
        request, case, "cases/changes/changes.html", permission=Permission.CHANGES_READ, compartment=part,
        record=record, also=beside_in(rows), written=record, name=name, back=back,
        changes=_shown(told(rows[:A_PAGE], request.user, at=request.at)),
        next=rows[A_PAGE - 1].pk if len(rows) > A_PAGE else None,
    )  # fmt: skip


def _shown(changes: list[Told]) -> list[tuple[Told, list[tuple[Turned, Beside]]]]:
    """Of a longer text that differs, the words that do are marked."""
    return [(change, [(turned, _beside(turned)) for turned in change.fields]) for change in changes]


def _beside(turned: Turned) -> Beside:
    return side_by_side(turned.before_in_words, turned.after_in_words) if turned.is_long else None
