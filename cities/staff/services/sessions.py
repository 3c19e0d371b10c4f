"""What somebody has open: sessions, and what programs come in by. How it ends, by whatever act."""

from __future__ import annotations

from datetime import datetime

from django.apps import apps
from django.contrib.sessions.models import Session

from cities.ledger import services as ledger
from cities.ledger.rules import Clock, Operation
from cities.staff.models import User
from cities.staff.selectors import Standing


def end_sessions(user: User, *, but: str = "") -> int:
    """Ends the sessions of somebody, but the one with this key; the very next request of each comes from nobody.

    The rows are django-allauth's, one beside each session. Gives how many sessions there were.
    """
    rows = apps.get_model("usersessions", "UserSession").objects.filter(user=user).exclude(session_key=but)
    ended, _each = Session.objects.filter(session_key__in=list(rows.values_list("session_key", flat=True))).delete()
    rows.delete()
    return ended


def revoke_keys(user: User, *, by: User | Clock, at: datetime, standing: Standing) -> None:
    """Revokes the tokens and the calendar feeds of somebody, each kind with its entry: which they were, and whose."""
    revoked_by = None if isinstance(by, Clock) else by
    for act, keys, more in (
        ("TOKEN_REVOKE", user.tokens, {"revoked_by": revoked_by}),
        ("FEED_REVOKE", user.feeds, {}),
    ):
        open_now = keys.select_for_update().filter(revoked_at__isnull=True).order_by("pk")
        held = list(open_now.values_list("pk", flat=True))
        if held:
            keys.filter(pk__in=held).update(revoked_at=at, **more)
            ledger.write(
                operation=Operation.ADMINISTER, by=by, act=act, object_type=keys.model._meta.model_name or "",
                object_ids=held, fields=["revoked_at"], role=standing.role, agency_id=standing.agency_id,
                recipient=f"user {user.pk}",
            )  # fmt: skip
