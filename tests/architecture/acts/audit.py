"""Opening what the ledger says about a case; sealing it, and sending its checkpoints out."""

import tempfile
from datetime import timedelta
from functools import partial

from django.test import override_settings
from django.utils import timezone

from bench.tampering import A_KEY
from cases.access.services import acting, as_clock
from cases.audit.models import LookSample
from cases.audit.services import (
    draw_samples,
    leave_alarms,
    make_checkpoint,
    open_case_ledger,
    open_colleague_sights,
    open_ledger,
    open_own_looks,
    record_finding,
    seal,
    send_dispatches,
    tell_of_openings,
    verify_sealed,
    write_refusal,
)
from cities.ledger import services as ledger
from cities.ledger.rules import Clock, Operation
from tests.architecture.acts import SCENES, Scene, scene_of
from tests.factories import AT, Cast, a_case


@scene_of(open_case_ledger)
def _(cast: Cast) -> Scene:
    case = a_case(by=cast.carla, lead=cast.alice)
    return Scene(cast.dana, partial(open_case_ledger, by=cast.dana, at=AT, reference=case.reference))


@scene_of(open_colleague_sights)
def _(cast: Cast) -> Scene:
    return Scene(cast.dana, partial(open_colleague_sights, by=cast.dana, at=AT, user_id=cast.alice.pk))


@scene_of(open_ledger)
def _(cast: Cast) -> Scene:
    entry = ledger.write(operation=Operation.CONSULT, by=cast.alice, act="TEST", city_id=cast.city.pk)
    return Scene(cast.dana, partial(open_ledger, by=cast.dana, at=AT, entries=[entry], asked=["who"]))


@scene_of(open_own_looks)
def _(cast: Cast) -> Scene:
    entry = ledger.write(operation=Operation.CONSULT, by=cast.alice, act="TEST", city_id=cast.city.pk)
    return Scene(cast.alice, partial(open_own_looks, by=cast.alice, at=AT, entries=[entry]))


@scene_of(write_refusal)
def _(cast: Cast) -> Scene:
    asked = {"act": "cases:case", "reference": "VIL-2026-0001", "outcome": "out of sight"}
    return Scene(cast.bob, partial(write_refusal, by=cast.bob, at=AT, **asked))


#: A week after today: what is written now lies in the week that is over.
NEXT_WEEK = timedelta(days=7)


@scene_of(draw_samples)
def _(cast: Cast) -> Scene:
    case = a_case(by=cast.carla, lead=cast.alice)
    looked = {"operation": Operation.CONSULT, "act": "TEST", "case_id": case.pk, "city_id": case.city_id}
    ledger.write(by=cast.alice, **looked)  # type: ignore[arg-type]
    return Scene(Clock.CLOCK, partial(draw_samples, by=Clock.CLOCK, at=timezone.now() + NEXT_WEEK))


@scene_of(record_finding)
def _(cast: Cast) -> Scene:
    SCENES["cases.audit.services.sampling.draw_samples"](cast)
    with as_clock():
        draw_samples(by=Clock.CLOCK, at=timezone.now() + NEXT_WEEK)
    with acting(cast.dana):
        sample = LookSample.objects.filter(city=cast.city)[0]
    return Scene(cast.dana, partial(record_finding, sample=sample, by=cast.dana, at=AT, outcome="IN_ORDER"))


@scene_of(seal)
def _(cast: Cast) -> Scene:
    ledger.write(operation=Operation.CONSULT, by=Clock.SETUP, act="TEST")
    return Scene(Clock.CLOCK, partial(seal, by=Clock.CLOCK, at=timezone.now()))


PLACES = {"file:///nowhere": f"file://{tempfile.gettempdir()}/apparatus-test-checkpoints"}
with_places = override_settings(LEDGER_KEY=A_KEY, LEDGER_CHECKPOINTS=PLACES)


def _sealed() -> None:
    ledger.write(operation=Operation.CONSULT, by=Clock.SETUP, act="TEST")
    seal(by=Clock.CLOCK, at=timezone.now())


@scene_of(make_checkpoint)
def _(cast: Cast) -> Scene:
    _sealed()
    return Scene(Clock.CLOCK, with_places(partial(make_checkpoint, by=Clock.CLOCK, at=timezone.now())))


@scene_of(leave_alarms)
def _(cast: Cast) -> Scene:
    _sealed()
    return Scene(
        Clock.CLOCK, with_places(partial(leave_alarms, by=Clock.CLOCK, at=timezone.now() + timedelta(hours=9)))
    )


@scene_of(send_dispatches)
def _(cast: Cast) -> Scene:
    _sealed()
    with as_clock():
        with_places(make_checkpoint)(by=Clock.CLOCK, at=timezone.now())
    return Scene(Clock.CLOCK, with_places(partial(send_dispatches, by=Clock.CLOCK, at=timezone.now())))


@scene_of(tell_of_openings)
def _(cast: Cast) -> Scene:
    case = a_case(by=cast.carla, lead=cast.alice)
    looked = {"operation": Operation.CONSULT, "act": "TEST", "case_id": case.pk, "city_id": case.city_id}
    ledger.write(by=cast.carla, case_reference=case.reference, **looked)  # type: ignore[arg-type]
    return Scene(Clock.CLOCK, partial(tell_of_openings, by=Clock.CLOCK, at=timezone.now()))


@scene_of(verify_sealed)
def _(cast: Cast) -> Scene:
    _sealed()
    return Scene(Clock.CLOCK, with_places(partial(verify_sealed, by=Clock.CLOCK, at=timezone.now())))
