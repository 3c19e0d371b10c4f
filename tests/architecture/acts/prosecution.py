"""Acts on a prosecution referral."""

from functools import partial

from cases.access.services import grant_office
from cases.prosecution.services import (
    acknowledge_referral,
    answer_referral,
    approve_referral,
    change_referral,
    draft_referral,
    send_referral,
    take_back_referral,
    withdraw_referral,
)
from cities.roles.permissions import Permission
from tests.architecture.acts import Scene, scene_of
from tests.factories import AT, Cast, a_case
from tests.factories.referrals import a_referral, words


@scene_of(grant_office)
def _(cast: Cast) -> Scene:
    case = a_case(by=cast.carla)
    act = partial(
        grant_office, by=cast.carla, at=AT, case=case, office=cast.office, permission=Permission.REFERRAL_SEND
    )
    return Scene(cast.carla, act)


@scene_of(draft_referral)
def _(cast: Cast) -> Scene:
    case = a_case(by=cast.carla)
    return Scene(cast.carla, partial(draft_referral, case=case, by=cast.carla, at=AT, **words(cast)))


@scene_of(change_referral)
def _(cast: Cast) -> Scene:
    row = a_referral(cast, a_case(by=cast.carla))
    act = partial(change_referral, referral=row, by=cast.carla, at=AT, version=row.version, **words(cast))
    return Scene(cast.carla, act)


@scene_of(approve_referral)
def _(cast: Cast) -> Scene:
    row = a_referral(cast, a_case(by=cast.carla))
    return Scene(cast.mayor, partial(approve_referral, referral=row, by=cast.mayor, at=AT, version=row.version))


@scene_of(take_back_referral)
def _(cast: Cast) -> Scene:
    row = a_referral(cast, a_case(by=cast.carla), stage="APPROVED")
    act = partial(take_back_referral, referral=row, by=cast.mayor, at=AT, version=row.version, reason="A wrong date")
    return Scene(cast.mayor, act)


@scene_of(send_referral)
def _(cast: Cast) -> Scene:
    row = a_referral(cast, a_case(by=cast.carla), stage="APPROVED")
    return Scene(cast.carla, partial(send_referral, referral=row, by=cast.carla, at=AT, version=row.version))


@scene_of(withdraw_referral)
def _(cast: Cast) -> Scene:
    row = a_referral(cast, a_case(by=cast.carla))
    act = partial(withdraw_referral, referral=row, by=cast.carla, at=AT, version=row.version, reason="Not needed")
    return Scene(cast.carla, act)


@scene_of(acknowledge_referral)
def _(cast: Cast) -> Scene:
    row = a_referral(cast, a_case(by=cast.carla), stage="SENT")
    act = partial(acknowledge_referral, referral=row, by=cast.liaison, at=AT, version=row.version)
    return Scene(cast.liaison, act)


@scene_of(answer_referral)
def _(cast: Cast) -> Scene:
    row = a_referral(cast, a_case(by=cast.carla), stage="ACKNOWLEDGED")
    act = partial(answer_referral, referral=row, by=cast.liaison, at=AT, version=row.version, answer="INQUIRY")
    return Scene(cast.liaison, act)
