"""Codes, passkeys and passwords as they are typed: counted, looked at once, and written in the ledger."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.account.forms import ChangePasswordForm
from allauth.account.forms import ReauthenticateForm as AllauthPasswordAgain
from allauth.core import context
from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.webauthn.forms import AddWebAuthnForm, AuthenticateWebAuthnForm, ReauthenticateWebAuthnForm
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cities.entrance.rules import CODES, PASSKEY, RECOVERY, new_counter
from cities.entrance.selectors import code_factor, factors_of
from cities.entrance.services import note_code, note_factor_used, note_failed_sign_in, note_step_up
from cities.ledger.rules import Clock
from cities.refusals import Refused, clean_text
from cities.staff.models import User
from cities.web.entrance.throttle import attempt

LONGEST_CODE = 40
_ONE_LINE = {"autocomplete": "one-time-code", "spellcheck": "false", "autocapitalize": "none"}


def _attempt(user: User) -> Any:
    request = context.request
    address = get_account_adapter().get_client_ip(request)
    return attempt(request, account=f"user {user.pk}", user_id=user.pk, address=address, code=True)


def _failed(user: User, how: str, *, again: bool) -> None:
    at = timezone.now()
    if again:
        note_step_up(by=user, at=at, how=how, done=False)
    else:
        note_failed_sign_in(by=Clock.ENTRANCE, at=at, account=user, how=how)


def matching_steps(secret: str, code: str) -> list[int]:
    """The steps of time, now and half a minute around it, whose code this is."""
    return [
        step
        for step in totp.yield_hotp_counters_from_time()
        if compare_user_code(actual=code, expected=totp.format_hotp_value(totp.hotp_value(secret, step)))
    ]


class _Code(forms.Form):
    """A code of the app, or a recovery code; each lets in once. (In place of allauth's, which remembers a code for half
    a minute in a cache: ours is remembered with the factor itself.)"""

    code: Any = forms.CharField(label=_("Code"), max_length=LONGEST_CODE, widget=forms.TextInput(attrs=_ONE_LINE))
    user: User
    again = False

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        tried = _attempt(self.user)
        if not tried.may:
            raise get_account_adapter().validation_error("too_many_login_attempts")
        if not (self._by_app(code) or self._by_recovery(code)):
            _failed(self.user, CODES, again=self.again)
            raise get_adapter().validation_error("incorrect_code")
        tried.was_right()
        return code

    def _by_app(self, code: str) -> bool:
        factor = code_factor(self.user, locked=True)
        if factor is None:
            return False
        steps = matching_steps(get_adapter().decrypt(factor.data["secret"]), code)
        counter = new_counter(steps, factor.data.get("last_counter"))
        if counter is None:
            return False
        note_code(by=self.user, at=timezone.now(), factor=factor, counter=counter)
        self.authenticator = factor
        return True

    def _by_recovery(self, code: str) -> bool:
        factor = factors_of(self.user).filter(type=RECOVERY).first()
        if factor is None or not factor.wrap().validate_code(code):
            return False
        self.authenticator = factor
        return True


class CodeForm(_Code, AuthenticateForm):  # type: ignore[misc]  # allauth is not typed
    """While signing in."""

    def save(self) -> None:
        super().save()
        if self.authenticator.type == RECOVERY:  # a code of the app was written down when it was spent
            note_factor_used(by=self.user, at=timezone.now(), kind=RECOVERY)


class CodeAgainForm(_Code, ReauthenticateForm):  # type: ignore[misc]  # allauth has no types
    """Once more, before something grave."""

    again = True


class _Passkey(forms.Form):
    user: User
    again = False

    def clean_credential(self) -> Any:
        """No guessing here, so nothing to count: a passkey signs what the server asks. What is no answer is wrong."""
        try:
            return super().clean_credential()  # type: ignore[misc]  # allauth has no types
        except forms.ValidationError:
            _failed(self.user, PASSKEY, again=self.again)
            raise
        except (KeyError, AttributeError, TypeError, ValueError) as error:  # JSON, but of some other shape
            _failed(self.user, PASSKEY, again=self.again)
            raise get_adapter().validation_error("incorrect_code") from error


class PasskeyForm(_Passkey, AuthenticateWebAuthnForm):  # type: ignore[misc]  # allauth has no types
    """While signing in."""

    def save(self) -> None:
        super().save()
        note_factor_used(by=self.user, at=timezone.now(), kind=PASSKEY)


class PasskeyAgainForm(_Passkey, ReauthenticateWebAuthnForm):  # type: ignore[misc]  # allauth has no types
    """Once more."""

    again = True


class PasswordAgainForm(AllauthPasswordAgain):  # type: ignore[misc]  # allauth has no types
    """The password once more."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = ""

    def clean_password(self) -> str:
        try:
            return super().clean_password()  # type: ignore[no-any-return]  # allauth has no types
        except forms.ValidationError:
            _failed(self.user, "password", again=True)
            raise


class NewPasswordForm(ChangePasswordForm):  # type: ignore[misc]  # allauth has no types
    """The password once more, and the one that is to be. The old one is counted and written down like everywhere: this
    page tells whoever sits in front of somebody else's session whether she guessed it."""

    def clean_oldpassword(self) -> str:
        old: str = self.cleaned_data["oldpassword"]
        adapter = get_account_adapter()
        try:
            if not adapter.reauthenticate(self.user, old):
                raise adapter.validation_error("enter_current_password")
        except forms.ValidationError:
            _failed(self.user, "password", again=True)
            raise
        return old


class NewCodesForm(ActivateTOTPForm):  # type: ignore[misc]  # allauth has no types
    """The first code of an app that is being set up. It is spent with that."""

    code: Any = forms.CharField(
        label=_("The code that the app shows"), max_length=LONGEST_CODE, widget=forms.TextInput(attrs=_ONE_LINE)
    )


class NewPasskeyForm(AddWebAuthnForm):  # type: ignore[misc]  # allauth has no types
    """A new passkey, with a name to tell it from others by."""

    name: Any = forms.CharField(
        label=_("What do you call it?"), required=False, max_length=60,
        help_text=_("Such as “work telephone” or “blue key”."),
    )  # fmt: skip

    def clean_name(self) -> str:
        try:
            kept = clean_text(super().clean_name(), field="name", most=60, one_line=True)
        except Refused as refused:
            raise forms.ValidationError(refused.message) from refused
        return kept

    def clean(self) -> dict[str, Any]:
        try:
            return super().clean()  # type: ignore[no-any-return]  # allauth has no types
        except (KeyError, AttributeError, ValueError) as error:  # JSON, but no answer of a passkey
            raise get_adapter().validation_error("incorrect_code") from error
