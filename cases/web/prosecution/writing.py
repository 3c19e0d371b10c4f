"""A referral is written: around its statements, and a form for each statement."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cases.access.selectors import beside
from cases.casefiles.models import Casefile
from cases.casefiles.selectors import case_for
from cases.prosecution.models import ProsecutionReferral, ReferralFact, ReferralOffence
from cases.prosecution.rules import Urgency
from cases.prosecution.selectors import (
    facts_of,
    offences_of,
    offences_on,
    offices,
    referral_numbered,
)
from cases.prosecution.services import change_referral, draft_referral
from cases.web.pages import FORM, attempt, case_page, typed
from cases.web.prosecution.forms import ChangeReferralForm, ReferralForm, Written, as_typed, rows_of
from cases.web.prosecution.pages import page_of
from cities.roles.permissions import Permission
from cities.roles.rules import Compartment
from cities.web.requests import SignedIn, signed_in


@require_http_methods(FORM)
@signed_in
def draft(request: SignedIn, reference: str) -> HttpResponse:
    """It begins empty: nothing is taken over from the case."""
    case = case_for(request.user, reference, at=request.at)
    written = _written(request, ReferralForm, begins={"urgency": Urgency.ORDINARY})
    return _write(
        request, case, written, partial(draft_referral, case=case),
        said=_("The draft is kept. Somebody else approves it."),
        title=_("Draft a prosecution referral"), submit=_("Keep the draft"),
        cancel=reverse("cases:case_referrals", args=[case.reference]),
    )  # fmt: skip


@require_http_methods(FORM)
@signed_in
def change(request: SignedIn, reference: str, number: int) -> HttpResponse:
    """Whoever changes a draft answers for its words from then on."""
    referral = referral_numbered(request.user, reference, number, at=request.at)
    case = case_for(request.user, reference, at=request.at)
    stands = {name: getattr(referral, name) for name in ReferralForm.base_fields if name != "offences"}
    stands["offences"] = [suspected.offence_id for suspected in offences_of(referral)]
    facts = as_typed(facts_of(referral))
    written = _written(request, ChangeReferralForm, begins=stands, facts=facts, of=referral)
    return _write(
        request, case, written, partial(change_referral, referral=referral),
        said=_("The draft is changed. Somebody other than you approves it."), record=referral,
        also=beside(ReferralFact, ReferralOffence),
        title=_("Change the draft of referral %(number)s") % {"number": referral}, submit=_("Keep the changes"),
        cancel=page_of(referral),
    )  # fmt: skip


def _written(request: SignedIn, form_class: type[ReferralForm], **begins: Any) -> Written:
    rows = rows_of(offices(), offences_on(timezone.localdate(request.at)))
    return Written(form_class, typed(request), rows=rows, **begins)


def _write(
    request: SignedIn,
    case: Casefile,
    written: Written,
    act: Callable[..., ProsecutionReferral],
    *,
    said: str,
    **shown: Any,
) -> HttpResponse:
    if written.is_judged and written.is_valid():
        told = written.told()
        done = attempt(written.form, lambda: act(by=request.user, at=request.at, **told))
        if done is not None:
            messages.success(request, said)
            return redirect(page_of(done))
    return case_page(
        request, case, "cases/prosecution/write.html", permission=Permission.REFERRAL_DRAFT,
        compartment=Compartment.JUSTICE, form=written.form, statements=written.facts, has_grown=written.has_grown,
        **shown,
    )  # fmt: skip
