"""What the cell does with a referral that is written: approved by a second person, taken back, sent, withdrawn."""

from __future__ import annotations

from functools import partial

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cases.access.selectors import liaisons_at
from cases.prosecution.selectors import facts_of, referral_numbered
from cases.prosecution.services import approve_referral, send_referral, take_back_referral, withdraw_referral
from cases.web.pages import FORM, typed
from cases.web.prosecution.forms import ReasonForm
from cases.web.prosecution.pages import button, referral_act
from cities.roles.permissions import Permission
from cities.web.requests import SignedIn, signed_in


@require_POST
@signed_in
def approve(request: SignedIn, reference: str, number: int) -> HttpResponse:
    """Somebody else answers for these words too."""
    referral = referral_numbered(request.user, reference, number, at=request.at)
    return referral_act(
        request, referral, button(referral, facts_of(referral), request.POST),
        partial(approve_referral, referral=referral), permission=Permission.REFERRAL_APPROVE,
        said=_("The referral is approved. It can be sent."),
    )  # fmt: skip


@require_http_methods(FORM)
@signed_in
def take_back(request: SignedIn, reference: str, number: int) -> HttpResponse:
    referral = referral_numbered(request.user, reference, number, at=request.at)
    return referral_act(
        request, referral, ReasonForm(typed(request), of=referral),
        partial(take_back_referral, referral=referral), permission=Permission.REFERRAL_APPROVE,
        said=_("The referral is a draft again."), template="cases/prosecution/form.html",
        title=_("Take the referral back to draft"), submit=_("Take it back"),
        lead=_("The approval was of those words, and lapses with them."),
    )  # fmt: skip


@require_http_methods(FORM)
@signed_in
def send(request: SignedIn, reference: str, number: int) -> HttpResponse:
    """What leaves, to whom, once more before it does."""
    referral = referral_numbered(request.user, reference, number, at=request.at)
    receivers = liaisons_at(referral.addressed_to, city_id=referral.city_id, at=request.at)
    return referral_act(
        request, referral, button(referral, facts_of(referral), typed(request)),
        partial(send_referral, referral=referral), permission=Permission.REFERRAL_SEND,
        said=_("The referral is sent."), template="cases/prosecution/send.html",
        receivers=receivers.select_related("user"),
    )  # fmt: skip


@require_http_methods(FORM)
@signed_in
def withdraw(request: SignedIn, reference: str, number: int) -> HttpResponse:
    referral = referral_numbered(request.user, reference, number, at=request.at)
    return referral_act(
        request, referral, ReasonForm(typed(request), of=referral),
        partial(withdraw_referral, referral=referral), permission=Permission.REFERRAL_DRAFT,
        said=_("The referral is withdrawn."), template="cases/prosecution/form.html",
        title=_("Withdraw the referral"), submit=_("Withdraw it"), grave=True,
        lead=_("It stays with the cell, withdrawn, with the reason. The office never hears of it."),
    )  # fmt: skip
