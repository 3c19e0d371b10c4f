"""Wrong passwords and codes are slowed down, without locking out whom they are tried on (docs/decisions/0018).

Counted are attempts, before they are looked at: a hundred at once are a hundred. One that was right gives its place
back. A browser that somebody came in with before is counted apart, for her alone: a stranger's attempts never use up
hers, whatever address they share.
"""

from __future__ import annotations

import hashlib
import ipaddress
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse

COOKIE = "apparatus_known"
SALT = "cities.entrance.known"
KNOWN_FOR = 400 * 24 * 3600
#: As many people come in with one browser, at a counter; then the first is forgotten.
MOST_PEOPLE = 8


@dataclass(frozen=True)
class Limit:
    """So many attempts in so many seconds."""

    attempts: int
    seconds: int


ON_A_KNOWN_BROWSER = Limit(10, 600)
ON_AN_ACCOUNT_FROM_A_NETWORK = Limit(5, 300)
FROM_AN_ADDRESS = Limit(30, 600)
#: Codes are short: for them there is a limit over all strange browsers together. It takes the password to get there.
CODES_ON_AN_ACCOUNT = Limit(20, 3600)


@dataclass(frozen=True)
class Attempt:
    """One attempt, counted in these places; `may` says whether it is looked at."""

    may: bool
    places: tuple[str, ...] = ()

    def was_right(self) -> None:
        """It gives its places back."""
        for place in self.places:
            try:
                cache.decr(place)
            except ValueError:
                continue  # forgotten meanwhile


def network(address: str) -> str:
    """Who is next door counts as one: an attacker changes the last number at will."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network(f"{found}/{24 if found.version == 4 else 48}", strict=False))


def attempt(request: HttpRequest, *, account: str, user_id: int | None, address: str, code: bool = False) -> Attempt:
    """Count an attempt on this account. `account` is what stands for it whether it exists or not."""
    kind = "code" if code else "password"
    if user_id is not None and user_id in _people(request):
        return _count([(f"{kind} known {user_id} {_browser(request)}", ON_A_KNOWN_BROWSER)])
    limits = [
        (f"{kind} from {network(address)} on {account}", ON_AN_ACCOUNT_FROM_A_NETWORK),
        (f"{kind} from {address}", FROM_AN_ADDRESS),
    ]
    return _count([*limits, (f"code on {account}", CODES_ON_AN_ACCOUNT)] if code else limits)


def _count(limits: Sequence[tuple[str, Limit]]) -> Attempt:
    places, may = [], True
    for name, limit in limits:
        place = _place(name, limit)
        cache.add(place, 0, limit.seconds + 60)
        try:
            number = cache.incr(place)
        except ValueError:  # it ran out between the two
            cache.set(place, 1, limit.seconds + 60)
            number = 1
        places.append(place)
        may = may and number <= limit.attempts
    found = Attempt(may, tuple(places))
    if not may:
        found.was_right()  # what is not looked at uses nothing up, so that waiting helps
    return found


def _place(name: str, limit: Limit) -> str:
    return f"entrance:{hashlib.sha256(name.encode()).hexdigest()}:{int(time.time()) // limit.seconds}"


def _known(request: HttpRequest) -> dict[str, object]:
    try:
        said = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=KNOWN_FOR)
    except signing.BadSignature:
        return {}
    return said if isinstance(said, dict) else {}


def _browser(request: HttpRequest) -> str:
    return str(_known(request).get("browser", ""))


def _people(request: HttpRequest) -> list[int]:
    said = _known(request).get("people", [])
    return said if isinstance(said, list) else []


def remember(request: HttpRequest, response: HttpResponse, user_id: int) -> None:
    """She came in with this browser, whole: next time it is known for hers. It opens nothing."""
    people = [user_id, *(pk for pk in _people(request) if pk != user_id)][:MOST_PEOPLE]
    said = {"browser": _browser(request) or secrets.token_urlsafe(16), "people": people}
    response.set_cookie(
        COOKIE, signing.dumps(said, salt=SALT), max_age=KNOWN_FOR, httponly=True,
        secure=settings.SESSION_COOKIE_SECURE, samesite="Lax",
    )  # fmt: skip
