"""The invented staff of the demo: who works where, as what, and how she signs in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from random import Random

from cases.management.demo import names
from cases.management.demo.places import FIRST_ROUND, PLACES, Place
from cases.people.rules import fold
from cities.agencies.rules import AgencyKind
from cities.roles.rules import Role

PASSWORD = "apparatus-demo"  # noqa: S105 - said on the screen: nothing behind it is real
DOMAIN = "apparatus.example"
SINCE = date(2012, 1, 2)

#: The agencies of every city: key -> (kind, name, has a seat in the cell).
AGENCIES = {
    "town": (AgencyKind.MUNICIPALITY, "Town hall, {city}", True),
    "prevention": (AgencyKind.PREVENTION, "Prevention service, {city}", True),
    "cpas": (AgencyKind.CPAS, "Public centre for social welfare, {city}", True),
    "police": (AgencyKind.POLICE, "Local police, {city}", True),
    "justice": (AgencyKind.HOUSE_OF_JUSTICE, "House of Justice, {city}", True),
    "school": (AgencyKind.SCHOOL, "School The Compass Rose, {city}", False),
}
#: The agencies of no city.
COUNTRY = {
    "federal": (AgencyKind.PROSECUTION, "Federal public prosecutor's office"),
    "antwerp": (AgencyKind.PROSECUTION, "Public prosecutor's office, Antwerp"),
    "brussels": (AgencyKind.PROSECUTION, "Public prosecutor's office, Brussels"),
    "halle-vilvoorde": (AgencyKind.PROSECUTION, "Public prosecutor's office, Halle-Vilvoorde"),
    "liege": (AgencyKind.PROSECUTION, "Public prosecutor's office, Liège"),
    "analysis": (AgencyKind.ANALYSIS, "Federal analysis, demo"),
    "administration": (AgencyKind.ADMINISTRATION, "Administration of the demo"),
}
#: Which prosecution office a cell writes to.
OFFICE_OF = {
    "VIL": "halle-vilvoorde", "VER": "liege", "LIE": "liege", "CHA": "federal",
    **dict.fromkeys(("MOL", "SCH", "BRU", "AND", "SGI"), "brussels"),
}  # fmt: skip
OFFICE_ELSEWHERE = "antwerp"

#: Those whom a guide to the demo names: (given name, role, city, agency, language).
_KNOWN = (
    ("Alice", Role.CASEWORKER, "VIL", "prevention", "en"),
    ("Bob", Role.CASEWORKER, "VIL", "prevention", "en"),
    ("Carla", Role.COORDINATOR, "VIL", "town", "en"),
    ("Maud", Role.MAYOR, "VIL", "town", "en"),
    ("Dana", Role.DATA_PROTECTION_OFFICER, "VIL", "town", "en"),
    ("Ivo", Role.INFORMATION_OFFICER, "VIL", "police", "nl"),
    ("Judith", Role.JUSTICE_ASSISTANT, "VIL", "justice", "nl"),
    ("Paulien", Role.PARTNER, "VIL", "school", "nl"),
    ("Charlie", Role.CASEWORKER, "ANT", "prevention", "nl"),
    ("Carlo", Role.COORDINATOR, "ANT", "town", "nl"),
    ("Celeste", Role.COORDINATOR, "LIE", "town", "fr"),
    ("Cordula", Role.COORDINATOR, "VER", "town", "de"),
    ("Lior", Role.PROSECUTION_LIAISON, "", "halle-vilvoorde", "en"),
    ("Ana", Role.ANALYST, "", "analysis", "en"),
    ("Adam", Role.ADMINISTRATOR, "", "administration", "en"),
)
#: What a city has besides: role -> agency.
_EVERYWHERE = {
    Role.COORDINATOR: "town",
    Role.MAYOR: "town",
    Role.INFORMATION_OFFICER: "police",
    Role.JUSTICE_ASSISTANT: "justice",
    Role.DATA_PROTECTION_OFFICER: "town",
    Role.PARTNER: "school",
}
_OFFICES = ("federal", "antwerp", "brussels", "liege")


@dataclass(frozen=True)
class Colleague:
    """Somebody who works here, in the demo. `city` is empty for who serves the whole country."""

    given: str
    surname: str
    email: str
    language: str
    role: Role
    city: str
    agency: str
    is_known: bool = False


def caseworkers_in(place: Place, *, cases: int = 0) -> int:
    """How many caseworkers a city has: two or three, and one more for every forty cases in follow-up."""
    least = 3 if place in FIRST_ROUND and place.left > 25 else 2 if place in FIRST_ROUND else 1
    return max(least, min(40, -(-cases // 40)))


def staff(*, cases: dict[str, int] | None = None) -> list[Colleague]:
    """Everybody, the same whatever the seed; more caseworkers when there are more cases (by city) in follow-up."""
    rng, taken = Random(1830), set[str]()  # noqa: S311 - no secret: the names must come out alike
    return list(_staff(rng, taken, cases or {}))


def _staff(rng: Random, taken: set[str], cases: dict[str, int]) -> Iterator[Colleague]:
    for given, role, city, agency, language in _KNOWN:
        email = f"{given.lower()}@{DOMAIN}"
        spoken = "nl" if language == "en" else language
        yield Colleague(given, names.surname(rng, spoken), email, language, role, city, agency, is_known=True)
    has = {(city, role) for _, role, city, _, _ in _KNOWN}
    for office in _OFFICES:
        yield _somebody(rng, taken, Role.PROSECUTION_LIAISON, "", office, "fr" if office == "liege" else "nl")
    yield _somebody(rng, taken, Role.ANALYST, "", "analysis", "fr")
    for place in PLACES:
        for role, agency in _EVERYWHERE.items():
            if (place.code, role) not in has:
                yield _somebody(rng, taken, role, place.code, agency, place.languages)
        already = sum(role == Role.CASEWORKER and city == place.code for _, role, city, _, _ in _KNOWN)
        for number in range(already, caseworkers_in(place, cases=cases.get(place.code, 0))):
            agency = "cpas" if number % 3 == 2 else "prevention"
            yield _somebody(rng, taken, Role.CASEWORKER, place.code, agency, place.languages)


def _somebody(rng: Random, taken: set[str], role: Role, city: str, agency: str, languages: str) -> Colleague:
    language = rng.choice(languages.split())
    while True:
        given, surname = names.given(rng, rng.choice("FM")), names.surname(rng, language)
        email = f"{fold(given)}.{fold(surname)}@{DOMAIN}"
        if email not in taken:
            taken.add(email)
            return Colleague(given, surname, email, language, role, city, agency)
