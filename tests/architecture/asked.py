"""Every address with every method, by somebody who may: what the laws of the ledger ask, over pages, fragments, the
REST door and the administration."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from cases.access.services import acting
from cases.prosecution.models import ProsecutionReferral
from cities.roles.permissions import Permission
from cities.roles.rules import COMPARTMENTS, Role, roles_with
from cities.staff.models import User
from tests.architecture.api_routes import ALL
from tests.architecture.api_routes import ROUTES as API_ROUTES
from tests.architecture.routes import CASES, Route
from tests.architecture.scene import Scene as Pages
from tests.architecture.scene import browser_of, each, is_of_a_case
from tests.doors import by_session, by_token
from tests.factories import Cast, posting_of
from tests.factories.scene import Scene

#: Who is asked in turn: the first who may.
PEOPLE = ("alice", "carla", "mayor", "liaison", "dana", "analyst", "administrator")

#: What shows no record of a case, or none to whoever has nothing there; each with its reason.
NOTHING_OF_A_CASE = {
    "cases:emergency_open": "asks; what it opens is written down (tests/cases/emergencies)",
    "cases:emergency_end": "its opener's alone (tests/cases/emergencies)",
    "cases_api:emergency_end": "as above",
    "cases:confirm_postings": "postings of colleagues: no case",
    "cases_api:postings_to_confirm": "as above",
    "cases:why": "asks; what is opened then is written down with the answer (tests/cases/web/test_why.py)",
    "cases:messages": "one's own messages, each of which is written down; here there is none",
    "cases:case_open": "a form about a case that isn't there yet",
    "cases:absence_withdraw": "a form about an absence: no case",
    "cases_api:absences": "absences of colleagues, of the public square: no case, and never why",
    "cases_api:absence": "as above",
    "cases_api:offences": "a code list",
    "cases:calendar_feed": "opened without signing in; a wrong address shows nothing (tests/cases/web/test_feeds.py)",
    "cases:messages_read": "marks one's own messages; with nothing in it, none",
    "cases:absences": "one's own absences and colleagues': no case",
    "cases:absence_new": "a form about oneself: no case",
    "cases:absence_change": "a form about an absence: no case",
    "cases:search": "asks; what it finds is written down when something was asked",
}

OFFICES = {"cases:referral_acknowledge", "cases:referral_answer"}


@dataclass(frozen=True)
class Asked:
    """One address, one method, by somebody who may. `sent`: the fields of a form, or a body."""

    name: str
    method: str
    address: str
    who: str
    is_api: bool = False
    of_a_case: bool = False
    in_person: bool = False
    is_fragment: bool = False
    sent: Any = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.method} {self.name}{' as a fragment' if self.is_fragment else ''} by {self.who}"


def the_first_who_may(cast: Cast, act: Permission | None, part: Any = None, seen_by: str = "") -> str:
    for who in seen_by.split() or PEOPLE:
        role = Role(posting_of(getattr(cast, who)).role)
        if (act is None or role in roles_with(act)) and (part is None or part in COMPARTMENTS[role]):
            return who
    raise AssertionError(f"Nobody may {act}.")


def pages(of: Pages, among: dict[str, Route] = CASES) -> Iterator[Asked]:
    """Every page, with nothing in its form: it is shown again, or done."""
    for name, route, method, act in each(among):
        if not route.is_open:
            mine = is_of_a_case(name) and route.record != "absence"  # that is of whoever is away, and of no case
            part = route.part if is_of_a_case(name) else None
            who = the_first_who_may(of.cast, act, part, "liaison" if name in OFFICES else "")
            yield Asked(name, method, of.address(name), who, of_a_case=mine)


def fragments(of: Pages) -> Iterator[Asked]:
    """Every page as HTMX asks for it."""
    for one in pages(of):
        if one.method == "GET":
            yield replace(one, is_fragment=True)


def resources(of: Scene) -> Iterator[Asked]:
    """Every address of the REST door, with an empty body."""
    for route in API_ROUTES:
        who = the_first_who_may(of.cast, route.needs, seen_by="" if route.seen_by == ALL else route.seen_by)
        is_case = route.seen_by != ALL and "absence" not in route.name
        yield Asked(
            route.name, route.method.upper(), of.address(route.address), who, is_api=True, of_a_case=is_case,
            in_person=route.in_person,
        )  # fmt: skip


def as_pages_name_them(of: Scene, cast: Cast) -> dict[str, int]:
    """The numbers of one scene, by the names that the table of pages uses."""
    found = dict(of.numbers)
    with acting(cast.carla):
        found["referral"] = ProsecutionReferral.objects.get(pk=found["sent"]).number
        found["sent_referral"] = found["sent"]
        found["letter"] = found["reminder"] = found["sample"] = 1  # there is none: that is refused
    return found


class Doors:
    """Clients of everybody, made once."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.made: dict[tuple[str, bool, bool], Any] = {}

    def of(self, one: Asked) -> Any:
        """Signed in before, and once: not within what is taken back."""
        key = (one.who, one.is_api, one.in_person)
        if key not in self.made:
            user: User = getattr(self.cast, one.who)
            program = by_session(user) if one.in_person else by_token(user, raises=False)
            self.made[key] = program if one.is_api else browser_of(user)
            self.made[key].raise_request_exception = False
        return self.made[key]

    def ask(self, one: Asked) -> Any:
        client: Any = self.of(one)
        headers = {}
        if one.is_api:
            headers["HTTP_IF_MATCH"] = "*"  # of whichever version: so that the act itself is reached
            return getattr(client, one.method.lower())(one.address, one.sent, **headers)
        if one.is_fragment:
            headers["HTTP_HX_REQUEST"] = "true"
        kind = "application/x-www-form-urlencoded"
        return client.generic(one.method, one.address, urlencode(one.sent, doseq=True), kind, **headers)
