"""The pages on which somebody issues tokens for programs of hers, sees which were used, and revokes them."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cities.refusals import Refused
from cities.staff.selectors import postings_of
from cities.tokens.selectors import tokens_of
from cities.tokens.services import issue_token, revoke_token
from cities.web.entrance.adapters import tell
from cities.web.entrance.step_up import step_up
from cities.web.pages import page
from cities.web.requests import SignedIn, signed_in
from cities.web.tokens.forms import IssueTokenForm


@require_safe
@signed_in
def tokens(request: SignedIn) -> HttpResponse:
    return page(request, "cities/tokens/list.html", {"tokens": tokens_of(request.user), "now": request.at})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@step_up
def new(request: SignedIn) -> HttpResponse:
    """The secret is shown in the answer itself, once: it is kept nowhere from which a second page could show it."""
    form = IssueTokenForm(request.POST or None, postings=postings_of(request.user, at=request.at))
    if request.method == "POST" and form.is_valid():
        lasts = timedelta(days=form.cleaned_data["days"])
        try:
            token, secret = issue_token(
                by=request.user, at=request.at, user=request.user, name=form.cleaned_data["name"], lasts=lasts,
                posting=form.where(), purpose=form.cleaned_data["purpose"],
            )  # fmt: skip
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            tell(request.user, "token")
            return page(request, "cities/tokens/issued.html", {"token": token, "secret": secret})
    return page(request, "cities/tokens/new.html", form=form)


@require_POST
@signed_in
def revoke(request: SignedIn, pk: int) -> HttpResponse:
    token = tokens_of(request.user).filter(pk=pk).first()
    if token is None:
        raise Http404
    revoke_token(token=token, by=request.user, at=request.at)
    messages.success(request, _("The token is revoked: it opens nothing any more."))
    return redirect("cities:tokens")
