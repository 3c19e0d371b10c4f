"""How long to wait before trying again, and the name a message keeps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from cases.outbox.rules import MOST_ATTEMPTS, message_id, wait_after


@pytest.mark.parametrize(("attempts", "minutes"), [(1, 1), (2, 2), (3, 4), (8, 128), (30, 24 * 60)])
def test_wait_after__doubles_to_a_day_at_most(attempts: int, minutes: int) -> None:
    assert wait_after(attempts) == timedelta(minutes=minutes)


def test_wait_after__all_attempts_together_outlast_a_restart() -> None:
    assert sum((wait_after(attempt) for attempt in range(1, MOST_ATTEMPTS)), timedelta()) > timedelta(hours=2)


def test_message_id__the_same_for_the_same_message() -> None:
    left_at = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
    assert message_id(31, left_at, domain="example.org") == f"<message-31.{left_at.timestamp():.0f}@example.org>"
    assert message_id(31, left_at, domain="example.org") != message_id(32, left_at, domain="example.org")
