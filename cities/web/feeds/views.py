"""The pages on which somebody makes calendar feeds of hers, sees when they were used, and revokes them."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cities.refusals import NotAllowed, Refused
from cities.roles.permissions import Permission
from cities.staff.selectors import standing_of
from cities.tokens.selectors import feeds_of
from cities.tokens.services import issue_feed, revoke_feed
from cities.web.entrance.adapters import tell
from cities.web.entrance.step_up import step_up
from cities.web.feeds.forms import TEAM, IssueFeedForm
from cities.web.pages import page
from cities.web.requests import SignedIn, signed_in


@require_safe
@signed_in
def feeds(request: SignedIn) -> HttpResponse:
    return page(request, "cities/feeds/list.html", {"feeds": feeds_of(request.user)})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def new(request: SignedIn) -> HttpResponse:
    if standing_of(request.user, Permission.CHECKIN_READ, at=request.at) is None:
        raise NotAllowed(Permission.CHECKIN_READ.value)
    return _new(request)


@step_up
def _new(request: SignedIn) -> HttpResponse:
    """The address is shown in the answer itself, once: it is kept nowhere from which a second page could show it."""
    form = IssueFeedForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            feed, secret = issue_feed(
                by=request.user, at=request.at, of_team=form.cleaned_data["whose"] == TEAM
            )  # fmt: skip
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            tell(request.user, "feed")
            return page(request, "cities/feeds/issued.html", {"feed": feed, "address": _address(request, secret)})
    return page(request, "cities/feeds/new.html", form=form)


def _address(request: HttpRequest, secret: str) -> str:
    return request.build_absolute_uri(reverse("cases:calendar_feed", args=[secret]))


@require_POST
@signed_in
def revoke(request: SignedIn, pk: int) -> HttpResponse:
    feed = feeds_of(request.user).filter(pk=pk).first()
    if feed is None:
        raise Http404
    revoke_feed(feed=feed, by=request.user, at=request.at)
    messages.success(request, _("The feed is revoked: its address leads nowhere any more."))
    return redirect("cities:feeds")
