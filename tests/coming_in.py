"""`client.force_login(user)` in tests is somebody who came in by the door a moment ago, with all that it takes.

The real ways in are tried in tests/cities/entrance, which never use it.
"""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import caches
from django.test import Client
from django.utils import timezone

from cities.web.entrance import marks

_plain = Client.force_login


def _force_login(self: Client, user: Any, backend: str | None = None) -> None:
    _plain(self, user, backend)
    session, now = self.session, timezone.now().timestamp()
    session[marks.BEGAN] = session[marks.SHOWN] = now
    session[marks.FACTOR] = {"user": user.pk, "how": "a test"}
    session.save()


Client.force_login = _force_login  # type: ignore[method-assign, assignment]


@pytest.fixture(autouse=True)
def _nobody_tried_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """What one test counted of attempts is not held against another, in this process or the one beside it."""
    own = uuid.uuid4().hex
    monkeypatch.setitem(settings.CACHES["default"], "KEY_PREFIX", own)  # for threads to come
    monkeypatch.setattr(caches["default"], "key_prefix", own)


def without_marks(client: Client, *names: str) -> None:
    """A session that showed nothing, or that showed it long ago."""
    session = client.session
    for name in names or (marks.SHOWN, marks.FACTOR):
        session.pop(name, None)
    session.save()
