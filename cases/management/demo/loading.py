"""Loading the demo: staff first, then each city on behalf of its coordinator, all in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from random import Random

from django.db import connection, transaction

from cases.access.services import acting
from cases.checkins.services import climb, mark_late
from cases.management.commands import load_offences
from cases.management.demo.casework import add_colleagues, write_cases, write_numbers, write_relatives
from cases.management.demo.extras import by_city, extra
from cases.management.demo.files import File, files
from cases.management.demo.followup import write_follow_up
from cases.management.demo.hiring import hire
from cases.management.demo.history import history
from cases.management.demo.lives import Life
from cases.management.demo.oversight import CITY, look_after
from cases.management.demo.people import write_people
from cases.management.demo.places import PLACES, Place
from cases.management.demo.progress import Progress
from cases.management.demo.staff import DOMAIN
from cases.management.demo.stories import tell
from cases.management.demo.turns import others
from cases.management.demo.writing import Desk
from cities.ledger import services as ledger
from cities.ledger.rules import Clock, Operation
from cities.places.rules import day_of
from cities.staff.selectors import users

CHUNK = 1_500
#: The cities in which referrals are told.
STORIES = ("VIL", "ANT", "MOL", "VER")
#: About how many people there are without more being asked for: who left, who didn't, and relatives.
ABOUT = 1_150


@dataclass(frozen=True)
class Loaded:
    """What there is now."""

    people: int
    cases: int
    staff: int


def is_loaded() -> bool:
    """Whether the demo is in this database already."""
    return users().filter(email__endswith=f"@{DOMAIN}").exists()


@transaction.atomic
def load(*, at: datetime, people: int, seed: int, progress: Progress) -> Loaded:
    """The whole invented caseload as of the moment `at`; the same for the same seed and day."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a million checks kept for the end would fill the memory
    rng, today = Random(seed), day_of(at)  # noqa: S311 - no secret: it must come out alike
    lives = history(rng, today) + others(rng, today)
    cases = files(rng, lives, today)
    extras = by_city(max(0, people - ABOUT))
    hired = hire(at, extras)
    desks = hired.desks
    found = {"people": 0, "cases": 0}
    for place in PLACES:
        desk = desks[place.code]
        with acting(desk.coordinator):
            _write_city(rng, desk, place, lives, cases, at, found)
        progress.add(len([life for life in lives if life.city == place.code]), desk.city.name)
    load_offences.load(load_offences.ARTICLES, by=hired.country["administration"][0].user, at=at)
    for code in STORIES:
        tell(desks[code], hired.country, at)
    look_after(desks[CITY], at)
    rest = by_city(max(0, people - found["people"]))
    for place in PLACES:
        _write_extras(rng, desks[place.code], place, rest[place.code], at, found, progress)
        with acting(desks[place.code].coordinator):
            write_numbers(desks[place.code])
    mark_late(by=Clock.CLOCK, at=at)
    climb(by=Clock.CLOCK, at=at)
    return Loaded(
        people=found["people"], cases=found["cases"], staff=sum(len(desk.postings) for desk in desks.values())
    )


def _write_city(
    rng: Random, desk: Desk, place: Place, lives: list[Life], cases: list[File], at: datetime, found: dict[str, int]
) -> None:
    """Everybody of a city, with the case of whoever has one."""
    today = day_of(at)
    here = [life for life in lives if life.city == place.code]
    persons = dict(zip(map(id, here), write_people(rng, desk, here, place.languages), strict=True))
    own = [file for file in cases if file.life.city == place.code]
    kept = write_cases(rng, desk, own, [persons[id(file.life)] for file in own], today)
    add_colleagues(rng, desk, kept)
    relatives = write_relatives(rng, desk, kept, place.languages, today)
    write_follow_up(rng, desk, kept, today, at)
    _note(desk, len(here) + relatives, len(kept), found)


def _write_extras(
    rng: Random, desk: Desk, place: Place, count: int, at: datetime, found: dict[str, int], progress: Progress
) -> None:
    today = day_of(at)
    for first in range(0, count, CHUNK):
        some = [extra(rng, place.code, today) for _ in range(min(CHUNK, count - first))]
        with acting(desk.coordinator):
            persons = write_people(rng, desk, [file.life for file in some], place.languages)
            kept = write_cases(rng, desk, some, persons, today)
            write_follow_up(rng, desk, kept, today, at, thin=True)
            _note(desk, len(some), len(kept), found)
        progress.add(len(some), desk.city.name)


def _note(desk: Desk, people: int, cases: int, found: dict[str, int]) -> None:
    found["people"] += people
    found["cases"] += cases
    ledger.write(
        operation=Operation.COLLECT, by=Clock.SETUP, act="LOAD_DEMO", object_type="person", rows=people,
        city_id=desk.city.pk,
    )  # fmt: skip
