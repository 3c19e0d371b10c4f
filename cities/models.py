"""Contents page: Django finds the models of every room here. Nobody else reads it."""

from cities.agencies.models import Agency, CellSeat, ClosingDays
from cities.ledger.models import Checkpoint, Dispatch, LedgerEntry, ReadMark, Seal, SealedEntry
from cities.places.models import City, CitySettings, HotSpotDesignation, Population, SchoolHoliday
from cities.staff.models import Absence, Posting, User
from cities.statistics.models import Figure, Series
from cities.tokens.models import CalendarFeed, Token

__all__ = [
    "Absence",
    "Agency",
    "CalendarFeed",
    "CellSeat",
    "Checkpoint",
    "City",
    "CitySettings",
    "ClosingDays",
    "Dispatch",
    "Figure",
    "HotSpotDesignation",
    "LedgerEntry",
    "Population",
    "Posting",
    "ReadMark",
    "SchoolHoliday",
    "Seal",
    "SealedEntry",
    "Series",
    "Token",
    "User",
]
