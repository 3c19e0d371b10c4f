"""The house's own views around allauth's: each act writes its entry, in the transaction in which it happens."""

from __future__ import annotations

from typing import Any, cast

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from cities.entrance.rules import CODES, PASSKEY, RECOVERY
from cities.entrance.selectors import code_factor, needs_second_factor
from cities.entrance.services import (
    note_code,
    note_factor_added,
    note_factor_removed,
    require_removable,
)
from cities.refusals import Refused
from cities.staff.models import User
from cities.web.entrance import marks
from cities.web.entrance.adapters import tell
from cities.web.entrance.forms import matching_steps
from cities.web.entrance.step_up import stepped_up


def _who(request: HttpRequest) -> User:
    return cast(User, request.user)


def _added(request: HttpRequest, kind: str) -> None:
    """The session in which a second factor is set up has shown it with that."""
    user = _who(request)
    marks.prove(request, kind)
    note_factor_added(by=user, at=timezone.now(), kind=kind, but=request.session.session_key or "")


class Again(account.ReauthenticateView):  # type: ignore[misc]  # allauth is not typed
    """The password once more."""

    def form_valid(self, form: Any) -> HttpResponse:
        stepped_up(self.request, "password")
        return cast(HttpResponse, super().form_valid(form))


class AgainByCode(mfa.ReauthenticateView):  # type: ignore[misc]  # allauth has no types
    """A code once more."""

    def form_valid(self, form: Any) -> HttpResponse:
        stepped_up(self.request, "code")
        return cast(HttpResponse, super().form_valid(form))


class AgainByPasskey(webauthn.ReauthenticateWebAuthnView):  # type: ignore[misc]  # allauth has no types
    """A passkey once more."""

    def form_valid(self, form: Any) -> HttpResponse:
        stepped_up(self.request, "passkey")
        return cast(HttpResponse, super().form_valid(form))

    def form_invalid(self, form: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form))  # type: ignore[no-any-return]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**kwargs, "form": kwargs.get("form") or self.get_form(), **super().get_context_data()}


class Factors(mfa.IndexView):  # type: ignore[misc]  # allauth has no types
    """Which second factors somebody has."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        needed = needs_second_factor(_who(self.request), at=timezone.now())
        return {**super().get_context_data(**kwargs), "needed": needed}


class NewCodes(totp.ActivateTOTPView):  # type: ignore[misc]  # allauth has no types
    """Setting up an authenticator app."""

    def form_valid(self, form: Any) -> HttpResponse:
        user = _who(self.request)
        steps = matching_steps(form.secret, form.cleaned_data["code"])
        answer = cast(HttpResponse, super().form_valid(form))
        note_code(by=user, at=timezone.now(), factor=code_factor(user), counter=max(steps))
        _added(self.request, CODES)
        return answer


class NoCodes(totp.DeactivateTOTPView):  # type: ignore[misc]  # allauth has no types
    """Giving up the authenticator app."""

    def form_valid(self, form: Any) -> HttpResponse:
        return _removing(self, form, self.authenticator, super().form_valid)


class NewPasskey(webauthn.AddWebAuthnView):  # type: ignore[misc]  # allauth has no types
    """Setting up a passkey."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**kwargs, "form": kwargs.get("form") or self.get_form(), **super().get_context_data()}

    def form_valid(self, form: Any) -> HttpResponse:
        answer = cast(HttpResponse, super().form_valid(form))
        _added(self.request, PASSKEY)
        return answer


class NoPasskey(webauthn.RemoveWebAuthnView):  # type: ignore[misc]  # allauth has no types
    """Giving up a passkey."""

    def form_valid(self, form: Any) -> HttpResponse:
        return _removing(self, form, self.get_object(), super().form_valid)


def _removing(view: Any, form: Any, factor: Authenticator, remove: Any) -> HttpResponse:
    user, at = _who(view.request), timezone.now()
    kind = factor.type
    try:
        require_removable(by=user, at=at, factor=factor)
    except Refused as refused:
        messages.error(view.request, refused.message)
        return redirect("mfa_index")
    answer = cast(HttpResponse, remove(form))
    note_factor_removed(by=user, at=at, kind=kind)
    return answer


class NewRecoveryCodes(recovery.GenerateRecoveryCodesView):  # type: ignore[misc]  # allauth has no types
    """Ten new ones; the old ones are worth nothing from then on."""

    def form_valid(self, form: Any) -> HttpResponse:
        answer = cast(HttpResponse, super().form_valid(form))
        note_factor_added(by=_who(self.request), at=timezone.now(), kind=RECOVERY, but="")
        tell(_who(self.request), "changed")
        return answer


class RecoveryCodes(recovery.ViewRecoveryCodesView):  # type: ignore[misc]  # allauth has no types
    """Shown once, right after they were made."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "wanted": marks.wanted(self.request)}


class RenamePasskey(webauthn.EditWebAuthnView):  # type: ignore[misc]  # allauth has no types
    """Another name for a passkey."""
