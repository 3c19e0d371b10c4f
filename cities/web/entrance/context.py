"""What a page says of its session, for the script that warns before the end and covers the page after it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from cities.staff.models import User
from cities.web.entrance import marks
from cities.web.entrance.pages import mark_of


def entrance(request: HttpRequest) -> dict[str, Any]:
    """For whom the page is, how long it may stand idle, and when the session is over whatever happens."""
    user = getattr(request, "user", None)
    began = marks.began(request) if isinstance(user, User) else None
    if not isinstance(user, User) or began is None:
        return {}
    until = int((began + settings.SESSION_LONGEST).timestamp())
    return {"entrance": {"who": mark_of(user), "idle": int(settings.SESSION_IDLE.total_seconds()), "until": until}}
