"""Who asks: a token of the house, in place of a session. (REST framework reads this file before it has any view.)"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import APIException, AuthenticationFailed, Throttled
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from cases.access.services import act_as
from cities.entrance.selectors import lacks_second_factor
from cities.entrance.services import note_failed_sign_in
from cities.ledger.rules import Clock
from cities.staff.models import User
from cities.tokens.models import Token
from cities.tokens.selectors import account_of_secret, token_by_secret
from cities.tokens.services import note_use


class FailedSignIns(SimpleRateThrottle):
    """So many wrong tokens a minute from one address."""

    scope = "failed_sign_in"

    def get_cache_key(self, request: Request, view: Any = None) -> str:
        return self.cache_format % {"scope": self.scope, "ident": self.get_ident(request)}


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer apparatus_…`. From then on the database knows who asks."""

    def authenticate(self, request: Request) -> tuple[User, Token] | None:
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != b"bearer":
            return None
        at = timezone.now()
        secret = parts[1].decode("latin-1") if len(parts) == 2 else ""
        token = token_by_secret(secret, at=at)
        if token is None:
            told = _("This token does not hold, or never did.")
            raise _failed(request, account_of_secret(secret), at=at, told=told)
        if settings.SECOND_FACTOR == "required" and lacks_second_factor(token.user, at=at):
            told = _("Whoever this token signs in needs a second factor, and has none.")
            raise _failed(request, token.user, at=at, told=told)
        act_as(token.user)
        note_use(by=token.user, at=at, token=token)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="apparatus"'


def _failed(request: Request, account: User | None, *, at: datetime, told: str) -> APIException:
    """The refusal, written down like any sign-in that failed. What is slowed down is not: a program that asks all
    night with a token of last year fills no ledger. The entry stays, for a refusal (4xx) takes nothing back."""
    throttle = FailedSignIns()
    if not throttle.allow_request(request, None):  # type: ignore[arg-type]  # it asks nothing of the view
        return Throttled(throttle.wait())
    note_failed_sign_in(by=Clock.ENTRANCE, at=at, account=account, how="token")
    return AuthenticationFailed(told)
