"""Questions about coming in: who needs a second factor and has one, and which sessions somebody has open.

The rows of second factors, sessions and providers are django-allauth's; only this room reads and ends them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.contrib.sessions.models import Session
from django.db.models import Manager, Q, QuerySet

from cities.entrance.rules import CODES, MAIN_FACTORS
from cities.roles.rules import SECOND_FACTOR
from cities.staff.models import Posting, User


def _rows(app: str, model: str) -> Manager[Any]:
    return apps.get_model(app, model).objects  # type: ignore[no-any-return]


def needs_second_factor(user: User, *, at: datetime) -> bool:
    """Whether somebody may come in with a second factor only, as what she is today."""
    if user.is_superuser:
        return True
    return Posting.objects.in_force(at=at).filter(user=user, role__in=sorted(SECOND_FACTOR)).exists()


def factors_of(user: User) -> QuerySet[Any]:
    """The second factors of somebody, recovery codes included, the oldest first."""
    return _rows("mfa", "Authenticator").filter(user=user).order_by("created_at", "pk")


def factors_of_all() -> QuerySet[Any]:
    """Everybody's, held against being used meanwhile: a code that lets in writes down that it did."""
    return _rows("mfa", "Authenticator").order_by("pk").select_related("user").select_for_update(of=("self",))


def has_second_factor(user: User) -> bool:
    """Whether she has an authenticator app or a passkey. Recovery codes alone are none."""
    return factors_of(user).filter(type__in=sorted(MAIN_FACTORS)).exists()


def lacks_second_factor(user: User, *, at: datetime) -> bool:
    """Whether she needs one and has none: then nothing of hers lets anybody in, a token neither."""
    return needs_second_factor(user, at=at) and not has_second_factor(user)


def code_factor(user: User, *, locked: bool = False) -> Any | None:
    """Her authenticator app; locked, so that one code lets in one of two requests that come at once."""
    found = factors_of(user).filter(type=CODES)
    return (found.select_for_update() if locked else found).first()


def identities_of(user: User) -> QuerySet[Any]:
    """The identities at providers with which somebody can sign in."""
    return _rows("socialaccount", "SocialAccount").filter(user=user).order_by("provider", "pk")


def identity(provider: str, uid: str) -> Any | None:
    """Whose identity this is, if anybody's."""
    return _rows("socialaccount", "SocialAccount").filter(provider=provider, uid=uid).select_related("user").first()


def account_named(login: str) -> User | None:
    """The account that somebody tried to come in as, by e-mail address or user name; None when there is none."""
    return User.objects.filter(Q(email__iexact=login) | Q(username__iexact=login)).first() if login else None


@dataclass(frozen=True)
class Presence:
    """One session: since when, last used when, from where."""

    pk: int
    key: str
    began: datetime
    seen: datetime
    address: str
    browser: str


def _presence(row: Any) -> Presence:
    return Presence(row.pk, row.session_key, row.created_at, row.last_seen_at, row.ip, row.user_agent)


def presence(key: str) -> Presence | None:
    """The session with this key, of whoever."""
    row = _rows("usersessions", "UserSession").filter(session_key=key).first()
    return _presence(row) if row else None


def sessions_of(user: User, *, at: datetime) -> list[Presence]:
    """The sessions that somebody has open, the one used last first."""
    rows = _rows("usersessions", "UserSession").filter(user=user)
    open_now = set(
        Session.objects.filter(session_key__in=rows.values("session_key"), expire_date__gt=at).values_list(
            "session_key", flat=True
        )
    )
    return [_presence(row) for row in rows.order_by("-last_seen_at", "-pk") if row.session_key in open_now]
