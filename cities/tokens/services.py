"""Acts on tokens and calendar feeds: issue, revoke, and note that one was used."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from cities.ledger import services as ledger
from cities.ledger.rules import Clock, Operation
from cities.refusals import NotAllowed, Refused, clean_text
from cities.roles.permissions import Permission
from cities.roles.rules import Role
from cities.staff.models import Posting, User
from cities.staff.selectors import Standing, postings_of, standing_of
from cities.staff.services import require_over, require_settings
from cities.tokens.models import CalendarFeed, Token
from cities.tokens.rules import FEED_USE_NOTED_EVERY, LONGEST, PREFIX, USE_NOTED_EVERY, Purpose, digest, start_of


def _require(by: User | Clock, user: User, *, at: datetime) -> Standing:
    """Whether `by` may issue a token that signs `user` in. Raises `NotAllowed`.

    Herself; an administrator, for the account of another system alone: whoever holds a secret can sign in as its user.
    """
    if isinstance(by, Clock):
        return require_settings(by, at=at, city_id=None)
    held = list(postings_of(user, at=at))
    if by.pk == user.pk:
        return Standing(held[0]) if held else Standing(None)
    if not held or any(posting.role != Role.INTEGRATION for posting in held):
        raise NotAllowed(Permission.SETTINGS_CHANGE.value)
    found = [require_settings(by, at=at, city_id=posting.city_id) for posting in held]
    return found[0]


def _require_revoking(user: User, *, by: User | Clock, at: datetime) -> Standing:
    """Whether `by` may revoke what `user` issued: herself, and whoever may close her account. Raises `NotAllowed`."""
    if by == user:
        return standing_of(user, Permission.CITY_READ, at=at) or Standing(None)
    return require_over(user, by=by, at=at)


@transaction.atomic
def issue_token(
    *, by: User | Clock, at: datetime, user: User, name: str, lasts: timedelta = LONGEST,
    posting: Posting | None = None, purpose: str = Purpose.CASEWORK,
) -> tuple[Token, str]:  # fmt: skip
    """A new token, and its secret: whoever asked is shown it once, it can't be had again.

    `posting`: it signs its user in as of that agency and in that city only, while she is posted there. Without one it
    is bounded by no place: for an account that has no posting, or that a set-up command makes.
    """
    found = _require(by, user, at=at)
    kept = clean_text(name, field="name", most=80, needed=True, one_line=True)
    if not timedelta(0) < lasts <= LONGEST:
        raise Refused(_("A token holds from one to 90 days."), field="days", code="lasts")
    if not user.is_active:
        raise Refused(_("This account is closed."), field="user", code="closed")
    if purpose not in Purpose:
        raise Refused(_("Choose what it is for."), field="purpose", code="purpose")
    if posting is not None and not postings_of(user, at=at).filter(pk=posting.pk).exists():
        raise Refused(_("This posting does not hold."), field="posting", code="posting")
    secret = PREFIX + secrets.token_urlsafe(32)
    token = Token.objects.create(
        recorded_at=at, recorded_by=None if isinstance(by, Clock) else by, user=user, name=kept,
        start=start_of(secret), digest=digest(secret), expires_at=at + lasts, purpose=purpose,
        agency_id=posting.agency_id if posting else None, city_id=posting.city_id if posting else None,
    )  # fmt: skip
    fields = ["name", "expires_at", "purpose", "agency", "city"]
    _write(by=by, standing=found, token=token, act="TOKEN_ISSUE", fields=fields)
    return token, secret


@transaction.atomic
def revoke_token(*, token: Token, by: User | Clock, at: datetime) -> Token:
    """From `at` on it opens nothing. Its user may, who administers her account, and a set-up command; again changes
    nothing."""
    found = _require_revoking(token.user, by=by, at=at)
    row = Token.objects.select_for_update().get(pk=token.pk)
    if row.revoked_at is None:
        row.revoked_at, row.revoked_by = at, None if isinstance(by, Clock) else by
        row.save(update_fields=["revoked_at", "revoked_by"])
        _write(by=by, standing=found, token=row, act="TOKEN_REVOKE", fields=["revoked_at"])
    return row


@transaction.atomic
def note_use(*, token: Token, by: User, at: datetime) -> None:
    """`by` signed in with her token: once a minute at most. A request never waits for another one here."""
    if token.last_used_at is not None and at - token.last_used_at < USE_NOTED_EVERY:
        return
    free = Token.objects.select_for_update(skip_locked=True).filter(pk=token.pk, user=by).values("pk")
    if Token.objects.filter(pk__in=free).update(last_used_at=at):
        found = standing_of(by, Permission.CITY_READ, at=at) or Standing(None)
        _write(
            operation=Operation.SIGN_IN, by=by, standing=found, token=token, act="TOKEN_USE", fields=["last_used_at"]
        )  # fmt: skip


@transaction.atomic
def issue_feed(*, by: User, at: datetime, of_team: bool) -> tuple[CalendarFeed, str]:
    """A calendar feed of one's own, and the secret of its address: shown once, it can't be had again.

    One of a kind at a time: whoever lost the address revokes that feed, so that the lost one opens nothing.
    """
    found = standing_of(by, Permission.CHECKIN_READ, at=at)
    if found is None:
        raise NotAllowed(Permission.CHECKIN_READ.value)
    User.objects.select_for_update(of=("self",)).get(pk=by.pk)  # two clicks at once: the second waits, and is refused
    if CalendarFeed.objects.filter(user=by, of_team=of_team, revoked_at__isnull=True).exists():
        raise Refused(_("There is such a feed already: revoke it first."), field="whose", code="taken")
    secret = secrets.token_urlsafe(32)
    feed = CalendarFeed.objects.create(
        recorded_at=at, recorded_by=by, user=by, of_team=of_team, start=start_of(secret), digest=digest(secret)
    )
    _write(by=by, standing=found, token=feed, act="FEED_ISSUE", fields=["of_team"])
    return feed, secret


@transaction.atomic
def revoke_feed(*, feed: CalendarFeed, by: User, at: datetime) -> CalendarFeed:
    """From `at` on its address leads nowhere. Its user may, and who administers her account; again changes nothing."""
    found = _require_revoking(feed.user, by=by, at=at)
    row = CalendarFeed.objects.select_for_update().get(pk=feed.pk)
    if row.revoked_at is None:
        row.revoked_at = at
        row.save(update_fields=["revoked_at"])
        _write(by=by, standing=found, token=row, act="FEED_REVOKE", fields=["revoked_at"])
    return row


@transaction.atomic
def note_feed_use(*, feed: CalendarFeed, by: User, at: datetime) -> None:
    """A calendar program asked on behalf of `by`: once an hour at most. It never waits for another request here."""
    if feed.last_used_at is not None and at - feed.last_used_at < FEED_USE_NOTED_EVERY:
        return
    free = CalendarFeed.objects.select_for_update(skip_locked=True).filter(pk=feed.pk, user=by).values("pk")
    if CalendarFeed.objects.filter(pk__in=free).update(last_used_at=at):
        found = standing_of(by, Permission.CITY_READ, at=at) or Standing(None)
        _write(operation=Operation.SIGN_IN, by=by, standing=found, token=feed, act="FEED_USE", fields=["last_used_at"])


def _write(
    *,
    by: User | Clock,
    standing: Standing,
    token: Token | CalendarFeed,
    act: str,
    fields: list[str],
    operation: Operation = Operation.ADMINISTER,
) -> None:
    kind = token._meta.model_name or ""
    ledger.write(
        operation=operation, by=by, act=act, object_type=kind, object_ids=[token.pk], fields=fields,
        role=standing.role, agency_id=standing.agency_id, recipient=f"user {token.user_id}",
    )  # fmt: skip
