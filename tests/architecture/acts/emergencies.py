"""Emergency openings: opened, ended, read, reviewed; and raised by the clock."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from django.utils import timezone

from cases.emergencies.services import (
    end_emergency,
    open_in_emergency,
    raise_unreviewed,
    read_emergency,
    review_emergency,
)
from cities.ledger.rules import Clock
from tests.architecture.acts import Scene, scene_of
from tests.factories import Cast, a_case
from tests.factories.emergencies import WHY, an_emergency


@scene_of(open_in_emergency)
def _(cast: Cast) -> Scene:
    case = a_case(by=cast.carla, lead=cast.alice)
    act = partial(open_in_emergency, by=cast.bob, at=timezone.now(), reference=case.reference, reason=WHY)
    return Scene(cast.bob, act)


@scene_of(end_emergency)
def _(cast: Cast) -> Scene:
    opening = an_emergency(a_case(by=cast.carla, lead=cast.alice), by=cast.bob)
    return Scene(cast.bob, partial(end_emergency, opening=opening, by=cast.bob, at=timezone.now()))


@scene_of(read_emergency)
def _(cast: Cast) -> Scene:
    opening = an_emergency(a_case(by=cast.carla, lead=cast.alice), by=cast.bob)
    return Scene(cast.dana, partial(read_emergency, opening=opening, by=cast.dana, at=timezone.now()))


@scene_of(review_emergency)
def _(cast: Cast) -> Scene:
    opening = an_emergency(a_case(by=cast.carla, lead=cast.alice), by=cast.bob)
    act = partial(
        review_emergency, opening=opening, by=cast.carla, at=timezone.now(), outcome="JUSTIFIED", note="She was right"
    )  # fmt: skip
    return Scene(cast.carla, act)


@scene_of(raise_unreviewed)
def _(cast: Cast) -> Scene:
    an_emergency(a_case(by=cast.carla, lead=cast.alice), by=cast.bob)
    at = timezone.now() + timedelta(hours=73)
    return Scene(Clock.CLOCK, partial(raise_unreviewed, by=Clock.CLOCK, at=at))
