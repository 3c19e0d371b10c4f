"""Coming in for real: with a password, codes as an app makes them, and nothing that tests may do and people not."""

from __future__ import annotations

import re
import time
from typing import Any

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client

from cities.staff.models import User

PASSWORD = "a long sentence that nobody guesses"


def with_password(user: User) -> User:
    """Somebody who can sign in."""
    user.set_password(PASSWORD)
    user.save(update_fields=["password"])
    return user


def code(secret: str, *, steps: int = 0) -> str:
    """What the app shows now, or so many half minutes from now: not in the last moment of one, or it comes too late."""
    left = 30 - time.time() % 30
    if left < 3:
        time.sleep(left)
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps)))


def sign_in(user: User, *, client: Client | None = None, password: str = PASSWORD, **more: Any) -> Client:
    """The password is given. What comes after, if anything, is still to come."""
    client = client or Client(**more)
    client.post("/accounts/login/", {"login": user.email, "password": password})
    return client


def set_up_app(client: Client) -> tuple[str, list[str]]:
    """Set up an authenticator app. Gives its key, and the recovery codes that were shown."""
    page = client.get("/accounts/second-factor/app/new/").content.decode()
    found = re.search(r'id="key" value="([A-Z2-7]+)"', page)
    assert found is not None, page
    answer = client.post("/accounts/second-factor/app/new/", {"code": code(found[1], steps=-1)})
    assert answer.headers["Location"] == "/accounts/second-factor/recovery/", answer.content
    shown = client.get("/accounts/second-factor/recovery/").content.decode()
    return found[1], re.findall(r"<code>([^<]+)</code>", shown)


def is_in(client: Client) -> bool:
    """Whether this session reaches what only they may reach who work here."""
    return bool(client.get("/roles/").status_code == 200)
