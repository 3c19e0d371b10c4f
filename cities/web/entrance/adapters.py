"""How sign-in differs from allauth's own: nobody signs up, every way in leaves its trace."""

from __future__ import annotations

import logging
from functools import partial
from typing import Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.stages import AuthenticateStage
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.contrib import messages
from django.core.mail import send_mail
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from cities.entrance.sealing import WrongKey, open_secret, seal_secret
from cities.entrance.selectors import account_named, has_second_factor
from cities.entrance.services import link_identity, note_failed_sign_in, note_password, note_sign_in, note_sign_out
from cities.ledger.rules import Clock
from cities.refusals import Refused
from cities.staff.models import User
from cities.web.entrance import marks, throttle

log = logging.getLogger("apparatus.entrance")


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth is not typed
    """Passwords and sessions."""

    _tried: throttle.Attempt | None = None

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("cities:preferences")

    # --- trying ---------------------------------------------------------------------------------------------------

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Counted before the password is looked at, whether there is such an account or not."""
        login = _login(credentials)
        account = account_named(login)
        self._tried = throttle.attempt(
            request, account=f"user {account.pk}" if account else f"name {login}",
            user_id=account.pk if account else None, address=self.get_client_ip(request),
        )  # fmt: skip
        if not self._tried.may:
            raise self.validation_error("too_many_login_attempts")

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        found = super().authenticate(request, **credentials)
        if found is not None and self._tried is not None:
            self._tried.was_right()
        return found

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        if not request.user.is_authenticated:  # who is in already is asked again: that is written by its form
            account = account_named(_login(credentials))
            note_failed_sign_in(by=Clock.ENTRANCE, at=timezone.now(), account=account, how="password")

    # --- in and out -----------------------------------------------------------------------------------------------

    def get_login_stages(self) -> list[str]:
        house = f"{SecondFactorStage.__module__}.{SecondFactorStage.__name__}"
        return [house if stage == "allauth.mfa.stages.AuthenticateStage" else stage for stage in _stages(self)]

    def login(self, request: HttpRequest, user: Any) -> None:
        """The last step of every way in."""
        at = timezone.now()
        said = marks.vouched(request, user.pk, take=True)
        records = get_authentication_records(request, user)
        ways = [str(record.get("type") or record.get("provider") or record["method"]) for record in records]
        super().login(request, user)
        marks.begin(request, at=at)
        marks.shown(request, at=marks.fresh(said) if said else at)
        if any(record["method"] == "mfa" for record in records):
            marks.prove(request, ways[-1])
            marks.shown(request, at=at)
        elif said and said["second_factor"]:
            marks.prove(request, "provider")
        note_sign_in(by=user, at=at, how=ways)

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        response = cast(HttpResponse, super().post_login(request, user, **kwargs))
        throttle.remember(request, response, user.pk)
        return response

    def logout(self, request: HttpRequest) -> None:
        if isinstance(request.user, User):
            note_sign_out(by=request.user, at=timezone.now())
        super().logout(request)

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Those of the house, in its order: allauth would take the password of who has a second factor, too."""
        from cities.web.entrance.step_up import ways

        found = {method["url"]: method for method in super().get_reauthentication_methods(user)}
        addresses = [reverse(way) for way in ways(user)] if found else []
        return [found[address] for address in addresses if address in found]

    def is_reauthentication_required(self, *, app: str = "") -> bool:
        """Asked by allauth's own acts: the house's rule is the one for all."""
        return not marks.is_recent(context.request)

    # --- changes --------------------------------------------------------------------------------------------------

    def set_password(self, user: Any, password: str) -> None:
        user.set_password(password)
        user.save(update_fields=["password"])  # and nothing else: an administrator may be at the same account
        request = context.request
        here = request.session.session_key or "" if request.user == user else ""
        note_password(by=user, at=timezone.now(), but=here)

    def send_notification_mail(self, template_prefix: str, user: Any, *args: Any, **kwargs: Any) -> None:
        """Whatever changes about how somebody signs in is told her, in one kind of message."""
        tell(user, "changed")

    def send_password_reset_mail(self, user: Any, email: str, context: dict[str, Any]) -> None:
        """Only to an account that is in use."""
        if user.is_active:
            super().send_password_reset_mail(user, email, context)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """That the mail server is away is told to nobody who asks: it would say that there is such an account."""
        try:
            super().send_mail(template_prefix, email, context)
        except OSError:
            log.exception("A message to somebody who asked for it while signing in could not be sent.")


def _stages(adapter: DefaultAccountAdapter) -> list[str]:
    return cast("list[str]", DefaultAccountAdapter.get_login_stages(adapter))


def _login(credentials: dict[str, Any]) -> str:
    return str(credentials.get("email") or credentials.get("username") or "").strip().lower()


