"""Who is who in the tests: the people of two cities, and of the offices beside them."""

from __future__ import annotations

from dataclasses import dataclass

from cities.agencies.models import Agency
from cities.agencies.rules import AgencyKind
from cities.places.models import City
from cities.roles.rules import Role
from cities.staff.models import User
from tests.factories.places import a_city, an_agency, staff


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
    """Everybody, in Vilvoorde and Verviers."""
    city, other = a_city("VIL"), a_city("VER")
    agency, elsewhere = an_agency(city), an_agency(other)
    office = an_agency(None, AgencyKind.PROSECUTION)
    town_hall = an_agency(city, AgencyKind.MUNICIPALITY)
    federal = an_agency(None, AgencyKind.ANALYSIS)
    return Cast(
        city=city,
        other_city=other,
        agency=agency,
        office=office,
        alice=staff(Role.CASEWORKER, city, first_name="Alice", agency=agency),
        bob=staff(Role.CASEWORKER, city, first_name="Bob", agency=agency),
        carla=staff(Role.COORDINATOR, city, first_name="Carla", agency=town_hall),
        mayor=staff(Role.MAYOR, city, first_name="Maud", agency=town_hall),
        liaison=staff(Role.PROSECUTION_LIAISON, None, first_name="Lior", agency=office),
        dana=staff(Role.DATA_PROTECTION_OFFICER, city, first_name="Dana", agency=town_hall),
        charlie=staff(Role.CASEWORKER, other, first_name="Charlie", agency=elsewhere),
        carlo=staff(Role.COORDINATOR, other, first_name="Carlo", agency=elsewhere),
        analyst=staff(Role.ANALYST, None, first_name="Ana", agency=federal),
        administrator=staff(Role.ADMINISTRATOR, city, first_name="Adam", agency=town_hall),
    )
