"""The law of what bounds a token: who works in two cities is shown nothing of the other by a token of the one.

Every address of the REST door that is read, so that a new one is walked too: with the token of the city in which there
is one case with one of everything, and with that of the other one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

import pytest
from django.utils import timezone

from cases.access.services import as_clock
from cases.recertification.services import date_grants
from cities.ledger.rules import Clock
from cities.places.models import City
from cities.roles.rules import CONFIRM_DAYS, Role
from cities.staff.models import User
from cities.tokens.services import issue_token
from tests.architecture.api_routes import ALL, ROUTES, Route
from tests.doors import Program
from tests.factories import Cast, posted, posting_of
from tests.factories.absences import an_absence
from tests.factories.scene import CANARY, Scene

LISTS = [route for route in ROUTES if route.method == "get" and route.seen_by == ALL]
RECORDS = [route for route in ROUTES if route.method == "get" and route.seen_by != ALL]

#: Who works in both cities: as what in each.
WHO: dict[str, tuple[Role, ...]] = {
    "alice": (Role.CASEWORKER,),
    "carla": (Role.COORDINATOR, Role.DATA_PROTECTION_OFFICER),
}

#: Lists in which the case of her own city stands, or who works there: so that each has something to keep back.
WHO_READS = {
    "alice": {"cases", "checkins", "people", "missed_contacts", "own_looks"},
    "carla": {
        "cases", "checkins", "people", "missed_contacts", "own_looks", "absences", "referrals", "emergencies", "ledger",
        "grants_to_confirm", "postings_to_confirm",
    },
}  # fmt: skip

#: Her own day off is hers wherever she comes from: it names no case.
OWN = {("alice", "cases_api:absence")}


def _in_both(cast: Cast, who: str) -> User:
    """Posted in both, for one agency: so that it is the city alone that keeps them apart."""
    user: User = getattr(cast, who)
    agency = posting_of(user).agency
    for role in WHO[who]:
        for city in (cast.city, cast.other_city):
            if not user.postings.filter(role=role, city=city).exists():
                posted(user, role, city, agency=agency)
    return user


def _program(user: User, city: City) -> Program:
    posting = user.postings.filter(city=city).order_by("pk")[0]
    _token, secret = issue_token(by=user, at=timezone.now(), user=user, name="a test", posting=posting)
    client = Program()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    return client


def _words(scene: Scene, user: User) -> set[str]:
    """What only whoever may know of that city has read: texts and number of its case, and who else works on it."""
    cast = scene.cast
    others = {f'"{one}"' for one in (cast.alice, cast.bob, cast.mayor, cast.dana) if one != user}
    return {CANARY, scene.case.reference, *others}


def _shown(
    client: Program, scene: Scene, routes: Sequence[Route], words: set[str]
) -> Iterator[tuple[Route, int, set[str]]]:
    """What each address answers, and what of the case it shows beside the address itself."""
    for route in routes:
        address = scene.address(route.address)
        answer = client.get(address)
        told = answer.content.decode().replace(address, "")
        yield route, answer.status_code, {word for word in words if word in told}


def _waiting(cast: Cast) -> None:
    """What the lists of today lack: a colleague's days off, and grants to be confirmed."""
    at = timezone.now()
    an_absence(cast.bob, at=at)
    with as_clock():
        date_grants(by=Clock.CLOCK, at=at - timedelta(days=CONFIRM_DAYS))


@pytest.mark.parametrize("who", WHO)
def test_token_of_one_city__shows_nothing_of_the_other(resources: Scene, who: str) -> None:
    user = _in_both(resources.cast, who)
    _waiting(resources.cast)
    here, there = _program(user, resources.cast.city), _program(user, resources.cast.other_city)
    words = _words(resources, user)
    read = {route.name for route, _status, shown in _shown(here, resources, [*RECORDS, *LISTS], words) if shown}
    wrong = []
    for route, status, shown in _shown(there, resources, [*LISTS, *RECORDS], words):
        is_hidden = status == 404 or route in LISTS or (who, route.name) in OWN
        if shown or not is_hidden:
            wrong.append(f"{route.address}: {status}, shows {sorted(shown)}")
    assert not wrong
    assert WHO_READS[who] <= {name.removeprefix("cases_api:") for name in read}
