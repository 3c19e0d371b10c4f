"""How long it lasts, and what has to be said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from cases.access.rules import Refused
from cases.emergencies.rules import ReviewOutcome, lasts_until, needs_consequence, not_there, reason_of

AT = datetime(2026, 11, 3, 9, tzinfo=UTC)


def test_lasts_until__the_hour_or_sooner() -> None:
    hour = timedelta(hours=1)
    assert lasts_until(AT, None) == AT
    assert lasts_until(AT, AT - hour) == AT - hour
    assert lasts_until(AT, AT + hour) == AT


def test_needs_consequence__unless_justified() -> None:
    needing = [outcome for outcome in ReviewOutcome if needs_consequence(outcome)]
    assert needing == [ReviewOutcome.AVOIDABLE, ReviewOutcome.UNJUSTIFIED]


def test_reason__in_some_words() -> None:
    assert reason_of("  her sister\r\ncalled us ") == "her sister\ncalled us"
    with pytest.raises(Refused, match="4 words"):
        reason_of("it is urgent")


def test_not_there__is_one_answer() -> None:
    assert (not_there().message, not_there().field) == (not_there().message, "reference")
