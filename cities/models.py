"""Contents page: Django finds the models of every room here. Nobody else reads it."""

from cities.agencies.models import Agency, CellSeat
from cities.ledger.models import LedgerEntry
from cities.places.models import City, HotSpotDesignation, Population
from cities.staff.models import Posting, User
from cities.statistics.models import Figure, Series
from cities.tokens.models import Token

__all__ = [
    "Agency",
    "CellSeat",
    "City",
    "Figure",
    "HotSpotDesignation",
    "LedgerEntry",
    "Population",
    "Posting",
    "Series",
    "Token",
    "User",
]
