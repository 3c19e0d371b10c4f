"""Writing the people of a city: who they are, by which names, and what was believed of where they were."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from random import Random

from cases.management.demo import names
from cases.management.demo.lives import Life
from cases.management.demo.writing import Desk, ids, moment, put
from cases.people.models import Person, PersonName
from cases.people.rules import BirthPrecision, NameKind, fold
from cases.travel.models import TravelStatus

_LANGUAGES = {"nl": "Dutch", "fr": "French", "de": "German"}
_PRECISIONS = (BirthPrecision.DAY,) * 8 + (BirthPrecision.YEAR, BirthPrecision.ABOUT)


@dataclass(frozen=True)
class Named:
    """Who somebody is."""

    name: str
    alias: str
    language: str


def named(rng: Random, sex: str, languages: str, *, surname: str = "") -> Named:
    """An invented name, and for one in four how others write it."""
    given = names.given(rng, sex)
    surname = surname or names.surname(rng, languages)
    alias = f"{names.other_spelling(given)} {surname}" if rng.random() < 0.25 else ""
    return Named(f"{given} {surname}", alias, rng.choice(languages.split()))


def a_person(
    rng: Random, desk: Desk, pk: int, who: Named, *, sex: str, born_on: date | None, known_on: date
) -> tuple[Person, list[PersonName]]:
    """The rows of one person; nothing is written yet."""
    precision = rng.choice(_PRECISIONS) if born_on else BirthPrecision.UNKNOWN
    written = {"recorded_at": moment(known_on, 11), "recorded_by": desk.coordinator, "city": desk.city}
    person = Person(
        pk=pk, official_name=who.name, sort_name=fold(who.name), sex=sex, born_on=born_on, birth_precision=precision,
        language=_LANGUAGES[who.language], interpreter_needed=rng.random() < 0.06,
        phone=f"+32 000 {rng.randint(100_000, 999_999)}" if rng.random() < 0.6 else "",
        address=f"Invented Street {rng.randint(1, 180)}" if rng.random() < 0.7 else "", **written,
    )  # fmt: skip
    called = [(NameKind.OFFICIAL, who.name)] + ([(NameKind.ALIAS, who.alias)] if who.alias else [])
    return person, [
        PersonName(person_id=pk, kind=kind, name=name, folded=fold(name), **written) for kind, name in called
    ]


def write_people(rng: Random, desk: Desk, lives: list[Life], languages: str) -> list[int]:
    """Everybody of a city with names and history. Gives their ids, in order."""
    numbers = ids(Person, len(lives))
    persons, called = [], []
    for life, pk in zip(lives, numbers, strict=True):
        who = named(rng, life.sex, languages)
        known_on = life.beliefs[0].known_since
        person, names_of_person = a_person(
            rng, desk, pk, who, sex=life.sex, born_on=life.born_on, known_on=known_on,
        )  # fmt: skip
        persons.append(person)
        called += names_of_person
    put(persons)
    put(called)
    _write_histories(desk, lives, numbers)
    return numbers


def _write_histories(desk: Desk, lives: list[Life], persons: list[int]) -> None:
    numbers = iter(ids(TravelStatus, sum(len(life.beliefs) for life in lives)))
    rows = []
    for life, person in zip(lives, persons, strict=True):
        own = [next(numbers) for _ in life.beliefs]
        for pk, belief in zip(own, life.beliefs, strict=True):
            rows.append(
                TravelStatus(
                    pk=pk,
                    recorded_at=moment(belief.known_since, 15),
                    recorded_by=desk.coordinator,
                    person_id=person,
                    city=desk.city,
                    value=belief.value,
                    situation=belief.situation,
                    confidence=belief.confidence,
                    source_kind=belief.source_kind,
                    source=belief.source,
                    reliability=belief.reliability,
                    true_since=belief.true_since,
                    known_since=belief.known_since,
                    reason=belief.reason,
                    supersedes_id=None if belief.corrects is None else own[belief.corrects],
                )
            )  # fmt: skip
    put(rows)
