"""The cities of the demo, and how many of those who left are from where."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

#: The day of the cable, and the day as of which the counts by city were published.
CABLE = date(2015, 11, 3)
RECOUNT = date(2016, 1, 28)


@dataclass(frozen=True)
class Place:
    """A city: `left` as of January 2016; `taken_back`: how many more were thought to have left in November 2015."""

    code: str
    region: str
    languages: str
    left: int
    taken_back: int
    cell_since: date


_FIRST, _SECOND = date(2014, 2, 3), date(2016, 1, 4)

#: The published counts of 28 January 2016 where there are any; the rest spread so that the regions come out too.
PLACES = (
    Place("ANT", "VLG", "nl", 93, 0, _FIRST),
    Place("MOL", "BRU", "fr nl", 47, 0, _FIRST),
    Place("VIL", "VLG", "nl", 27, 0, _FIRST),
    Place("VER", "WAL", "fr de", 25, 12, _FIRST),
    Place("MEC", "VLG", "nl", 20, 9, _FIRST),
    Place("SCH", "BRU", "fr nl", 31, 0, _FIRST),
    Place("BRU", "BRU", "fr nl", 47, 0, _FIRST),
    Place("MAA", "VLG", "nl", 16, 8, _FIRST),
    Place("AND", "BRU", "fr nl", 35, 16, _FIRST),
    Place("LIE", "WAL", "fr", 20, 9, _FIRST),
    Place("GEN", "VLG", "nl", 14, 7, _SECOND),
    Place("SGI", "BRU", "fr nl", 20, 9, _SECOND),
    Place("CHA", "WAL", "fr", 15, 7, _SECOND),
    Place("KOR", "VLG", "nl", 7, 3, _SECOND),
    Place("MEN", "VLG", "nl", 6, 3, _SECOND),
)
BY_CODE = {place.code: place for place in PLACES}
#: The cities whose count is published: as many left there whenever one asks.
COUNTED = frozenset({"ANT", "MOL", "VIL", "SCH", "BRU"})
FIRST_ROUND = tuple(place for place in PLACES if place.cell_since == _FIRST)
