"""The timeline of a case: newest first, by kind, a page at a time."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from cases.access.selectors import beside
from cases.audit import selectors as audit
from cases.audit.rules import Kind
from cases.audit.selectors import Happening
from cases.casefiles.models import Casefile
from cases.casefiles.selectors import case_for
from cases.checkins.models import CheckIn
from cases.checkins.selectors import planned
from cases.web.pages import case_page, moment_in_the_address
from cases.web.timeline.forms import KindForm
from cities.roles.permissions import Permission
from cities.roles.rules import Compartment
from cities.web.requests import SignedIn, signed_in

A_PAGE = 40

#: kind -> the page a line leads to, when there is one of its own.
PAGES = {
    Kind.CHECKIN: "cases:checkin",
    Kind.MESSAGE: "cases:checkin",
    Kind.PLAN: "cases:plan_version",
    Kind.REFERRAL: "cases:referral",
}


@require_safe
@signed_in
def timeline(request: SignedIn, reference: str) -> HttpResponse:
    case = case_for(request.user, reference, at=request.at)
    form = KindForm(request.GET)
    kind = form.cleaned_data["kind"] if form.is_valid() else ""
    before = moment_in_the_address(request, "before")
    happened = audit.timeline(case, request.user, at=request.at, kind=kind, before=before, limit=A_PAGE)
    due = planned(request.user, at=request.at).filter(casefile=case, due_on__lte=timezone.localdate(request.at))
    to_record = list(due[:5]) if kind in ("", Kind.CHECKIN) and before is None else []
    kinds = {audit.TOLD_FROM[line.kind] for line in happened} | ({CheckIn} if to_record else set())
    return case_page(
        request, case, "cases/timeline/timeline.html", permission=Permission.CASE_READ, form=form,
        also=beside(*kinds),
        lines=[(line, Compartment(line.compartment), _address(case, line)) for line in happened],
        next=happened[-1].at.isoformat() if len(happened) >= A_PAGE else None,
        to_record=to_record, kinds=Kind.choices, kind=kind,
    )  # fmt: skip


def _address(case: Casefile, line: Happening) -> str:
    return reverse(PAGES[line.kind], args=[case.reference, line.pk]) if line.kind in PAGES and line.pk else ""
