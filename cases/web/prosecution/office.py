"""What the office does with a referral that was sent to it: acknowledge it, answer it."""

from __future__ import annotations

from functools import partial

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cases.prosecution.selectors import facts_of, referral_numbered
from cases.prosecution.services import acknowledge_referral, answer_referral
from cases.web.pages import FORM, typed
from cases.web.prosecution.forms import AnswerForm
from cases.web.prosecution.pages import button, referral_act
from cities.roles.permissions import Permission
from cities.web.requests import SignedIn, signed_in


@require_POST
@signed_in
def acknowledge(request: SignedIn, reference: str, number: int) -> HttpResponse:
    referral = referral_numbered(request.user, reference, number, at=request.at)
    return referral_act(
        request, referral, button(referral, facts_of(referral), request.POST),
        partial(acknowledge_referral, referral=referral), permission=Permission.REFERRAL_ACKNOWLEDGE,
        said=_("The cell is told that you have it."),
    )  # fmt: skip


@require_http_methods(FORM)
@signed_in
def answer(request: SignedIn, reference: str, number: int) -> HttpResponse:
    referral = referral_numbered(request.user, reference, number, at=request.at)
    form = AnswerForm(typed(request), of=referral, standing=referral.answer)
    return referral_act(
        request, referral, form, partial(answer_referral, referral=referral), permission=Permission.REFERRAL_ANSWER,
        said=_("The answer is with the cell."), template="cases/prosecution/form.html", title=_("Answer the referral"),
        submit=_("Answer"),
    )  # fmt: skip
