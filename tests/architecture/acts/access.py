"""Opening files and lists, granting, ending grants."""

from functools import partial

from cases.access.rules import Ground
from cases.access.services import end_grants, grant, grant_office, open_file, open_list
from cities.roles.permissions import Permission
from cities.roles.rules import Compartment
from tests.architecture.acts import Scene, scene_of
from tests.factories import AT, Cast, a_case, posting_of


@scene_of(open_file)
def _(cast: Cast) -> Scene:
    case = a_case(by=cast.carla, lead=cast.alice)
    act = partial(
        open_file, by=cast.alice, at=AT, case=case, permission=Permission.CASE_READ, compartment=Compartment.CORE,
        record=case, purpose="check-in 1",
    )  # fmt: skip
    return Scene(cast.alice, act)


@scene_of(open_list)
def _(cast: Cast) -> Scene:
    rows = [a_case(by=cast.carla, lead=cast.alice), a_case(by=cast.carla, lead=cast.alice)]
    act = partial(
        open_list, by=cast.carla, at=AT, permission=Permission.CASE_READ, compartment=Compartment.CORE,
        kind="casefile", rows=rows, fields=["stage"],
    )  # fmt: skip
    return Scene(cast.carla, act)


@scene_of(grant)
def _(cast: Cast) -> Scene:
    case = a_case(by=cast.carla, lead=cast.alice)
    act = partial(
        grant, by=cast.carla, at=AT, case=case, to=posting_of(cast.bob), ground=Ground.TEAM,
        compartments=[Compartment.CORE],
    )  # fmt: skip
    return Scene(cast.carla, act)


@scene_of(end_grants)
def _(cast: Cast) -> Scene:
    case = a_case(by=cast.carla, lead=cast.alice)
    return Scene(cast.carla, partial(end_grants, by=cast.carla, at=AT, case=case, user=cast.alice, ground=Ground.TEAM))


@scene_of(grant_office)
def _(cast: Cast) -> Scene:
    case = a_case(by=cast.carla, lead=cast.alice)
    act = partial(
        grant_office, by=cast.carla, at=AT, case=case, office=cast.office, permission=Permission.REFERRAL_SEND
    )  # fmt: skip
    return Scene(cast.carla, act)
