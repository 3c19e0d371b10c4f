"""Alice lets a program of hers in, and takes it back."""

from __future__ import annotations

import re

import pytest
from rest_framework.test import APIClient

from tests.factories import Cast
from tests.journeys.conftest import SignIn

pytestmark = pytest.mark.usefixtures("served")


def test_a_token__from_preferences_to_revoked(cast: Cast, sign_in: SignIn) -> None:
    alice = sign_in(cast.alice)
    alice.open("/preferences/")
    alice.press("Tokens for other programs")
    alice.sees("No program signs in as you.")
    alice.press("Issue a token")
    alice.look("token-new")
    alice.page.get_by_label("What is it for?").fill("planning system")
    alice.page.get_by_label("Casework").check()
    alice.press("Issue")
    alice.look("token-issued")
    secret = alice.page.get_by_label("Token", exact=True).input_value()
    assert re.fullmatch(r"apparatus_[\w-]{43}", secret)
    program = APIClient()
    program.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    assert program.get("/api/v1/me").json()["name"] == str(cast.alice)
    alice.press("To all tokens")
    alice.look("tokens")
    alice.sees("planning system")
    alice.sees_nothing_of(secret)
    alice.press("Revoke planning system")
    alice.sees("revoked on")
    assert program.get("/api/v1/me").status_code == 401
