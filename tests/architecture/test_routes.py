"""The laws of the addresses: each is in the table; nobody comes in without signing in; what is out of sight is not
there; and who may know of a case but not do the act is told so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from cases.access.services import acting
from cases.casefiles.models import Casefile
from cases.checkins.services import agree_reminder, avoid_days, leave_reminders
from cases.outbox.models import Message
from cases.people.services import add_contact
from cases.plans.services import add_action
from cases.travel.services import record_status
from cities.ledger.models import LedgerEntry
from cities.ledger.rules import Clock
from cities.roles.permissions import Permission
from cities.roles.rules import COMPARTMENTS, Role, roles_with
from cities.staff.models import User
from tests.architecture.routes import API, CASES, ROUTES, Route
from tests.factories import Cast, a_case
from tests.factories.absences import an_absence
from tests.factories.checkins import a_checkin, a_missed_contact, a_rhythm
from tests.factories.plans import a_plan
from tests.factories.referrals import sent_referral

#: Kept by the administration itself, which lets in whoever may change settings; see tests/cities/admin.
ADMIN = "admin:"
#: Below /api there is no page: whatever is not found there is a problem document.
NOT_FOUND_IN_THE_API = "^api(/|\\Z)"


def addresses(resolver: Any = None, namespaces: tuple[str, ...] = ()) -> Iterator[tuple[str, set[str]]]:
    """Every address by its full name, with the names of what varies in it."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLPattern):
            name = ":".join((*namespaces, pattern.name or str(pattern.pattern)))
            yield name, set(pattern.pattern.regex.groupindex)
        elif isinstance(pattern, URLResolver):
            inner = (*namespaces, pattern.namespace) if pattern.namespace else namespaces
            yield from addresses(pattern, inner)


VARIABLES = {name: varies for name, varies in addresses() if not name.startswith(ADMIN)}


def test_every_address__is_in_the_table() -> None:
    assert set(VARIABLES) - {NOT_FOUND_IN_THE_API} == set(ROUTES)


@dataclass(frozen=True)
class Scene:
    """One case with one of everything, so that every address leads somewhere."""

    cast: Cast
    case: Casefile
    numbers: dict[str, int]

    def address(self, name: str, reference: str = "") -> str:
        """The address of a route in this scene; of the same thing in another case when a reference is given."""
        known = {
            "reference": reference or self.case.reference,
            "code": self.cast.city.code,
            "uidb36": "1",
            "provider_id": "nowhere",
            "key": "abc",
            "secret": "x" * 43,
            **dict.fromkeys(("pk", "number", "user"), self.numbers.get(ROUTES[name].record, 1)),
        }
        return reverse(name, kwargs={name: known[name] for name in VARIABLES[name]})


@pytest.fixture
def scene(cast: Cast) -> Scene:
    at, today = timezone.now() - timedelta(hours=1), timezone.localdate()
    case = a_case(by=cast.carla, lead=cast.alice, at=at, name="Nemo Voorbeeld")
    plan = a_plan(case, by=cast.alice, at=at)
    with acting(cast.alice):
        goal = plan.goals.get()
        who: dict[str, Any] = {"by": cast.alice, "at": at}
        action = add_action(goal=goal, **who, text="Call the school", owner=cast.alice, due_on=today)
        avoided = avoid_days(case=case, **who, starts_on=today + timedelta(days=30), ends_on=today + timedelta(days=33))
        contact = add_contact(case=case, **who, official_name="Antigone Voorbeeld", kind="SIBLING")
        status = record_status(
            person=case.person, **who, value="RETURNED", confidence="CONFIRMED", source_kind="FAMILY",
            source="Her sister", reliability="B", true_since=today - timedelta(days=400),
        )  # fmt: skip
        agreed = agree_reminder(case=case, **who, channel="LETTER", language="nl", days_before=1)
    a_plan(case, by=cast.alice, at=at, state="DRAFT", goals=0)  # a second version, to compare with
    referral = sent_referral(case, cast, at=at)
    rows = {
        "checkin": a_checkin(case, plan, by=cast.alice, at=at, due_on=today), "plan": plan, "goal": goal,
        "rhythm": a_rhythm(case, plan, by=cast.alice, at=at, starts_on=today), "action": action, "contact": contact,
        "avoided": avoided, "status": status, "person": case.person, "user": cast.bob, "agency": cast.agency,
        "sent_referral": referral, "absence": an_absence(cast.alice, at=at), "reminder": agreed,
        "missed": a_missed_contact(case, plan, by=cast.alice, at=at, due_on=today),
    }  # fmt: skip
    leave_reminders(by=Clock.CLOCK, at=at)
    with acting(cast.carla):
        rows["letter"] = Message.objects.filter(channel="LETTER")[0]
    numbers = {name: row.pk for name, row in rows.items()} | {"plan": plan.number, "referral": referral.number}
    return Scene(cast, case, numbers)


def browser_of(user: User | None) -> Client:
    client = Client()
    if user is not None:
        client.force_login(user)
    return client


