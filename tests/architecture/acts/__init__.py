"""Every act of the house, once, ready to be done: what the laws about services are tried on.

One file a room; check-ins have three: contacts, rhythms, who is told of them. A new service gets a scene here, or
`test_services.py` fails:

    @scene_of(add_name)
    def _(cast: Cast) -> Scene:
        case = a_case(by=cast.carla, lead=cast.alice)
        return Scene(cast.alice, partial(add_name, person=case.person, by=cast.alice, at=AT, kind="ALIAS", name="Nemo"))
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cities.ledger.rules import Clock
from cities.staff.models import User
from tests.factories import Cast


@dataclass(frozen=True)
class Scene:
    """Who acts, and the act, about to be done."""

    by: User | Clock
    act: Callable[[], object]


#: "cases.people.services.add_name" -> how to set its scene.
SCENES: dict[str, Callable[[Cast], Scene]] = {}


def scene_of(service: Callable[..., object]) -> Callable[[Callable[[Cast], Scene]], Callable[[Cast], Scene]]:
    """Enter the function below as the scene of this service."""

    def enter(scene: Callable[[Cast], Scene]) -> Callable[[Cast], Scene]:
        SCENES[f"{service.__module__}.{service.__qualname__}"] = scene
        return scene

    return enter
