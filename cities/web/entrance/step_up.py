"""Asking once more who somebody is, before what is grave: an export, the administration, a token, an emergency.

    @signed_in
    @step_up
    def view(request, …): …

It is asked when nobody showed who she is for STEP_UP_WITHIN. A page is left for the question and comes back. A form
that was sent is kept in the very page that asks, and goes on from there: nothing typed is lost, nothing is stored.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast
from urllib.parse import urlencode

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.webauthn.internal.auth import begin_authentication
from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cities.entrance.rules import CODES, MAIN_FACTORS, PASSKEY, RECOVERY
from cities.entrance.selectors import factors_of, identities_of
from cities.entrance.services import note_step_up
from cities.staff.models import User
from cities.web.entrance import marks
from cities.web.entrance.forms import CodeAgainForm, PasskeyAgainForm, PasswordAgainForm

RequestT = TypeVar("RequestT", bound=HttpRequest)
P = ParamSpec("P")

PASSWORD, CODE, CREDENTIAL = "step_up_password", "step_up_code", "step_up_credential"
OWN = (PASSWORD, CODE, CREDENTIAL)


def step_up(
    view: Callable[Concatenate[RequestT, P], HttpResponse],
) -> Callable[Concatenate[RequestT, P], HttpResponse]:
    """A view that is let through only when who asks showed recently who she is. Stands below `signed_in`."""

    @wraps(view)
    def guarded(request: RequestT, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        asked = ask_again(request)
        return view(request, *args, **kwargs) if asked is None else asked

    return cast(Callable[Concatenate[RequestT, P], HttpResponse], guarded)


def ask_again(request: HttpRequest) -> HttpResponse | None:
    """The question, as an answer; None: she has shown it, and the request goes on as she sent it."""
    user = cast(User, request.user)
    if marks.is_recent(request):
        _forget_the_answer(request)
        return None
    if request.method in ("GET", "HEAD"):
        return _away(request, user)
    form = StepUpForm(request.POST if any(name in request.POST for name in OWN) else None, user=user)
    if form.is_bound and form.is_valid():
        stepped_up(request, form.how)
        _forget_the_answer(request)
        return None
    return _keeping(request, user, form)


def stepped_up(request: HttpRequest, how: str) -> None:
    """She showed it just now."""
    at = timezone.now()
    marks.shown(request, at=at)
    record_authentication(request, request.user, "password" if how == "password" else "mfa", reauthenticated=True)
    note_step_up(by=cast(User, request.user), at=at, how=how, done=True)


def _away(request: HttpRequest, user: User) -> HttpResponse:
    """The first way that she has, and back to this address."""
    address = f"{reverse(ways(user)[0])}?{urlencode({'next': request.get_full_path()})}"
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)


def ways(user: User) -> list[str]:
    """How she can show who she is, by address, the handiest first. Who has a second factor shows that one, and never
    the password alone (docs/decisions/0036). With none of them, at her provider."""
    kinds = {factor.type for factor in factors_of(user)}
    by_code, by_passkey = ["mfa_reauthenticate"], ["mfa_reauthenticate_webauthn"]
    if CODES in kinds:
        return [*by_code, *(by_passkey if PASSKEY in kinds else [])]
    if PASSKEY in kinds:
        return [*by_passkey, *(by_code if RECOVERY in kinds else [])]
    return ["account_reauthenticate"] if user.has_usable_password() else ["entrance_again"]


def _keeping(request: HttpRequest, user: User, form: StepUpForm) -> HttpResponse:
    kinds = {factor.type for factor in factors_of(user)}
    shown: dict[str, Any] = {
        "form": form,
        "action": request.get_full_path(),
        "kept": [
            (name, value)
            for name, values in request.POST.lists()
            if name != "csrfmiddlewaretoken" and name not in OWN
            for value in values
        ],
        "files": bool(request.FILES),
        "options": begin_authentication(user) if PASSKEY in kinds else None,
        "identities": identities_of(user),
    }
    answer = render(request, "account/step_up.html", shown, status=422 if form.is_bound else 403)
    if request.headers.get("HX-Request"):  # the fragment's place is too small for the question
        answer.status_code = 422
        for name, value in (("HX-Retarget", "#main"), ("HX-Reselect", "#main"), ("HX-Reswap", "outerHTML")):
            answer.headers[name] = value
    return answer


def _forget_the_answer(request: HttpRequest) -> None:
    """What comes after sees the form as it was first sent, without the password."""
    if any(name in request.POST for name in OWN):
        kept = request.POST.copy()
        for name in OWN:
            kept.pop(name, None)
        kept._mutable = False
        request.POST = kept  # type: ignore[assignment]  # what was typed before, put back


class StepUpForm(forms.Form):
    """A code or a passkey, whichever she has; the password of who has neither."""

    needed_sometimes = frozenset(OWN)

    step_up_password = forms.CharField(
        label=_("Password"), required=False, strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )  # fmt: skip
    step_up_code = forms.CharField(
        label=_("A code of your authenticator app, or a recovery code"), required=False,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )  # fmt: skip
    step_up_credential = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, user: User) -> None:
        super().__init__(data)
        self.user = user
        self.how = ""
        kinds = {factor.type for factor in factors_of(user)}
        if kinds & MAIN_FACTORS or not user.has_usable_password():
            del self.fields[PASSWORD]
        if not kinds & MAIN_FACTORS or not kinds & {CODES, RECOVERY}:
            del self.fields[CODE]
        if PASSKEY not in kinds:
            del self.fields[CREDENTIAL]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        asked: list[tuple[str, str, Any, str]] = [
            (CREDENTIAL, "passkey", PasskeyAgainForm, "credential"),
            (CODE, "code", CodeAgainForm, "code"),
            (PASSWORD, "password", PasswordAgainForm, "password"),
        ]
        for name, how, shape, inner in asked:
            if value := cleaned.get(name):
                form = shape(user=self.user, data={inner: value})
                if form.is_valid():
                    self.how = how
                    return cleaned
                for errors in form.errors.values():
                    self.add_error(None if name == CREDENTIAL else name, errors)
                return cleaned
        raise forms.ValidationError(_("Please show that it is you."), code="required")