def ask(client: Client, method: str, address: str) -> HttpResponse:
    """With nothing in it: who may come in is decided before what was sent is looked at."""
    is_api = address.startswith("/api/")
    kind = "application/json" if is_api else "application/x-www-form-urlencoded"
    return client.generic(method, address, "{}" if is_api else "", kind)  # type: ignore[return-value]


def is_of_a_case(name: str) -> bool:
    return name in CASES | API and ("reference" in VARIABLES[name] or ROUTES[name].record not in ("", "agency"))


def each(of: dict[str, Route] = ROUTES) -> Iterator[tuple[str, Route, str, Permission | None]]:
    for name, route in of.items():
        for method, act in route.methods.items():
            yield name, route, method, act


def test_nobody__comes_in_without_signing_in(scene: Scene) -> None:
    wrong = []
    for name, route, method, _act in each():
        answer = ask(browser_of(None), method, scene.address(name))
        to_sign_in = answer.headers.get("Location", "").startswith("/accounts/login/")
        if name in API:
            right = answer.status_code in (401, 403)
        elif route.is_open:
            right = answer.status_code < 500 and "next=" not in answer.headers.get("Location", "")
        else:
            right = answer.status_code == 302 and to_sign_in
        if not right:
            wrong.append((name, method, answer.status_code))
    assert not wrong, wrong


def test_an_address__answers_to_its_methods_only(scene: Scene) -> None:
    carla, wrong = browser_of(scene.cast.carla), []
    for name, route in (CASES | API).items():
        others = sorted({"GET", "POST", "PUT", "PATCH", "DELETE"} - set(route.methods))
        wrong += [(name, method) for method in others if ask(carla, method, scene.address(name)).status_code != 405]
    assert not wrong, wrong


@pytest.mark.parametrize("who", ["charlie", "bob", "carlo", "administrator", "analyst"])
def test_a_case__is_not_there_for_whoever_may_not_know_of_it(scene: Scene, who: str) -> None:
    """Hidden and missing are one answer, to the byte; and asking is written down."""
    client = browser_of(getattr(scene.cast, who))
    wrong: list[tuple[object, ...]] = []
    for name, _route, method, _act in each():
        if not is_of_a_case(name):
            continue
        hidden = ask(client, method, scene.address(name))
        if hidden.status_code != 404 or b"Nemo" in hidden.content:
            wrong.append((name, method, hidden.status_code))
        elif "reference" in VARIABLES[name] and name not in API:
            missing = ask(client, method, scene.address(name, "VIL-2001-0999"))
            if (missing.status_code, missing.content) != (404, hidden.content):
                wrong.append((name, method, "differs from a missing one"))
    assert not wrong, wrong
    denied = LedgerEntry.objects.filter(actor=getattr(scene.cast, who), operation="DENIED")
    assert denied.filter(case_reference=scene.case.reference, outcome="out of sight").exists()


@pytest.mark.parametrize(
    ("who", "role"), [("mayor", Role.MAYOR), ("alice", Role.CASEWORKER), ("carla", Role.COORDINATOR)]
)
def test_an_act__is_refused_to_a_role_without_it(scene: Scene, who: str, role: Role) -> None:
    """Who may know of the record is told that her role doesn't have the act; else the record is not there."""
    client = browser_of(getattr(scene.cast, who))
    wrong: list[tuple[object, ...]] = []
    for name, route, method, act in each():
        if act is None or role in roles_with(act):
            continue
        status = ask(client, method, scene.address(name)).status_code
        if status != 403 and not (status == 404 and route.part not in COMPARTMENTS[role]):
            wrong.append((name, method, status))
    assert not wrong, wrong


@pytest.mark.parametrize(
    ("who", "role"),
    [
        ("liaison", Role.PROSECUTION_LIAISON), ("dana", Role.DATA_PROTECTION_OFFICER), ("analyst", Role.ANALYST),
        ("administrator", Role.ADMINISTRATOR),
    ],
)  # fmt: skip
def test_an_act__is_refused_to_whoever_has_no_case(scene: Scene, who: str, role: Role) -> None:
    client = browser_of(getattr(scene.cast, who))
    wrong: list[tuple[object, ...]] = []
    for name, _route, method, act in each():
        if act is not None and role not in roles_with(act):
            status = ask(client, method, scene.address(name)).status_code
            if status not in ((403, 404) if is_of_a_case(name) else (403,)):
                wrong.append((name, method, status))
    assert not wrong, wrong


@pytest.mark.parametrize("who", ["alice", "carla", "mayor", "liaison", "dana", "analyst"])
def test_a_page__opens_for_whoever_has_the_act(scene: Scene, who: str) -> None:
    """The other side of the law: the table promises no more than the house keeps."""
    user = getattr(scene.cast, who)
    client, wrong = browser_of(user), []
    roles = {posting.role for posting in user.postings.all()}
    for name, route, method, act in each(CASES):
        if method != "GET" or act is None or not roles & roles_with(act):
            continue
        in_sight = all(route.part in COMPARTMENTS[Role(role)] for role in roles)
        if is_of_a_case(name) and not in_sight:
            continue
        status = client.get(scene.address(name)).status_code
        if status != 200:
            wrong.append((name, status))
    assert not wrong, wrong
