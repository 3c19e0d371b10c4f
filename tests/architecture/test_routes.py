"""The laws of the addresses: each is in the table; nobody comes in without signing in; what is out of sight is not
there; and who may know of a case but not do the act is told so."""

from __future__ import annotations

import pytest

from cities.ledger.models import LedgerEntry
from cities.roles.rules import COMPARTMENTS, Role, roles_with
from tests.architecture.routes import API, CASES, ROUTES
from tests.architecture.scene import VARIABLES, Scene, ask, browser_of, each, is_of_a_case
from tests.architecture.shares import share

#: Below /api there is no page: whatever is not found there is a problem document.
NOT_FOUND_IN_THE_API = "^api(/|\\Z)"


def test_every_address__is_in_the_table() -> None:
    assert set(VARIABLES) - {NOT_FOUND_IN_THE_API} == set(ROUTES)


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


#: Each of these walks a part of the addresses, the next one another: some two or three of them come by each.
WALKERS = ["carlo", "administrator", "analyst", "dana", "liaison", "mayor", "carla", "alice"]


@pytest.mark.parametrize("who", WALKERS[:3])
def test_a_case__is_not_there_for_whoever_may_not_know_of_it(scene: Scene, who: str) -> None:
    """And asking is written down. Of Bob and Charlie, and that hidden and missing are one answer: `test_hidden.py`."""
    client = browser_of(getattr(scene.cast, who))
    wrong: list[tuple[object, ...]] = []
    for name, _route, method, _act in share(each(), WALKERS.index(who), 4):
        if not is_of_a_case(name):
            continue
        hidden = ask(client, method, scene.address(name))
        if hidden.status_code != 404 or b"Nemo" in hidden.content:
            wrong.append((name, method, hidden.status_code))
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
    refused = (one for one in each() if one[-1] is not None and role not in roles_with(one[-1]))
    for name, route, method, _act in share(refused, WALKERS.index(who), 3):
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
    refused = (one for one in each() if one[-1] is not None and role not in roles_with(one[-1]))
    for name, _route, method, _act in share(refused, WALKERS.index(who), 4):
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
    hers = (one for one in each(CASES) if one[-2] == "GET" and one[-1] is not None and roles & roles_with(one[-1]))
    for name, route, _method, _act in share(hers, WALKERS.index(who), 3):
        in_sight = all(route.part in COMPARTMENTS[Role(role)] for role in roles)
        if is_of_a_case(name) and not in_sight:
            continue
        status = client.get(scene.address(name)).status_code
        if status != 200:
            wrong.append((name, status))
    assert not wrong, wrong
