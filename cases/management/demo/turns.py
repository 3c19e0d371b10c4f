"""The turns a life can take: how each part of the history is told, and what happened after January 2016."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from random import Random

from cases.management.demo.lives import Life, between, someone
from cases.management.demo.places import CABLE, COUNTED, PLACES, RECOUNT
from cases.travel.rules import Confidence, Situation, TravelValue

#: What the cable counted was known by the day before.
_KNOWN_BY = CABLE - timedelta(days=1)
_WINTER = (CABLE + timedelta(days=3), RECOUNT - timedelta(days=4))
_NOT_HOME_YET = frozenset({"leaving", "left_and_arrived"})
_ALIVE = "Called a relative: the report of this death was false"


def _days(number: int) -> timedelta:
    return timedelta(days=number)


def _depart(rng: Random, life: Life, *, known_by: date) -> date:
    """On the way."""
    day = life.departed
    assert day is not None
    life.believe(rng, TravelValue.IN_TRANSIT, day, min(known_by, day + _days(rng.randint(2, 60))))
    return day


def _reach_the_zone(rng: Random, life: Life, *, known_by: date) -> date:
    """By way of somewhere, when there was time; else straight on."""
    day = life.departed
    assert day is not None
    if day > known_by - _days(100) or rng.random() < 0.15:
        life.believe(rng, TravelValue.IN_ZONE, day, min(known_by, day + _days(rng.randint(2, 60))))
        return day
    first = TravelValue.IN_TRANSIT if rng.random() < 0.75 else TravelValue.LEFT
    life.believe(rng, first, day, day + _days(rng.randint(2, 25)))
    there = day + _days(rng.randint(8, 60))
    sure = Confidence.CONFIRMED if rng.random() < 0.4 else Confidence.PRESUMED
    life.believe(rng, TravelValue.IN_ZONE, there, min(known_by, there + _days(rng.randint(3, 40))), confidence=sure)
    return there


def _die(rng: Random, life: Life, *, sure: bool) -> None:
    there = _reach_the_zone(rng, life, known_by=_KNOWN_BY)
    day = between(rng, there + _days(20), min(there + _days(600), date(2015, 10, 10)))
    confidence = Confidence.CONFIRMED if sure else Confidence.PRESUMED
    known = min(_KNOWN_BY, day + _days(rng.randint(1, 70)))
    life.believe(rng, TravelValue.KILLED, day, known, confidence=confidence)


def _come_back(rng: Random, life: Life, *, only_on_the_way: bool) -> None:
    go = _depart if only_on_the_way else _reach_the_zone
    there = go(rng, life, known_by=_KNOWN_BY)
    day = between(rng, there + _days(25), min(there + _days(500), date(2015, 10, 20)))
    known = min(_KNOWN_BY, day + _days(rng.randint(0, 12)))
    life.believe(rng, TravelValue.RETURNED, day, known, confidence=Confidence.CONFIRMED)


def tell_until_the_cable(rng: Random, life: Life) -> None:
    """What was believed on 3 November 2015."""
    match life.part:
        case "leaving" | "left_and_arrived":
            pass
        case "back":
            _come_back(rng, life, only_on_the_way=rng.random() < 0.2)
        case "back_then_not" | "stopped_not_returned" | "not_gone_nor_returned":
            _come_back(rng, life, only_on_the_way=True)
        case "dead":
            _die(rng, life, sure=True)
        case "presumed_dead" | "alive_after_all" | "death_confirmed":
            _die(rng, life, sure=False)
        case "arrived" | "came_back" | "stopped" | "not_gone":
            _depart(rng, life, known_by=_KNOWN_BY)
        case _:
            _reach_the_zone(rng, life, known_by=_KNOWN_BY)


def tell_until_january(rng: Random, life: Life) -> None:
    """What was learned between the cable and 28 January 2016."""
    known = between(rng, *_WINTER)
    start = life.departed
    assert start is not None
    match life.part:
        case "leaving":
            _depart(rng, life, known_by=RECOUNT - _days(2))
        case "left_and_arrived":
            _depart(rng, life, known_by=RECOUNT - _days(9))
            life.believe(rng, TravelValue.IN_ZONE, RECOUNT - _days(8), RECOUNT - _days(3))
        case "arrived":  # most of them long before, but nobody knew
            was = between(rng, start + _days(6), CABLE - _days(1)) if rng.random() < 0.7 else known
            life.believe(rng, TravelValue.IN_ZONE, was, known)
        case "came_back" | "came_back_from_zone":
            life.believe(rng, TravelValue.RETURNED, known - _days(3), known, confidence=Confidence.CONFIRMED)
        case "now_presumed_dead":
            day = between(rng, max(start + _days(70), date(2015, 8, 1)), known)
            life.believe(rng, TravelValue.KILLED, day, known)
        case "death_confirmed":
            life.believe(rng, TravelValue.KILLED, life.now.true_since, known, confidence=Confidence.CONFIRMED)
        case "alive_after_all":
            life.correct_last(rng, TravelValue.IN_ZONE, known - _days(1), known, reason=_ALIVE)
        case "stopped" | "stopped_not_returned":
            life.never_left(rng, known, prevented=True)
        case "not_gone" | "not_gone_nor_returned":
            life.never_left(rng, known, prevented=False)


# --- After January 2016: so many of those who are in some state take a turn, known in some period ------------------


def _is_back(rng: Random, life: Life, known: date) -> None:
    day = max(known - _days(rng.randint(0, 6)), life.now.true_since + _days(1))
    life.believe(rng, TravelValue.RETURNED, day, known, confidence=Confidence.CONFIRMED)


def _arrives(rng: Random, life: Life, known: date) -> None:
    life.believe(rng, TravelValue.IN_ZONE, max(known - _days(10), life.now.true_since + _days(1)), known)


def _is_presumed_dead(rng: Random, life: Life, known: date) -> None:
    day = max(known - _days(rng.randint(5, 90)), life.now.true_since + _days(1))
    life.believe(rng, TravelValue.KILLED, day, known)


def _is_confirmed_dead(rng: Random, life: Life, known: date) -> None:
    life.believe(rng, TravelValue.KILLED, life.now.true_since, known, confidence=Confidence.CONFIRMED)


def _is_alive(rng: Random, life: Life, known: date) -> None:
    life.correct_last(rng, TravelValue.IN_ZONE, known - _days(1), known, reason=_ALIVE)


def _was_never_away(rng: Random, life: Life, known: date) -> None:
    life.never_left(rng, known, prevented=True)


def _in(value: str) -> Callable[[Life], bool]:
    return lambda life: life.now.value == value


def _presumed_dead(life: Life) -> bool:
    return life.now.value == TravelValue.KILLED and life.now.confidence == Confidence.PRESUMED


_ZONE, _TRANSIT = _in(TravelValue.IN_ZONE), _in(TravelValue.IN_TRANSIT)


def _only(part: str) -> Callable[[Life], bool]:
    return lambda life: life.part == part


Turn = tuple[Callable[[Life], bool], Callable[[Random, Life, date], None], int]

#: (from, until, departures in these months, first heard of, turns)
_PERIODS: tuple[tuple[date, date, tuple[date, ...], int, tuple[Turn, ...]], ...] = (
    (
        date(2016, 2, 3), date(2016, 7, 8), (date(2016, 3, 1), date(2016, 5, 1)), 0,
        (
            (_TRANSIT, _arrives, 4), (_ZONE, _is_back, 3), (_only("back_then_not"), _was_never_away, 6),
            (_presumed_dead, _is_confirmed_dead, 4), (_ZONE, _is_presumed_dead, 6), (_presumed_dead, _is_alive, 1),
        ),
    ),
    (date(2016, 7, 15), date(2016, 8, 26), (), 0, ((_ZONE, _is_presumed_dead, 4),)),
    (
        date(2016, 9, 2), date(2017, 4, 26), (date(2016, 9, 1), date(2016, 10, 1)), 13,
        (
            (_TRANSIT, _arrives, 5), (_ZONE, _is_back, 7), (_ZONE, _is_presumed_dead, 12),
            (_presumed_dead, _is_alive, 2), (_presumed_dead, _is_confirmed_dead, 1),
        ),
    ),
    (
        date(2017, 5, 3), date(2017, 10, 27), (), 0,
        ((_TRANSIT, _arrives, 1), (_ZONE, _is_back, 2), (_ZONE, _is_presumed_dead, 6)),
    ),
    (
        date(2017, 11, 10), date(2024, 6, 30), (), 0,
        (
            (_ZONE, _is_back, 14), (_ZONE, _is_presumed_dead, 40), (_presumed_dead, _is_alive, 3),
            (_presumed_dead, _is_confirmed_dead, 12),
        ),
    ),
)  # fmt: skip


def after_january(rng: Random, lives: list[Life], today: date) -> list[Life]:
    """What became of them since, and who came to it. Nothing here is known after `today`."""
    elsewhere = [place.code for place in PLACES if place.code not in COUNTED for _ in range(place.left)]
    everybody = list(lives)
    for first, last, departures, heard_of, turns in _PERIODS:
        if last > today:
            break
        for month in departures:
            life = someone(rng, rng.choice(elsewhere), "left_later")
            life.departed = month + _days(rng.randint(0, 20))
            life.believe(rng, TravelValue.IN_TRANSIT, life.departed, life.departed + _days(rng.randint(4, 9)))
            everybody.append(life)
        everybody += [
            _heard_of_late(rng, rng.choice(elsewhere), between(rng, first, last), number) for number in range(heard_of)
        ]
        for fits, turn, count in turns:
            fit = [life for life in everybody if fits(life) and life.now.known_since < first + _days(40)]
            for life in rng.sample(fit, count):
                turn(rng, life, max(between(rng, first, last), life.now.known_since + _days(2)))
    return everybody[len(lives) :]


def _heard_of_late(rng: Random, city: str, known: date, number: int) -> Life:
    """Left long ago, in 2012 (3), 2013 (5) or 2014 (5), and only the family knew."""
    year = 2012 if number < 3 else 2013 if number < 8 else 2014
    life = someone(rng, city, "heard_of_late")
    life.departed = date(year, 4 + number % 4, 1 + number)
    life.believe(rng, TravelValue.LEFT, life.departed, known)
    life.believe(rng, TravelValue.IN_ZONE, life.departed + _days(40), known)
    return life


def others(rng: Random, today: date) -> list[Life]:
    """Those who did not leave, as far as anybody knows: prevented, intending, or only indications."""
    cities = [place.code for place in PLACES for _ in range(place.left)]
    found = []
    for known_from, known_to, count in (
        (date(2013, 6, 1), _KNOWN_BY, 22),
        (date(2016, 2, 3), date(2016, 7, 8), 8),
        (date(2016, 9, 2), date(2017, 4, 26), 9),
        (date(2017, 5, 3), date(2017, 10, 27), 3),
    ):
        found += [_prevented(rng, rng.choice(cities), known_from, known_to) for _ in range(count)]
    for known_from, known_to, count in (
        (date(2014, 2, 1), _KNOWN_BY, 20),
        (CABLE, date(2016, 8, 26), 137),
        (date(2023, 9, 1), today - _days(40), 24),
    ):
        found += [_intending(rng, rng.choice(cities), known_from, known_to) for _ in range(count)]
    intending = [life for life in found if life.part == "intends" and life.now.known_since < date(2016, 9, 1)]
    rng.shuffle(intending)
    for first, last, count in (
        (date(2016, 9, 2), date(2017, 4, 26), 8), (date(2017, 5, 3), date(2017, 10, 27), 32),
        (date(2018, 1, 8), date(2021, 12, 20), 105),
    ):  # fmt: skip
        for _ in range(count):
            intending.pop().never_left(rng, between(rng, first, last), prevented=False)
    return found + [_indicated(rng, rng.choice(cities), today) for _ in range(15)]


def _prevented(rng: Random, city: str, known_from: date, known_to: date) -> Life:
    life = someone(rng, city, "prevented", women=0.25)
    known = between(rng, known_from, known_to)
    situation, sure = Situation.PREVENTED, Confidence.CONFIRMED
    life.believe(rng, "", known - _days(rng.randint(0, 5)), known, situation=situation, confidence=sure)
    return life


def _intending(rng: Random, city: str, known_from: date, known_to: date) -> Life:
    life = someone(rng, city, "intends", women=0.25)
    known = between(rng, known_from, known_to)
    situation = Situation.INTENDS
    life.believe(
        rng, "", known - _days(rng.randint(0, 20)), known, situation=situation, confidence=Confidence.INDICATED
    )
    return life


def _indicated(rng: Random, city: str, today: date) -> Life:
    """Indications only: some in 2015, renewed once, some now."""
    life = someone(rng, city, "indicated", women=0.25)
    recent = rng.random() < 0.4
    first = (
        between(rng, today - _days(300), today - _days(200))
        if recent
        else between(rng, date(2015, 1, 5), date(2015, 6, 1))
    )
    again = first + _days(rng.randint(120, 175))
    indications, indicated = Situation.INDICATIONS, Confidence.INDICATED
    life.believe(rng, "", first, first + _days(3), situation=indications, confidence=indicated)
    life.believe(
        rng, "", again, again + _days(2), situation=indications, confidence=indicated,
        reason="The same signs again, from a second source",
    )  # fmt: skip
    return life
