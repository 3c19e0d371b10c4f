"""Acts on those who work here: their accounts and postings, what they prefer, and when they are absent."""

from cities.staff.services.absences import change_absence, record_absence, withdraw_absence
from cities.staff.services.accounts import (
    appoint,
    change_preferences,
    change_user,
    create_user,
    end_posting,
    require_over,
    require_settings,
    write_settings,
)
from cities.staff.services.confirming import confirm_postings
from cities.staff.services.looking import open_account, open_staff
from cities.staff.services.sessions import end_sessions, revoke_keys

__all__ = [
    "appoint",
    "change_absence",
    "change_preferences",
    "change_user",
    "confirm_postings",
    "create_user",
    "end_posting",
    "end_sessions",
    "open_account",
    "open_staff",
    "record_absence",
    "require_over",
    "require_settings",
    "revoke_keys",
    "withdraw_absence",
    "write_settings",
]
