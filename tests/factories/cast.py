"""Who is who in the tests: the people of two cities, and of the offices beside them."""

from __future__ import annotations

from dataclasses import dataclass

from cities.agencies.models import Agency
from cities.agencies.rules import AgencyKind
from cities.places.models import City
from cities.records import as_set_up
from cities.roles.rules import Role
from cities.staff.models import Posting, User
from tests.factories.places import AT, SINCE, AgencyFactory, UserFactory, a_city


@dataclass(frozen=True)
class Cast:
    """Two cities and their people. Alice is put on the cases she has to know; Bob never is."""

    city: City
    other_city: City
    agency: Agency
    """The prevention service that Alice and Bob work for."""
    office: Agency
    """The public prosecutor's office of the city's district."""
    alice: User
    """Caseworker, on the team of the cases made with her as lead."""
    bob: User
    """Caseworker, same agency, not on the team."""
    carla: User
    """Coordinator of the city."""
    mayor: User
    liaison: User
    """Prosecution liaison, posted at `office` without a city."""
    dana: User
    """Data-protection officer of the city."""
    charlie: User
    """Caseworker in the other city."""
    carlo: User
    """Coordinator of the other city."""
    analyst: User
    administrator: User

    def everybody(self) -> list[User]:
        """All of them."""
        return [
            self.alice, self.bob, self.carla, self.mayor, self.liaison, self.dana, self.charlie, self.carlo,
            self.analyst, self.administrator,
        ]  # fmt: skip


def a_cast() -> Cast:
    """Everybody, in Vilvoorde and Verviers; in a few statements, as nearly every test begins with it."""
    city, other = a_city("VIL"), a_city("VER")
    agency, town_hall = _agency(city), _agency(city, AgencyKind.MUNICIPALITY)
    office, federal = _agency(None, AgencyKind.PROSECUTION), _agency(None, AgencyKind.ANALYSIS)
    elsewhere = _agency(other)
    Agency.objects.bulk_create([agency, elsewhere, office, town_hall, federal])
    posted: dict[str, tuple[str, Role, City | None, Agency]] = {
        "alice": ("Alice", Role.CASEWORKER, city, agency),
        "bob": ("Bob", Role.CASEWORKER, city, agency),
        "carla": ("Carla", Role.COORDINATOR, city, town_hall),
        "mayor": ("Maud", Role.MAYOR, city, town_hall),
        "liaison": ("Lior", Role.PROSECUTION_LIAISON, None, office),
        "dana": ("Dana", Role.DATA_PROTECTION_OFFICER, city, town_hall),
        "charlie": ("Charlie", Role.CASEWORKER, other, elsewhere),
        "carlo": ("Carlo", Role.COORDINATOR, other, elsewhere),
        "analyst": ("Ana", Role.ANALYST, None, federal),
        "administrator": ("Adam", Role.ADMINISTRATOR, city, town_hall),
    }
    people = {key: UserFactory.build(first_name=first_name) for key, (first_name, *_posting) in posted.items()}
    with as_set_up():
        User.objects.bulk_create(people.values())
        Posting.objects.bulk_create(
            Posting(recorded_at=AT, user=people[key], role=role, city=of, agency=by, starts_on=SINCE)
            for key, (_first_name, role, of, by) in posted.items()
        )
    return Cast(city=city, other_city=other, agency=agency, office=office, **people)


def _agency(city: City | None, kind: str = AgencyKind.PREVENTION) -> Agency:
    return AgencyFactory.build(city=city, kind=kind)
