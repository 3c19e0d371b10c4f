"""The sessions that somebody has open: how they end, by whatever act."""

from __future__ import annotations

from django.apps import apps
from django.contrib.sessions.models import Session

from cities.staff.models import User


def end_sessions(user: User, *, but: str = "") -> int:
    """Ends the sessions of somebody, but the one with this key; the very next request of each comes from nobody.

    The rows are django-allauth's, one beside each session. Gives how many sessions there were.
    """
    rows = apps.get_model("usersessions", "UserSession").objects.filter(user=user).exclude(session_key=but)
    ended, _each = Session.objects.filter(session_key__in=list(rows.values_list("session_key", flat=True))).delete()
    rows.delete()
    return ended