def tell(user: User, what: str, **more: object) -> None:
    """An e-mail about her own sign-in, once it holds. That the mail server is away stops nothing that was done."""
    with translation.override(user.language):
        text = render_to_string(f"emails/sign_in_{what}.txt", {"user": user, "site": settings.SITE_URL, **more})
        subject = _("Apparatus: something changed about how you sign in")
    transaction.on_commit(partial(_send, user.email, subject, text))


def _send(address: str, subject: str, text: str) -> None:
    try:
        send_mail(subject, text, None, [address])
    except OSError:
        log.exception("A message about a change of sign-in could not be sent.")


class SecondFactorStage(AuthenticateStage):  # type: ignore[misc]  # allauth has no types
    """Asks for the second factor, unless a provider gave one that the administrator lets count."""

    def _should_handle(self, request: HttpRequest) -> bool:
        said = marks.vouched(request, self.login.user.pk)
        return not (said and said["second_factor"]) and bool(super()._should_handle(request))


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    """What is secret of a second factor is sealed before it is written down."""

    def encrypt(self, text: str) -> str:
        return seal_secret(text)

    def decrypt(self, encrypted_text: str) -> str:
        try:
            return open_secret(encrypted_text)
        except WrongKey:
            log.error("A second factor is sealed with a key that is no longer among SECRET_KEY_FALLBACKS.")
            raise self.validation_error("incorrect_code") from None

    def is_mfa_enabled(self, user: Any, types: Any = None) -> bool:
        if types is None:
            return not user.is_anonymous and has_second_factor(user)
        return bool(super().is_mfa_enabled(user, types=types))


class ProviderAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Identities at providers: linked by hand, by their owner, never by an address (docs/decisions/0017)."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False

    def can_authenticate_by_email(self, login: Any, email: str) -> bool:
        return False

    def list_apps(self, request: HttpRequest, provider: Any = None, client_id: Any = None) -> list[Any]:
        """Those of the environment alone: a row in the database is no provider."""
        apps = super().list_apps(request, provider=provider, client_id=client_id)
        return [app for app in apps if app.pk is None]

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """The provider said who it is, in a token that was checked. What becomes of that is decided here."""
        if sociallogin.state.get("process") == "connect":
            raise ImmediateHttpResponse(self._link(request, sociallogin))
        if not sociallogin.is_existing:
            note_failed_sign_in(by=Clock.ENTRANCE, at=timezone.now(), account=None, how=sociallogin.account.provider)
            raise ImmediateHttpResponse(render(request, "socialaccount/unknown.html", status=403))
        said = sociallogin.said
        if request.user.is_authenticated:  # allauth begins a new session, and would take the marks along with the old
            self.again(request, sociallogin)
        marks.vouch(
            request, user_id=sociallogin.user.pk, fresh_at=said["fresh_at"], second_factor=said["second_factor"]
        )

    def again(self, request: HttpRequest, sociallogin: Any) -> None:
        """Who is in already was asked once more at her provider."""
        from cities.web.entrance.step_up import stepped_up

        fresh_at = sociallogin.said["fresh_at"]
        going = redirect(sociallogin.get_redirect_url(request) or "/")
        if has_second_factor(cast(User, request.user)) and not sociallogin.said["second_factor"]:
            messages.error(request, _("Show the second factor that you have here."))
            raise ImmediateHttpResponse(redirect("entrance_again"))
        if sociallogin.user == request.user and fresh_at and timezone.now() - fresh_at < settings.STEP_UP_WITHIN:
            stepped_up(request, "provider")
            marks.shown(request, at=fresh_at)
            raise ImmediateHttpResponse(going)
        messages.error(request, _("Your provider did not ask you again who you are."))
        raise ImmediateHttpResponse(redirect("entrance_again"))

    def _link(self, request: HttpRequest, sociallogin: Any) -> HttpResponse:
        user = request.user
        if not isinstance(user, User) or not marks.is_recent(request) or marks.lacks_second_factor(request, user):
            return redirect("socialaccount_connections")
        account = sociallogin.account
        try:
            link_identity(
                by=user, at=timezone.now(), provider=account.provider, uid=account.uid,
                label=str(account.extra_data.get("label", "")),
            )  # fmt: skip
        except Refused as refused:
            messages.error(request, refused.message)
        else:
            messages.success(request, _("From now on you can sign in there."))
            tell(user, "changed")
        return redirect("socialaccount_connections")

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, error: Any = None, exception: Any = None, extra_context: Any = None
    ) -> None:
        """Written down by its kind: what a provider answered is never kept."""
        log.warning("Signing in at %s failed: %s", getattr(provider.app, "provider_id", "?"), type(exception).__name__)
        if not request.user.is_authenticated:
            how = str(getattr(provider.app, "provider_id", ""))
            note_failed_sign_in(by=Clock.ENTRANCE, at=timezone.now(), account=None, how=how)

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """`_link` tells her."""
