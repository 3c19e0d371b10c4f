"""Who asks: a token of the house, in place of a session. (REST framework reads this file before it has any view.)"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from cases.access.services import act_as
from cities.entrance.selectors import lacks_second_factor
from cities.staff.models import User
from cities.tokens.models import Token
from cities.tokens.selectors import token_by_secret
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
        token = token_by_secret(parts[1].decode("latin-1"), at=at) if len(parts) == 2 else None
        if token is None:
            throttle = FailedSignIns()
            if not throttle.allow_request(request, None):  # type: ignore[arg-type]  # it asks nothing of the view
                raise Throttled(throttle.wait())
            raise AuthenticationFailed(_("This token does not hold, or never did."))
        if settings.SECOND_FACTOR == "required" and lacks_second_factor(token.user, at=at):
            raise AuthenticationFailed(_("Whoever this token signs in needs a second factor, and has none."))
        act_as(token.user)
        note_use(by=token.user, at=at, token=token)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="apparatus"'
