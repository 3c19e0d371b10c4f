"""Where somebody sees on which devices she is signed in, and who signs her in; and an administrator, how she does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.socialaccount.adapter import get_adapter as get_provider_adapter
from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cities.entrance.selectors import factors_of, has_second_factor, identities_of, needs_second_factor, sessions_of
from cities.entrance.services import (
    end_all_sessions,
    end_other_sessions,
    end_own_session,
    reset_second_factor,
    unlink_identity,
)
from cities.refusals import Refused
from cities.staff.models import User
from cities.staff.selectors import users
from cities.staff.services import open_account, require_over
from cities.tokens.selectors import feeds_of, tokens_of
from cities.tokens.services import revoke_feed, revoke_token
from cities.web.entrance.adapters import tell
from cities.web.entrance.browsers import named
from cities.web.entrance.middleware import seconds_left
from cities.web.entrance.step_up import step_up, ways
from cities.web.pages import page
from cities.web.requests import SignedIn, signed_in
from cities.web.requests import here as here_of


def mark_of(user: User) -> str:
    """Stands in a page for whom it was made. It opens nothing, and says who only to who knows already."""
    return salted_hmac("cities.entrance.page", str(user.pk), algorithm="sha256").hexdigest()[:32]


@require_http_methods(["GET", "POST"])
def here(request: HttpRequest) -> HttpResponse:
    """Asked by a page: does this session go on, how long, and is it still the one the page was made for? Sending the
    question (POST) is staying; asking (GET) is not."""
    if not isinstance(request.user, User):
        return JsonResponse({"signed_in": False})
    asked = request.GET.get("who") or request.POST.get("who") or ""
    if not constant_time_compare(asked, mark_of(request.user)):
        return JsonResponse({"signed_in": True, "same": False})
    left, can_stay = seconds_left(request)
    told = {"signed_in": True, "same": True, "seconds": left, "can_stay": can_stay, "token": get_token(request)}
    return JsonResponse(told)


@require_safe
@signed_in
def sessions(request: SignedIn) -> HttpResponse:
    key = request.session.session_key
    found = [(named(one.browser), one, one.key == key) for one in sessions_of(request.user, at=request.at)]
    return page(request, "usersessions/usersession_list.html", {"sessions": found})


@require_POST
@signed_in
def end_there(request: SignedIn, pk: int) -> HttpResponse:
    if not end_own_session(by=request.user, at=request.at, pk=pk):
        raise Http404
    messages.success(request, _("You are signed out there."))
    return redirect("usersessions_list")


@require_POST
@signed_in
def end_elsewhere(request: SignedIn) -> HttpResponse:
    end_other_sessions(by=request.user, at=request.at, but=request.session.session_key or "")
    messages.success(request, _("You are signed out everywhere but here."))
    return redirect("usersessions_list")


@require_safe
@signed_in
def again(request: SignedIn) -> HttpResponse:
    """Who has neither password nor second factor here shows at her provider who she is."""
    found = ways(request.user)
    if found[0] != "entrance_again":
        return redirect(found[0])
    return page(request, "account/again.html", {"providers": _own_providers(request)})


def _own_providers(request: SignedIn) -> list[Any]:
    held = {row.provider for row in identities_of(request.user)}
    return [provider for provider in get_provider_adapter().list_providers(request) if provider.app.provider_id in held]


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@step_up
def connections(request: SignedIn) -> HttpResponse:
    """The identities at providers that sign somebody in, each with the way to give it up."""
    if request.method == "POST":
        try:
            unlink_identity(by=request.user, at=request.at, pk=_number(request.POST.get("account")))
        except Refused as refused:
            messages.error(request, refused.message)
        else:
            messages.success(request, _("This identity signs you in no more."))
            tell(request.user, "changed")
        return redirect("socialaccount_connections")
    providers = get_provider_adapter().list_providers(request)
    names = {provider.app.provider_id: provider.name for provider in providers}
    found = [(row, names.get(row.provider, row.provider)) for row in identities_of(request.user)]
    held = {row.provider for row, _name in found}
    free = [provider for provider in providers if provider.app.provider_id not in held]
    return page(request, "socialaccount/connections.html", {"identities": found, "providers": free})


def _number(said: str | None) -> int:
    return int(said) if said and said.isascii() and said.isdecimal() and len(said) < 18 else 0


class ReasonForm(forms.Form):
    """What is done to somebody's sign-in, and why."""

    act = forms.ChoiceField(
        label=gettext_lazy("What is to be done?"),
        choices=[
            ("END", gettext_lazy("Sign her out everywhere, and revoke her tokens and calendar feeds")),
            ("RESET", gettext_lazy("Reset her second factor, and all of that too: she sets up a new one")),
        ],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=gettext_lazy("Why?"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Such as “telephone lost”. It stands in the ledger."),
    )  # fmt: skip


#: What its page says of an account, as the ledger names it.
SHOWN_OF_AN_ACCOUNT = ("email", "factors", "feeds", "identities", "is_active", "sessions", "tokens")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@step_up
def account_of(request: SignedIn, pk: int) -> HttpResponse:
    """For an administrator: how somebody signs in, what she has open, and what can be done about it."""
    user = _hers_to_administer(request, pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        act = reset_second_factor if form.cleaned_data["act"] == "RESET" else end_all_sessions
        try:
            act(by=request.user, at=request.at, user=user, reason=form.cleaned_data["reason"])
        except Refused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, refused.message)
        else:
            tell(user, "reset" if form.cleaned_data["act"] == "RESET" else "ended")
            messages.success(request, _("It is done, and an e-mail tells it."))
            return redirect("entrance_account", pk=user.pk)
    shown = {
        "whose": user,
        "sessions": len(sessions_of(user, at=request.at)),
        "has_factor": has_second_factor(user),
        "needs_factor": needs_second_factor(user, at=timezone.now()),
        "factors": factors_of(user),
        "identities": identities_of(user),
        "tokens": tokens_of(user).filter(revoked_at__isnull=True, expires_at__gt=request.at),
        "feeds": feeds_of(user).filter(revoked_at__isnull=True),
    }
    open_account(user=user, by=request.user, at=request.at, fields=SHOWN_OF_AN_ACCOUNT, purpose=here_of(request))
    return page(request, "cities/staff/sign_in.html", shown, form=form)


@require_POST
@signed_in
@step_up
def revoke_token_of(request: SignedIn, user: int, pk: int) -> HttpResponse:
    """For an administrator: one token of somebody opens nothing any more."""
    return _revoked(request, user, lambda whose: revoke_token(
        token=get_object_or_404(tokens_of(whose), pk=pk), by=request.user, at=request.at
    ))  # fmt: skip


@require_POST
@signed_in
@step_up
def revoke_feed_of(request: SignedIn, user: int, pk: int) -> HttpResponse:
    """The same of a calendar feed."""
    return _revoked(request, user, lambda whose: revoke_feed(
        feed=get_object_or_404(feeds_of(whose), pk=pk), by=request.user, at=request.at
    ))  # fmt: skip


def _hers_to_administer(request: SignedIn, pk: int) -> User:
    """Somebody whose account `request.user` administers; else the refusal."""
    user = get_object_or_404(users(), pk=pk)
    require_over(user, by=request.user, at=request.at)
    return user


def _revoked(request: SignedIn, user: int, revoke: Callable[[User], object]) -> HttpResponse:
    whose = _hers_to_administer(request, user)
    revoke(whose)
    tell(whose, "revoked")
    messages.success(request, _("It is revoked, and an e-mail tells it."))
    return redirect("entrance_account", pk=whose.pk)
