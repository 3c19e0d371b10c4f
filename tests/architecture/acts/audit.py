"""Opening what the ledger says about a case."""

from functools import partial

from cases.audit.services import open_case_ledger, open_colleague_sights
from tests.architecture.acts import Scene, scene_of
from tests.factories import AT, Cast, a_case


@scene_of(open_case_ledger)
def _(cast: Cast) -> Scene:
    case = a_case(by=cast.carla, lead=cast.alice)
    return Scene(cast.dana, partial(open_case_ledger, by=cast.dana, at=AT, reference=case.reference))


@scene_of(open_colleague_sights)
def _(cast: Cast) -> Scene:
    return Scene(cast.dana, partial(open_colleague_sights, by=cast.dana, at=AT, user_id=cast.alice.pk))
