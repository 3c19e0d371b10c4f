"""Acts on the history of travel status."""

from functools import partial
from typing import Any

from cases.access.services import acting
from cases.travel.services import correct_status, record_status
from tests.architecture.acts import Scene, scene_of
from tests.factories import AT, TODAY, Cast, a_case

LEFT: dict[str, Any] = {
    "value": "LEFT", "confidence": "CONFIRMED", "source_kind": "FAMILY", "source": "Her mother", "reliability": "B",
    "true_since": TODAY,
}  # fmt: skip


@scene_of(record_status)
def _(cast: Cast) -> Scene:
    person = a_case(by=cast.carla, lead=cast.alice).person
    return Scene(cast.alice, partial(record_status, person=person, by=cast.alice, at=AT, **LEFT))


@scene_of(correct_status)
def _(cast: Cast) -> Scene:
    person = a_case(by=cast.carla, lead=cast.alice).person
    with acting(cast.alice):
        status = record_status(person=person, by=cast.alice, at=AT, **LEFT)
    values: dict[str, Any] = {**LEFT, "value": "IN_ZONE", "reason": "A letter came"}
    return Scene(cast.alice, partial(correct_status, status=status, by=cast.alice, at=AT, **values))
