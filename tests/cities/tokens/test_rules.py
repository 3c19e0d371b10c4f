"""What a token looks like, and how long it holds."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cities.tokens.rules import digest, holds, is_token, start_of
from tests.factories import AT

SECRET = "apparatus_" + "aB3-_" * 8 + "xyz"


@pytest.mark.parametrize("text", ["", "apparatus_", SECRET[:-1], SECRET + "x", SECRET + "\n", "x" + SECRET, "é" * 53])
def test_is_token__refuses(text: str) -> None:
    assert not is_token(text)


def test_is_token__and_what_is_kept_of_it() -> None:
    assert is_token(SECRET)
    assert start_of(SECRET) == "aB3-_a"
    assert len(digest(SECRET)) == 64
    assert SECRET not in digest(SECRET)


def test_holds__until_it_expires_or_is_revoked() -> None:
    until = AT + timedelta(days=1)
    assert holds(at=AT, expires_at=until, revoked_at=None)
    assert not holds(at=until, expires_at=until, revoked_at=None)
    assert not holds(at=AT, expires_at=until, revoked_at=AT)
