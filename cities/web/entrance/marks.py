"""What a session remembers of how it came in: since when, by which ways, and when it last showed who it is.

Only marks: a session without them, made in whatever other way, counts as one that showed nothing.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from cities.entrance.selectors import needs_second_factor
from cities.staff.models import User

BEGAN = "entrance_began"
SHOWN = "entrance_shown"
FACTOR = "entrance_second_factor"
WANTED = "entrance_wanted"
VOUCHED = "entrance_vouched"


def _moment(said: Any) -> datetime | None:
    return datetime.fromtimestamp(said, tz=UTC) if isinstance(said, (int, float)) else None


def begin(request: HttpRequest, *, at: datetime) -> None:
    """A session begins its working day."""
    request.session[BEGAN] = at.timestamp()


def began(request: HttpRequest) -> datetime | None:
    """When it began."""
    return _moment(request.session.get(BEGAN))


def shown(request: HttpRequest, *, at: datetime | None) -> None:
    """Who is here was shown at this moment; None: nobody knows when."""
    if at is not None:
        request.session[SHOWN] = at.timestamp()


def is_recent(request: HttpRequest) -> bool:
    """Whether who is here was shown recently enough for what is grave."""
    then = _moment(request.session.get(SHOWN))
    return then is not None and timezone.now() - then < settings.STEP_UP_WITHIN


def prove(request: HttpRequest, how: str) -> None:
    """The second factor was given in this session, by its user."""
    request.session[FACTOR] = {"user": request.user.pk, "how": how}


def has_proved(request: HttpRequest) -> bool:
    """Whether it was."""
    said = request.session.get(FACTOR)
    return isinstance(said, dict) and said.get("user") == request.user.pk


def lacks_second_factor(request: HttpRequest, user: User) -> bool:
    """Whether this session, whichever way it came in, showed no second factor where one is needed."""
    if settings.SECOND_FACTOR != "required" or has_proved(request):
        return False
    return needs_second_factor(user, at=timezone.now())


def vouch(request: HttpRequest, *, user_id: int, fresh_at: datetime | None, second_factor: bool) -> None:
    """What a provider said of whoever is about to come in. It is taken up, once, by the sign-in that follows."""
    fresh = fresh_at.timestamp() if fresh_at else None
    request.session[VOUCHED] = {"user": user_id, "fresh": fresh, "second_factor": second_factor}


def vouched(request: HttpRequest, user_id: int | None, *, take: bool = False) -> dict[str, Any] | None:
    """What a provider said of this user, if one did; `take`: it is used up with that."""
    said = request.session.pop(VOUCHED, None) if take else request.session.get(VOUCHED)
    return said if isinstance(said, dict) and said.get("user") == user_id else None


def fresh(said: dict[str, Any]) -> datetime | None:
    """When the provider asked who it is, by its own word."""
    return _moment(said.get("fresh"))


def want(request: HttpRequest, address: str) -> None:
    """Where somebody was going when she was led to set up a second factor."""
    request.session[WANTED] = address


def wanted(request: HttpRequest) -> str:
    """Where to go on to."""
    said = request.session.get(WANTED)
    return said if isinstance(said, str) and said.startswith("/") and not said.startswith("//") else "/"
