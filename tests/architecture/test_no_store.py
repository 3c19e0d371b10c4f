"""S5, at the door: no answer of any address may be kept by a browser or a proxy, whatever it is and whoever asks."""

from __future__ import annotations

from typing import Any

from django.test import Client

from tests.architecture.routes import API, CASES, ROUTES
from tests.architecture.scene import Scene, ask, browser_of, each
from tests.architecture.shares import share
from tests.doors import by_token
from tests.factories import Cast

NO_STORE = "no-store, private"


def _kept(answer: Any) -> str:
    told = answer.headers.get("Cache-Control", "")
    return "" if told == NO_STORE else f"{answer.status_code} {told!r}"


def test_no_answer__may_be_kept(scene: Scene, cast: Cast) -> None:
    """Pages, fragments, forms that are refused, acts; of the REST door too; signed in, and before that."""
    wrong, seen = [], set()
    carla, stranger, program = browser_of(cast.carla), Client(), by_token(cast.carla, raises=False)
    for name, _route, method, _act in share(each(ROUTES), 0, 9):  # one middleware, outermost, answers for all
        address = scene.address(name)
        asks = [("carla", program if name in API else carla), ("nobody", stranger)]
        for who, client in asks if method == "GET" else asks[:1]:
            client.raise_request_exception = False
            answer = ask(client, method, address)
            seen.add(answer.status_code)
            if kept := _kept(answer):
                wrong.append((who, method, name, kept))
            if method == "GET" and name in CASES and who == "carla":
                fragment = client.get(address, headers={"HX-Request": "true"})
                wrong += [(who, "fragment", name, kept)] if (kept := _kept(fragment)) else []
        if "_auth_user_id" not in carla.session:  # it was the way out
            carla.force_login(cast.carla)
    assert not wrong, wrong
    assert seen >= {200, 302, 403, 404}


def test_no_export_and_no_error__may_be_kept(scene: Scene, cast: Cast) -> None:
    carla = browser_of(cast.carla)
    carla.raise_request_exception = False
    addresses = [
        "/cases/?format=csv", "/figures/?format=csv", "/picture/?format=csv", "/nowhere/", "/cases/VIL-2001-0999/",
        "/cases/%00/", "/api/v1/nowhere", "/admin/", "/calendar/feed/wrong.ics",
        scene.address("cases:picture_table") + "?format=xlsx", scene.address("cases:case"),
    ]  # fmt: skip
    answers = [carla.get(address) for address in addresses] + [carla.delete("/cases/"), carla.put("/")]
    assert [kept for answer in answers if (kept := _kept(answer))] == []
    assert {answer.status_code for answer in answers} >= {200, 404, 405}
