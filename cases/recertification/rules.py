"""Re-certification: each quarter somebody says that a grant is still needed, or it lapses. When which of it happens."""

from __future__ import annotations

from datetime import date, timedelta

from cases.access.rules import Ground
from cities.roles.rules import NOTICE_DAYS

#: What is granted without an end is confirmed. What is short by nature ends by itself: a deputy's with the absence, an
#: emergency after its hour.
CONFIRMED = (Ground.TEAM, Ground.REFERRAL)

#: So long before, those who answer for it are told, and as long as this they are always given.
NOTICE = timedelta(days=NOTICE_DAYS)


def next_date(today: date, days: int) -> date:
    """By when it is to be confirmed, given or confirmed today."""
    return today + timedelta(days=days)


def notice_is_due(confirm_by: date, today: date) -> bool:
    """Whether somebody is to be told that it has to be confirmed."""
    return confirm_by - NOTICE <= today


def has_lapsed(confirm_by: date, notice_on: date | None, today: date) -> bool:
    """Whether it is over: its day has gone by, and a whole fortnight since somebody was told, however late that was."""
    return notice_on is not None and confirm_by < today and notice_on + NOTICE < today
