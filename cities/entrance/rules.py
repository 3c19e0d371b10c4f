"""Coming in: when a session is over, what a provider's word counts for, which code of an authenticator app is new."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

#: That somebody is at work is written down at most this often: a page loads several things at once.
PRESENCE_NOTED_EVERY = timedelta(seconds=10)

#: The kinds of second factor, as the library that keeps them calls them. Recovery codes stand in for one, once each.
CODES, PASSKEY, RECOVERY = "totp", "webauthn", "recovery_codes"
MAIN_FACTORS = frozenset({CODES, PASSKEY})


class Ending(Enum):
    """Why a session is over."""

    IDLE = "idle"
    AGE = "too long"
    ELSEWHERE = "ended elsewhere"
    PASSWORD = "password changed"  # noqa: S105 - a reason, in the ledger
    RESET = "second factor reset"
    ADDED = "second factor added"
    CLOSED = "account closed"


def ending(*, began: datetime, seen: datetime, at: datetime, idle: timedelta, longest: timedelta) -> Ending | None:
    """Why a session that began then and was last used then is over at the moment `at`; None: it goes on."""
    if at - began >= longest:
        return Ending.AGE
    return Ending.IDLE if at - seen >= idle else None


def ends_at(*, began: datetime, seen: datetime, idle: timedelta, longest: timedelta) -> datetime:
    """When it will be over, if nobody does anything."""
    return min(began + longest, seen + idle)


@dataclass(frozen=True)
class Vouching:
    """What an administrator lets a provider's word count for: these values of this claim stand for a second factor.

    Without any, a provider's sign-in is a first factor like a password, whatever it says of itself.
    """

    claim: str = ""
    values: frozenset[str] = frozenset()

    def counts(self, claims: Mapping[str, Any]) -> bool:
        """Whether the provider said, in a token that was checked, what the administrator asked for."""
        said = claims.get(self.claim) if self.claim else None
        if isinstance(said, str):
            said = [said]
        return isinstance(said, list) and bool(self.values & {value for value in said if isinstance(value, str)})


def authenticated_at(claims: Mapping[str, Any], *, at: datetime) -> datetime | None:
    """When the provider itself last asked who somebody is. Silence, or a moment to come, is no answer."""
    said = claims.get("auth_time")
    if not isinstance(said, int) or isinstance(said, bool) or said <= 0:
        return None
    try:
        then = datetime.fromtimestamp(said, tz=at.tzinfo)
    except (ValueError, OverflowError, OSError):
        return None
    return then if then <= at + timedelta(minutes=1) else None


def new_counter(matching: Iterable[int], last: int | None) -> int | None:
    """Of the steps of time whose code was typed, the first after the last one that let somebody in: a code counts
    once, and so does every code before it."""
    found = sorted(step for step in matching if last is None or step > last)
    return found[0] if found else None
