"""Acts on a case as a whole."""

from functools import partial

from cases.casefiles.services import add_to_team, assign_lead, leave_team, move_case, open_case, set_next_step
from tests.architecture.acts import Scene, scene_of
from tests.factories import AT, TODAY, Cast, a_case, posting_of


@scene_of(open_case)
def _(cast: Cast) -> Scene:
    act = partial(
        open_case, by=cast.carla, at=AT, city=cast.city, new_person={"official_name": "Nemo Invented"}, ground="LIVC",
        agency=cast.agency, next_step="Make an appointment", next_step_on=TODAY, lead_caseworker=posting_of(cast.alice),
    )  # fmt: skip
    return Scene(cast.carla, act)


@scene_of(move_case)
def _(cast: Cast) -> Scene:
    case = a_case(by=cast.carla, lead=cast.alice)
    act = partial(move_case, case=case, by=cast.carla, at=AT, version=case.version, to="CLOSED", reason="Went well")
    return Scene(cast.carla, act)


@scene_of(set_next_step)
def _(cast: Cast) -> Scene:
    case = a_case(by=cast.carla, lead=cast.alice)
    act = partial(
        set_next_step, case=case, by=cast.alice, at=AT, version=case.version, owner=cast.carla, next_step="Telephone",
        next_step_on=TODAY,
    )  # fmt: skip
    return Scene(cast.alice, act)


@scene_of(assign_lead)
def _(cast: Cast) -> Scene:
    case = a_case(by=cast.carla, lead=cast.alice)
    act = partial(assign_lead, case=case, by=cast.carla, at=AT, version=case.version, to=posting_of(cast.bob))
    return Scene(cast.carla, act)


@scene_of(add_to_team)
def _(cast: Cast) -> Scene:
    case = a_case(by=cast.carla, lead=cast.alice)
    return Scene(cast.alice, partial(add_to_team, case=case, by=cast.alice, at=AT, to=posting_of(cast.bob)))


@scene_of(leave_team)
def _(cast: Cast) -> Scene:
    case = a_case(by=cast.carla, lead=cast.alice, team=(cast.bob,))
    return Scene(cast.alice, partial(leave_team, case=case, by=cast.alice, at=AT, user=cast.bob))
