"""Questions about tokens and calendar feeds: whose they are, and whom a secret stands for."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from cities.staff.models import Scope, User
from cities.staff.selectors import postings_of
from cities.tokens.models import CalendarFeed, Token
from cities.tokens.rules import digest, holds, is_feed_secret, is_token


def tokens_of(user: User) -> QuerySet[Token]:
    """Every token of a user, the newest first, those that hold no more included."""
    return Token.objects.filter(user=user).select_related("user", "recorded_by", "revoked_by", "agency", "city")


def tokens() -> QuerySet[Token]:
    """Every token there is, for an administrator."""
    return Token.objects.select_related("user", "recorded_by", "revoked_by")


def token_by_secret(secret: str, *, at: datetime) -> Token | None:
    """The token that holds at the moment `at`, of a user who may sign in; None for anything else, alike."""
    if not is_token(secret):
        return None
    token = Token.objects.filter(digest=digest(secret), user__is_active=True).select_related("user").first()
    if token is None or not holds(at=at, expires_at=token.expires_at, revoked_at=token.revoked_at):
        return None
    token.user.acts_within = Scope(agency_id=token.agency_id, city_id=token.city_id)
    if token.user.acts_within != Scope() and not postings_of(token.user, at=at).exists():
        return None  # she is no longer posted where it was issued for
    return token


def account_of_secret(secret: str) -> User | None:
    """Whose token this is or was, whether it holds or not: for what is written down, never to let anybody in."""
    found = Token.objects.filter(digest=digest(secret)).select_related("user").first() if is_token(secret) else None
    return found.user if found else None


def feeds_of(user: User) -> QuerySet[CalendarFeed]:
    """Every calendar feed of a user, the newest first, those that were revoked included."""
    return CalendarFeed.objects.filter(user=user).select_related("user")


def feed_by_secret(secret: str) -> CalendarFeed | None:
    """The feed of an address that was not revoked, of a user who may sign in; None for anything else, alike."""
    if not is_feed_secret(secret):
        return None
    found = CalendarFeed.objects.filter(digest=digest(secret), revoked_at__isnull=True, user__is_active=True)
    return found.select_related("user").first()
