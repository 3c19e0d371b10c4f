"""The lives behind the numbers: as many where the cable of November 2015 says, by events, and what came after.

Each part is a number of people whose assessments take the same turn. Together, as known on the day itself, they give
the cable's stock on 3 November 2015 and the published counts of January 2016 to October 2017; as known today they give
the published departures of each year. `docs/demo.md` has the sums.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from random import Random

from cases.management.demo.lives import Life, someone
from cases.management.demo.places import COUNTED, PLACES
from cases.management.demo.turns import after_january, tell_until_january, tell_until_the_cable

#: part -> how many of those who had left in January 2016; by what they were then.
_BACK = {"back": 108, "back_then_not": 6, "came_back": 2, "came_back_from_zone": 1}
_LEAVING = {"leaving": 6}
_DEAD = {"dead": 26, "death_confirmed": 5}
_AWAY = {
    "presumed_dead": 36, "alive_after_all": 3, "now_presumed_dead": 8, "arrived": 29, "left_and_arrived": 2,
    "zone": 191,
}  # fmt: skip
#: How these four lie over the regions.
_REGIONS = {"VLG": (36, 2, 12, 133), "BRU": (61, 2, 5, 112), "WAL": (20, 2, 14, 24)}
#: Parts that come or go between the cable and January 2016: not in the cities whose count was published.
_ELSEWHERE = frozenset({"back_then_not", "leaving", "left_and_arrived"})
#: Those who were thought to have left in November 2015 and hadn't: stopped on the way, or never gone at all.
_NOT_LEFT = {"stopped": 31, "not_gone": 38, "stopped_not_returned": 6, "not_gone_nor_returned": 8}

#: year -> departures in each month, of those who left indeed and were known to have left in November 2015.
_DEPARTURES = {
    2012: (0, 0, 0, 4, 6, 8, 9, 11, 12, 13, 14, 15),
    2013: (9, 10, 11, 12, 12, 12, 12, 13, 12, 12, 12, 12),
    2014: (11, 10, 10, 10, 9, 10, 9, 14, 13, 15, 9, 9),
    2015: (5, 4, 4, 4, 4, 4, 3, 7, 6, 8, 0, 0),
}
#: The same, of those who turned out not to have left; none in the autumns that the cable compares.
_IMAGINED = {
    2012: (0, 0, 0, 0, 0, 1, 2, 2, 2, 2, 3, 3),
    2013: (3, 2, 3, 2, 3, 2, 3, 2, 3, 2, 3, 2),
    2014: (3, 4, 3, 4, 3, 3, 4, 0, 0, 0, 3, 3),
    2015: (2, 2, 2, 2, 2, 2, 2, 0, 0, 0, 0, 0),
}
#: The same, of those who left after the cable.
_WINTER = {2015: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 3), 2016: (1,)}

#: Where in the years a part lies: who is back or dead left earlier, who is on the way left later.
_LATENESS = {
    "back": 0.0, "back_then_not": 0.0, "stopped_not_returned": 0.0, "not_gone_nor_returned": 0.0, "dead": 0.1,
    "death_confirmed": 0.1, "presumed_dead": 0.2, "alive_after_all": 0.2, "came_back": 0.7, "arrived": 0.9,
    "stopped": 0.9, "not_gone": 0.9,
}  # fmt: skip
#: Who leaves later than this can't be back, or dead, and known to be so, by November 2015.
_EARLY = date(2015, 4, 30)
_IN_NO_HURRY = frozenset({"zone", "arrived", "came_back", "stopped", "not_gone"})


def history(rng: Random, today: date) -> list[Life]:
    """Everybody who left or was thought to have left, with all that was believed of each, up to `today`."""
    lives = _in_january(rng) + _not_left(rng)
    imagined = [life for life in lives if life.part in _NOT_LEFT or life.part == "back_then_not"]
    leaving = [life for life in lives if life.part in ("leaving", "left_and_arrived")]
    _give_departures(rng, leaving, _days(rng, _WINTER))
    _give_departures(rng, imagined, _days(rng, _IMAGINED))
    rest = [life for life in lives if life.departed is None]
    _give_departures(rng, rest, _days(rng, _DEPARTURES))
    for life in lives:
        tell_until_the_cable(rng, life)
        tell_until_january(rng, life)
    return lives + after_january(rng, lives, today)


def _parts(rng: Random, counts: dict[str, int]) -> list[str]:
    found = [part for part, count in counts.items() for _ in range(count)]
    rng.shuffle(found)
    return found


def _in_january(rng: Random) -> list[Life]:
    """A life for everybody who had left in January 2016: in each region its parts, in each city its number."""
    groups = [_parts(rng, counts) for counts in (_BACK, _LEAVING, _DEAD, _AWAY)]
    lives = []
    for region, numbers in _REGIONS.items():
        parts = [group.pop() for group, number in zip(groups, numbers, strict=True) for _ in range(number)]
        cities = [place.code for place in PLACES if place.region == region for _ in range(place.left)]
        elsewhere = [part for part in parts if part in _ELSEWHERE]
        first = rng.sample([city for city in cities if city not in COUNTED], len(elsewhere))
        for city in first:
            cities.remove(city)
        rng.shuffle(cities)
        rest = [part for part in parts if part not in _ELSEWHERE]
        lives += [someone(rng, city, part) for city, part in zip(first + cities, elsewhere + rest, strict=True)]
    return lives


def _not_left(rng: Random) -> list[Life]:
    cities = [place.code for place in PLACES for _ in range(place.taken_back)]
    return [someone(rng, city, part) for city, part in zip(cities, _parts(rng, _NOT_LEFT), strict=True)]


def _days(rng: Random, months: Mapping[int, tuple[int, ...]]) -> list[date]:
    counted = [(date(year, month, 1), n) for year, counts in months.items() for month, n in enumerate(counts, start=1)]
    return sorted(first + timedelta(days=rng.randint(3, 27)) for first, count in counted for _ in range(count))


def _give_departures(rng: Random, lives: list[Life], days: list[date]) -> None:
    """A day of departure for each life, by and large in the order of `_LATENESS`."""
    order = sorted(lives, key=lambda life: _LATENESS.get(life.part, 0.5) + 1.2 * rng.random())
    for life, day in zip(order, days, strict=True):
        life.departed = day
    late = [life for life, day in zip(order, days, strict=True) if day > _EARLY and life.part not in _IN_NO_HURRY]
    late = [life for life in late if life.part not in _ELSEWHERE]
    early = [life for life, day in zip(order, days, strict=True) if day <= _EARLY and life.part in _IN_NO_HURRY]
    for life, other in zip(late, rng.sample(early, len(late)), strict=True):
        life.departed, other.departed = other.departed, life.departed
